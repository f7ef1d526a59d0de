"""Measures README's accuracy tables again: docs/measured.json, with commit and machine, and the tables in README.md.

    python benchmarks/readme.py PHOTOS/truth.json GLYPHS      # some minutes; `make readme` does the same
    python benchmarks/readme.py --print                       # the tables as they were measured last

The tables that stand in README.md are those that the JSON before gave; they are replaced by the new ones.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from about import about

from formreader import Reader
from formreader.evaluate.encodings import score_encodings
from formreader.evaluate.glyphs import GlyphScore, evaluate_glyphs
from formreader.evaluate.sheets import SheetScore, score_sheets, totals
from formreader.evaluate.witnesses import score_witnesses
from formreader.reader import Recogniser

ROOT = Path(__file__).parents[1]
MEASURED, README = ROOT / "docs" / "measured.json", ROOT / "README.md"
WITNESSES = {
    "one witness, one reader": "one witness is enough, one reader",
    "two witnesses, one reader": "two witnesses, one reader",
    "two witnesses": "**two witnesses, two readers** (what ships)",
}
WANTED = {
    "optdigits (1,797, independent writers)": ("optdigits, 1,797", "99.2 %"),
    "bhmsds digits": ("bhmsds digits, 15,000", "98.5 %"),
    "MNIST test": ("MNIST test, 10,000", "99.5 %"),
}
"""What README calls a set, and what we want there."""
MISFITS = {
    "two digits in one box": "two digits in a box that pass for a sure one",
    "EMNIST letters of classes not trained on": "letters of classes it never saw that pass for a sure digit",
}


def measure(truth: Path, glyphs: Path) -> dict[str, Any]:
    """All that the tables say."""
    reader = Reader()
    return {
        "about": about(),
        "models": dict(reader.models),
        "sheets": _counted(list(score_sheets(truth, reader))),
        "steps": {name: _counted(scores) for name, scores in score_encodings(truth, reader).items()},
        "witnesses": {name: _counted(scores) for name, scores in score_witnesses([truth], reader).items()},
        "glyphs": {score.name: _glyphs(score) for score in evaluate_glyphs(glyphs, Recogniser())},
    }


def _counted(scores: list[SheetScore]) -> dict[str, Any]:
    found = totals(scores)
    _, low, high = found.share(found.right, found.fields)
    names = ("sheets", "rejected", "misnamed", "fields", "right", "accepted", "silent_errors", "boxes", "boxes_right")
    return {name: getattr(found, name) for name in names} | {"right_low": low, "right_high": high}


def _glyphs(score: GlyphScore) -> dict[str, int]:
    return {"total": score.total, "right": score.right, "sure_digits": score.sure_digits}


def tables(measured: Mapping[str, Any]) -> list[str]:
    """The tables as they stand in README."""
    sheets = measured["sheets"]
    read = sheets["sheets"] - sheets["rejected"] - sheets["misnamed"]
    sure = f"(95 %: {sheets['right_low'] * 100:.1f} to {sheets['right_high'] * 100:.0f} %)"
    steps = {
        **measured["steps"],
        **{shown: measured["witnesses"][name] for name, shown in WITNESSES.items()},
    }
    found = measured["glyphs"]
    return [
        _table(
            ("", ""),
            [
                ("right template, none refused", f"{read} of {sheets['sheets']}"),
                ("fields right", f"{sheets['right']} of {sheets['fields']} {sure}"),
                ("fields accepted without a person", f"{sheets['accepted']} of {sheets['fields']}"),
                ("**accepted and wrong**", f"**{sheets['silent_errors']}**"),
                (
                    "digit boxes right one by one, before anything else has a say",
                    f"{sheets['boxes_right']} of {sheets['boxes']}",
                ),
            ],
        ),
        _table(
            ("weighed", "fields right", "accepted", "accepted wrongly"),
            [
                (name, s["right"], f"{s['accepted'] / s['fields']:.1%}".replace("%", " %"), s["silent_errors"])
                for name, s in steps.items()
            ],
        ),
        _table(
            ("", "right", "we want"),
            [
                (shown, _percent(found[name]["right"], found[name]["total"]), want)
                for name, (shown, want) in WANTED.items()
            ]
            + [
                (shown, _percent(score["sure_digits"], score["total"]), "1 % at most")
                for start, shown in MISFITS.items()
                for name, score in found.items()
                if name.startswith(start)
            ],
        ),
    ]


def _percent(count: int, total: int) -> str:
    return f"{100 * count / total:.2f} %"


def _table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    def line(cells: Iterable[object]) -> str:
        return "|" + "".join(f" {cell} |" if cell != "" else " |" for cell in cells)

    names = list(head)
    return "\n".join([line(names), "|" + "---|" * len(names), *map(line, rows)])


def main() -> None:
    """Measure, write the JSON, put the tables into README, print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path, nargs="?", help="truth.json with its photographs beside it")
    parser.add_argument("glyphs", type=Path, nargs="?", help="folder of character sets")
    parser.add_argument("--print", action="store_true", dest="only_print", help="measure nothing")
    asked = parser.parse_args()
    if not asked.only_print:
        if asked.truth is None or asked.glyphs is None:
            parser.error("give the truth.json and the folder of character sets, or --print")
        before = tables(json.loads(MEASURED.read_text(encoding="utf-8"))) if MEASURED.exists() else []
        measured = measure(asked.truth, asked.glyphs)
        text = README.read_text(encoding="utf-8")
        for old, new in zip(before, tables(measured), strict=False):
            text = text.replace(old, new)
        MEASURED.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        README.write_text(text, encoding="utf-8")
    print("\n\n".join(tables(json.loads(MEASURED.read_text(encoding="utf-8")))))


if __name__ == "__main__":
    main()
