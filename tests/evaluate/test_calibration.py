"""From scored sheets to a policy file: which fields count, what is written, and what is said."""

from __future__ import annotations

import datetime
import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from formreader.decide import default_policy, load_policy, save_policy
from formreader.errors import UsageError
from formreader.evaluate.calibration import calibrate, labelled_photographs, policy_to_calibrate
from formreader.evaluate.sheets import FieldScore, SheetScore

MODELS = {"digits": "digits-1@sha256:ab"}
DAY = datetime.date(2026, 11, 24)
OF_CALIBRATION = {"name", "origin", "risk", "confidence", "fields", "wrong"}
OF_CALIBRATION |= {"sources", "date", "models", "accept_confidence"}


def scored(count: int, wrong: int = 0, confidence: float = 0.9999, accepted: bool = True) -> SheetScore:
    """A sheet of so many fields, the first ``wrong`` of them misread."""
    reasons = () if accepted else ("rule_violated",)
    made = [FieldScore("a.jpg", f"f{i}", "1", "1", i >= wrong, accepted, confidence, reasons) for i in range(count)]
    return SheetScore("a.jpg", "form", "form", None, tuple(made), ())


def test_what_calibration_found_stands_in_the_policy_and_the_rest_is_carried_over():
    policy = calibrate([scored(3000), scored(30, 30, 0.7)], MODELS, date=DAY).policy
    assert policy.accept_confidence is not None
    assert 0.7 < policy.accept_confidence <= 0.9999
    assert (policy.risk, policy.confidence, policy.fields, policy.wrong) == (0.001, 0.95, 3030, 30)
    assert (policy.date, policy.models, policy.name) == (DAY, MODELS, "risk-0.001-2026-11-24")
    for part in {field.name for field in fields(policy)} - OF_CALIBRATION:
        assert getattr(policy, part) == getattr(default_policy(), part), part


def test_a_field_in_review_for_another_reason_does_not_count():
    found = calibrate([scored(3000), scored(50, 50, accepted=False)], MODELS)
    assert found.policy.accept_confidence is not None
    assert (found.policy.fields, found.policy.wrong) == (3000, 0)


def test_calibration_reads_without_a_threshold_of_confidence_and_with_any_model():
    policy = policy_to_calibrate()
    assert (policy.accept_confidence, dict(policy.models)) == (0.0, {})


def test_too_few_fields_are_said_with_the_number_it_takes():
    found = calibrate([scored(60), scored(40, 1)], MODELS)
    assert found.policy.accept_confidence is None
    assert "2 labelled sheets give 100 fields to accept, 1 of them wrong" in found.summary
    assert "at most 0.1 % are wrong with 95 % confidence, at least 2995 without an error are needed" in found.summary
    assert found.summary in found.policy.origin


def test_too_many_errors_are_said_with_what_they_show():
    found = calibrate([scored(5000, 25)], MODELS)
    assert found.policy.accept_confidence is None
    assert "of the 5000 surest fields on 1 labelled sheets 25 are wrong" in found.summary
    assert "up to 0.7 % of such fields are, and only 0.1 % may be" in found.summary


@pytest.mark.parametrize("count", [100, 3000])
def test_a_policy_survives_its_file(tmp_path: Path, count: int):
    policy = calibrate([scored(count)], MODELS, date=DAY).policy
    save_policy(policy, tmp_path / "policy.json")
    assert load_policy(tmp_path / "policy.json") == policy


def test_a_photograph_that_is_labelled_twice_is_refused(tmp_path: Path):
    first, second = tmp_path / "truth.json", tmp_path / "more.json"
    for path, names in ((first, ["a.jpg", "b.jpg"]), (second, ["c.jpg", "./a.jpg"])):
        path.write_text(json.dumps({"schema": "truth/1", "sheets": [{"name": name} for name in names]}))
    assert [path.name for path in labelled_photographs([first])] == ["a.jpg", "b.jpg"]
    for truths in ([first, second], [first, first]):
        with pytest.raises(UsageError, match=r"a\.jpg: stands twice in the truth files"):
            labelled_photographs(truths)


def test_each_source_is_tried_under_the_threshold_of_the_others():
    """What drawn sheets allow may be too much for photographs: it is said, source by source."""
    drawn = replace(scored(4000, confidence=0.999), source="drawn")
    photographs = replace(scored(100, 3, confidence=0.99), source="photographs: a.jpg")
    found = calibrate([drawn, photographs, scored(10)], MODELS)
    assert found.policy.sources == {"drawn": 4000, "photographs": 100, "not said": 10}
    by = {apart.source: (apart.fields, apart.threshold, apart.accepted, apart.wrong) for apart in found.apart}
    assert by["drawn"][1:] == (None, 0, 0), "photographs alone are too few"
    threshold = by["photographs"][1]
    assert threshold is not None and (by["photographs"][2] == 0) == (threshold > 0.99)
    assert calibrate([drawn], MODELS).apart == ()
