"""Pages of one station weighed together in a batch: once they are all there, and without a second look at a picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from formreader.batch import run_batch
from formreader.batch.jobs import Done, Job, LookInto, Read, Weigh
from formreader.batch.reading import Seen, open_reader
from formreader.batch.results import Results
from formreader.batch.weighed import summarised
from formreader.batch.worker import answer
from formreader.records import Check, DocumentChecks, DocumentReading, Identity, Reason, SheetReading, Source
from formreader.report import to_dict
from formreader.store import Input, KeptResult, Review, RunStore
from formreader.store.readout import counts, entries, weighed
from formreader.store.records import PAGE_LEVEL

SAMPLES = Path(__file__).parents[2] / "samples"
PRESENT = Identity("0.1.0", {}, {"form-1": "11", "form-2": "22"}, "strict")
RULE = "page1.votes = page2.votes"


class Counting:
    """A reader of files whose text is a form and a number, and whose document has the two forms agree."""

    identity = PRESENT

    def read(self, file: str, number: int, path: str) -> Seen:
        form, value = Path(file).read_text().split()[:2]
        if form == "refuse":
            raise RuntimeError("cannot be read")
        return Seen(self._sheet(form, int(value), path), f"{form} {value} {path}".encode())

    def weigh(self, pages: Sequence[KeptResult]) -> DocumentReading:
        given = [page.kept.decode().split(" ", 2) for page in pages]
        if any(value == "666" for _, value, _ in given):
            raise RuntimeError("a mistake of ours")
        joined = {form: int(value) for (form, value, _), page in zip(given, pages, strict=True) if not page.alone}
        forms = [form for (form, _, _), page in zip(given, pages, strict=True) if not page.alone]
        holds = joined["form-1"] == joined["form-2"] if len(joined) == 2 else None
        missing = tuple(form for form in ("form-1", "form-2") if form not in joined)
        double = tuple(form for form in joined if forms.count(form) > 1)
        checks = DocumentChecks(
            "both", {"page1": "form-1", "page2": "form-2"}, missing, double, (Check(RULE, (), holds, 0.5),)
        )
        sheets = []
        for (form, value, path), page in zip(given, pages, strict=True):
            sheet = self._sheet(form, int(value), path)
            if not page.alone:
                sheet = replace(sheet, document=checks)
                if holds is False:
                    why = Reason("rule_violated", f"the numbers on the page do not add up: {RULE}")
                    votes = replace(sheet.fields["votes"], status="review", reasons=(why,))
                    sheet = replace(sheet, status="review", fields={**sheet.fields, "votes": votes})
            sheets.append(sheet)
        return DocumentReading(tuple(sheets), (checks,))

    def _sheet(self, form: str, value: int, path: str) -> SheetReading:
        from stubs import reading

        return replace(reading(Source(path, 1, "", 100, 100), value, "accepted"), template=form)


class Inline:
    """An engine that does each job here and now, and remembers them."""

    size = workers = 1

    def __init__(self, reader: object) -> None:
        self.reader, self.identity, self.jobs, self._job = reader, reader.identity, [], None

    @property
    def free(self) -> int:
        return self._job is None

    @property
    def busy(self) -> int:
        return self._job is not None

    def submit(self, job: Job) -> None:
        self._job = job
        self.jobs.append(job)

    def wait(self, timeout_s: float) -> list[Done]:
        job, self._job = self._job, None
        return [answer(job, self.reader)]

    def count(self, kind: type) -> int:
        return sum(isinstance(job, kind) for job in self.jobs)


Go = Callable[..., Inline]


@pytest.fixture
def store(tmp_path: Path, stubs: Path):
    with RunStore(tmp_path, create=True) as opened:
        yield opened


@pytest.fixture
def go(store, tmp_path) -> Go:
    """Reads what is given, ``name="station text"``, on top of what is there already."""

    def read(reader: object = None, *, stop: Callable[[], bool] = lambda: False, **given: str) -> Inline:
        listed = []
        for name, said in given.items():
            station, text = said.split(" ", 1)
            path = tmp_path / f"{name}.jpg"
            if not path.exists():
                path.write_text(text if "same" in text else f"{text} {name}")
            listed.append(Input(path.name, str(path), None if station == "-" else station))
        store.register(listed)
        engine = Inline(reader or Counting())
        run_batch(store, engine, store.begin_run(engine.identity, {}), lambda: not stop())
        return engine

    return read


def votes(store: RunStore) -> dict[str, tuple[str, list[str]]]:
    """By path: status and reasons of the field ``votes``."""
    found = {}
    for one in Results(store).readings():
        field = one.sheet["fields"].get("votes", {"status": "unread", "reasons": []})
        found[one.sheet["source"]["path"]] = field["status"], [why["code"] for why in field["reasons"]]
    return found


def test_pages_that_contradict_each_other_go_to_review(store, go):
    engine = go(a="12 form-1 94", b="12 form-2 99", c="13 form-1 7", d="13 form-2 7")
    wrong, right = ("review", ["rule_violated"]), ("accepted", [])
    assert votes(store) == {"a.jpg": wrong, "b.jpg": wrong, "c.jpg": right, "d.jpg": right}
    assert (counts(store.engine).review, counts(store.engine).accepted, counts(store.engine).left) == (2, 2, 0)
    together = summarised(weighed(store.engine))
    assert (together.stations, together.broken, together.missing) == (2, {"12": (RULE,)}, {})
    assert (engine.count(Read), engine.count(Weigh)) == (4, 2)
    (sheet, *_) = (one.sheet for one in Results(store).readings())
    assert sheet["document"]["checks"] == [{"rule": RULE, "holds": False, "probability": 0.5}]


def test_a_station_is_weighed_once_it_is_whole(store, go):
    engine = go(a="12 form-1 94", b="13 form-1 7", c="12 form-2 94")
    kinds = [type(job) for job in engine.jobs]
    assert kinds.count(Weigh) == 2
    assert kinds.index(Weigh) < max(i for i, kind in enumerate(kinds) if kind is LookInto), "not only in the end"
    assert summarised(weighed(store.engine)).missing == {"13": ("form-2",)}


def test_a_page_that_comes_later_is_weighed_with_those_that_were_read_before(store, go):
    go(a="12 form-1 94")
    assert votes(store) == {"a.jpg": ("accepted", [])}
    engine = go(b="12 form-2 99")
    assert engine.count(Read) == 1, "no picture is read twice"
    assert [status for status, _ in votes(store).values()] == ["review", "review"]
    assert summarised(weighed(store.engine)).missing == {}
    assert go().jobs == []


def test_a_station_that_is_told_later_is_weighed_then(store, go):
    go(a="- form-1 94", b="- form-2 99")
    assert list(weighed(store.engine)) == []
    engine = go(a="12 form-1 94", b="12 form-2 99")
    assert [type(job) for job in engine.jobs] == [Weigh]
    assert [status for status, _ in votes(store).values()] == ["review", "review"]


def test_a_retake_takes_the_place_of_a_page_that_failed(store, go):
    go(a="12 form-1 94", b="12 refuse 0")
    assert summarised(weighed(store.engine)).missing == {"12": ("form-2",)}
    go(c="12 form-2 99")
    assert votes(store)["a.jpg"] == ("review", ["rule_violated"])


def test_a_page_that_is_there_twice_is_said(store, go):
    go(a="12 form-1 94", b="12 form-2 94", c="12 form-2 94")
    assert summarised(weighed(store.engine)).double == {"12": ("form-2",)}


def test_a_picture_filed_under_two_stations_is_weighed_with_neither(store, go):
    go(a="12 form-1 94", b="12 form-2 99 same", c="13 form-2 99 same")
    assert votes(store)["a.jpg"] == ("accepted", [])
    assert votes(store)["b.jpg"] == votes(store)["c.jpg"] == ("review", ["filed_twice"])
    assert summarised(weighed(store.engine)).missing == {"12": ("form-2",), "13": ("form-1", "form-2")}


def test_what_goes_wrong_in_weighing_is_recorded_and_stops_nothing(store, go):
    go(a="12 form-1 666", b="12 form-2 666", c="13 form-1 7", d="13 form-2 8")
    together = summarised(weighed(store.engine))
    assert "a mistake of ours" in together.failed["12"]
    assert together.broken == {"13": (RULE,)}
    assert votes(store)["a.jpg"] == ("accepted", []), "as it was read by itself"
    assert store.retry_failed() == 1
    assert [type(job) for job in go().jobs] == [Weigh]


def test_stopped_before_it_was_weighed_it_is_weighed_when_it_goes_on(store, go):
    go(a="12 form-1 94", b="12 form-2 99", stop=lambda: counts(store.engine).unweighed > 0)
    assert (counts(store.engine).unweighed, counts(store.engine).left) == (1, 1)
    task = store.take_document(1)
    assert task.station == "12"
    store.recover()  # as after a kill
    engine = go()
    assert [type(job) for job in engine.jobs] == [Weigh]
    assert [status for status, _ in votes(store).values()] == ["review", "review"]


def test_a_late_answer_for_a_station_that_has_changed_is_dropped(store, go):
    go(a="12 form-1 94", b="12 form-2 99", stop=lambda: counts(store.engine).unweighed > 0)
    late = store.take_document(1)
    go(c="12 form-2 99")
    before = votes(store)
    store.save_document(late, [("{}", "accepted")] * 2, "[]")
    assert votes(store) == before
    assert summarised(weighed(store.engine)).double == {"12": ("form-2",)}


def test_pages_read_by_different_models_are_not_mixed_until_they_are_refreshed(store, go):
    go(a="12 form-1 94")
    newer = Counting()
    newer.identity = replace(PRESENT, models={"digits-2": "bb"})
    go(newer, b="12 form-2 99")
    assert "--refresh" in summarised(weighed(store.engine)).failed["12"]
    assert [status for status, _ in votes(store).values()] == ["accepted", "accepted"]
    store.stale(newer.identity, mark=True)
    engine = go(newer)
    assert (engine.count(Read), engine.count(Weigh)) == (1, 1)
    assert summarised(weighed(store.engine)).failed == {}
    assert [status for status, _ in votes(store).values()] == ["review", "review"]


def test_a_batch_says_what_read_document_says_bit_for_bit(store, reader):
    """The library's own Reader, over two drawn pages of one form that contradict each other."""
    paths = [SAMPLES / f"id-2022-chasil-ppwp-{page}.jpg" for page in (1, 2)]
    store.register(Input(path.as_posix(), str(path), "12") for path in paths)
    engine = Inline(open_reader(None, None, None))
    run_batch(store, engine, store.begin_run(engine.identity, {}), lambda: True)
    together = reader.read_document(paths)
    assert [{**one.sheet, "timing_ms": None} for one in entries(store.engine)] == [
        json.loads(json.dumps({**to_dict(sheet), "timing_ms": None})) for sheet in together.pages
    ]
    (document,) = together.documents
    assert [check.holds for check in document.checks] == [False], "or the test shows nothing"
    used = next(entries(store.engine)).sheet["fields"]["ballots.used"]
    assert (used["status"], used["reasons"][-1]["code"]) == ("review", "rule_violated")
    assert engine.count(Read) == 2


