"""Pictures of each stage: what was found, where the boxes fell, what was read in each."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Points
from formreader.records import SheetReading, Trace
from formreader.register import map_points
from formreader.templates import Template
from formreader.templates.preview import draw_over

TILE_PX, TILES_A_ROW = 96, 18
Picture = NDArray[np.uint8]


def write_debug(directory: Path, sheet: SheetReading, trace: Trace, template: Template | None) -> list[Path]:
    """Write 1-marks, 2-lines, 3-boxes and 4-cells for one page, named after it; return their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    stem = f"{Path(sheet.source.path).stem}-p{sheet.source.page}"
    pictures = {"1-marks.jpg": _marks(trace), "2-lines.jpg": _lines(trace)}
    if template is not None and sheet.registration is not None:
        registration = sheet.registration

        def onto_picture(points: Points) -> Points:
            return _decoded(map_points(registration, points), trace)

        pictures["3-boxes.jpg"] = draw_over(template, _colour(trace), onto_picture)
        pictures["4-cells.png"] = _cells(trace)
    paths = []
    for name, picture in pictures.items():
        path = directory / f"{stem}-{name}"
        cv2.imwrite(str(path), picture)
        paths.append(path)
    return paths


def _colour(trace: Trace) -> Picture:
    picture: Picture = cv2.cvtColor(trace.photo.grey, cv2.COLOR_GRAY2BGR)
    return picture


def _decoded(points: Points, trace: Trace) -> Points:
    """From frame photo to the px of the picture as it was decoded."""
    result: Points = (points + 0.5) * trace.photo.scale - 0.5
    return result


def _marks(trace: Trace) -> Picture:
    picture = _colour(trace)
    for code in trace.codes:
        quad = np.round(_decoded(code.quad, trace)).astype(np.int32)
        cv2.polylines(picture, [quad], True, (0, 0, 255), 3)
        cv2.putText(
            picture, f"{code.kind} {code.text}", tuple(map(int, quad[0])), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 255), 2
        )
    return picture


def _lines(trace: Trace) -> Picture:
    picture = _colour(trace)
    ends = np.round(_decoded(trace.segments.reshape(-1, 2, 2), trace)).astype(np.int32)
    cv2.polylines(picture, list(ends), False, (0, 0, 255), 1, cv2.LINE_AA)
    return picture


def _cells(trace: Trace) -> Picture:
    """A contact sheet: each crop with what was read in it and how surely."""
    tiles = []
    for cell in trace.cells:
        character, probability = trace.read[(cell.field, cell.encoding, cell.index)]
        tile = np.full((TILE_PX + 32, TILE_PX + 8), 255, np.uint8)
        tile[4 : TILE_PX + 4, 4 : TILE_PX + 4] = cv2.resize(cell.crop, (TILE_PX, TILE_PX), interpolation=cv2.INTER_CUBIC)
        said = f"{character} {min(probability, 0.999):.3f}"
        cv2.putText(tile, said, (4, TILE_PX + 16), cv2.FONT_HERSHEY_SIMPLEX, 0.42, 0, 1, cv2.LINE_AA)
        where = f"{cell.field}[{cell.index[0]}]"[-16:]
        cv2.putText(tile, where, (4, TILE_PX + 28), cv2.FONT_HERSHEY_SIMPLEX, 0.3, 90, 1, cv2.LINE_AA)
        tiles.append(tile)
    blank = np.full_like(tiles[0], 255)
    while len(tiles) % TILES_A_ROW:
        tiles.append(blank)
    rows = [np.hstack(tiles[i : i + TILES_A_ROW]) for i in range(0, len(tiles), TILES_A_ROW)]
    sheet: Picture = np.vstack(rows)
    return sheet
