"""Number words on drawn lines: how many are spelt without a mistake, and how many numbers the grammar makes of them.

Usage: python benchmarks/number_words.py [--count 300] [--languages id en es fr pt sw] [--most 999] [--models FOLDER]
[--first-seed 70000] [--severity 1] [--jobs 2] [--glyphs FOLDER] [--policy FILE] [--json FILE] [--debug FOLDER]

Each line holds a number up to ``--most``, one of one, two or three digits as often, wholly spelt out in capitals or
small letters, as training draws lines (``synth/cells/line.py``). ``spelt`` is read without a letter or gap wrong,
``right`` the likeliest number of the grammar, by how often sheets leave such a line empty, ``sure`` those of at least
0.99 and ``wrong`` what is wrong of them. ``--glyphs`` writes with characters and fonts that were kept from training;
without it our own pen writes. No line of training is in Swahili. ``--debug`` keeps the lines whose number was misread.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import sys
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import rounds

from formreader.alphabets import WORD_ALPHABET
from formreader.decode import read_word_lines
from formreader.decode.rates import HABITS
from formreader.recognise import LineRecogniser, best_path
from formreader.spelling import check_language, spelt
from formreader.synth import save_picture
from formreader.synth.cells import line as cells

SURE = 0.99


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was drawn: its number, and what was read."""

    language: str
    number: int
    words: str
    spelt: str
    found: int | None
    share: float


def main() -> int:
    arguments = rounds.options(__doc__, first_seed=70_000)
    arguments.add_argument("--count", type=int, default=300)
    arguments.add_argument("--languages", nargs="+", default=["id", "en", "es", "fr", "pt", "sw"])
    arguments.add_argument("--most", type=int, default=999)
    arguments.add_argument("--models", type=Path)
    chosen = arguments.parse_args()
    for language in chosen.languages:
        check_language(language)
    read = partial(
        lines_of, setting=rounds.Setting.of(chosen), count=chosen.count, most=chosen.most, models=chosen.models
    )
    print(f"{'':10}{'lines':>7}{'spelt':>9}{'right':>9}{'sure':>9}{'wrong':>7}")
    every: list[Line] = []
    for lines in rounds.each(read, chosen.languages, chosen.jobs, cv2.setNumThreads, 1):
        print(_row(lines[0].language, lines), flush=True)
        every += lines
    print(_row("together", every))
    rounds.save(chosen, lines=[asdict(line) for line in every])
    return 0


def lines_of(language: str, setting: rounds.Setting, count: int, most: int, models: Path | None) -> list[Line]:
    """So many lines of one language, drawn and read."""
    source, recogniser = setting.writing, LineRecogniser("words", WORD_ALPHABET, models)
    lines = []
    for number in range(count):
        generator = np.random.default_rng([setting.first_seed, *language.encode(), number])
        digits = int(generator.integers(1, len(str(most)) + 1))
        value = min(int(generator.integers(10 ** (digits - 1) if digits > 1 else 0, 10**digits)), most)
        words = spelt(value, language)
        drawn = _drawn(words, source, generator)
        steps = recogniser.log_probabilities(drawn.crop[None], np.array([drawn.aspect], np.float32))[0]
        found, share = _likeliest(read_word_lines([steps.astype(np.float64)], language, most))
        read, _ = best_path(steps, WORD_ALPHABET)
        lines.append(Line(language, value, words, " ".join(read.split()), found, share))
        if setting.debug and found != value:
            setting.debug.mkdir(parents=True, exist_ok=True)
            save_picture(setting.debug / f"{language}-{number}-{value}-as-{found}.png", cv2.merge([drawn.crop] * 3))
    return lines


def _likeliest(values: dict[int | None, float]) -> tuple[int | None, float]:
    """The likeliest number and its share, by how often a sheet's line for words is left empty."""
    left = HABITS["words"].empty
    weighed = {value: share * (left if value is None else 1 - left) for value, share in values.items()}
    # what spells no number keeps its part
    total = sum(weighed.values()) + (1 - left) * max(0.0, 1 - sum(values.values()))
    return max(
        ((value, share / total) for value, share in weighed.items()), key=lambda one: one[1], default=(None, 0.0)
    )


def _drawn(words: str, source: cells.GlyphSource, generator: np.random.Generator) -> cells.ComposedLine:
    """A line of training that says just these words: others are drawn until one has room for them."""

    def as_asked(room: int, _: np.random.Generator) -> str:
        return words[:room]

    while True:
        with patch.object(cells, "any_words_text", as_asked):
            drawn = cells.compose_word_line(source, generator)
        if drawn.label == words:
            return drawn


def _row(name: str, lines: list[Line]) -> str:
    count = len(lines)
    sure = [line for line in lines if line.share >= SURE]
    spelt = sum(line.spelt == line.words for line in lines) / count
    right = sum(line.found == line.number for line in lines) / count
    wrong = sum(line.found != line.number for line in sure)
    return f"{name:10}{count:7}{spelt:9.1%}{right:9.1%}{len(sure) / count:9.1%}{wrong:7}"


if __name__ == "__main__":
    sys.exit(main())
