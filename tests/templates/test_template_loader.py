"""A template file becomes exactly the page it describes."""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from formreader.errors import TemplateError
from formreader.geometry import Box
from formreader.templates import (
    Area,
    Bubbles,
    Digits,
    Line,
    Mark,
    Number,
    RowSums,
    Segment,
    Tally,
    Text,
    Words,
    encoding_cells,
    indexed_cells,
    load_library,
    outline,
)


@pytest.fixture
def page(load, whole):
    return load(whole)


def test_the_head_of_the_file(page, whole):
    assert (page.id, page.title, page.language) == ("test-whole", "Every key of the format", "id")
    assert (page.width_mm, page.height_mm, page.source) == (210.0, 297.0, "made up for the tests")
    assert page.sha256 == hashlib.sha256(whole.encode()).hexdigest()


def test_a_mark_for_each_position_and_codes_keep_their_leading_zeros(page):
    assert page.marks == (
        Mark("qr", Box(181.0, 22.8, 12.0, 12.0), text=("010200-02", "29999-0[2-9]")),
        Mark("apriltag", Box(10.0, 10.0, 12.0, 12.0), dictionary="36h10", id=102),
        Mark("barcode", Box(40.0, 10.0, 30.0, 6.0), text=("C1-PPWP-02",)),
        Mark("square", Box(2.0, 5.0, 3.0, 2.0)),
        Mark("square", Box(200.0, 290.0, 3.0, 2.0)),
    )


def test_areas_and_texts(page):
    assert page.areas == (Area(Box(100.0, 50.0, 20.0, 8.0), 0.6),)
    assert page.texts[0] == Text("MODEL C", Box(150.0, 10.0, 20.0, 5.0), True)
    assert page.texts[1].text == "no"


def test_ruled_lines_are_repeated(page):
    assert page.segments[:2] == (Segment(20, 50, 80, 50, 0.5, 1), Segment(20, 60, 80, 60, 0.5, 1))
    assert page.segments[2:6] == tuple(Segment(x, y, x, y + 10, 0.4, 0.5) for y in (50, 80) for x in (20, 80))


def test_fields_are_spelt_out_and_no_stays_a_word(page):
    votes = ["votes.1", "votes.2", "votes.no"]
    old = ["old.a.l", "old.a.p", "old.b.l", "old.b.p"]
    assert list(page.fields) == [*votes, *old, "valid"]


def test_digits_are_primary_wherever_they_are_written(page):
    assert list(page.fields["votes.1"].encodings) == ["digits", "bubbles", "tally", "row_sums", "words"]
    assert page.fields["votes.1"].primary == "digits"
    assert page.fields["old.a.l"].primary == "number"


def test_encodings_are_shifted_with_their_row_and_column(page):
    digits = page.fields["votes.2"].encodings["digits"]
    assert digits == Digits(
        (Box(165.0, 110.5, 8.0, 9.0), Box(174.5, 110.5, 8.0, 9.0), Box(184.0, 110.5, 8.0, 9.0)),
        "eight",
        Line(0.5, 0.35),
    )
    assert page.fields["old.b.p"].encodings["number"] == Number(Box(50.0, 230.0, 25.0, 8.0), None)
    assert page.fields["valid"].encodings["digits"].cells[2].x == 34.0  # cells that share a line


def test_bubbles_by_place_and_value(page):
    bubbles = page.fields["votes.1"].encodings["bubbles"]
    assert isinstance(bubbles, Bubbles)
    assert (len(bubbles.columns), len(bubbles.columns[0])) == (3, 10)
    assert bubbles.columns[2][7].centre == pytest.approx((152.0, 94.5))


def test_grids_and_rows(page):
    encodings = page.fields["votes.1"].encodings
    tally, sums, words = encodings["tally"], encodings["row_sums"], encodings["words"]
    assert isinstance(tally, Tally) and tally.cells[1][3] == Box(110, 80, 10, 10)
    assert isinstance(sums, RowSums) and sums.style == "boxes" and sums.cells[1][1] == Box(125, 80, 5, 10)
    assert isinstance(words, Words) and [len(row) for row in words.cells] == [10, 6]
    assert words.cells[1][5] == Box(45, 75, 5, 5)
    free = page.fields["valid"].encodings["words"]
    assert free == Words("line", ((Box(60, 250, 100, 9),),), None)


