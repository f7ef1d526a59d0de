"""A part of a number that cannot be seen: patched, taped, painted over, held, in glare, folded away, or faint."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from formreader.geometry import Box
from formreader.synth.camera.light import Lamp
from formreader.synth.hand.pen import Ink
from formreader.synth.sheets.behaviours.act import Act, Behaviour, boxed, counted, grown

SHADOW = 0.18
"""Ink of the shadow along the edge of something that lies on the paper."""


def _hidden_box(act: Act) -> Box:
    """What is to be hidden: a box with a digit in it, or the first or last third of a free number's ink."""
    ink = act.write()
    act.write_others()
    if not act.boxes:
        part = ink.width / max(len(str(act.value)), 1) * 1.05
        x = ink.x if act.generator.random() < 0.6 else ink.right - part
        return Box(x - 0.3, ink.y - 0.4, part + 0.3, ink.height + 0.8)
    text = str(act.value).rjust(len(act.boxes), "_")
    places = [i for i, c in enumerate(text) if c != "_"]
    return act.boxes[places[0] if act.generator.random() < 0.6 else int(act.generator.choice(places))]


def lay_over(act: Act, box: Box, tone: float, edge: float = SHADOW) -> None:
    """Paper over a box: nothing below it shows. ``tone`` is its ink; below 0 it is whiter than the page."""
    part = act.part(box)
    act.page.printed[part], act.pen.ink[part] = tone, 0.0
    rows, columns = part
    thick = max(1, round(0.15 * act.pen.px_per_mm))
    if edge:
        act.page.printed[rows.stop : rows.stop + thick, columns] = edge
        act.page.printed[rows, columns.stop : columns.stop + thick] = edge


def _patch(act: Act) -> None:
    lay_over(act, grown(_hidden_box(act), float(act.generator.uniform(1.05, 1.35))), -0.03)


def _strip(tone: tuple[float, float]) -> Callable[[Act], None]:
    """A strip of paper down the column, over the rows above and below."""

    def act_on(act: Act) -> None:
        box = _hidden_box(act)
        tall = box.height * float(act.generator.uniform(1.2, 2.6))
        lay_over(act, Box(box.x - 0.4, box.centre[1] - tall / 2, box.width + 0.8, tall),
                 float(act.generator.uniform(*tone)), float(act.generator.choice([0.0, SHADOW])))  # fmt: skip

    return act_on


def _inside(act: Act) -> None:
    """A patch just within the box's lines: its frame stays. In a free cell nothing at all would show of it."""
    lay_over(act, grown(_hidden_box(act), 0.86), 0.0, 0.0)


def _blot(act: Act, box: Box) -> tuple[tuple[slice, slice], Ink]:
    """A soft-edged blob over a box: where, and how much of it covers, 0..1."""
    part = act.part(grown(box, 1.7))
    shape = act.page.printed[part].shape
    y, x = np.mgrid[-1 : 1 : complex(shape[0]), -1 : 1 : complex(shape[1])]
    angle = np.arctan2(y, x)
    waves = sum(act.generator.normal(0, 0.06) * np.cos(k * angle + act.generator.uniform(0, 6.3)) for k in (2, 3, 5))
    away = np.hypot(x, y) / (0.75 + waves)
    return part, np.clip((1.05 - away) / 0.1, 0, 1).astype(np.float32)


def _fluid(act: Act) -> None:
    """Correction fluid: a blob, whiter than the paper, below which a trace may show."""
    part, covers = _blot(act, _hidden_box(act))
    through = float(act.generator.uniform(0.0, 0.1))
    act.pen.ink[part] *= 1 - covers * (1 - through)
    act.page.printed[part] = act.page.printed[part] * (1 - covers * (1 - through)) - 0.04 * covers


def _sticker(act: Act) -> None:
    box = grown(_hidden_box(act), float(act.generator.uniform(1.1, 1.8)))
    lay_over(act, box, float(act.generator.uniform(0.05, 0.5)))
    part = act.part(box)
    shape = act.page.printed[part].shape
    mark = np.zeros(shape, np.float32)
    cv2.putText(mark_8 := np.zeros(shape, np.uint8), "OK", (2, int(0.7 * shape[0])), cv2.FONT_HERSHEY_DUPLEX,
                shape[0] / 60, 255, 2, cv2.LINE_AA)  # fmt: skip
    mark += mark_8 / np.float32(255)
    act.page.printed[part] = np.maximum(act.page.printed[part], 0.8 * mark)


def _finger(act: Act) -> None:
    """A finger tip that comes in from one side."""
    box = _hidden_box(act)
    part, covers = _blot(act, grown(box, 1.3))
    act.pen.ink[part] *= 1 - covers
    skin = float(act.generator.uniform(0.25, 0.6)) * (0.85 + 0.15 * covers)
    act.page.printed[part] = act.page.printed[part] * (1 - covers) + skin * covers


def _glare(act: Act) -> None:
    """A lamp mirrored on the paper: burnt out in the middle, bright around."""
    box = _hidden_box(act)
    radius = float(act.generator.uniform(0.5, 0.8)) * max(box.width, box.height)
    act.page.lamps.append(Lamp(*box.centre, radius, float(act.generator.uniform(1.2, 1.8))))


def _flap(act: Act) -> None:
    """The paper's edge folded over, blank side up, from the left across the field's first digits."""
    box = _hidden_box(act)
    flap = Box(0.0, box.y - 0.6 * box.height, box.right - 0.1 * box.width, 2.2 * box.height)
    lay_over(act, flap, float(act.generator.uniform(0.0, 0.06)))


def _faint(act: Act) -> None:
    """Ink that ran dry: one digit hardly shows."""
    act.pen.ink[act.part(_hidden_box(act))] *= np.float32(act.generator.uniform(0.08, 0.3))


COVERS = [
    Behaviour("covered-patch", _patch, counted),
    Behaviour("covered-inside", _inside, boxed),
    Behaviour("covered-strip", _strip((0.0, 0.0)), counted),
    Behaviour("covered-strip-toned", _strip((0.04, 0.2)), counted),
    Behaviour("covered-fluid", _fluid, counted),
    Behaviour("covered-sticker", _sticker, counted),
    Behaviour("covered-finger", _finger, counted),
    Behaviour("covered-glare", _glare, counted),
    Behaviour("covered-flap", _flap, counted),
    Behaviour("faint", _faint, counted),
]
