"""What two readers of the same boxes say of each other."""

from __future__ import annotations

from formreader.evaluate.agreement import agreement

LABELS = [*"1234567890", "?", "X"]


def readings(text: str, share: float = 0.95) -> list[tuple[str, float]]:
    return [(character, share) for character in text]


def test_wrong_alike_is_counted_and_letters_are_not() -> None:
    first = readings("1734567890" + "77")
    second = readings("1734567898" + "77")
    found = agreement("boxes", LABELS, first, second)
    assert (found.total, found.first_wrong, found.second_wrong, found.wrong_alike) == (10, 1, 2, 1)
    assert (found.believed, found.believed_wrong) == (9, 1)
    assert found.interval[0] < 1 / 9 < found.interval[1]
    assert "of 10 the first reader wrong in 1, the second in 2, alike in 1 (both wrong by chance: 0.2" in next(
        found.lines()
    )


def test_an_unsure_second_reader_is_no_witness() -> None:
    found = agreement("boxes", LABELS, readings("123456789012"), readings("123456789012", 0.89))
    assert (found.believed, found.believed_wrong, found.interval) == (0, 0, (0.0, 1.0))
