"""A template laid on a photograph: where each of its lines lies, and what `formreader read` would say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from formreader.cli.messages import say
from formreader.cli.template_draft import named_photo, told
from formreader.errors import UsageError

if TYPE_CHECKING:
    from formreader.draft.misfit import Misfits
    from formreader.geometry import Points
    from formreader.records import Photo, Registration
    from formreader.templates import Template
    from formreader.templates.preview import Colour, Picture

STEPS_MM: tuple[tuple[float, Colour], ...] = ((0.2, (0, 160, 0)), (0.5, (0, 200, 230)), (1.0, (0, 120, 255)))
"""Up to so far off a line has this colour (blue green red): green, yellow, orange."""
FARTHER: Colour = (0, 0, 230)
UNEXPLAINED: Colour = (255, 60, 0)


def draw_over_photograph(template: Template, file: Path, photo_path: Path) -> Picture:
    """The template laid on a photograph of its form as well as it fits, however badly that is.

    What the reader with this template alone makes of the photograph is said; a poor fit is drawn too. Raises
    ``Rejected`` where the photograph cannot be loaded, ``UsageError`` where no line of the form is found on it.
    """
    import numpy as np

    from formreader.draft.flatten import lay_flat
    from formreader.draft.misfit import misfits
    from formreader.reader import Reader
    from formreader.register import map_points
    from formreader.templates.preview import draw_over

    photo = named_photo(photo_path)
    reading = Reader(templates=file).read(photo_path)
    registration = reading.registration or _placed(template, photo)
    if registration is None:
        raise UsageError(f"{photo_path}: shows no ruled lines to lay the template on")
    size = template.width_mm, template.height_mm
    found = misfits(template, lay_flat(photo, registration.photo_from_page, registration.bend, size))
    say(f"{registration.coverage:.0%} of the lines found, {registration.residual_mm:.2f} mm off")
    _tell(found)
    say(told(reading))

    def onto_picture(points_mm: Points) -> Points:
        decoded: Points = (map_points(registration, points_mm) + 0.5) * photo.scale - 0.5
        return decoded

    coloured = [(line, _colour(off)) for line, off in found.lines]
    coloured += [(line, UNEXPLAINED) for line in found.unexplained]
    return draw_over(template, np.repeat(photo.grey[:, :, None], 3, axis=2), onto_picture, coloured)


def _placed(template: Template, photo: Photo) -> Registration | None:
    """Where the template fits best, started from its codes as the reader does, and not judged."""
    from formreader.identify import find_printed_codes, find_tags, matching
    from formreader.register import register

    dictionaries = {mark.dictionary for mark in template.marks if mark.dictionary}
    codes = (*find_printed_codes(photo), *(find_tags(photo, dictionaries) if dictionaries else ()))
    pairs = matching({template.id: template}, codes)
    found = register(photo, [template], pairs).registrations or register(photo, [template], []).registrations
    return found[0] if found else None


def _tell(found: Misfits) -> None:
    off = [away for _, away in found.lines if away is not None]
    missing = len(found.lines) - len(off)
    wide = sum(away > STEPS_MM[1][0] for away in off)
    say(
        f"{len(off)} of {len(found.lines)} printed lines seen, {wide} of them more than {STEPS_MM[1][0]:g} mm off, "
        f"{missing} not seen; {len(found.unexplained)} lines on the page that the template does not explain"
    )


def _colour(off_mm: float | None) -> Colour:
    if off_mm is None:
        return FARTHER
    return next((colour for most, colour in STEPS_MM if off_mm <= most), FARTHER)