def test_cells_in_reading_order_and_their_outline(page):
    sums = page.fields["votes.1"].encodings["row_sums"]
    assert [index for index, _ in indexed_cells(sums)] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert encoding_cells(sums)[2] == Box(120, 80, 5, 10)
    assert outline(sums) == Box(120, 70, 10, 20)


def test_a_line_that_cells_share_is_one_segment(page):
    at_120 = [s for s in page.segments if not s.horizontal and s.x0 == 120 and s.y0 == 70]
    assert at_120 == [Segment(120, 70, 120, 90, 0.2, 1)]  # right of the tally, left of its row sums
    across = [s for s in page.segments if s.horizontal and s.y0 == 80 and s.x0 == 80]
    assert across == [Segment(80, 80, 130, 80, 0.2, 1)]


def test_an_implied_line_gives_way_to_a_ruled_one(load, whole):
    ruled = "  - {across: [250.0], from: 10.0, to: 100.0, width: 0.7}\nareas:"
    page = load(whole.replace("areas:", ruled, 1))
    assert [s.width for s in page.segments if s.horizontal and s.y0 == 250] == [0.7]
    assert [s.width for s in page.segments if s.horizontal and s.y0 == 259] == [0.3]


def test_a_ruled_line_said_twice_is_one_and_a_thicker_part_stays(load, whole):
    twice = "  - {across: [50.0], from: 20.0, to: 80.0, width: 0.5}\n"
    part = "  - {across: [50.0], from: 20.0, to: 50.0, width: 0.9}\nareas:"
    page = load(whole.replace("areas:", twice + part, 1))
    assert [s.width for s in page.segments if s.horizontal and s.y0 == 50] == [0.5, 0.9]


def test_rules_are_repeated_for_each_key(page):
    assert [rule.text for rule in page.rules] == [
        "votes.1 + votes.2 + votes.no = valid",
        "valid <= 800",
        "old.a.l + 2 * old.a.p <= valid",
        "old.b.l + 2 * old.b.p <= valid",
    ]
    assert page.rules[2].terms == ((1, "old.a.l"), (2, "old.a.p"), (-1, "valid"))


def test_a_template_travels_between_processes(page):
    assert pickle.loads(pickle.dumps(page)) == page


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path, load, whole):
    path = tmp_path / "w.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + whole.replace("\n", "\r\n").encode())
    assert load_library(tmp_path)["test-whole"].fields == load(whole).fields


def test_a_library_is_sorted_by_id(tmp_path, whole):
    for name, template_id in (("a", "z-form"), ("b", "a-form")):
        (tmp_path / f"{name}.yaml").write_text(whole.replace("test-whole", template_id))
    assert list(load_library(tmp_path)) == ["a-form", "z-form"]


def test_two_templates_of_one_id_are_refused(tmp_path, whole):
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(whole)
    with pytest.raises(TemplateError, match=r"b\.yaml:2: id: 'test-whole' is that of .*a\.yaml too"):
        load_library(tmp_path)


def test_a_folder_without_templates_is_refused(tmp_path):
    with pytest.raises(TemplateError, match="no templates"):
        load_library(tmp_path)


def test_a_library_tells_the_mistakes_of_all_files(tmp_path, whole):
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(whole.replace("language: id", "language: indonesian"))
    with pytest.raises(TemplateError) as raised:
        load_library(tmp_path)
    assert [line.split("/")[-1][:8] for line in str(raised.value).splitlines()] == ["a.yaml:4", "b.yaml:4"]


def test_the_packaged_library_loads():
    library = load_library()
    assert library and all(name == template.id for name, template in library.items())


def test_opencv_is_not_loaded_with_the_templates():
    code = "import sys, formreader.templates; sys.exit('cv2' in sys.modules)"
    source = Path(__file__).parents[2] / "src"
    run = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(source)}, check=False)
    assert run.returncode == 0


def test_the_template_in_the_documentation_loads(load):
    text = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    page = load(example)
    assert list(page.fields)[:4] == ["votes.1", "votes.2", "votes.3", "valid"]
    assert len(page.rules) == 4
