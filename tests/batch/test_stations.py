"""A station counts once, however often it was photographed, and whether or not anybody says of what it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from formreader.batch import read_decisions, stations, take_reviews
from formreader.batch.handwriting import handwriting_of, likeness
from formreader.batch.loop import same_sheet
from formreader.batch.results import Results
from formreader.batch.stations import compare_stations, is_same_station, says_elsewhere
from formreader.batch.wide import wide_records
from formreader.batch.worker import station_of
from formreader.cli.main import app
from formreader.decide.duplicates import is_same_sheet
from formreader.errors import UsageError
from formreader.records import Cell, FieldReading
from formreader.store import Input, RunStore
from formreader.store.check import damage
from formreader.store.lookalikes import pairs
from formreader.store.readout import pages_filed_under, unfiled_pages
from formreader.store.registering import file_under
from formreader.templates import load_library

FOUR = (
    ("a~1", None, None, (117, "accepted")),
    ("a~2", None, None, (117, "accepted")),
    ("a~3", None, None, (117, "accepted")),
    ("a~4", None, None, (117, "accepted")),
    ("b~1", None, None, (5, "accepted")),
)


@pytest.fixture
def answer(forms) -> Callable[..., object]:
    """Takes rows of path, value, other."""

    def take(store: RunStore, *rows: str, **more: object) -> object:
        lines = [f"{line}\n" for line in ("path,field,value,other,note", *rows)]
        return take_reviews(store, read_decisions("list.csv", lines, by="ann"), load_library(forms), **more)

    return take


def votes(store: RunStore) -> tuple[int, int, int]:
    """Sum, sheets in it, sheets that wait."""
    total = Results(store).totals()["form-a", "votes"]
    return total.total, total.accepted + total.reviewed, total.in_review


def asked(store: RunStore) -> list[tuple[str, str]]:
    """Each page with the one that it is written like."""
    return [
        (reading.sheet["source"]["path"], question.path)
        for reading in Results(store).to_review()
        for question in reading.questions
    ]


def test_a_sheet_photographed_four_ways_without_ids_is_not_counted_four_times(run):
    with run(*FOUR) as store:
        assert asked(store) == [("a~2.jpg", "a~1.jpg"), ("a~3.jpg", "a~1.jpg"), ("a~4.jpg", "a~1.jpg")]
        assert Results(store).asked == 3, "as many as are asked, not each with each"
        assert votes(store) == (5, 1, 4), "until somebody says so, none of the four is in the total"
        assert Results(store).counts().review == 4


def test_said_to_be_the_same_it_is_counted_once(run, answer):
    with run(*FOUR) as store:
        answer(store, "a~2.jpg,,same,a~1.jpg,", "a~3.jpg,,same,a~1.jpg,")
        assert asked(store) == [("a~4.jpg", "a~1.jpg")]
        answer(store, "a~4.jpg,,same,a~2.jpg,")
        assert (asked(store), votes(store)) == ([], (122, 2, 0))
        rows = list(wide_records(Results(store).by_paper()))
        assert [row["photographs"] for row in rows] == [["b~1.jpg"], ["a~1.jpg", "a~2.jpg", "a~3.jpg", "a~4.jpg"]]


def test_said_to_be_different_each_is_counted(run, answer):
    with run(*FOUR[:2]) as store:
        answer(store, "a~2.jpg,,different,a~1.jpg,")
        assert (asked(store), votes(store)) == ([], (234, 2, 0))


def test_the_same_sheet_read_as_two_numbers_goes_to_review(run, answer):
    with run(FOUR[0], ("a~2", None, None, (617, "accepted"))) as store:
        answer(store, "a~2.jpg,,same,a~1.jpg,")
        assert votes(store) == (0, 0, 1)
        codes = {
            reason["code"] for one in Results(store).to_review() for reason in one.sheet["fields"]["votes"]["reasons"]
        }
        assert codes == {"duplicates_disagree"}
        answer(store, "a~2.jpg,votes,117,,", "a~2.jpg,total,117,,")
        assert votes(store) == (117, 1, 0)


def test_what_two_people_answer_differently_is_asked_again(run, answer, forms):
    with run(*FOUR[:2]) as store:
        answer(store, "a~2.jpg,,same,a~1.jpg,")
        lines = ["path,field,value,other\n", "a~1.jpg,,different,a~2.jpg\n"]
        taken = take_reviews(store, read_decisions("list.csv", lines, by="bob"), load_library(forms))
        assert taken.recorded.conflicts == 1
        assert asked(store) == [("a~2.jpg", "a~1.jpg")]
        assert votes(store) == (0, 0, 2)
        answer(store, "a~2.jpg,,same,a~1.jpg,", replacing=True)
        assert votes(store) == (117, 1, 0)


def test_photographs_of_one_station_are_not_asked_about(run):
    with run(("a~1", "12", "1", (117, "accepted")), ("a~2", "12", "1", (117, "accepted"))) as store:
        assert (asked(store), votes(store)) == ([], (117, 1, 0))


def test_sheets_that_say_of_what_station_they_are_are_counted_once(run):
    given = [(name, None, None, (117, "accepted")) for name in ("a@12", "b@12", "c@13")]
    with run(*given) as store:
        assert votes(store) == (234, 2, 0)
        assert [place[:2] for place in Results(store).places()] == [
            ("12", "form-a"),
            ("12", "form-a"),
            ("13", "form-a"),
        ]
        assert unfiled_pages(store.engine) == 0
        assert sorted(pages_filed_under(store.engine, "12")) == [1, 2]


def test_two_that_say_they_are_of_one_station_and_differ_go_to_review(run):
    with run(("a@12", None, None, (117, "accepted")), ("b@12", None, None, (617, "accepted"))) as store:
        assert votes(store) == (0, 0, 1)


def test_what_the_user_says_goes_before_what_the_sheet_says(run):
    with run(("a@12", "7", "1", (117, "accepted")), ("b@12", "8", "1", (117, "accepted"))) as store:
        assert votes(store) == (234, 2, 0)
        assert pages_filed_under(store.engine, "12") == []


def test_a_station_that_the_sheet_is_not_sure_of_is_none(run):
    said = SimpleNamespace
    assert station_of(said(station=said(id="12", sure=True))) == "12"
    assert station_of(said(station=said(id="12", sure=False))) is None
    assert station_of(said(station=None)) is None


def test_one_sheet_filed_under_two_stations_waits_until_it_is_filed_right(run, answer):
    with run(("a~1", "12", "1", (117, "accepted")), ("a~2", "13", "1", (117, "accepted"))) as store:
        assert asked(store) == [("a~2.jpg", "a~1.jpg")]
        answer(store, "a~2.jpg,,same,a~1.jpg,")
        assert (asked(store), votes(store)) == ([], (0, 0, 2))
        store.register([Input("a~2.jpg", "a~2.jpg", "12", "1")])
        assert votes(store) == (117, 1, 0)


def test_a_dismissed_photograph_is_asked_about_no_more(run, answer):
    with run(*FOUR[:2]) as store:
        answer(store, "a~2.jpg,,dismissed,,photographed twice")
        assert (asked(store), votes(store)) == ([], (117, 1, 0))


def test_a_refreshed_page_is_compared_anew(run, refresh):
    with run(*FOUR[:2]) as store:
        refresh(store, {"a~1": (117, "accepted"), "a~2": (118, "accepted")})
        assert [pair[:2] for pair in pairs(store.engine)] == [(1, 2)]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("a~1.jpg,,same,,", "names no other photograph"),
        ("a~1.jpg,,same,gone.jpg,", "gone.jpg is no photograph of this run"),
        ("a~1.jpg,,same,a~1.jpg,", "are no two photographs"),
        ("a~1.jpg,,dismissed,,", "without a reason"),
        ("a~1.jpg,,perhaps,,", "has the value 'perhaps' and no field"),
    ],
)
def test_an_answer_that_is_none_is_refused(run, answer, row, told):
    with run(*FOUR[:2]) as store, pytest.raises(UsageError, match=told):
        answer(store, row)


def cells(generator: np.random.Generator) -> list[Cell]:
    """Six boxes with a stroke each."""
    made = []
    for i in range(6):
        crop = np.full((40, 40), 230, np.uint8)
        ends = generator.integers(9, 31, (2, 2))
        cv2.line(crop, ends[0].tolist(), ends[1].tolist(), 40, 2)
        made.append(Cell("votes", "digits", (i,), 1.0, np.zeros((4, 2)), crop))
    return made


def photographed(listed: list[Cell], generator: np.random.Generator) -> list[Cell]:
    """Darker, softer, a pixel aside, with noise."""
    moved = np.float32([[1, 0, 1], [0, 1, -1]])
    return [
        Cell(one.field, one.encoding, one.index, 1.0, one.quad, np.clip(
            cv2.warpAffine(cv2.GaussianBlur(one.crop, (0, 0), 1.0), moved, (40, 40), borderMode=cv2.BORDER_REPLICATE)
            * 0.7 + generator.normal(0, 4, (40, 40)), 0, 255).astype(np.uint8))
        for one in listed
    ]  # fmt: skip


def test_handwriting_is_known_again_on_a_second_photograph_and_told_from_anothers():
    generator = np.random.default_rng(5)
    field = FieldReading("votes", 117, "117", 0.99, "accepted", (), (), {}, np.zeros((4, 2)))
    first, second = cells(generator), cells(generator)
    kept = [
        handwriting_of("form-a", {"votes": field}, shown, {"votes": "digits"})
        for shown in (first, photographed(first, generator), second)
    ]
    assert kept[0].keys == kept[1].keys
    assert is_same_sheet(likeness(kept[0].ink, kept[1].ink))
    assert same_sheet(kept[0].ink, kept[2].ink) is None


def test_a_page_without_a_number_is_like_no_other():
    nothing = FieldReading("votes", None, "___", 0.99, "accepted", (), (), {}, np.zeros((4, 2)))
    assert handwriting_of("a", {"votes": nothing}, cells(np.random.default_rng(1)), {"votes": "digits"}) is None


def test_a_real_sheet_turned_cropped_scanned_and_shrunk_is_known_again(run_over, tmp_path):
    samples = Path(__file__).parents[2] / "samples"
    folder = tmp_path / "in"
    folder.mkdir()
    with Image.open(samples / "id-2024-ppwp-2.jpg") as sheet:
        width, height = sheet.size
        sheet.save(folder / "a.jpg", quality=90)
        sheet.rotate(90, expand=True).save(folder / "turned.jpg", quality=80)
        sheet.crop((width // 50, height // 60, width - width // 60, height - height // 90)).save(folder / "cut.jpg")
        sheet.save(folder / "scanned.pdf", resolution=200)
        sheet.resize((width * 7 // 10, height * 7 // 10)).save(folder / "small.png")
    shutil.copy(samples / "id-2019-c1-plano-ppwp-2.jpg", folder / "other.jpg")
    done = run_over(folder, reader="formreader.batch.reading:open_reader")
    assert set(done.outcomes.values()) <= {"accepted", "review"}
    with RunStore(tmp_path) as store:
        found = [(Path(page).name, Path(like).name) for page, like in asked(store)]
        assert found == [(name, "a.jpg") for name in ("cut.jpg", "scanned.pdf", "small.png", "turned.jpg")]
        total = Results(store).totals()["id-2024-ppwp-2", "votes.1"]
        assert (total.total, total.in_review) == (0, 5)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("12", "0012", True),
        ("3-12", "0003-012", True),
        ("Pasar Baru", "Pasar Baru", True),
        ("12", "13", False),
        ("12", "3-12", None),
        ("Pasar Baru", "0012", None),
        ("000", "0", True),
        ("", "12", None),
    ],
)
def test_ids_are_compared_where_they_are_of_one_scheme(one, other, same):
    assert is_same_station(one, other) is same
    assert is_same_station(other, one) is same


def said(store: RunStore) -> tuple[int, int, list[tuple[str, str | None, str]], list[tuple[str, str | None, str]]]:
    """Compared, agreeing; sent elsewhere and corrected as path, the station it counts under, what it says."""
    found = compare_stations(store.engine, Results(store))
    lists = (found.sent_elsewhere, found.corrected)
    return found.compared, found.agreeing, *([(one.path, one.counts_under, one.says) for one in each] for each in lists)


def test_a_sheet_that_says_another_station_than_its_sender_is_said(run):
    given = [("a@0012", "12"), ("b@0013", "14"), ("c@0015", None), ("d", "16"), ("e@0017", "Pasar Baru")]
    with run(*((name, station, None, (117, "accepted")) for name, station in given)) as store:
        assert said(store) == (3, 1, [("b@0013.jpg", "14", "0013")], [])
        assert votes(store)[0] == 5 * 117, "it counts all the same, as it was sent"


def test_ids_of_another_scheme_say_nothing_of_a_single_sheet(run):
    with run(("a@0012", "7", None, (117, "accepted")), ("b@0013", "8", None, (5, "accepted"))) as store:
        assert said(store) == (2, 0, [], [])
        example = compare_stations(store.engine, Results(store)).example
        assert (example.counts_under, example.says) == ("7", "0012")
        results = Results(store)
        (first, _) = results.readings_of([1, 2])
        assert says_elsewhere(results, first) is None


def test_a_run_is_gone_through_once_for_all_of_its_sheets_that_differ(run, answer, monkeypatch):
    said, asked_of = stations.said_stations, []
    monkeypatch.setattr(stations, "said_stations", lambda engine: asked_of.append(engine) or said(engine))
    with run(("a@0012", "7", None, (117, "review")), ("b@0013", "8", None, (5, "review"))) as store:
        results = Results(store)
        assert [says_elsewhere(results, reading) for reading in results.readings()] == [None, None]
        assert len(asked_of) == 1
        answer(store, "a@0012.jpg,votes,118,,", "b@0013.jpg,votes,6,,")
        assert len(asked_of) == 2, "once more for the list, whose two sheets differ"


def test_a_station_that_a_person_corrected_is_said_and_not_moved(run, answer):
    """The Scribe's sheets say their station in ``votes``."""
    with run(("a@0117", None, None, (117, "review")), ("b@0118", "118", None, (118, "review"))) as store:
        taken = answer(store, "a@0117.jpg,votes,118,,")
        assert said(store) == (1, 1, [], [("a@0117.jpg", "0117", "0118")])
        assert [warning for warning in taken.warnings if "still counts under station 0117" in warning]
        answer(store, "b@0118.jpg,votes,119,,")
        assert said(store)[2] == [] and said(store)[1] == 0, "nothing agrees any more: then no single sheet is named"
        answer(store, "a@0117.jpg,votes,117,,")
        assert said(store)[3] == []


