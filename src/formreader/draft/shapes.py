"""A field's parts as the template format has them, and fields of one shape as rows and columns of a group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from formreader.draft.pieces import Parts, Piece, rows_of
from formreader.geometry import Box

SAME_MM = 0.8
"""Fields have one shape where every length of theirs agrees so well; rows and columns stand so exactly."""
PITCH_MM, PITCH = 1.0, 0.06
CLOSER = 0.7
"""Rows that follow one another at less than this part of the last gap begin a new section."""

Spec = Mapping[str, Mapping[str, Any]]
"""An encoding's keys by the encoding's name, in the order of the format."""


@dataclass(slots=True)
class Group:
    """Fields of one shape in ``rows`` (y mm) by ``columns`` (x mm); ``spec`` is the first one's."""

    spec: Spec
    rows: list[float]
    columns: list[float]
    boxes: dict[tuple[int, int], Box]
    members: list[Parts]
    doubts: list[str] = field(default_factory=list)

    @property
    def frame(self) -> Box:
        """Around the primary cells of all its fields."""
        x, y = min(b.x for b in self.boxes.values()), min(b.y for b in self.boxes.values())
        right, bottom = max(b.right for b in self.boxes.values()), max(b.bottom for b in self.boxes.values())
        return Box(x, y, right - x, bottom - y)


def spec_of(parts: Parts) -> dict[str, dict[str, Any]]:
    """The field's encodings, its primary first."""
    found: dict[str, dict[str, Any]] = {}
    if pieces := parts.pieces.get("digits"):
        block = pieces[0].block
        found["digits"] = {"boxes": block.columns, "box": numbers(block.first)}
        if not block.joined:
            found["digits"]["step"] = round(block.step[0], 2)
    if pieces := parts.pieces.get("number"):
        found["number"] = {"box": numbers(pieces[0].box)}
    if (group := parts.bubbles) is not None:
        found["bubbles"] = {
            "columns": group.columns,
            "centre": [round(v, 2) for v in group.centre],
            "step": [round(v, 2) for v in group.step],
            "diameter": round(group.diameter, 2),
            "line": {"width": 0.2},
        }
    if pieces := parts.pieces.get("tally"):
        block = pieces[0].block
        found["tally"] = {"rows": block.rows, "columns": block.columns, "box": numbers(block.box)}
    if pieces := parts.pieces.get("row_sums"):
        block = pieces[0].block
        kind: dict[str, Any] = {"boxes": block.columns} if _narrow(pieces[0]) else {"style": "number"}
        found["row_sums"] = {"rows": block.rows, **kind, "box": numbers(block.box)}
    if pieces := parts.pieces.get("letters"):
        found["words"] = _letters(pieces)
    elif pieces := parts.pieces.get("words"):
        found["words"] = {"style": "line", "box": numbers(pieces[0].box)}
    if not found and (pieces := parts.pieces.get("text")):
        found["text"] = {"box": numbers(pieces[0].box)}
    return found


def group(fields: Sequence[Parts]) -> list[Group]:
    """Fields of one shape together, in rows and columns as they stand; groups from the top."""
    kinds: list[list[tuple[Parts, dict[str, dict[str, Any]]]]] = []
    for parts in fields:
        spec = spec_of(parts)
        if not spec:
            continue
        alike = next((kind for kind in kinds if _same_shape(kind[0], (parts, spec))), None)
        if alike is None:
            kinds.append([(parts, spec)])
        else:
            alike.append((parts, spec))
    groups = [found for kind in kinds for found in _sections(kind)]
    return sorted(groups, key=lambda g: (round(g.frame.y), g.frame.x))


def numbers(box: Box) -> list[float]:
    return [round(v, 2) for v in (box.x, box.y, box.width, box.height)]


def _narrow(piece: Piece) -> bool:
    """Whether row sums have a box a digit, rather than a cell to write in freely."""
    first = piece.block.first
    return piece.block.columns > 1 or first.width < 1.4 * first.height


