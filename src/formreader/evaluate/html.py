"""The results of an evaluation as one HTML file: nothing is fetched, nothing runs in it."""

from __future__ import annotations

import base64
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from formreader.evaluate.comparison import Comparison
from formreader.evaluate.illustrations import Illustration
from formreader.evaluate.plots import calibration_svg, risk_coverage_svg
from formreader.evaluate.results import Results
from formreader.evaluate.wording import change_lists, change_text, paired_text, share_text

TEMPLATE = Path(__file__).with_name("report.html.j2")
COUNTED = ("fields", "right", "accepted (coverage)", "accepted and wrong", "on refused pages")


class Table(NamedTuple):
    """A heading, which may be empty, and rows of what is shown as text."""

    head: Sequence[str]
    rows: Sequence[Sequence[object]]


class Picture(NamedTuple):
    """A picture within the page: its type, its base64, what it shows in words."""

    kind: str
    content: str
    alt: str


def report(
    results: Results,
    illustrations: Sequence[Illustration],
    against: tuple[str, Comparison] | None = None,
) -> str:
    """The page. ``against`` is what the older results are called, and the comparison with them."""
    from jinja2 import Environment, StrictUndefined

    # names of files and what is written on paper are other people's: all of it is escaped
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return page.render(
        silent=results["fields"]["silent_errors"]["count"],
        circumstances=_circumstances(results),
        summary=_summary(results),
        against=_compared(*against) if against else None,
        errors=[_error(shown) for shown in sorted(illustrations, key=lambda shown: not shown.silent)],
        groups=[
            ("By form", _counts("form", results["by"]["form"])),
            ("By what a field is written in", _counts("encodings", results["by"]["encodings"])),
            ("Each encoding by its picture alone", _alone(results)),
        ],
        curves=list(_curves(results)),
        risk=_risk(results),
        calibration=list(_calibration(results)),
        confusion=_confusion(results),
        registration=_registration(results),
        details=[
            ("By sheet", _counts("sheet", results["by"]["sheet"])),
            ("By field", _counts("field", results["by"]["field"])),
        ],
    )


def _circumstances(results: Results) -> Table:
    named = {
        "date": results["date"],
        "commit": results["commit"] or "unknown",
        "policy": results["policy"]["name"],
        "labelled by": "; ".join(f"{t['path']} ({t['sheets']} sheets)" for t in results["truths"]),
        **{f"model {name}": identity for name, identity in results["models"].items()},
        **results["versions"],
        **results["machine"],
    }
    return Table((), list(named.items()))


def _summary(results: Results) -> Table:
    time, pages, calibration = results["review_time"], results["pages"], results["calibration"]
    rows = [
        ("pages refused", share_text(pages["refused"])),
        ("pages taken for another form", share_text(pages["misnamed"])),
        ("fields right", share_text(results["fields"]["right"])),
        ("fields accepted (coverage)", share_text(results["fields"]["accepted"])),
        ("accepted and wrong, of those accepted", share_text(results["fields"]["silent_errors"])),
        ("digit boxes right one by one", share_text(results["boxes_right"])),
        ("area under the risk-coverage curve", _number(results["risk_coverage"]["area"])),
        ("calibration error (ECE) of fields", _number(calibration["fields"]["expected_error"])),
        ("Brier score of fields", _number(calibration["fields"]["brier"])),
        (
            f"minutes of a person saved, were a field typed in {time['pace']['typed_s']:g} s "
            f"and looked at in {time['pace']['reviewed_s']:g} s (assumed)",
            f"{time['saved_min']:.1f} of {time['typed_min']:.1f}",
        ),
    ]
    return Table(("", "count, share, 95 % interval"), rows)


def _error(shown: Illustration) -> dict[str, Any]:
    return {
        "silent": shown.silent,
        "heading": shown.heading,
        "lines": shown.lines,
        "picture": _picture("image/jpeg", shown.jpeg, shown.heading) if shown.jpeg else None,
    }


def _compared(name: str, comparison: Comparison) -> dict[str, Any]:
    return {
        "name": name,
        "fields": comparison.fields,
        "differences": "; ".join(comparison.differences),
        "paired": [paired_text(comparison, part) for part in ("right", "accepted")],
        "changes": [(title, list(map(change_text, found))) for title, found in change_lists(comparison) if found],
    }


def _counts(group: str, counts: Mapping[str, Mapping[str, Any]]) -> Table:
    columns = ("right", "accepted", "silent_errors", "refused")
    rows = [(name, found["fields"], *(share_text(found[c]) for c in columns)) for name, found in counts.items()]
    return Table((group, *COUNTED), rows)


def _alone(results: Results) -> Table:
    rows = [
        (name, *(share_text(found[verdict]) for verdict in ("right", "empty", "wrong")))
        for name, found in results["each_encoding_alone"].items()
    ]
    return Table(("encoding", "right", "read as empty", "other"), rows)


def _curves(results: Results) -> Iterator[Picture]:
    """None where they cannot be drawn: their numbers are unfolded then."""
    if importlib.util.find_spec("matplotlib") is not None:
        yield _picture("image/svg+xml", risk_coverage_svg(results), "risk-coverage curve")
        yield _picture("image/svg+xml", calibration_svg(results["calibration"]), "bins")


def _risk(results: Results) -> Table:
    rows = [
        (f"{p['threshold']:.7f}", share_text(p["coverage"]), share_text(p["risk"]))
        for p in results["risk_coverage"]["points"]
    ]
    return Table(("confidence at least", "coverage", "wrong of those"), rows)


def _calibration(results: Results) -> Iterator[tuple[str, Table]]:
    for name, score in results["calibration"].items():
        error, brier = _number(score["expected_error"]), _number(score["brier"])
        rows = [(f"{found['confidence']:.4f}", share_text(found["right"])) for found in score["bins"]]
        yield f"{name}: {score['count']}, ECE {error}, Brier score {brier}", Table(("mean confidence", "right"), rows)


def _confusion(results: Results) -> Table:
    counts = results["confusion"]
    columns = sorted({found for row in counts.values() for found in row})
    return Table(("", *columns), [(written, *(row.get(c, "") for c in columns)) for written, row in counts.items()])


def _registration(results: Results) -> Table:
    rows = [
        (name, found["sheets"], *(f"{found[part]:.3f}" for part in ("median_mm", "p95_mm", "largest_mm")))
        for name, found in results["registration"].items()
    ]
    return Table(("form", "pages", "median, mm", "95th percentile, mm", "largest, mm"), rows)


def _picture(kind: str, content: bytes, alt: str) -> Picture:
    return Picture(kind, base64.b64encode(content).decode(), alt)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.5f}"
