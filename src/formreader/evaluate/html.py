"""The results of an evaluation as one HTML file: nothing is fetched, nothing runs in it."""

from __future__ import annotations

import base64
import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

from formreader.evaluate.comparison import Comparison
from formreader.evaluate.illustrations import Illustration
from formreader.evaluate.plots import calibration_svg, risk_coverage_svg
from formreader.evaluate.results import Results
from formreader.evaluate.wording import change_lists, change_text, paired_text, share_text

STYLE = """
body { font: 15px/1.45 sans-serif; margin: 2em auto; max-width: 1050px; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: .6em 0 1.4em } td, th { padding: .2em .7em; border-bottom: 1px solid #ddd }
th { text-align: left } td + td { text-align: right; font-variant-numeric: tabular-nums } img { max-width: 100% }
figure { margin: 1em 0; border: 1px solid #ddd; padding: .6em } .bad { color: #b00020; font-weight: bold }
.curves img { width: 49% }
"""
COUNTED = ("fields", "right", "accepted (coverage)", "accepted and wrong", "on refused pages")


def report(
    results: Results,
    illustrations: Sequence[Illustration],
    against: tuple[str, Comparison] | None = None,
) -> str:
    """The page. ``against`` is what the older results are called, and the comparison with them."""
    plotted = importlib.util.find_spec("matplotlib") is not None
    silent = results["fields"]["silent_errors"]["count"]
    verdict = f'<p class="{"bad" if silent else "good"}">Accepted and wrong: {silent}</p>'
    sections = [
        "<h1>How well the sheets were read</h1>",
        verdict,
        _circumstances(results),
        _summary(results),
        _compared(*against) if against else "",
        _errors(illustrations),
        _group("By form", "form", results),
        _group("By what a field is written in", "encodings", results),
        _alone(results),
        _curves(results) if plotted else "",
        _folded("Risk and coverage in numbers", _risk_table(results), shown=not plotted),
        _folded("Calibration in numbers", _calibration_table(results), shown=not plotted),
        _confusion(results),
        _registration(results),
        _folded("By sheet", _counts("sheet", results["by"]["sheet"])),
        _folded("By field", _counts("field", results["by"]["field"])),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>formreader evaluation</title>'
        f"<style>{STYLE}</style></head>\n<body>\n" + "\n".join(filter(None, sections)) + "\n</body></html>\n"
    )


def _circumstances(results: Results) -> str:
    named = {
        "date": results["date"],
        "commit": results["commit"] or "unknown",
        "policy": results["policy"]["name"],
        "labelled by": "; ".join(f"{t['path']} ({t['sheets']} sheets)" for t in results["truths"]),
        **{f"model {name}": identity for name, identity in results["models"].items()},
        **results["versions"],
        **results["machine"],
    }
    return _folded("Measured when, with what, on what", _table((), named.items()))


def _summary(results: Results) -> str:
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
    return "<h2>Summary</h2>" + _table(("", "count, share, 95 % interval"), rows)


def _errors(illustrations: Sequence[Illustration]) -> str:
    """Silent errors first."""
    figures = [
        f"<figure><h3{' class=bad' if shown.silent else ''}>{escape(shown.heading)}</h3>"
        + "".join(f"<div>{escape(line)}</div>" for line in shown.lines)
        + (_image("image/jpeg", shown.jpeg, shown.heading) if shown.jpeg else "<div>no picture could be loaded</div>")
        + "</figure>"
        for shown in sorted(illustrations, key=lambda shown: not shown.silent)
    ]
    return f"<h2>Errors ({len(figures)})</h2>" + ("".join(figures) or "<p>None.</p>")


def _compared(name: str, comparison: Comparison) -> str:
    told = [f"<h2>Against {escape(name)}</h2>", f"<p>{comparison.fields} fields are in both.</p>"]
    if comparison.differences:
        told.append(f'<p class="bad">The sets differ: {escape("; ".join(comparison.differences))}.</p>')
    told += [f"<p>{escape(paired_text(comparison, part))}</p>" for part in ("right", "accepted")]
    for title, changes in change_lists(comparison):
        if changes:
            lines = "".join(f"<li>{escape(change_text(change))}</li>" for change in changes)
            told.append(f"<h3>{escape(title)} ({len(changes)})</h3><ul>{lines}</ul>")
    return "\n".join(told)


def _group(title: str, group: str, results: Results) -> str:
    return f"<h2>{title}</h2>" + _counts(group, results["by"][group])


def _counts(group: str, counts: Mapping[str, Mapping[str, Any]]) -> str:
    columns = ("right", "accepted", "silent_errors", "refused")
    rows = [(name, found["fields"], *(share_text(found[c]) for c in columns)) for name, found in counts.items()]
    return _table((group, *COUNTED), rows)


def _alone(results: Results) -> str:
    rows = [
        (name, *(share_text(found[verdict]) for verdict in ("right", "empty", "wrong")))
        for name, found in results["each_encoding_alone"].items()
    ]
    return "<h2>Each encoding by its picture alone</h2>" + _table(("encoding", "right", "read as empty", "other"), rows)


def _curves(results: Results) -> str:
    pictures = ((risk_coverage_svg, results, "risk-coverage curve"), (calibration_svg, results["calibration"], "bins"))
    drawn: Iterable[tuple[Callable[[Any], bytes], Any, str]] = pictures
    images = "".join(_image("image/svg+xml", draw(of), alt) for draw, of, alt in drawn)
    return f'<h2>What a confidence is worth</h2><div class="curves">{images}</div>'


def _risk_table(results: Results) -> str:
    rows = [
        (f"{p['threshold']:.7f}", share_text(p["coverage"]), share_text(p["risk"]))
        for p in results["risk_coverage"]["points"]
    ]
    return _table(("confidence at least", "coverage", "wrong of those"), rows)


def _calibration_table(results: Results) -> str:
    told = []
    for name, score in results["calibration"].items():
        error, brier = _number(score["expected_error"]), _number(score["brier"])
        rows = [(f"{found['confidence']:.4f}", share_text(found["right"])) for found in score["bins"]]
        told.append(f"<p>{name}: {score['count']}, ECE {error}, Brier score {brier}</p>")
        told.append(_table(("mean confidence", "right"), rows))
    return "".join(told)


def _confusion(results: Results) -> str:
    table = results["confusion"]
    columns = sorted({found for row in table.values() for found in row})
    rows = [(written, *(row.get(found, "") for found in columns)) for written, row in table.items()]
    return "<h2>Digit boxes: written (down), read (across)</h2>" + _table(("", *columns), rows)


def _registration(results: Results) -> str:
    rows = [
        (name, found["sheets"], *(f"{found[part]:.3f}" for part in ("median_mm", "p95_mm", "largest_mm")))
        for name, found in results["registration"].items()
    ]
    return "<h2>Registration: lines from where they should be</h2>" + _table(
        ("form", "pages", "median, mm", "95th percentile, mm", "largest, mm"), rows
    )


def _folded(title: str, content: str, shown: bool = False) -> str:
    return f"<details{' open' if shown else ''}><summary>{escape(title)}</summary>{content}</details>"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    top = "<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + "</tr>" if head else ""
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{top}{body}</table>"


def _image(kind: str, content: bytes, alt: str) -> str:
    return f'<img alt="{escape(alt)}" src="data:{kind};base64,{base64.b64encode(content).decode()}">'


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.5f}"
