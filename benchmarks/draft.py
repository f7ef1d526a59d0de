"""How much of a form `formreader template draft` finds: ruled lines within 0.3 mm, and cells, against its template.

    python benchmarks/draft.py --blanks ../shared/forms --strangers ../shared/strangers
    python benchmarks/draft.py --strangers ../shared/strangers --read 3   # named, it reads the other photographs

The draft's frame is laid on the template's by a scale and a shift an axis: a picture does not say where paper ends to
a tenth of a millimetre, and two people measure one print from different corners. A line counts where 80 % of it is
covered by drafted lines within 0.3 mm ("long" is the same by length, without the 80 %); a cell where a drafted cell of
the same encoding overlaps it by three quarters; a field where all cells of its primary encoding are those of one
drafted field. "precise" is the part of the drafted lines, by length, that the template has. Templates of photographs
are people's too: "right" counts those lines alone that lie within 0.3 mm of print where the reader finds the template
on the photograph, its bend taken out.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.draft.drafting import Draft, NamedGroup, draft_photo
from formreader.draft.flatten import lay_flat
from formreader.draft.misfit import misfits
from formreader.draft.together import draft_together
from formreader.draft.yaml_text import flow, template_text
from formreader.evaluate.sheets import score_sheet, totals
from formreader.geometry import Box, Points
from formreader.load import load_photo
from formreader.reader import Reader
from formreader.records import Photo
from formreader.register import register
from formreader.synth.forms import any_form
from formreader.synth.print.page import draw_page
from formreader.templates import Segment, Template, encoding_cells, load_library, load_template, parse_template

NEAR_MM, COVERED, STEP_MM = 0.3, 0.8, 0.5
OVERLAP = 0.75
CHOICES, REFINED, APART = 14, 3, (0.012, 2.5)
"""So many scales and shifts (mm) are tried an axis, each so far from the others; so many
places are refined."""
MOST_SHIFT = 0.4
"""Part of the page: a print may be cut at its table, and paper ends anywhere."""
SCAN_PX_PER_MM = 8.0


@dataclass(frozen=True, slots=True)
class Found:
    """One picture's counts: found of all, and drafted lines that the template has, by length."""

    name: str
    lines: tuple[int, int]
    right: tuple[int, int]
    long: float
    precision: float
    cells: tuple[int, int]
    fields: tuple[int, int]
    drafted_fields: int
    seconds: float


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--blanks", type=Path, help="folder of blank prints, each named by its template's id")
    asked.add_argument("--strangers", type=Path, help="folder of folders with a template and photographs")
    asked.add_argument("--photographs", type=int, default=1, help="of each stranger")
    asked.add_argument("--random", type=int, default=0, help="blank prints of so many forms at random")
    asked.add_argument("--first-seed", type=int, default=2000)
    asked.add_argument("--read", type=int, help="draft from so many of each stranger's photographs, read the others")
    asked.add_argument("--only", help="the stranger's folder")
    options = asked.parse_args()
    if options.read:
        for folder in sorted(options.strangers.iterdir()):
            if folder.is_dir() and options.only in (None, folder.name):
                compare_reading(folder, options.read)
        return
    print(
        f"{'picture':34}{'lines':>13}{'':>8}{'right':>13}{'':>8}{'long':>8}{'precise':>9}{'cells':>13}{'':>8}{'fields':>9}{'drafted':>9}{'s':>7}"
    )
    sets = (("blanks", _blanks(options.blanks)), ("random blanks", _random(options)), ("filled", _strangers(options)))
    for title, pictures in sets:
        found = []
        for path, template in pictures:
            found.append(measure(path, template, filled=title == "filled"))
            _print(found[-1])
        if found:
            _print(_sum(title, found))


def measure(path: Path, template: Template, filled: bool) -> Found:
    start = time.perf_counter()
    photo = load_photo(path)
    draft = draft_photo(photo, (template.width_mm, template.height_mm), template.language)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "draft.yaml"
        file.write_text(template_text(draft, "draft"), encoding="utf-8")
        drafted = load_template(file)
    seconds = time.perf_counter() - start
    return score(path.name, drafted, template, seconds, right_lines(photo, template) if filled else None)


def right_lines(photo: Photo, template: Template) -> list[bool]:
    """Of each line of a template, whether it is printed where the template says, by what the photograph shows."""
    found = register(photo, [template], []).registrations
    if not found:
        return [True] * len(template.segments)
    size = template.width_mm, template.height_mm
    sheet = lay_flat(photo, found[0].photo_from_page, found[0].bend, size)
    off = dict(misfits(template, sheet).lines)
    return [(mm := off.get(s)) is not None and mm <= NEAR_MM for s in template.segments]


