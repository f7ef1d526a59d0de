"""From what the models say of a field's cells to what each of its encodings says."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.alphabets import (
    BUBBLE_CLASSES,
    DIGIT_CLASSES,
    LETTER_CLASSES,
    NUMBER_ALPHABET,
    TALLY_CLASSES,
    WORD_ALPHABET,
)
from formreader.decode import infer_sheet
from formreader.geometry import Box
from formreader.reader.evidence import Looked, evidence_of
from formreader.reader.field_evidence import FieldEvidence
from formreader.templates import (
    Bubbles,
    Digits,
    Encoding,
    Field,
    Number,
    RowSums,
    Tally,
    Words,
    indexed_cells,
)
from formreader.templates.arithmetic import parse_rule

CELL = Box(0, 0, 5, 5)
SURE = 0.97


def row(classes: str, character: str) -> np.ndarray:
    """Log-probabilities of a cell that is almost surely ``character``."""
    chances = np.full(len(classes), (1 - SURE) / (len(classes) - 1))
    chances[classes.index(character)] = SURE
    return np.log(chances)


def steps(text: str, alphabet: str = NUMBER_ALPHABET) -> np.ndarray:
    """Steps along a line that spell ``text`` with nothing between."""
    spelled = [c for letter in text for c in (letter, "~")] or ["~"]
    return np.array([row("~" + alphabet, c) for c in spelled])


def field(**encodings: Encoding) -> Field:
    return Field("a", encodings)


def looked(encoding: str, of: Encoding, rows: list[np.ndarray]) -> dict:
    return {("a", encoding, index): r for (index, _), r in zip(indexed_cells(of), rows, strict=True)}


def likeliest(found: Field, rows: dict, encoding: str) -> tuple[int | None, float]:
    values = evidence_of({"a": found}, Looked((), rows, {}), "id")["a"].encodings[encoding]
    value = max(values, key=values.__getitem__)
    return value, values[value]


BOXES = Digits((CELL, CELL, CELL))
READ_BOXES = looked("digits", BOXES, [row(DIGIT_CLASSES, c) for c in "X25"])


def test_boxes_are_read_as_they_stand() -> None:
    evidence = evidence_of({"a": field(digits=BOXES)}, Looked((), READ_BOXES, {}), "id")["a"]
    assert evidence.written[0].written == "X25"
    assert likeliest(field(digits=BOXES), READ_BOXES, "digits") == (25, pytest.approx(SURE**3, abs=0.05))


@pytest.mark.parametrize(
    ("called", "encoding", "rows"),
    [
        (
            "bubbles",
            Bubbles(((CELL,) * 10,) * 3),
            [row(BUBBLE_CLASSES, "O" if d == digit else "_") for digit in (None, 2, 5) for d in range(10)],
        ),
        (
            "tally",
            Tally(((CELL,) * 4, (CELL,) * 4)),
            [row(TALLY_CLASSES, c) for c in "55555000"],
        ),
        (
            "row_sums",
            RowSums(((CELL, CELL), (CELL, CELL))),
            [row(DIGIT_CLASSES, c) for c in "20_5"],
        ),
        ("row_sums", RowSums(((CELL,), (CELL,)), style="number"), [steps("20"), steps("5")]),
        (
            "words",
            Words("boxes", ((CELL,) * 10, (CELL,) * 10)),
            [row(LETTER_CLASSES, c) for c in "DUA_PULUH_LIMA______"],
        ),
    ],
)
def test_each_other_encoding_says_its_number(called: str, encoding: Encoding, rows: list[np.ndarray]) -> None:
    whole = field(digits=BOXES, **{called: encoding})
    value, share = likeliest(whole, READ_BOXES | looked(called, encoding, rows), called)
    assert value == 25
    assert share > 0.3


def test_a_number_written_freely_may_be_primary() -> None:
    number = Number(Box(0, 0, 20, 5))
    rows = looked("number", number, [steps("1.025")])
    evidence = evidence_of({"a": field(number=number)}, Looked((), rows, {}), "id")["a"]
    assert evidence.written[0].written == "1025"
    assert next(iter(evidence.encodings["number"])) == 1025


def five_boxes(name: str, number: str, words: str, rows: tuple[str, ...] = ()) -> tuple[str, FieldEvidence]:
    """A field of five digit boxes, words in boxes, and rows of five boxes beside a tally; ``?`` may be 4 or 9."""
    encodings: dict[str, Encoding] = {"digits": Digits((CELL,) * 5), "words": Words("boxes", ((CELL,) * 25,) * 3)}
    read = {"digits": number, "words": words.replace(" ", "_").ljust(75, "_")}
    if rows:
        encodings["row_sums"], read["row_sums"] = RowSums(((CELL,) * 5,) * len(rows)), "".join(rows)
    found: dict = {}
    for called, encoding in encodings.items():
        classes = LETTER_CLASSES if called == "words" else DIGIT_CLASSES
        for (index, _), character in zip(indexed_cells(encoding), read[called], strict=True):
            found[name, called, index] = (
                np.logaddexp(row(classes, "4"), row(classes, "9")) - np.log(2)
                if character == "?" and called == "digits"
                else row(classes, character)
            )
    return name, evidence_of({name: Field(name, encodings)}, Looked((), found, {}), "id")[name]


def test_five_boxes_work_throughout_in_digits_words_rows_and_sums_of_sums() -> None:
    evidence = dict(
        [
            five_boxes("a", "30?50", "TIGA PULUH RIBU SEMBILAN RATUS LIMA PULUH", ("20000", "10950")),
            five_boxes("b", "X??99", "EMPAT RIBU SEMBILAN RATUS SEMBILAN PULUH SEMBILAN", ("XX?99", "_4500")),
            five_boxes("c", "64050", "ENAM PULUH EMPAT RIBU LIMA PULUH"),
            five_boxes("ab", "35?49", "TIGA PULUH LIMA RIBU SEMBILAN RATUS EMPAT PULUH SEMBILAN"),
            five_boxes("all", "99999", "SEMBILAN PULUH SEMBILAN RIBU SEMBILAN RATUS SEMBILAN PULUH SEMBILAN"),
        ]
    )
    assert {found.most for found in evidence.values()} == {99_999}
    said = {name: {e: next(iter(v)) for e, v in found.encodings.items()} for name, found in evidence.items()}
    assert said["a"]["words"] == said["a"]["row_sums"] == 30_950
    assert said["b"]["words"] == 4999
    assert said["all"] == {"digits": 99_999, "words": 99_999}
    page = infer_sheet(
        {name: found.encodings for name, found in evidence.items()},
        [parse_rule("a + b = ab"), parse_rule("ab + c = all")],
        {name: found.most for name, found in evidence.items()},
    )
    best = {name: next(iter(values)) for name, values in page.fields.items()}
    assert best == {"a": 30_950, "b": 4999, "c": 64_050, "ab": 35_949, "all": 99_999}
    assert min(values[best[name]] for name, values in page.fields.items()) > 0.999
    assert [check.holds for check in page.checks] == [True, True]


def test_the_lines_of_a_high_cell_are_one_text() -> None:
    high = Words("line", ((Box(0, 0, 20, 12),),))
    rows = {("a", "words", (i, 0)): steps(text, WORD_ALPHABET) for i, text in enumerate(["DUA PU", "LUH", "LIMA"])}
    value, share = likeliest(field(digits=BOXES, words=high), READ_BOXES | rows, "words")
    assert value == 25
    assert share > 0.9
