"""Numbers in the words of a language, in the letters that are read."""

from __future__ import annotations

import unicodedata
from functools import cache

from formreader.errors import UsageError
from formreader.swahili import in_swahili

SWAHILI = "sw"
PLAIN_LETTERS = str.maketrans({"Æ": "AE", "Ø": "O", "Ł": "L", "Đ": "D", "-": " ", ",": " "})


@cache  # each form of a library asks
def check_language(language: str) -> None:
    """Raises ``UsageError`` where its number words cannot be spelt: before a photograph is read, not while it is."""
    for number in (*range(21), 100, 1000):
        spelt(number, language)


def spelt(number: int, language: str) -> str:
    """The number ``in_words``, in capitals A-Z and single spaces. Raises ``UsageError``."""
    words = in_words(number, language)
    kept = plain(words)
    if not kept.isascii():
        raise UsageError(f"number words of language '{language}' have other letters than A-Z: '{words}'")
    return kept


def in_words(number: int, language: str) -> str:
    """The number in the words of num2words, or of Swahili (``sw``), as they are printed. Raises ``UsageError``."""
    if language == SWAHILI:
        return in_swahili(number)
    from num2words import num2words

    try:
        return str(num2words(number, lang=language))
    except NotImplementedError as error:
        raise UsageError(f"num2words knows no language '{language}'") from error


def plain(words: str) -> str:
    """Capitals without accents and marks, single spaces."""
    parted = unicodedata.normalize("NFKD", words.upper().translate(PLAIN_LETTERS))
    kept = "".join(character for character in parted if unicodedata.category(character)[0] not in "MP")
    return " ".join(kept.split())