def out(store: RunStore, name: str, verdict: str, by: str = "ann", **more: object) -> None:
    [entry] = [entry for entry in entries(store.engine) if entry.path == name]
    decision = Review(entry.sha256, 1, PAGE_LEVEL, PAGE_LEVEL, None, by, None, verdict, "not of this station")
    store.save_reviews([decision], **more)


def test_a_dismissed_page_weighs_nothing_until_it_counts_again(store, go):
    go(a="12 form-1 94", b="12 form-2 99")
    assert votes(store)["a.jpg"] == ("review", ["rule_violated"])
    out(store, "b.jpg", "dismissed")
    assert go().count(Weigh) == 1
    assert votes(store)["a.jpg"] == ("accepted", [])
    assert summarised(weighed(store.engine)).broken == {}
    out(store, "b.jpg", "open", replacing=True)
    assert go().count(Weigh) == 1
    assert votes(store)["a.jpg"] == ("review", ["rule_violated"])


def test_a_station_whose_pages_are_all_dismissed_is_not_weighed(store, go):
    go(a="12 form-1 94", b="12 form-2 99")
    for name in ("a.jpg", "b.jpg"):
        out(store, name, "dismissed")
    assert go().count(Weigh) == 0
    assert list(weighed(store.engine)) == []


def test_a_page_about_which_people_disagree_is_weighed(store, go):
    go(a="12 form-1 94", b="12 form-2 99")
    out(store, "b.jpg", "dismissed")
    out(store, "b.jpg", "open", by="ben")
    go()
    assert votes(store)["a.jpg"] == ("review", ["rule_violated"])
