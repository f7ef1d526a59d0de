"""The pictures of each stage: drawn where things were found, at whatever scale the picture was decoded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from formreader.errors import NoRoom, UsageError
from formreader.geometry import Box
from formreader.records import Cell, Code, Photo, SheetReading, Source, Trace
from formreader.report.debug import write_debug
from formreader.templates import Digits, Field, Segment, Template

HALF = 0.5
BOX = Box(20.0, 30.0, 8.0, 10.0)


def template() -> Template:
    field = Field("votes.1", {"digits": Digits((BOX,))})
    line = Segment(10.0, 60.0, 90.0, 60.0, 0.5, 1.0)
    return Template("test-form", "", "id", 100.0, 100.0, "", (), (line,), (), (), {"votes.1": field}, (), "0" * 64)


@pytest.fixture
def trace() -> Trace:
    """A white picture of 400 x 300 px, decoded at half size, with one code, one segment and two cells."""
    photo = Photo(Source("a.jpg", 1, "ab" * 32, 400, 300), np.full((150, 200), 255, np.uint8), HALF)
    quad = np.array([[100.0, 40.0], [140.0, 40.0], [140.0, 80.0], [100.0, 80.0]])
    crop = np.full((40, 40), 128, np.uint8)
    cells = tuple(Cell("votes.1", "digits", (i,), 0.8, quad, crop) for i in range(2))
    return Trace(
        photo,
        codes=(Code("apriltag", "102", quad),),
        segments=np.array([[200.0, 200.0, 300.0, 200.0]]),
        cells=cells,
        read={("votes.1", "digits", (0,)): ("7", 0.98)},
    )


def picture(folder: Path, name: str) -> np.ndarray:
    found = cv2.imread(str(folder / name))
    assert found is not None, name
    return found


def coloured(area: np.ndarray) -> bool:
    """Whether anything but grey is drawn there."""
    return bool((area.max(axis=2).astype(int) - area.min(axis=2) > 60).any())


def only_folder(directory: Path) -> Path:
    (folder,) = directory.iterdir()
    return folder


def test_four_pictures_of_a_page_that_was_read(tmp_path, sheet, trace):
    paths = write_debug(tmp_path / "new" / "debug", sheet(), trace, template())
    assert [path.name for path in paths] == ["1-marks.jpg", "2-lines.jpg", "3-boxes.jpg", "4-cells.png"]
    folder = only_folder(tmp_path / "new" / "debug")
    assert folder.name == "a-p1-abababab"
    assert all(picture(folder, name).shape == (150, 200, 3) for name in ("1-marks.jpg", "2-lines.jpg", "3-boxes.jpg"))


def test_marks_and_lines_are_drawn_where_the_decoded_picture_has_them(tmp_path, sheet, trace):
    write_debug(tmp_path, sheet(), trace, template())
    folder = only_folder(tmp_path)
    marks, lines = picture(folder, "1-marks.jpg"), picture(folder, "2-lines.jpg")
    assert coloured(marks[28:33, 50:70])  # the quad's edge at y 40 .. 80 px of the photo, halved
    assert not coloured(marks[100:, :])
    assert coloured(lines[98:102, 110:140])
    assert not coloured(lines[:90, :])


def test_boxes_are_projected_through_the_registration(tmp_path, sheet, trace):
    """A page point p is at 2 p + 10 px of the photo, half of that in the decoded picture."""
    write_debug(tmp_path, sheet(), trace, template())
    boxes = picture(only_folder(tmp_path), "3-boxes.jpg")
    line_y = round((2 * 60.0 + 10 + 0.5) * HALF - 0.5)
    assert coloured(boxes[line_y - 1 : line_y + 2, 30:90])
    top, left = round((2 * BOX.y + 10) * HALF), round((2 * BOX.x + 10) * HALF)
    assert coloured(boxes[top - 2 : top + 12, left - 2 : left + 10])
    assert not coloured(boxes[90:, :])


def test_the_contact_sheet_holds_a_tile_a_cell_read_or_not(tmp_path, sheet, trace):
    write_debug(tmp_path, sheet(), trace, template())
    cells = picture(only_folder(tmp_path), "4-cells.png")
    assert cells.shape[1] % 2 == 0
    left, right = np.hsplit(cells, 2)
    for tile in (left, right):
        assert (tile == 128).any(), "the crop"
        assert (tile[100:] < 100).any(), "what was read in it"
    assert (left != right).any()


def test_a_refused_page_shows_what_was_seen_and_no_older_boxes(tmp_path, sheet, trace):
    write_debug(tmp_path, sheet(), trace, template())
    refused = sheet(status="rejected")
    paths = write_debug(tmp_path, refused, replace(trace, cells=(), read={}), None)
    assert [path.name for path in paths] == ["1-marks.jpg", "2-lines.jpg"]
    assert sorted(path.name for path in only_folder(tmp_path).iterdir()) == ["1-marks.jpg", "2-lines.jpg"]


def test_on_a_full_disk_the_pictures_of_an_earlier_run_stay(tmp_path, sheet, trace, monkeypatch):
    write_debug(tmp_path, sheet(), trace, template())
    before = {path.name: path.read_bytes() for path in only_folder(tmp_path).iterdir()}

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("formreader.files.os.fsync", refuse)
    with pytest.raises(NoRoom, match="make room"):
        write_debug(tmp_path, sheet(), trace, template())
    assert {path.name: path.read_bytes() for path in only_folder(tmp_path).iterdir()} == before


def test_two_files_of_one_name_do_not_meet(tmp_path, sheet, trace):
    other: SheetReading = sheet("elsewhere/a.png")
    write_debug(tmp_path, sheet("here/a.jpg"), trace)
    write_debug(tmp_path, replace(other, source=replace(other.source, sha256="cd" * 32)), trace)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_said(tmp_path, sheet, trace):
    taken = tmp_path / "file"
    taken.write_text("")
    with pytest.raises(UsageError, match="cannot be made"):
        write_debug(taken, sheet(), trace)
