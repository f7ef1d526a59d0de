"""Draw the bundled samples again: `make samples`. The same seeds give the same sheets."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from formreader.synth import compose_sheet, load_glyphs, save_picture, save_truth
from formreader.templates import load_library

SHEETS = {
    "id-2024-ppwp-2": (21, 1.0),
    "id-2022-chasil-ppwp-1": (22, 0.8),
    "id-2022-chasil-ppwp-2": (23, 1.0),
    "id-2019-c1-plano-ppwp-2": (24, 1.0),
}
"""Template: seed, severity (0 a flat scan, 1 an ordinary phone)."""
LONG_SIDE_PX = 2000


def main(folder: Path) -> None:
    library, source = load_library(), load_glyphs(None)
    truths = []
    for name, (seed, severity) in SHEETS.items():
        generator = np.random.default_rng(seed)
        sheet = compose_sheet(
            library[name], source, generator, name=f"{name}.jpg", long_side_px=LONG_SIDE_PX, severity=severity
        )
        save_picture(folder / f"{name}.jpg", sheet.picture)
        truths.append(sheet.truth)
    save_truth(folder / "truth.json", truths)


if __name__ == "__main__":
    main(Path(__file__).parent)
