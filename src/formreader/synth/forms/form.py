"""A form at random: its template, and what only the drawing knows of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formreader.synth.forms.layout import template_text
from formreader.synth.forms.plans import any_plan, any_sibling
from formreader.synth.hand.pen import Ink
from formreader.synth.print.ornaments import Ornament, any_ornaments, print_ornaments
from formreader.templates import Template, parse_template

HELD_OUT_FROM = 900_000
"""Seeds from here on are kept back: nobody looks at their forms before the end, and nothing is mended by them."""


@dataclass(frozen=True, slots=True)
class RandomForm:
    """``text`` is the template's YAML. ``ornaments`` are printed beside it, and the template does not say so."""

    seed: int
    sibling: int
    text: str
    template: Template
    ornaments: tuple[Ornament, ...]

    @property
    def id(self) -> str:
        return self.template.id

    def beside(self, px_per_mm: float) -> Ink:
        """Printed ink of the ornaments, float32 (height, width) 0..1 like ``print.page.draw_page``."""
        return print_ornaments(self.ornaments, self.template.width_mm, self.template.height_mm, px_per_mm)


def any_form(seed: int, sibling: int = 0) -> RandomForm:
    """The form of this seed, or its ``sibling`` so and so: the same with one thing changed. Deterministic."""
    plan = any_plan(seed)
    if sibling:
        plan = any_sibling(plan, seed, sibling)
    id_ = f"random-{seed}" + (f"-{sibling}" if sibling else "")
    text = template_text(plan, id_)
    template = parse_template(text.encode(), f"{id_}.yaml")
    return RandomForm(seed, sibling, text, template, any_ornaments(template, np.random.default_rng([seed, 3])))
