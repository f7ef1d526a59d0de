"""A field whose encodings say unlike things: what stands in its boxes is its value all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from formreader.synth.sheets.behaviours.act import Act, Behaviour, boxed, counted
from formreader.synth.sheets.behaviours.corrections import another
from formreader.synth.sheets.fill import fill_encoding
from formreader.templates import Bubbles, Field


def _other(called: str) -> Callable[[Act], None]:
    """One of the other encodings says another number."""

    def act_on(act: Act) -> None:
        act.write()
        act.write_others(but=(called,))
        most = min(act.field.most, 999)
        number = another(act.value, most, act.generator)
        name = act.field.name
        what = act.page.what
        said = replace(what, values={**what.values, name: number}, words={**what.words, name: number})
        label = act.page.labels[name]
        tally = act.field.encodings.get("tally")
        fill_encoding(act.pen, name, act.field.encodings[called], said, label, tally, act.page.spell)

    return act_on


def _two_bubbles(act: Act) -> None:
    """A second circle filled in one column."""
    act.write()
    act.write_others(but=("bubbles",))
    bubbles = act.field.encodings["bubbles"]
    assert isinstance(bubbles, Bubbles)
    text = str(act.value).rjust(len(bubbles.columns), "0")
    twice = int(act.generator.integers(len(text)))
    for i, (column, digit) in enumerate(zip(bubbles.columns, text, strict=True)):
        act.pen.fill(column[int(digit)])
        if i == twice:
            act.pen.fill(column[(int(digit) + int(act.generator.integers(1, 10))) % 10])
    act.label(bubbles="?" * len(text))


def _beside(called: str) -> Callable[[Field], bool]:
    return lambda field: counted(field) and called in field.encodings


CONTRADICTIONS = [
    Behaviour("other-bubbles", _other("bubbles"), _beside("bubbles")),
    Behaviour("two-bubbles", _two_bubbles, lambda field: boxed(field) and "bubbles" in field.encodings),
    Behaviour("other-tally", _other("tally"), _beside("tally")),
    Behaviour("other-words", _other("words"), _beside("words")),
]
