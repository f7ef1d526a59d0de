"""What people write in a free cell beside bare digits, and where they put words."""

from __future__ import annotations

from formreader.geometry import Box
from formreader.synth.sheets.behaviours.act import Act, Behaviour, free, worded

NOTHING_WORDS = {"en": ("NIL", "None", "Nil"), "id": ("NIHIL", "Nihil", "Kosong"), "es": ("NINGUNO", "Nada"),
                 "fr": ("NEANT", "Neant"), "pt": ("NADA", "Nenhum")}  # fmt: skip


def _nil(act: Act) -> None:
    """A word for nothing in place of a number."""
    language = act.page.template.language[:2]
    words = NOTHING_WORDS.get(language, NOTHING_WORDS["en"])
    word = words[int(act.generator.integers(len(words)))]
    act.words_in(word, act.cell, min(0.6 * act.cell.height, 5.0))
    act.label(written=word, value=0, allowed=[0])


def _dashes(act: Act) -> None:
    text = "-" * int(act.generator.integers(1, 4))
    act.number_at(text, min(0.6 * act.cell.height, 5.0), *act.cell.centre)
    act.label(written="-", value=0, allowed=[0, None])


def _dots(act: Act) -> None:
    """A row of dots where nothing was counted."""
    act.number_at("." * int(act.generator.integers(3, 9)), min(0.5 * act.cell.height, 4.0), *act.cell.centre)
    act.label(written="_", value=None, allowed=[0, None])


def _thousands(act: Act) -> None:
    """1,250 or 1.250 or 1 250."""
    mark = str(act.generator.choice([",", ".", " "]))
    text = f"{act.value:,}".replace(",", "." if mark == "," else mark)
    box = act.pen.freely(act.cell, text)
    if mark == "," and act.value >= 1000:  # a comma is a dot with a tail
        x = box.x + box.width * text.index(".") / len(text)
        act.stroke([(x, box.bottom - 0.4), (x - 0.5, box.bottom + 0.9)])
    act.label(written=str(act.value))
    act.write_others()


def _closed(act: Act) -> None:
    """Dashes or a full stop beside the number, so that nobody adds a digit."""
    kind = str(act.generator.choice(["-{}-", "{}-", "{}.", "-{}"]))
    act.pen.freely(act.cell, kind.format(act.value))
    act.label(written=str(act.value))
    act.write_others()


def _exchanged(act: Act) -> None:
    """The words in the column for figures, and the figures in that for words."""
    words = act.words_cell
    assert words is not None
    act.words_in(act.page.spell(act.value), act.cell, min(0.5 * act.cell.height, 5.0))
    act.number_at(str(act.value), min(0.7 * words.height, 7.0), *words.centre)
    act.label(written=str(act.value), words=str(act.value))
    act.write_others(but=("words",))


def _two_lines(act: Act) -> None:
    """Words that go on in a second line."""
    act.write()
    act.write_others(but=("words",))
    cell = act.words_cell
    assert cell is not None
    words = act.page.spell(act.value).split(" ")
    half = (len(words) + 1) // 2
    size = 0.36 * cell.height
    for i, part in enumerate((" ".join(words[:half]), " ".join(words[half:]))):
        if part:
            act.words_in(part, Box(cell.x, cell.y + i * 0.5 * cell.height, cell.width, 0.5 * cell.height), size)
    act.label(words=" ".join(words))


WORDING = [
    Behaviour("nil", _nil, free, empty=True),
    Behaviour("dashes", _dashes, free, empty=True),
    Behaviour("dots", _dots, free, empty=True),
    Behaviour("thousands", _thousands, free, large=True),
    Behaviour("closed", _closed, free),
    Behaviour("exchanged", _exchanged, lambda field: worded(field) and free(field)),
    Behaviour("words-on-two-lines", _two_lines, worded),
]
