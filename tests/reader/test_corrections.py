"""A number that was struck out gives way to the one beside it, and to nothing where none was written."""

from __future__ import annotations

import numpy as np

from formreader.alphabets import NUMBER_ALPHABET
from formreader.decode import NumberReading
from formreader.reader.corrections import corrected
from formreader.reader.field_evidence import FieldEvidence
from formreader.records import SECOND
from formreader.templates import Field, load_library

FIELD: Field = load_library()["id-2022-chasil-ppwp-2"].fields["total"]


def steps(text: str, sure: float = 0.97) -> np.ndarray:
    """A step for each character and one of none behind it."""
    rows = np.full((2 * len(text), 1 + len(NUMBER_ALPHABET)), (1 - sure) / len(NUMBER_ALPHABET))
    for i, character in enumerate(text):
        rows[2 * i, 1 + NUMBER_ALPHABET.index(character)] = sure
        rows[2 * i + 1, 0] = sure
    return np.log(rows / rows.sum(axis=1, keepdims=True))


def struck(written: str, value: int | None, words: int | None = None) -> FieldEvidence:
    says = {FIELD.primary: {value: 0.9}, SECOND: {value: 0.9}}
    if words is not None:
        says["words"] = {words: 0.95}
    return FieldEvidence((NumberReading(written, value, 0.9),), says, 999, {"struck": 1.0})


def test_the_number_beside_takes_the_place_of_the_one_struck_out() -> None:
    found = corrected(FIELD, struck("118", 118, words=27), steps("27"))
    assert found.written[0].written == "27"
    assert max(found.encodings[FIELD.primary].items(), key=lambda says: says[1])[0] == 27
    assert set(found.encodings) == {FIELD.primary, "words"}
    assert found.remarks == {"struck": 1.0}


def test_what_is_no_number_or_hardly_one_beside_it_changes_nothing() -> None:
    before = struck("118", 118)
    assert corrected(FIELD, before, steps("2?")) is before
    assert corrected(FIELD, before, steps("271", sure=0.4)) is before


def test_what_nobody_can_read_and_nobody_replaced_counts_for_nothing() -> None:
    gone = corrected(FIELD, struck("1?8", 118), None)
    assert gone.encodings == {FIELD.primary: {None: 1.0}} and gone.written[0].written == "1?8"


def test_what_can_be_read_or_stands_in_words_is_kept() -> None:
    for before in (struck("118", 118), struck("1?8", 118, words=118)):
        assert corrected(FIELD, before, None) is before
