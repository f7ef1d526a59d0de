"""Number words of Swahili, which num2words does not know."""

from __future__ import annotations

UNITS = ("sifuri", "moja", "mbili", "tatu", "nne", "tano", "sita", "saba", "nane", "tisa")
TENS = (
    "",
    "kumi",
    "ishirini",
    "thelathini",
    "arobaini",
    "hamsini",
    "sitini",
    "sabini",
    "themanini",
    "tisini",
)
PLACES = ((100_000, "laki"), (1000, "elfu"), (100, "mia"))
"""What is counted before the tens: the count stands behind its word."""
MOST = 999_999


def in_swahili(number: int) -> str:
    """The number, 0 to ``MOST``, in small letters: each place by itself, "na" before the last.

    Twelve thousand and ten thousand and two are both "elfu kumi na mbili". Raises ``ValueError`` beyond ``MOST``.
    """
    if not 0 <= number <= MOST:
        raise ValueError(f"expected 0 to {MOST}, got {number}")
    if number == 0:
        return UNITS[0]
    parts, rest = list[str](), number
    for size, word in PLACES:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{word} {in_swahili(count)}")
    tens, units = divmod(rest, 10)
    parts += [TENS[tens]] * (tens > 0) + [UNITS[units]] * (units > 0)
    return " ".join([*parts[:-1], *["na"] * (len(parts) > 1), parts[-1]])