def test_a_sheet_that_a_person_put_right_or_took_out_is_not_said(run, answer):
    given = [("a@12", "12"), ("b@13", "14"), ("c@15", "16")]
    with run(*((name, station, None, (1, "review")) for name, station in given)) as store:
        assert [path for path, *_ in said(store)[2]] == ["b@13.jpg", "c@15.jpg"]
        results = Results(store)
        (reading,) = results.readings_of([2])
        assert says_elsewhere(results, reading) == "13"
        answer(store, "b@13.jpg,votes,14,,", "c@15.jpg,,dismissed,,not a sheet")
        assert said(store) == (2, 2, [], [])


@pytest.mark.parametrize(
    ("sent", "lines"),
    [
        (("12", "14"), ["sent      1 of 2 sheets say another station", "    b@13.jpg counts under 14 and says 13"]),
        (("A", "B"), ["sent      none of 2 sheets says the station that it was sent under", "a@12.jpg counts under A"]),
        (("12", "13"), []),
    ],
)
def test_status_says_which_sheets_say_another_station(run, tmp_path, sent, lines):
    with run(*((name, station, None, (1, "accepted")) for name, station in zip(("a@12", "b@13"), sent, strict=True))):
        pass
    told = CliRunner().invoke(app, ["status", str(tmp_path), "--totals"]).output
    assert all(line in told for line in lines)
    assert bool(lines) == ("sent   " in told)
    said = json.loads(CliRunner().invoke(app, ["status", str(tmp_path), "--format", "json"]).output)
    assert said["said_stations"]["compared"] == 2


def test_a_file_is_filed_under_another_station_by_every_path(run):
    with run(("a@12", "14", "1", (1, "accepted")), ("a@12+copy", None, None, (1, "accepted"))) as store:
        with store.engine.begin() as connection:
            assert file_under(connection, 1, "12") == ["14", None]
        assert [place[0] for place in Results(store).places()] == ["12", "12"]
        assert said(store) == (2, 2, [], [])
        assert list(damage(store.engine)) == []