def score(
    name: str, drafted: Template, template: Template, seconds: float, right: Sequence[bool] | None = None
) -> Found:
    """``right`` says of each of the template's lines whether it is where it should be; all are without it."""
    scale, shift = frames(drafted.segments, template.segments)
    wanted = [_moved_line(s, scale, shift) for s in template.segments]
    shares = np.array([_covered(s, drafted.segments) for s in wanted])
    long = np.array([_length(s) for s in wanted])
    hits = shares >= COVERED
    counted = np.ones(len(wanted), bool) if right is None else np.array(right)
    by_length = float((shares * long).sum() / long.sum())
    lengths = np.array([_length(s) for s in drafted.segments])
    shares = np.array([_covered(s, wanted) for s in drafted.segments])
    precision = float((shares * lengths).sum() / max(lengths.sum(), 1e-9))
    cells = {
        kind: [
            (field, cell)
            for field, f in drafted.fields.items()
            for k, e in f.encodings.items()
            if k == kind
            for cell in encoding_cells(e)
        ]
        for kind in ("digits", "number", "tally", "row_sums", "bubbles", "words")
    }
    hit = total = whole = 0
    for field in template.fields.values():
        for kind, encoding in field.encodings.items():
            owners = [_owner(_moved_box(cell, scale, shift), cells[kind]) for cell in encoding_cells(encoding)]
            total, hit = total + len(owners), hit + sum(owner is not None for owner in owners)
            if kind == field.primary:
                whole += None not in owners and len(set(owners)) == 1
    return Found(
        name,
        (int(hits.sum()), len(wanted)),
        (int(hits[counted].sum()), int(counted.sum())),
        by_length,
        precision,
        (hit, total),
        (whole, len(template.fields)),
        len(drafted.fields),
        seconds,
    )


def compare_reading(folder: Path, count: int) -> None:
    """Read a stranger's other photographs by a draft with the names and sums of its template, and by that template."""
    (template,) = load_library(folder).values()
    pictures = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    drafted = draft_together([load_photo(path) for path in pictures[:count]], (template.width_mm, template.height_mm))
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["sheets"]
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / "draft.yaml"
        file.write_text(edited(drafted, template), encoding="utf-8")
        known = load_template(file).fields
        print(f"{folder.name}: {len(known)} of {len(template.fields)} fields drafted from {count} photographs")
        for called, forms in (("draft, named", file), ("its template", folder)):
            reader = Reader(templates=forms)
            scores = []
            for sheet in truth:
                if (folder / sheet["name"]) not in pictures[:count]:
                    fields = {name: field for name, field in sheet["fields"].items() if name in known}
                    reading = reader.read(folder / sheet["name"])
                    scores.append(score_sheet({**sheet, "fields": fields}, reading))
            t = totals(scores)
            print(
                f"  {called:14} {t.sheets} photographs, {t.rejected} refused, {t.right} of {t.fields} fields right, "
                f"{t.accepted} accepted, {t.silent_errors} accepted wrong",
                flush=True,
            )


def edited(draft: Draft, template: Template) -> str:
    """The draft with the names and sums of the template where its cells are the template's: a person's ten minutes."""
    text = template_text(draft, template.id)
    drafted = parse_template(text.encode(), "draft")
    scale, shift = frames(drafted.segments, template.segments)
    cells = [(name, cell) for name, f in drafted.fields.items() for cell in encoding_cells(f.encodings[f.primary])]
    names = {}
    for name, field in template.fields.items():
        primary = encoding_cells(field.encodings[field.primary])
        owners = {_owner(_moved_box(cell, scale, shift), cells) for cell in primary}
        if len(owners) == 1 and None not in owners:
            names[owners.pop()] = name
    kept = [
        f"  - name: {names[name]}\n" + "".join(f"    {kind}: {flow(keys)}\n" for kind, keys in spec.items())
        for named in draft.groups
        for name, spec in expanded(named)
        if name in names
    ]
    rules = [rule.text for rule in template.rules if all(name in names.values() for _, name in rule.terms)]
    sums = "arithmetic:\n" + "".join(f"  - {rule}\n" for rule in rules) if rules else ""
    return text[: text.index("fields:")] + "fields:\n" + "".join(kept) + sums


def expanded(named: NamedGroup) -> Iterator[tuple[str, dict[str, dict[str, object]]]]:
    """Each field of a group by itself."""
    places = itertools.product(named.row.values() or [0.0], named.column.values() or [0.0])
    for name, (down, right) in zip(named.field_names, places, strict=True):
        spec = {}
        for kind, keys in named.group.spec.items():
            line = named.lines.get("letters" if kind == "words" else kind)
            spec[kind] = {key: _shifted(key, value, right, down) for key, value in keys.items()}
            if line:
                spec[kind]["line"] = line
        yield name, spec


