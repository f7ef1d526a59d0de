"""Random forms drawn, filled and photographed into a folder, labelled, for ``formreader calibrate`` and ``evaluate``.

Usage: python benchmarks/labelled_strangers.py FOLDER [--forms 50] [--first-seed 5000] [--sheets 2] [--severity 1]
[--glyphs GLYPHS]

Writes ``truth.json`` with the pictures beside it, and ``templates/``: the random forms and the packaged ones, so that
real photographs can stand in the same calibration:
``formreader calibrate FOLDER/truth.json photos/truth.json --templates FOLDER/templates --out policy.json``.
With ``--glyphs`` the writing is of hands and fonts that were kept from training. Each sheet says its source; forms
of other seeds than the benchmarks' (``strangers.py`` begins at 1000) are nobody's to mend by.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
from strangers import LARGEST, LONG_SIDES_PX

from formreader.synth import compose_sheet, load_glyphs, save_picture
from formreader.synth.forms import any_form
from formreader.synth.sheets.sheet import px_per_mm_of
from formreader.templates import LIBRARY


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--forms", type=int, default=50)
    arguments.add_argument("--first-seed", type=int, default=5000)
    arguments.add_argument("--sheets", type=int, default=2)
    arguments.add_argument("--severity", type=float, default=1.0)
    arguments.add_argument("--glyphs", type=Path)
    chosen = arguments.parse_args()
    templates = chosen.folder / "templates"
    templates.mkdir(parents=True, exist_ok=True)
    for packaged in LIBRARY.glob("*.yaml"):
        shutil.copy(packaged, templates)
    glyphs = load_glyphs(chosen.glyphs, held_out=chosen.glyphs is not None)
    hands = "hands kept from training" if chosen.glyphs else "the project's own pen"
    sheets = []
    for seed in range(chosen.first_seed, chosen.first_seed + chosen.forms):
        form = any_form(seed)
        (templates / f"{form.id}.yaml").write_text(form.text, encoding="utf-8")
        for number in range(chosen.sheets):
            generator = np.random.default_rng([seed, number, 4])
            drawn = compose_sheet(
                form.template,
                glyphs,
                generator,
                name=f"{form.id}-{number}.jpg",
                long_side_px=int(generator.integers(*LONG_SIDES_PX)),
                severity=chosen.severity,
                beside=form.beside(px_per_mm_of(form.template)),
                largest=LARGEST,
            )
            save_picture(chosen.folder / drawn.truth["name"], drawn.picture)
            sheets.append({**drawn.truth, "source": f"drawn, {hands}"})
    truth = {"schema": "truth/1", "sheets": sheets}
    (chosen.folder / "truth.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
