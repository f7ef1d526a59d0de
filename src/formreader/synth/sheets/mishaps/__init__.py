"""What happens to sheets before and while they are photographed, each by name; the truth of every sheet stays known."""

from formreader.synth.sheets.mishaps.pictures import cropped, mirrored, turned
from formreader.synth.sheets.mishaps.scenes import (
    Attacked,
    Mishap,
    Studio,
    folded,
    overlapping,
    side_by_side,
    untouched,
)
from formreader.synth.sheets.mishaps.versions import another_version

MISHAPS: dict[str, Mishap] = {
    "none": untouched,
    "crop-top": lambda studio: cropped(studio, "top"),
    "crop-bottom": lambda studio: cropped(studio, "bottom"),
    "crop-left": lambda studio: cropped(studio, "left"),
    "crop-right": lambda studio: cropped(studio, "right"),
    "fold-rows": lambda studio: folded(studio, 1),
    "fold-row-exact": lambda studio: folded(studio, 1, most_exact=1),
    "fold-rows-exact": lambda studio: folded(studio, 1, most_exact=5),
    "fold-columns": lambda studio: folded(studio, 0),
    "fold-column-exact": lambda studio: folded(studio, 0, most_exact=1),
    "lap": lambda studio: overlapping(studio, aligned=False),
    "lap-aligned": lambda studio: overlapping(studio, aligned=True),
    "pair": side_by_side,
    "pair-part": lambda studio: side_by_side(studio, float(studio.generator.uniform(0.3, 0.9))),
    "mirror-left-right": lambda studio: mirrored(studio, upright=True),
    "mirror-up-down": lambda studio: mirrored(studio, upright=False),
    "turn-90": lambda studio: turned(studio, 1),
    "turn-180": lambda studio: turned(studio, 2),
    "turn-270": lambda studio: turned(studio, 3),
    "other-version": another_version,
}

__all__ = ["MISHAPS", "Attacked", "Mishap", "Studio"]
