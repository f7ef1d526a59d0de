"""One print of a form: with the parts that are not on every print, or without them, and with a serial number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formreader.templates import Template

OPTIONAL_SHARE = 0.5


def any_print(template: Template, generator: np.random.Generator) -> Template:
    """The form as one sheet shows it. ``generator`` draws only for forms whose prints differ."""
    parts = [
        *(line.optional for line in template.segments),
        *(line.optional for line in template.slants),
        *(area.optional for area in template.areas),
        *(text.optional for text in template.texts),
    ]
    if any(parts) and generator.random() >= OPTIONAL_SHARE:
        template = replace(
            template,
            segments=tuple(part for part in template.segments if not part.optional),
            slants=tuple(part for part in template.slants if not part.optional),
            areas=tuple(part for part in template.areas if not part.optional),
            texts=tuple(part for part in template.texts if not part.optional),
        )
    if any(mark.serial for mark in template.marks):
        text = (str(int(generator.integers(10**9, 10**10))),)
        marks = tuple(replace(mark, text=text) if mark.serial else mark for mark in template.marks)
        template = replace(template, marks=marks)
    return template