def _letters(pieces: Sequence[Piece]) -> dict[str, Any]:
    blocks = sorted((row for piece in pieces for row in rows_of(piece.block)), key=lambda block: block.box.y)
    most = blocks[0].columns
    lines = [numbers(b.box) if b.columns == most else [*numbers(b.box), b.columns] for b in blocks]
    return {"style": "boxes", "boxes": most, "lines": lines}


def _flat(spec: Spec, x: float, y: float) -> list[tuple[str, float]]:
    """Every number of a spec, places from (x, y) on."""
    found: list[tuple[str, float]] = []
    for name, keys in spec.items():
        for key, value in keys.items():
            if key in ("box", "centre"):
                places = [value[0] - x, value[1] - y, *value[2:]]
            elif key == "lines":
                places = [v for line in value for v in (line[0] - x, line[1] - y, *line[2:])]
            elif key == "step":
                places = list(value) if isinstance(value, list) else [value]
            else:
                places = [value] if isinstance(value, (int, float)) else []
            if key == "boxes" and "box" in keys and name == "digits":
                places.append(2 * value * keys.get("step", keys["box"][2]))  # the last box is off by all steps
            found += [(f"{name}.{key}", float(place)) for place in places]
    return found


def _same_shape(a: tuple[Parts, Spec], b: tuple[Parts, Spec]) -> bool:
    (first, spec), (second, other) = a, b
    if {n: k.get("style") for n, k in spec.items()} != {n: k.get("style") for n, k in other.items()}:
        return False
    ours = _flat(spec, first.anchor.x, first.anchor.y)
    theirs = _flat(other, second.anchor.x, second.anchor.y)
    return len(ours) == len(theirs) and all(
        key == key2 and abs(v - v2) < SAME_MM for (key, v), (key2, v2) in zip(ours, theirs, strict=True)
    )


def _sections(kind: Sequence[tuple[Parts, Spec]]) -> Iterable[Group]:
    rows = _clustered([parts for parts, _ in kind], lambda parts: parts.anchor.y)
    sections: list[list[list[Parts]]] = []
    for i, row in enumerate(rows):
        ahead = rows[i + 1] if i + 1 < len(rows) else None
        if sections and _goes_on(sections[-1], row, ahead):
            sections[-1].append(row)
        else:
            sections.append([row])
    for section in sections:
        yield _group(section, {id(parts): spec for parts, spec in kind})


def _clustered(parts: Iterable[Parts], place: Callable[[Parts], float]) -> list[list[Parts]]:
    clusters: list[list[Parts]] = []
    for part in sorted(parts, key=place):
        if clusters and place(part) - place(clusters[-1][0]) < SAME_MM:
            clusters[-1].append(part)
        else:
            clusters.append([part])
    return [sorted(cluster, key=lambda p: p.anchor.x) for cluster in clusters]


def _columns_match(a: Sequence[Parts], b: Sequence[Parts]) -> bool:
    return len(a) == len(b) and all(abs(p.anchor.x - q.anchor.x) < SAME_MM for p, q in zip(a, b, strict=True))


def _goes_on(section: Sequence[list[Parts]], row: list[Parts], ahead: list[Parts] | None) -> bool:
    if not _columns_match(section[-1], row):
        return False
    gap = row[0].anchor.y - section[-1][0].anchor.y
    if len(section) > 1:
        pitch = section[-1][0].anchor.y - section[-2][0].anchor.y
        return abs(gap - pitch) < max(PITCH_MM, PITCH * pitch)
    if ahead is not None and _columns_match(row, ahead):
        return ahead[0].anchor.y - row[0].anchor.y > CLOSER * gap
    return True


def _group(section: Sequence[list[Parts]], specs: Mapping[int, Spec]) -> Group:
    first = section[0][0]
    rows = [sum(p.anchor.y for p in row) / len(row) for row in section]
    columns = [sum(row[j].anchor.x for row in section) / len(section) for j in range(len(section[0]))]
    boxes = {(i, j): parts.anchor for i, row in enumerate(section) for j, parts in enumerate(row)}
    members = [parts for row in section for parts in row]
    doubts = list(dict.fromkeys(doubt for parts in members for doubt in parts.doubts))
    return Group(specs[id(first)], rows, columns, boxes, members, doubts)
