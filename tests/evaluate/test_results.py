"""The results of an evaluation, against numbers known by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from formreader.errors import UsageError
from formreader.evaluate.counts import count_fields, share_of
from formreader.evaluate.curves import calibration_score, risk_coverage
from formreader.evaluate.labelled import gather
from formreader.evaluate.results import SCHEMA, load_results, save_results
from formreader.evaluate.review_time import Pace, review_time
from formreader.evaluate.sheets import FieldScore, SheetScore, score_sheet
from formreader.records import FieldReading, SheetReading, Source

FORM = "id-2022-chasil-ppwp-2"
SILENT = {"right": False, "found": "X72"}


def test_a_result_says_what_it_was_measured_with(results):
    found = results()
    assert found["schema"] == SCHEMA == "formreader/evaluation/1"
    assert found["models"] == {"digits": "digits-1@sha256:ab"}
    assert found["policy"]["accept_confidence"] is not None
    assert found["truths"] == [{"path": "truth.json", "sha256": "cc", "sheets": 2}]
    assert {"formreader", "python", "numpy", "opencv", "onnxruntime"} <= found["versions"].keys()
    assert found["machine"]["cores"] > 0
    assert found["date"].startswith("20")


def test_fields_are_counted_in_all_and_by_group(results):
    found = results()
    assert found["pages"]["refused"]["count"] == 1
    counts = found["fields"]
    assert [counts[part]["count"] for part in ("right", "accepted", "silent_errors", "refused")] == [2, 1, 0, 1]
    assert counts["accepted"]["share"] == pytest.approx(1 / 3)
    assert (counts["accepted"]["low"], counts["accepted"]["high"]) == pytest.approx((0.0084, 0.9057), abs=1e-4)
    assert {name: c["fields"] for name, c in found["by"]["sheet"].items()} == {"a.jpg": 2, "b.jpg": 1}
    assert {name: c["fields"] for name, c in found["by"]["field"].items()} == {f"{FORM} valid": 1, f"{FORM} votes.1": 2}
    assert found["by"]["form"][FORM] == counts
    by_encodings = {name: c["fields"] for name, c in found["by"]["encodings"].items()}
    assert sum(by_encodings.values()) == 3
    assert any("tally" in name for name in by_encodings), "also of a page that was refused"


def test_a_silent_error_is_counted_and_told_in_its_field(results):
    found = results(**SILENT)
    assert found["fields"]["silent_errors"]["count"] == 1
    assert found["fields"]["silent_errors"]["total"] == 1
    (told,) = [f for f in found["sheets"][0]["fields"] if f["accepted"] and not f["right"]]
    assert (told["field"], told["written"], told["found"]) == ("votes.1", "X12", "X72")


def test_a_form_taken_for_another_counts_its_accepted_fields_as_silent_errors():
    mistaken = FieldScore("a.jpg", "x", "", "3", False, True, 0.99, ("wrong_form",))
    counts = count_fields([mistaken])
    assert (counts.fields, counts.accepted.count, counts.silent_errors.count) == (0, 0, 1)


def test_boxes_are_told_by_what_they_were_confused_with(results):
    found = results()
    assert found["confusion"] == {"1": {"1": 1, "7": 1}, "X": {"X": 1}}
    assert found["boxes_right"]["count"] == 2
    assert found["registration"]["all"] == {"sheets": 1, "median_mm": 0.2, "p95_mm": 0.2, "largest_mm": 0.2}


def test_of_nothing_there_is_no_share_and_no_curve(results):
    found = results([])
    assert found["fields"]["right"] == {"count": 0, "total": 0, "share": None, "low": 0.0, "high": 1.0}
    assert found["risk_coverage"]["area"] is None
    assert found["calibration"]["fields"]["expected_error"] is None
    json.dumps(found, allow_nan=False)


def test_results_survive_their_file_and_another_file_is_refused(results, tmp_path: Path):
    path = tmp_path / "a.json"
    found = results()
    save_results(found, path)
    assert load_results(path) == json.loads(json.dumps(found))
    for content in ("", "[]", '{"schema": "truth/1"}'):
        path.write_text(content)
        with pytest.raises(UsageError, match="formreader/evaluation/1"):
            load_results(path)


def test_the_area_is_the_mean_risk_over_coverage():
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    assert risk_coverage(confidence, np.array([True] * 4)).area == 0
    # risks 0, 0, 1/3, 1/4
    assert risk_coverage(confidence, np.array([True, True, False, True])).area == pytest.approx((1 / 3 + 1 / 4) / 4)
    # as sure as each other, they are accepted together: no order among them is luck
    together = risk_coverage(np.full(4, 0.9), np.array([False, True, True, True]))
    assert together.area == pytest.approx(0.25)


def test_the_curve_counts_who_is_accepted_at_each_threshold():
    points = risk_coverage(np.array([0.9999, 0.99, 0.4]), np.array([True, False, False])).points
    assert points[-1].threshold == 0.0
    assert (points[-1].coverage.count, points[-1].risk.count) == (3, 2)
    half = next(point for point in points if point.threshold == 0.5)
    assert (half.coverage, half.risk) == (share_of(2, 3), share_of(1, 2))
    assert points[0].coverage.count == 0
    assert points[0].risk.share is None


def test_calibration_is_measured_by_its_usual_scores():
    score = calibration_score(np.array([0.95] * 10), np.array([True] * 8 + [False] * 2))
    assert score.expected_error == pytest.approx(0.15)
    assert score.brier == pytest.approx((8 * 0.05**2 + 2 * 0.95**2) / 10)
    (only,) = score.bins
    assert (only.confidence, only.right) == (pytest.approx(0.95), share_of(8, 10))


def test_minutes_saved_follow_from_the_pace_that_is_stated():
    one = FieldScore("a.jpg", "a", "1", "1", True, True, 1.0, ())
    refused = replace(one, accepted=False, reasons=("not_read",))
    counts = count_fields([one] * 10 + [replace(one, accepted=False)] * 4 + [refused] * 2)
    time = review_time(counts, Pace(typed_s=6, reviewed_s=3))
    assert (time.typed_min, time.left_min, time.saved_min) == pytest.approx((1.6, 0.4, 1.2))


def test_each_encoding_is_held_against_its_own_label():
    truth = {
        "name": "a.jpg",
        "template": "form",
        "fields": {"a": {"written": "X12", "value": 12, "tally": 11, "rows": [10, 2], "bubbles": "_21"}},
    }
    evidence = {
        "digits": (("-12", 0.9),),
        "tally": (("11", 0.8), ("12", 0.2)),
        "row_sums": (("13", 0.7),),
        "words": (("_", 1.0),),
        "bubbles": (("21", 0.6),),
    }
    reading = FieldReading("a", 12, "X12", 0.9, "review", (), (), evidence, np.zeros((4, 2)))
    sheet = SheetReading(Source("a.jpg", 1, "ab", 1, 1), "review", "form", fields={"a": reading})
    (field,) = score_sheet(truth, sheet).fields
    assert {seen.encoding: seen.verdict for seen in field.encodings} == {
        "digits": "right",
        "tally": "right",
        "row_sums": "wrong",
        "words": "empty",
        "bubbles": "right",
    }


def test_encodings_are_counted_by_what_they_say_alone(results):
    alone = results()["each_encoding_alone"]
    assert alone["tally"]["right"]["count"] == alone["tally"]["right"]["total"] == 2
    assert set(alone) == {"digits", "tally"}


def test_sheets_of_the_same_name_in_two_folders_are_told_apart(tmp_path: Path):
    truths = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        truths.append(tmp_path / folder / "truth.json")
        truths[-1].write_text(json.dumps({"schema": "truth/1", "sheets": [{"name": "a.jpg"}]}))
    assert [sheet.truth["name"] for sheet in gather(truths)] == ["one/a.jpg", "two/a.jpg"]
    assert [sheet.truth["name"] for sheet in gather(truths[:1])] == ["a.jpg"]
    assert [sheet.photograph.parent.name for sheet in gather(truths)] == ["one", "two"]


def test_the_photographs_identity_and_residual_are_kept(results):
    kept = [(s["name"], s["sha256"], s["residual_mm"]) for s in results()["sheets"]]
    assert kept == [("a.jpg", "aa", 0.2), ("b.jpg", "bb", None)]


def test_a_page_mistaken_for_another_form_tells_nothing_of_registration(results):
    page = SheetScore("a.jpg", FORM, "other", None, (), (), 9.0, "aa")
    found = results([page])
    assert found["registration"] == {}
    assert found["pages"]["misnamed"]["count"] == 1
