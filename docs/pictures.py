"""Draws the pictures of forms that the site shows: `make pictures`. The same seeds draw the same pictures.

Each packaged form is printed, filled in and photographed by `formreader.synth`, out of its template alone: no blank
print and no photograph of anybody's is in them.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from formreader.synth import compose_sheet, load_glyphs
from formreader.templates import Template, load_library, load_template
from formreader.templates.preview import draw_template

DOCS = Path(__file__).parent
FORMS = DOCS / "images" / "forms"
LONG_SIDE_PX = 640
SEVERITY = 0.3
"""Nearly flat: what stands on the form is to be seen."""
QUALITY = 55


def picture_of(form: Template, seed: int) -> np.ndarray:
    """A filled sheet, uint8 (height, width, 3) RGB."""
    sheet = compose_sheet(
        form, load_glyphs(None), np.random.default_rng(seed), long_side_px=3 * LONG_SIDE_PX, severity=SEVERITY
    )
    return smaller(cv2.cvtColor(sheet.picture, cv2.COLOR_BGR2RGB))


def smaller(picture: np.ndarray) -> np.ndarray:
    """At most ``LONG_SIDE_PX`` on its longer side."""
    scale = LONG_SIDE_PX / max(picture.shape[:2])
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def save(path: Path, picture: np.ndarray) -> None:
    Image.fromarray(picture).save(path, quality=QUALITY, method=6)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def form_of_the_tutorial() -> Template:
    """The form that docs/tutorials/author.md describes."""
    text = (DOCS / "tutorials" / "author.md").read_text(encoding="utf-8")
    found = re.search(r'^```yaml title="crates.yaml"\n(.*?)^```$', text, re.MULTILINE | re.DOTALL)
    assert found is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crates.yaml"
        path.write_text(found[1], encoding="utf-8")
        return load_template(path)


def main() -> None:
    FORMS.mkdir(parents=True, exist_ok=True)
    for seed, (name, form) in enumerate(sorted(load_library().items()), 1):
        save(FORMS / f"{name}.webp", picture_of(form, seed))
    crates = form_of_the_tutorial()
    preview = smaller(cv2.cvtColor(draw_template(crates), cv2.COLOR_BGR2RGB))
    filled = picture_of(crates, 3)
    both = [preview, np.pad(filled, [(0, preview.shape[0] - filled.shape[0]), (0, 0), (0, 0)], constant_values=255)]
    save(DOCS / "images" / "crates.webp", np.hstack(both))


if __name__ == "__main__":
    main()
