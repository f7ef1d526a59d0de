"""Numbers that were corrected: struck out, with or without a new one, or written over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from formreader.geometry import Box
from formreader.synth.hand.pen import smooth_stroke
from formreader.synth.sheets.behaviours.act import Act, Behaviour, counted, worded

Where = Literal["nowhere", "above", "beside", "over"]
Stroke = Literal["line", "two", "scribble"]


def another(value: int, most: int, generator: np.random.Generator) -> int:
    """What was meant first: a number off by a digit, or quite another."""
    while True:
        if generator.random() < 0.7:
            off = value + int(generator.integers(1, 10)) * int(generator.choice([1, 10, -1, -10]))
        else:
            off = int(generator.integers(0, max(2 * value, 60)))
        if 0 <= off <= most and off != value:
            return off


def strike(act: Act, box: Box, kind: Stroke) -> None:
    """One line, two, or a scribble through what stands in a box."""
    generator = act.generator
    reach = 0.12 * box.width + 0.6
    if kind == "scribble":
        turns = int(generator.integers(6, 16))
        along = np.sort(generator.uniform(box.x - reach / 2, box.right + reach / 2, turns))
        up_and_down = (
            box.centre[1] + np.where(np.arange(turns) % 2, 1, -1) * generator.uniform(0.2, 0.45, turns) * box.height
        )
        act.stroke(smooth_stroke(np.stack([along, up_and_down], axis=1)))
        return
    slope = float(generator.normal(0, 0.12)) * box.height
    apart = 0.0 if kind == "line" else float(generator.uniform(0.14, 0.3)) * box.height
    for off in (0.0,) if kind == "line" else (-apart / 2, apart / 2):
        y = box.centre[1] + off + float(generator.normal(0, 0.04)) * box.height
        act.stroke([(box.x - reach, y + slope), (box.centre[0], y), (box.right + reach, y - slope)])


def write_anew(act: Act, where: Where) -> None:
    """The right number beside one that was struck out."""
    cell, text = act.cell, str(act.value)
    height = min(cell.height, 9.0) * float(act.generator.uniform(0.5, 0.75))
    match where:
        case "above":
            x = cell.centre[0] + float(act.generator.normal(0, 0.15)) * cell.width
            act.number_at(text, height, x, cell.y - 0.15 * height)
        case "beside":
            side = 1 if act.generator.random() < 0.7 else -1
            x = cell.centre[0] + side * (cell.width / 2 + 0.35 * height * len(text) + 1.0)
            act.number_at(text, height, x, cell.centre[1])
        case "over":
            act.write(broader=1.8)
        case "nowhere":
            pass


def _struck(kind: Stroke, where: Where, words_too: bool = False) -> Callable[[Act], None]:
    def act_on(act: Act) -> None:
        old = another(act.value, act.field.most, act.generator)
        strike(act, act.write(old), kind)
        words = act.words_cell
        if words is not None and words_too:
            act.write_others(but=("words",))
            size = min(0.45 * words.height, 4.5)
            strike(act, act.words_in(act.page.spell(old), words, size), kind)
            if where != "nowhere":
                over = Box(words.x, words.y - 0.45 * size, words.width, size)
                act.words_in(act.page.spell(act.value), over, 0.8 * size)
        elif where != "nowhere":
            act.write_others()
        write_anew(act, where)
        if where == "nowhere":  # a number that nobody replaced counts for nothing
            act.label(written="-" * max(len(act.boxes), 1), value=0, allowed=[0, None])
        else:
            act.label(written=str(act.value), corrected=True)

    return act_on


def _overwritten(act: Act) -> None:
    """One digit over another, both of which still show."""
    if act.boxes:
        old = another(act.value, act.field.most, act.generator)
        before, after = (str(number).rjust(len(act.boxes), "_") for number in (old, act.value))
        for box, was, now in zip(act.boxes, before, after, strict=True):
            if was != now:
                act.pen.character(box, was)
            act.pen.character(box, now, 1.6 if was != now else 1.0)
        act.label(written=after)
    else:
        text, size = str(act.value), min(0.7 * act.cell.height, 6.0)
        place = int(act.generator.integers(len(text)))
        was = text[:place] + str((int(text[place]) + int(act.generator.integers(1, 10))) % 10) + text[place + 1 :]
        x, y = act.cell.centre
        act.number_at(was, size, x, y)
        act.number_at(text, size, x, y, broader=1.7)
        act.label(written=text)
    act.write_others()
    act.label(corrected=True)


def _all() -> list[Behaviour]:
    found = [
        Behaviour(f"struck-{kind}-{where}", _struck(kind, where), counted, empty=where == "nowhere")
        for kind in ("line", "two", "scribble")
        for where in ("nowhere", "above", "beside", "over")
    ]
    found.append(Behaviour("struck-with-words", _struck("line", "above", words_too=True), worded))
    found.append(Behaviour("overwritten", _overwritten, counted))
    return found


CORRECTIONS = _all()