def _shifted(key: str, value: object, right: float, down: float) -> object:
    if key in ("box", "centre") and isinstance(value, list):
        return [round(value[0] + right, 2), round(value[1] + down, 2), *value[2:]]
    if key == "lines" and isinstance(value, list):
        return [_shifted("box", line, right, down) for line in value]
    return value


def frames(drafted: Sequence[Segment], wanted: Sequence[Segment]) -> tuple[Points, Points]:
    """Scale and shift (2,) that lay the template's lines on the drafted ones best."""
    choices = [_axis(drafted, wanted, level) for level in (False, True)]
    long, seen = (
        # of either direction: lines across a whole page are covered wherever its columns lie
        [s for level in (True, False) for s in sorted(_of(lines, level), key=_length, reverse=True)[:count]]
        for lines, count in ((wanted, 15), (drafted, 40))
    )
    tried = [(np.array([x, y]), np.array([right, down])) for (x, right), (y, down) in itertools.product(*choices)]
    likeliest = sorted(tried, key=lambda frame: -_agreement(long, seen, frame[0], frame[1], 1.0))[:REFINED]
    refined = [_refined(drafted, wanted, *frame) for frame in [tried[0], *likeliest]]
    return max(refined, key=lambda frame: _agreement(wanted, drafted, frame[0], frame[1], NEAR_MM))


def _agreement(
    wanted: Sequence[Segment], drafted: Sequence[Segment], scale: Points, shift: Points, near_mm: float
) -> float:
    """How much of the template's lines is drafted, where they are laid so."""
    shares = [_covered(_moved_line(s, scale, shift), drafted, near_mm) for s in wanted]
    return float((np.array(shares) * np.sqrt([_length(s) for s in wanted])).sum())


def _of(segments: Sequence[Segment], level: bool) -> list[Segment]:
    return [s for s in segments if s.horizontal == level]


