"""Number words: the grammar of several languages, and letters compared with every number of it."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

from formreader.alphabets import LETTER_CLASSES
from formreader.decode import read_word_boxes, read_word_line, read_word_lines
from formreader.decode.number_words import grammar
from formreader.decode.rates import GAP_IN_WORD, LETTER_ADDED, LETTER_MISSING, LETTER_WRONG, NO_NUMBER_WORDS
from formreader.decode.words import LINE_CLASSES
from formreader.errors import UsageError
from formreader.spelling import spelt


def letters(text: str, boxes: int = 35, doubt: float = 0.03) -> np.ndarray:
    """A box a letter, ``?`` a box that cannot be read, the rest empty."""
    found = np.full((boxes, 28), doubt / 27)
    for box, character in zip(found, text.ljust(boxes), strict=True):
        box[LETTER_CLASSES.index("_" if character == " " else character)] = 1 - doubt
    return np.log(found)


def line(text: str, doubt: float = 0.03) -> np.ndarray:
    """A letter on one step or two, then a blank one, as CTC networks have it."""
    steps = "~" + "".join(character * (1 + i % 2) + "~" for i, character in enumerate(text))
    found = np.full((len(steps), 28), doubt / 27)
    for step, character in zip(found, steps, strict=True):
        step[LINE_CLASSES.index(character)] = 1 - doubt
    return np.log(found)


READABLE = [
    ("SEMBILAN PULUH EMPAT", 94),
    ("SEMBILANPULUHEMPAT", 94),
    ("  DUA RATUS   SATU", 201),
    ("SMBILAN PULUH EMPTA", 94),
    ("SERATUS TUJUH BELAS", 117),
    ("SATU RATUS TUJUHBELAS", 117),
    ("LIMA", 5),
    ("NOL", 0),
    ("KOSONG", 0),
    ("NIHIL", 0),
    ("SATU DUA TIGA", 123),
    ("SATU KOSONG LIMA", 105),
    ("DUA NOL", 20),
    ("", None),
]


@pytest.mark.parametrize(("text", "number"), READABLE)
def test_what_letters_spell(text, number) -> None:
    for found in (read_word_boxes(letters(text), "id", 999), read_word_line(line(text), "id", 999)):
        assert next(iter(found)) == number
        assert found[number] > 0.95
        assert sum(found.values()) <= 1 + 1e-9


def test_what_spells_no_number_is_left_out() -> None:
    for text in ("KETUA KPPS", "ZZZZZZZZ"):
        assert sum(read_word_boxes(letters(text), "id", 999).values()) < 0.05
        assert sum(read_word_line(line(text), "id", 999).values()) < 0.05


def test_unreadable_letters_leave_the_numbers_open_that_fit() -> None:
    open_ended = read_word_boxes(letters("DUA PULUH ????"), "id", 999)
    assert open_ended[25] == pytest.approx(open_ended[21], rel=0.2)


def test_doubled_letters_need_a_blank_between_on_a_line() -> None:
    """What lasts is one letter, not two."""
    held = "".join(character * 3 for character in "DUA")
    found = np.full((len(held), 28), 1e-4)
    for step, character in zip(found, held, strict=True):
        step[LINE_CLASSES.index(character)] = 1.0
    assert read_word_line(np.log(found / found.sum(axis=1, keepdims=True)), "id", 999)[2] > 0.99


@pytest.mark.parametrize("language", ["id", "en", "de", "fr", "es", "pt_BR", "it", "tr", "vi", "nl"])
@pytest.mark.parametrize("most", [999, 99_999])
def test_the_grammar_has_every_number_as_num2words_spells_it(language, most) -> None:
    words = grammar(language, most)
    standard: dict[int, set[str]] = {}
    for (head, tail, number), chance in zip(words.ways.tolist(), words.chances.tolist(), strict=True):
        if chance == 1.0:
            standard.setdefault(number, set()).add(f"{words.heads[head]} {words.tails[tail]}".replace(" ", ""))
    for number in [*range(120), *random.Random(5).sample(range(most + 1), 300)]:
        assert standard[number] == {spelt(number, language).replace(" ", "")}
    assert len(standard) == most + 1


ELSEWHERE = [
    ("de", "VIERUNDNEUNZIG", 94),
    ("de", "ZWEI HUNDERT DREISSIG", 230),
    ("de", "SIEBNUNDZWANZIG", 27),
    ("en", "FOUR HUNDRED AND TWELVE", 412),
    ("en", "FOURHUNDREDTWELVE", 412),
    ("en", "FOURTY TWO", 42),
    ("en", "ONE ZERO FIVE", 105),
    ("es", "CUARENTA Y CINCO", 45),
    ("es", "CIENTOVEINTITRES", 123),
    ("es", "NOVENTA Y SINCO", 95),
    ("fr", "DEUX CENT UN", 201),
    ("fr", "QUATREVINGTDIXSEPT", 97),
    ("fr", "TRANTE DEUX", 32),
    ("it", "CENTODICIOTTO", 118),
    *((language, "", None) for language in ("de", "en", "es", "fr")),
]
"""As it should be, run together, misspelt, and left empty."""


@pytest.mark.parametrize(("language", "text", "number"), ELSEWHERE)
def test_other_languages(language, text, number) -> None:
    for found in (read_word_line(line(text), language, 999), read_word_boxes(letters(text), language, 999)):
        assert next(iter(found)) == number
        assert found[number] > 0.9


@pytest.mark.parametrize(
    ("language", "lines", "number"),
    [
        ("id", ["DUA RATUS", "TIGA PULUH", "LIMA"], 235),
        ("id", ["EMPAT", "RATUSTI", "GA BELAS"], 413),
        ("en", ["THREE HUND", "RED AND", "TWELVE"], 312),
        ("it", ["TRECENTOSET", "TE"], 307),
        ("fr", ["QUATRE VINGT", "DIX SEPT"], 97),
        ("de", ["", "ACHT", ""], 8),
        ("id", ["", ""], None),
    ],
)
def test_lines_below_one_another_are_one_text_and_a_word_may_break_in_a_double_letter(language, lines, number) -> None:
    found = read_word_lines([line(text) for text in lines], language, 999)
    assert next(iter(found)) == number
    assert found[number] > 0.95


def test_one_line_among_lines_is_read_as_by_itself() -> None:
    assert read_word_lines([line("LIMA")], "id", 999) == read_word_line(line("LIMA"), "id", 999)


def test_a_language_without_these_letters_is_refused() -> None:
    with pytest.raises(UsageError, match="A-Z"):
        grammar("ar", 999)
    with pytest.raises(UsageError, match="knows no language 'xx'"):
        grammar("xx", 999)
    with pytest.raises(UsageError, match="up to"):
        grammar("id", 10_000_000)


def likelihood(text: str, letters: np.ndarray, blank: np.ndarray, gap: np.ndarray, lasting: bool) -> float:
    """One string compared with all steps, in plain loops: (beside or on each letter) after each step."""
    close = [-1, *("ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(c) for c in text.replace(" ", ""))]
    ends = {0} | {sum(map(len, text.split()[: i + 1])) for i in range(len(text.split()))}
    beside, on = [1.0] + [0.0] * (len(close) - 1), [0.0] * len(close)
    for seen, b, g in zip(letters, blank, gap, strict=True):
        any_letter = seen.mean()
        new_beside, new_on = list(beside), list(on)
        for k in range(len(close)):
            stay = b + g * (1.0 if k in ends else GAP_IN_WORD) + LETTER_ADDED * any_letter
            new_beside[k] = (beside[k] + on[k]) * stay
            into = on[k] if lasting else 0.0
            for back, chance in ((1, 1.0), (2, LETTER_MISSING)):
                if k - back >= 0:
                    into += chance * beside[k - back]
                    into += chance * on[k - back] * (not lasting or close[k - back] != close[k])
            new_on[k] = 0.0 if k == 0 else into * ((1 - LETTER_WRONG) * seen[close[k]] + LETTER_WRONG * any_letter)
        beside, on = new_beside, new_on
    return beside[-1] + on[-1] + LETTER_MISSING * (beside[-2] + on[-2])


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("text", ["DUA RATUS TIGA", "SEBELAS", "ENAM EMPAT"])
def test_heads_and_tails_equal_whole_strings(text, lasting) -> None:
    """Against plain loops over each string; a letter missing on either side of the seam is counted twice."""
    seen = line(text, doubt=0.3) if lasting else letters(text, boxes=16, doubt=0.3)
    steps = np.exp(seen - seen.max(axis=1, keepdims=True))
    if lasting:
        parts = steps[:, 1:-1], steps[:, 0], steps[:, -1]
    else:
        spread = steps[:, :-1] + steps[:, -1:] / 27
        parts = spread[:, :-1], np.zeros(len(steps)), spread[:, -1]
    words = grammar("id", 999)
    totals = np.zeros(1000)
    for (head, tail, number), chance in zip(words.ways.tolist(), words.chances.tolist(), strict=True):
        whole = f"{words.heads[head]} {words.tails[tail]}".strip()
        if number in (203, 11, 64, 200, 13, 60, 103, 211):
            totals[number] += chance / 1000 * likelihood(whole, *parts, lasting)
    found = read_word_line(seen, "id", 999) if lasting else read_word_boxes(seen, "id", 999)
    best = next(iter(found))
    for number in np.flatnonzero(totals).tolist():
        if number in found:
            assert found[number] / found[best] == pytest.approx(totals[number] / totals[best], rel=0.02)
    nothing = np.prod(parts[1] + parts[2])
    anything = NO_NUMBER_WORDS * (np.prod(parts[1] + parts[2] + parts[0].mean(axis=1)) - nothing)
    unread = 1.0 - sum(found.values())
    assert unread / found[best] == pytest.approx(anything / totals[best], rel=0.02, abs=1e-5)


def test_three_digits_in_words_are_quick() -> None:
    seen = line("TUJUH RATUS DELAPAN PULUH SEMBILAN")
    read_word_line(seen, "id", 999)
    start = time.perf_counter()
    read_word_line(seen, "id", 999)
    assert time.perf_counter() - start < 0.1


def test_a_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        read_word_boxes(np.zeros((35, 27)), "id", 999)
    with pytest.raises(ValueError, match="expected"):
        read_word_line(np.zeros((3, 35, 28)), "id", 999)
