"""Every bundled sample read whole, against its truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from formreader.evaluate.sheets import load_truth, score_sheet
from formreader.reader import Reader

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.mark.parametrize("truth", load_truth(SAMPLES / "truth.json"), ids=lambda truth: truth["name"])
def test_a_sample_is_read_as_it_is_written(reader: Reader, truth: dict) -> None:
    reading = reader.read(SAMPLES / truth["name"])
    score = score_sheet(truth, reading)
    assert reading.template == truth["template"]
    assert not [field for field in score.fields if field.silent_error]
    wrong = [f"{field.field}: {field.written} read {field.found}" for field in score.fields if not field.right]
    # a sheet of three fields may leave one to a person, as its boxes look by themselves; a large one a twentieth
    assert len(wrong) <= max(1, len(score.fields) // 20), wrong
    assert sum(not field.accepted for field in score.fields) <= max(1, len(score.fields) // 20)


def test_every_value_traces_to_its_place_on_the_picture(reader: Reader) -> None:
    truth = load_truth(SAMPLES / "truth.json")[0]
    reading = reader.read(SAMPLES / truth["name"])
    for name, field in truth["fields"].items():
        drawn = [point for cell in field["cells"] for point in cell]
        low = [min(p[i] for p in drawn) for i in (0, 1)]
        assert abs(reading.fields[name].quad - low).min() < 3


def test_the_same_picture_reads_the_same_twice(reader: Reader) -> None:
    path = sorted(SAMPLES.glob("*.jpg"))[0]
    first, second = reader.read(path), reader.read(path)
    assert {n: (f.value, f.confidence) for n, f in first.fields.items()} == {
        n: (f.value, f.confidence) for n, f in second.fields.items()
    }