def _places(segments: Sequence[Segment], level: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where lines of one direction lie, and how much line lies there."""
    at: dict[float, float] = {}
    for s in segments:
        if s.horizontal == level:
            place = round(s.y0 if level else s.x0, 1)
            at[place] = at.get(place, 0.0) + _length(s)
    return np.array(list(at)), np.array(list(at.values()))


def _axis(drafted: Sequence[Segment], wanted: Sequence[Segment], level: bool) -> list[tuple[float, float]]:
    """The likeliest scales and shifts of one axis."""
    (found, found_mm), (printed, printed_mm) = _places(drafted, level), _places(wanted, level)
    scored = []
    for scale in np.arange(0.75, 1.3, 0.003):
        shifts = (found[:, None] - scale * printed[None, :]).ravel()
        weights = np.sqrt(found_mm[:, None] * printed_mm[None, :]).ravel()
        reach = MOST_SHIFT * max(printed.max(), found.max())
        votes, edges = np.histogram(shifts, bins=np.arange(-reach, reach, 0.6), weights=weights)
        votes = votes + 0.5 * (np.roll(votes, 1) + np.roll(votes, -1))
        for k in np.argsort(-votes)[:3]:
            scored.append((float(votes[k]), float(scale), float(edges[k] + 0.3)))
    chosen = [(1.0, 0.0)]
    for _, scale, shift in sorted(scored, reverse=True):
        if all(abs(scale - s) > APART[0] or abs(shift - t) > APART[1] for s, t in chosen):
            chosen.append((scale, shift))
    return chosen[:CHOICES]


def _refined(
    drafted: Sequence[Segment], wanted: Sequence[Segment], scale: Points, shift: Points
) -> tuple[Points, Points]:
    for near in (1.5, 1.0, 0.7, 0.5, 0.5):
        scale, shift = scale.copy(), shift.copy()
        moved = [_moved_line(s, scale, shift) for s in wanted]
        for axis, level in ((1, True), (0, False)):
            pairs = []
            for s, m in zip(wanted, moved, strict=True):
                if s.horizontal == level and (match := _nearest(m, drafted, near)) is not None:
                    pairs.append((s.y0 if level else s.x0, match, np.sqrt(_length(s))))
            if len({round(p[0]) for p in pairs}) >= 2:
                printed, found, weights = np.array(pairs).T
                scale[axis], shift[axis] = np.polyfit(printed, found, 1, w=np.sqrt(weights))
    return scale, shift


def _nearest(s: Segment, drafted: Sequence[Segment], near_mm: float) -> float | None:
    """Where the drafted line lies that runs beside ``s``."""
    best, least = None, near_mm
    for other in drafted:
        if other.horizontal != s.horizontal:
            continue
        along = (s.x0, s.x1, other.x0, other.x1) if s.horizontal else (s.y0, s.y1, other.y0, other.y1)
        off = abs(other.y0 - s.y0) if s.horizontal else abs(other.x0 - s.x0)
        if off < least and min(along[1], along[3]) - max(along[0], along[2]) > 0.5 * (along[1] - along[0]):
            best, least = (other.y0 if s.horizontal else other.x0), off
    return best


def _moved_line(s: Segment, scale: Points, shift: Points) -> Segment:
    (x0, y0), (x1, y1) = np.array([[s.x0, s.y0], [s.x1, s.y1]]) * scale + shift
    return Segment(x0, y0, x1 if s.horizontal else x0, y0 if s.horizontal else y1, s.width, s.ink)


def _moved_box(box: Box, scale: Points, shift: Points) -> Box:
    (x0, y0), (x1, y1) = np.array([[box.x, box.y], [box.right, box.bottom]]) * scale + shift
    return Box(float(x0), float(y0), float(x1 - x0), float(y1 - y0))


def _length(s: Segment) -> float:
    return s.x1 - s.x0 + s.y1 - s.y0


def _covered(s: Segment, others: Sequence[Segment], near_mm: float = NEAR_MM) -> float:
    count = max(3, int(_length(s) / STEP_MM))
    t = (np.arange(count) + 0.5) / count
    x, y = s.x0 + t * (s.x1 - s.x0), s.y0 + t * (s.y1 - s.y0)
    near: NDArray[np.bool_] = np.zeros(count, bool)
    for other in others:
        if other.horizontal == s.horizontal:
            beside, along, start, end = (
                (abs(y - other.y0), x, other.x0, other.x1)
                if s.horizontal
                else (abs(x - other.x0), y, other.y0, other.y1)
            )
            near |= (beside <= near_mm) & (along >= start - near_mm) & (along <= end + near_mm)
    return float(near.mean())


def _owner(cell: Box, drafted: Sequence[tuple[str, Box]]) -> str | None:
    for field, other in drafted:
        across = min(cell.right, other.right) - max(cell.x, other.x)
        down = min(cell.bottom, other.bottom) - max(cell.y, other.y)
        if across > 0 and down > 0:
            both = across * down
            if both / (cell.width * cell.height + other.width * other.height - both) >= OVERLAP:
                return field
    return None


def _blanks(folder: Path | None) -> Iterator[tuple[Path, Template]]:
    library = load_library()
    for path in sorted(folder.glob("*.png")) if folder else ():
        if path.stem in library:
            yield path, library[path.stem]
        elif path.stem.endswith("candidates10"):  # a print of the candidates' page with other candidates
            continue


def _random(options: argparse.Namespace) -> Iterator[tuple[Path, Template]]:
    """Scans of blank prints of forms that nobody designed."""
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.first_seed, options.first_seed + options.random):
            template = any_form(seed).template
            path = Path(folder) / f"random-{seed}.png"
            cv2.imwrite(str(path), np.round(250 * (1 - draw_page(template, SCAN_PX_PER_MM))).astype(np.uint8))
            yield path, template


def _strangers(options: argparse.Namespace) -> Iterator[tuple[Path, Template]]:
    for folder in sorted(options.strangers.iterdir()) if options.strangers else ():
        if folder.is_dir():
            (template,) = load_library(folder).values()
            pictures = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
            for path in pictures[: options.photographs]:
                yield path, template


def _sum(title: str, found: Sequence[Found]) -> Found:
    def added(name: str) -> tuple[int, int]:
        pairs = [getattr(f, name) for f in found]
        return sum(p[0] for p in pairs), sum(p[1] for p in pairs)

    precision = float(np.mean([f.precision for f in found]))
    seconds = float(np.mean([f.seconds for f in found]))
    fields = sum(f.drafted_fields for f in found)
    return Found(
        f"all {title}",
        added("lines"),
        added("right"),
        float(np.mean([f.long for f in found])),
        precision,
        added("cells"),
        added("fields"),
        fields,
        seconds,
    )


def _print(f: Found) -> None:
    lines, right, cells, fields = (f"{a} of {b}" for a, b in (f.lines, f.right, f.cells, f.fields))
    line_share, right_share, cell_share = (f"{a / max(b, 1):.1%}" for a, b in (f.lines, f.right, f.cells))
    print(
        f"{f.name:34}{lines:>13}{line_share:>8}{right:>13}{right_share:>8}{f.long:8.1%}{f.precision:9.1%}{cells:>13}{cell_share:>8}{fields:>9}"
        f"{f.drafted_fields:9}{f.seconds:7.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
