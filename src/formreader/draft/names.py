"""Names for fields, from what is printed beside and over them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from formreader.draft.words import Word, joined, within
from formreader.geometry import Box

LITTLE = frozenset(
    re.findall(
        r"\w+",
        "a an and the of or in on for to no number nr dan yang di ke dari data de la el los las del y o "
        "le les du des et da do dos das e der die das und",
    )
)
"""Words that name nothing."""
LONGEST_WORDS, LONGEST = 2, 24
LEFT_MM, OVER_MM = 110.0, 40.0


def slug(text: str) -> str:
    """A name of letters, digits and _, a letter first; "" where the text has no letter."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    words = [word for word in words if word not in LITTLE and not word.isdigit()] or words
    chosen = "_".join(words[:LONGEST_WORDS])[:LONGEST].strip("_")
    return chosen if re.search(r"[a-z]", chosen) else ""


def row_label(box: Box, words: Sequence[Word]) -> str:
    """What is printed left of ``box``, at its height."""
    start = box.x - LEFT_MM
    beside = within(words, Box(start, box.y - 0.5, box.x - start, box.height + 1))
    return _read(beside)


def column_label(box: Box, words: Sequence[Word]) -> str:
    """What is printed over ``box``: the nearest line of words."""
    over = joined(within(words, Box(box.x, box.y - OVER_MM, box.width, OVER_MM)))
    lettered = [line for line in over if line.letters >= 2]
    return max(lettered, key=lambda line: line.box.y).text if lettered else ""


def section_label(box: Box, words: Sequence[Word]) -> str:
    """The line of words over a whole group of fields, of ``words`` that stand in no cell."""
    over = joined(within(words, Box(box.x - 5, box.y - OVER_MM, box.width + 10, OVER_MM)))
    lettered = [line for line in over if line.letters >= 4 and line.box.x < box.x + 0.5 * box.width]
    return max(lettered, key=lambda line: line.box.y).text if lettered else ""


def keys(labels: Sequence[str], fallback: str) -> list[str]:
    """A key for each of a group's rows or columns, all different: slugs, or counted where those are not."""
    found = [slug(label) for label in labels]
    if all(found) and len(set(found)) == len(found):
        return found
    if len(set(filter(None, found))) > len(found) / 2:  # most are good: count the others apart
        seen: set[str] = set()
        kept = []
        for i, name in enumerate(found, 1):
            key = name if name and name not in seen else f"{fallback}{i}"
            seen.add(key)
            kept.append(key)
        if len(set(kept)) == len(kept):
            return kept
    return [str(i) for i in range(1, len(labels) + 1)]


def _read(words: Sequence[Word]) -> str:
    return " ".join(line.text for line in joined(words) if line.letters)
