"""Ink where it does not belong: two digits in a box, a neighbour's, lines through boxes, beyond a border, below."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from formreader.geometry import Box
from formreader.synth.hand.pen import smooth_stroke
from formreader.synth.print.ornaments import Ornament, print_ornament
from formreader.synth.sheets.behaviours.act import Act, Behaviour, boxed, counted

HAIR_MM = (0.08, 0.25)


def _two_in_a_box(act: Act) -> None:
    """The last box takes two digits: the number begins a box too late."""
    text = str(act.value)
    if len(text) < 2:
        act.write()
    else:
        last = act.boxes[-1]
        before = text[:-2].rjust(len(act.boxes) - 1, "_")
        for box, character in zip(act.boxes, before, strict=False):
            act.pen.character(box, character)
        size = min(0.75 * last.height, 0.75 * last.width)
        act.number_at(text[-2:], size, *last.centre)
        act.label(written=text)
    act.write_others()


def _half_a_neighbour(act: Act) -> None:
    """One digit stands on the line between its box and the next."""
    text = str(act.value).rjust(len(act.boxes), "_")
    place = int(act.generator.choice([i for i, c in enumerate(text) if c != "_"]))
    for i, (box, character) in enumerate(zip(act.boxes, text, strict=True)):
        off = -float(act.generator.uniform(0.35, 0.55)) * box.width if i == place and place else 0.0
        act.pen.character(box.shifted(off, 0.0), character)
    act.label(written=text)
    act.write_others()


def _hair(act: Act) -> None:
    """A hair, a crease or the trace of a pen through one box, mostly one that is empty."""
    act.write()
    act.write_others()
    text = str(act.value).rjust(len(act.boxes), "_")
    free = [i for i, c in enumerate(text) if c == "_"]
    box = act.boxes[free[-1] if free and act.generator.random() < 0.8 else int(act.generator.integers(len(text)))]
    angle = np.radians(act.generator.uniform(55, 125))
    reach = box.height * float(act.generator.uniform(0.5, 1.6))
    way = np.array([np.cos(angle), np.sin(angle)]) * reach
    middle = np.array(box.centre) + act.generator.normal(0, 0.12, 2) * [box.width, box.height]
    bow = act.generator.normal(0, 0.12, 2) * box.width
    points = np.stack([middle - way, middle + bow, middle + way])
    act.stroke(smooth_stroke(points), float(act.generator.uniform(*HAIR_MM)))


def _nothing(act: Act) -> None:
    """A field of rows that are struck out together."""
    act.label(written="_" * max(len(act.boxes), 1), value=None, allowed=[0, None])


def _z(acts: Sequence[Act]) -> None:
    """One line, or a Z, through all the empty rows."""
    first = acts[0]
    cells = [act.cell for act in acts]
    left, right = min(c.x for c in cells), max(c.right for c in cells)
    top, bottom = min(c.y for c in cells), max(c.bottom for c in cells)
    width = min(right - left, float(first.generator.uniform(12, 40)))
    left += float(first.generator.uniform(0, 1)) * (right - left - width)
    right = left + width
    inset = 0.25 * cells[0].height
    kind = first.generator.random()
    corners = [(right, top + inset), (left, bottom - inset)]
    if kind < 0.5:
        corners = [(left, top + inset), *corners, (right, bottom - inset)]
    elif kind < 0.75:
        corners = [(left, top + inset), (right, bottom - inset)]
    first.stroke(corners)


def _over_border(act: Act) -> None:
    """Written larger than its cell, and off its middle."""
    if act.boxes:
        text = str(act.value).rjust(len(act.boxes), "_")
        down = float(act.generator.choice([-1, 1]) * act.generator.uniform(0.2, 0.4)) * act.cell.height
        for box, character in zip(act.boxes, text, strict=True):
            act.pen.character(Box(box.x, box.y - 0.2 * box.height + down, box.width, 1.4 * box.height), character)
        act.label(written=text)
    else:
        down = float(act.generator.choice([-1, 1]) * act.generator.uniform(0.25, 0.45)) * act.cell.height
        x = act.cell.x + float(act.generator.uniform(0.2, 0.8)) * act.cell.width
        act.number_at(str(act.value), 0.95 * act.cell.height, x, act.cell.centre[1] + down)
        act.label(written=str(act.value))
    act.write_others()


def _underlined(act: Act) -> None:
    ink = act.write()
    act.write_others()
    for line in range(int(act.generator.choice([1, 2], p=[0.75, 0.25]))):
        y = ink.bottom - 0.04 * ink.height + line * 0.9
        act.stroke([(ink.x - 0.8, y + float(act.generator.normal(0, 0.3))), (ink.right + 0.8, y)])


def _pen_test(act: Act) -> None:
    """Someone tried out a pen at the edge of the cell."""
    act.write()
    act.write_others()
    cell = act.cell
    at = np.array([cell.x - 1.5, cell.centre[1]]) + act.generator.normal(0, 1.2, 2)
    turns = np.linspace(0, 2 * np.pi * float(act.generator.uniform(1.5, 4)), 40)
    radius = float(act.generator.uniform(1.0, 3.0))
    loops = at + np.stack([np.cos(turns) * radius + 0.25 * turns, np.sin(turns) * radius], axis=1)
    act.stroke(loops if act.generator.random() < 0.6 else at + np.cumsum(act.generator.normal(0, 1.2, (8, 2)), axis=0))


def _seal_behind(act: Act) -> None:
    """A seal or a stamp that the number was written on."""
    act.write()
    act.write_others()
    size = float(act.generator.uniform(18, 36))
    centre = np.array(act.cell.centre) + act.generator.normal(0, 0.2, 2) * size
    box = Box(float(centre[0]) - size / 2, float(centre[1]) - size / 2, size, size)
    ornament = Ornament("seal", box, float(act.generator.uniform(0.2, 0.55)), int(act.generator.integers(2**31)))
    act.print_over(print_ornament(ornament, act.pen.px_per_mm), box)


CROWDING = [
    Behaviour("two-in-a-box", _two_in_a_box, boxed),
    Behaviour("half-a-neighbour", _half_a_neighbour, boxed),
    Behaviour("hair", _hair, boxed),
    Behaviour("z-through-rows", _nothing, counted, in_a_row=True, empty=True, finish=_z),
    Behaviour("over-the-border", _over_border, counted),
    Behaviour("underlined", _underlined, counted),
    Behaviour("pen-test", _pen_test, counted),
    Behaviour("seal-behind", _seal_behind, counted),
]
