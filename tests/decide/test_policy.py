"""The policy file: what is refused, and with what mend."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import formreader.decide
from formreader.decide import default_policy, load_policy, policy_for, save_policy
from formreader.errors import ModelError, UsageError
from formreader.evaluate.risk import least_fields
from formreader.reader import Reader

SHIPPED = json.loads((Path(formreader.decide.__file__).parent / "policy.json").read_text(encoding="utf-8"))
MODELS = {"digits": "digits-1@sha256:ab", "words": "words-2@sha256:cd"}


def written(path: Path, **changes: object) -> Path:
    """The shipped policy's file with these keys changed; a key of ``...`` is left out."""
    content = {key: value for key, value in {**SHIPPED, **changes}.items() if value is not ...}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_the_shipped_policy_says_for_which_risk_and_on_what_it_was_learnt():
    policy = default_policy()
    assert policy.accept_confidence is not None and policy.risk is not None and policy.confidence is not None
    assert sum(policy.sources.values()) == policy.fields >= least_fields(policy.risk, policy.confidence)
    assert len(policy.sources) > 1


def test_with_other_models_the_shipped_policy_serves_under_another_name_and_promises_no_risk(monkeypatch):
    known = replace(default_policy(), models={"digits": "digits-9@sha256:ef"})
    monkeypatch.setattr("formreader.decide.policy.default_policy", lambda: known)
    assert policy_for(None, known.models) is known
    other = policy_for(None, MODELS)
    assert (other.name, other.risk, other.confidence) == (f"{known.name}-other-models", None, None)
    assert other.accept_confidence == known.accept_confidence


def test_no_key_of_the_shipped_file_is_lost_in_writing(tmp_path):
    save_policy(default_policy(), tmp_path / "policy.json")
    assert json.loads((tmp_path / "policy.json").read_text(encoding="utf-8")) == SHIPPED


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"least_lead": ..., "accept_confidance": 0.9}, "least_lead: Field required"),
        ({"name": ...}, "name: Field required"),
        ({"accept_confidance": 0.9}, "accept_confidance: Unexpected keyword argument"),
        ({"accept_confidence": 1.5}, "accept_confidence: Input should be less than or equal to 1"),
        ({"accept_confidence": "0.9"}, "accept_confidence: Input should be a valid number"),
        ({"accept_confidence": float("nan")}, "accept_confidence: "),
        ({"most_residual_mm": float("inf")}, "most_residual_mm: "),
        ({"date": "yesterday"}, "date: "),
        ({"models": ["digits-1"]}, "models: "),
        ({"fields": -1}, "fields: "),
    ],
)
def test_a_malformed_file_is_refused_with_the_key_and_the_mend(tmp_path, changes, fault):
    path = written(tmp_path / "mine.json", **changes)
    with pytest.raises(UsageError) as refused:
        load_policy(path)
    assert f"{path}: is no policy of this release ({fault}" in str(refused.value)
    assert str(refused.value).endswith("write it again with formreader calibrate")


@pytest.mark.parametrize("lacks", [("most_longer_share", "most_squeeze"), ("most_contrary_share",)])
def test_a_policy_of_an_earlier_release_is_refused_by_what_it_does_not_say(tmp_path, lacks):
    """Its risk was found without those thresholds: no value is made up for them."""
    path = written(tmp_path / "mine.json", **dict.fromkeys(lacks, ...))
    with pytest.raises(UsageError) as refused:
        load_policy(path)
    said = f"{path}: is a policy of an earlier release: it says nothing of {', '.join(lacks)}; write it again"
    assert str(refused.value) == f"{said} with formreader calibrate"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xd8\xff"])
def test_a_file_that_is_no_policy_at_all_is_refused(tmp_path, content):
    (tmp_path / "mine.json").write_bytes(content)
    with pytest.raises(UsageError, match="is no policy of this release"):
        load_policy(tmp_path / "mine.json")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"gone\.json: the policy cannot be read"):
        load_policy(tmp_path / "gone.json")


def test_a_policy_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        save_policy(default_policy(), tmp_path / "nowhere" / "policy.json")


def test_a_policy_of_the_same_models_is_taken():
    made = replace(default_policy(), models=dict(reversed(MODELS.items())))
    assert policy_for(made, MODELS) is made


@pytest.mark.parametrize(
    "others",
    [
        {**MODELS, "digits": "digits-1@sha256:ff"},
        {"digits": MODELS["digits"]},
        {**MODELS, "tally": "tally-1@sha256:ee"},
    ],
)
def test_a_policy_of_other_models_is_refused_with_the_mend(others):
    with pytest.raises(ModelError) as refused:
        policy_for(replace(default_policy(), name="theirs", models=others), MODELS)
    said = str(refused.value)
    assert "policy 'theirs' was made for digits-1@sha256:" in said
    assert "digits-1@sha256:ab, words-2@sha256:cd is loaded" in said
    assert said.endswith("run formreader calibrate again, or leave the policy out")


def test_a_reader_takes_a_policy_or_its_file_and_refuses_a_foreign_one(tmp_path, reader):
    path = tmp_path / "policy.json"
    mine = replace(default_policy(), name="mine", models=reader.models)
    save_policy(mine, path)
    assert Reader(policy=path).policy == Reader(policy=str(path)).policy == Reader(policy=mine).policy == mine
    save_policy(replace(mine, models=MODELS), path)
    with pytest.raises(ModelError, match="run formreader calibrate again"):
        Reader(policy=path)
