"""Pictures of each stage: what was found, where the boxes fell, what was read in each."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.files import made, saved_together
from formreader.geometry import Points
from formreader.records import Cell, Registration, SheetReading, Trace
from formreader.register import map_points
from formreader.templates import Template
from formreader.templates.preview import draw_over

Picture = NDArray[np.uint8]
"""Shape (height, width) or (height, width, 3), blue green red, 0 to 255."""

PICTURES = ("1-marks.jpg", "2-lines.jpg", "3-boxes.jpg", "4-cells.png")
NAME_CHARACTERS = 60
"""Of a photograph's name in its folder's: whatever they are, no file system finds the whole too long."""
RED = (0, 0, 255)
TILE_PX, CAPTION_PX, GAP_PX, TILES_A_ROW = 96, 32, 4, 18
FONT = cv2.FONT_HERSHEY_SIMPLEX


def write_debug(directory: Path, sheet: SheetReading, trace: Trace, template: Template | None = None) -> list[Path]:
    """Write the pictures of one page into a folder of its own under ``directory``; return their paths.

    1-marks.jpg and 2-lines.jpg always; 3-boxes.jpg and 4-cells.png where a ``template`` was laid on the
    page. Raises ``UsageError`` where nothing can be written.
    """
    marks, lines, boxes, cells = PICTURES
    pictures = {marks: _marks(trace), lines: _lines(trace)}
    if template is not None and sheet.registration is not None:
        pictures[boxes] = _boxes(trace, template, sheet.registration)
    if trace.cells:
        pictures[cells] = _contact_sheet(trace)
    folder = directory / page_folder(sheet)
    made(folder)
    paths = {folder / name: picture for name, picture in pictures.items()}
    with saved_together(*paths) as places:
        for place, (path, picture) in zip(places, paths.items(), strict=True):
            place.write_bytes(cv2.imencode(path.suffix, picture)[1].tobytes())
    for name in PICTURES:
        if name not in pictures:  # an earlier run may have come further than this one
            (folder / name).unlink(missing_ok=True)
    return list(paths)


def page_folder(sheet: SheetReading) -> str:
    """Named after the file, its page and its content: two files of one name do not meet."""
    stem = re.sub(r"[^\w .()+,=-]", "_", Path(sheet.source.path).stem)[:NAME_CHARACTERS].strip(" .") or "page"
    return f"{stem}-p{sheet.source.page}-{sheet.source.sha256[:8]}"


def _colour(trace: Trace) -> Picture:
    picture: Picture = np.repeat(trace.photo.grey[:, :, None], 3, axis=2)
    return picture


def _decoded(points: Points, trace: Trace) -> Points:
    """From frame photo to the px of the picture as it was decoded; a pixel's centre is an integer."""
    result: Points = (points + 0.5) * trace.photo.scale - 0.5
    return result


def _marks(trace: Trace) -> Picture:
    picture = _colour(trace)
    for code in trace.codes:
        quad = np.rint(_decoded(code.quad, trace)).astype(np.int32)
        cv2.polylines(picture, [quad], True, RED, 3)
        left, top = int(quad[:, 0].min()), int(quad[:, 1].min())
        cv2.putText(picture, f"{code.kind} {code.text}", (left, max(top - 6, 24)), FONT, 1, RED, 2)
    return picture


def _lines(trace: Trace) -> Picture:
    picture = _colour(trace)
    ends = np.rint(_decoded(trace.segments.reshape(-1, 2, 2), trace)).astype(np.int32)
    cv2.polylines(picture, list(ends), False, RED, 1, cv2.LINE_AA)
    return picture


def _boxes(trace: Trace, template: Template, registration: Registration) -> Picture:
    def onto_picture(points_mm: Points) -> Points:
        return _decoded(map_points(registration, points_mm), trace)

    return draw_over(template, _colour(trace), onto_picture)


def _contact_sheet(trace: Trace) -> Picture:
    """Each crop with what was read in it, how surely, and where it belongs; (height, width)."""
    tiles = [_tile(cell, trace) for cell in trace.cells]
    columns = min(TILES_A_ROW, len(tiles))
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    sheet: Picture = np.vstack(rows)
    return sheet


def _tile(cell: Cell, trace: Trace) -> Picture:
    tile: Picture = np.full((TILE_PX + CAPTION_PX, TILE_PX + 2 * GAP_PX), 255, np.uint8)
    crop = cv2.resize(cell.crop, (TILE_PX, TILE_PX), interpolation=cv2.INTER_CUBIC)
    tile[GAP_PX : GAP_PX + TILE_PX, GAP_PX : GAP_PX + TILE_PX] = crop
    key = (cell.field, cell.encoding, cell.index)
    said = "not read"
    if key in trace.read:
        character, probability = trace.read[key]
        said = f"{character} {min(probability, 0.999):.3f}"
    where = f"{cell.field} {cell.encoding}[{','.join(map(str, cell.index))}]"
    cv2.putText(tile, said, (GAP_PX, TILE_PX + 16), FONT, 0.42, 0, 1, cv2.LINE_AA)
    cv2.putText(tile, where[-20:], (GAP_PX, TILE_PX + 28), FONT, 0.3, 90, 1, cv2.LINE_AA)
    return tile
