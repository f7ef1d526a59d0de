"""The writer of one field: a number is meant, and each encoding writes it, slips, or is left empty.

A field's state is the number meant and what stands in its primary encoding; the pictures of the
other encodings weigh on the number meant. ``sheet`` binds the numbers meant by the form's rules.
Where a number is written once, a slip cannot be told from a broken rule: it is taken as meant.
What a picture says is taken as it was weighed before: its shares are divided by how often the writer
writes each value, so that a field with one encoding and no rule keeps the shares of its picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from formreader.decode.rates import HABITS, NEAR_MISSES, NOTHING_MEANT, VALUES, Habit
from formreader.decode.readers import as_one
from formreader.decode.values import LEAST_SHARE, Encodings

Codes = NDArray[np.int64]
"""Values as whole numbers, ``EMPTY`` and ``OTHER`` among them."""

EMPTY = -2
OTHER = -1
"""Any number that is not told apart."""

Value = TypeVar("Value", int, int | None)

MOST_VALUES = 10
"""Values that are told apart in one encoding."""
MOST_STATES = 16
"""States of a field that are told apart; the rest become a number meant, or both, that is OTHER."""
LEAST_OTHER = 1e-6
"""No picture is so clear that nothing else could stand there."""


@dataclass(frozen=True, slots=True)
class States:
    """What a field may be: (N,) number ``meant``, (N,) ``written`` in the primary encoding, (N,) weights.

    Most probable first, but OTHER meant and OTHER written is always there, and last.
    """

    meant: Codes
    written: Codes
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FieldModel:
    """A field's states by its own pictures, and what its other encodings say beside each.

    ``said[encoding]`` (C, C): probability that it says ``values[j]`` where ``values[i]`` is meant, its
    picture seen. ``values`` (C,) ends with EMPTY and OTHER.
    """

    states: States
    primary: str
    values: Codes
    said: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """``disagree``: probability that some encoding, not left empty, says another number than the primary.

    ``says``: the value that each encoding most probably holds (None: left empty), and its probability.
    """

    disagree: float
    says: Mapping[str, tuple[int | None, float]]


def code(value: int | None) -> int:
    return EMPTY if value is None else value


def value_of_code(number: int) -> int | None:
    return None if number == EMPTY else number


def field_of(encodings: Encodings, room: int = VALUES) -> FieldModel:
    """The model of one field, which has room for so many numbers. Raises ``ValueError`` where no encoding is given."""
    if not encodings:
        raise ValueError("a field needs the evidence of at least one encoding")
    encodings = as_one(encodings)
    pictures = {name: {code(v): p for v, p in values.items() if p >= LEAST_SHARE} for name, values in encodings.items()}
    numbers = sorted({value for picture in pictures.values() for value in likeliest(picture) if value >= 0})
    values = np.array([*numbers, EMPTY, OTHER], dtype=np.int64)
    room = max(room, len(numbers) + 1)
    prior = _prior(len(numbers), room)
    meant = prior
    primary, *others = encodings
    said = {}
    for name in others:
        chances = _chances(HABITS[name], values, room)
        shares, unread = _shares(pictures[name], values)
        likelihood = shares / (prior @ chances) + unread
        joint = chances * likelihood
        seen = joint.sum(axis=1)
        said[name] = joint / seen[:, None]
        meant = meant * seen / seen.max()
    chances = _chances(HABITS[primary], values, room) if others else np.eye(len(values))
    habitual = prior @ chances
    shares, unread = _shares(pictures[primary], values)
    open_values = (values == OTHER) | (shares == 0) & (values != EMPTY)
    shares[open_values] += unread * habitual[open_values] / habitual[open_values].sum()
    return FieldModel(_states(meant[:, None] * chances * (shares / habitual), values), primary, values, said)


def told_apart(states: States, least: float) -> States:
    """The states with at least this share, and OTHER; one given up becomes OTHER meant where that is told apart."""
    enough = int((states.weights[:-1] >= least).sum()) + 1
    return states if enough == len(states.weights) else _kept(states, enough)


def agreement(field: FieldModel, states: States, posterior: NDArray[np.float64]) -> Agreement:
    """Whether the encodings say the same, ``posterior`` (N,) being the probability of each of ``states``.

    What cannot be read in the primary contradicts nothing; an empty primary is contradicted by any
    number but 0.
    """
    place = {int(value): i for i, value in enumerate(field.values)}
    meant = np.array([place[int(value)] for value in states.meant])
    written = np.array([place[int(value)] for value in states.written])
    agree = np.ones(len(posterior))
    by_written = {int(v): float(posterior[states.written == v].sum()) for v in np.unique(states.written)}
    says = {field.primary: _most_probable(by_written)}
    for name, said in field.said.items():
        rows = said[meant]
        same = rows[np.arange(len(rows)), written] + np.where(states.written == EMPTY, 0.0, rows[:, place[EMPTY]])
        if 0 in place:
            same = same + np.where(states.written == EMPTY, rows[:, place[0]], 0.0)
        agree = agree * np.where(states.written == OTHER, 1.0, same)
        says[name] = _most_probable(dict(zip(place, (posterior @ rows).tolist(), strict=True)))
    return Agreement(float(np.clip(1.0 - posterior @ agree, 0.0, 1.0)), says)


def likeliest(picture: Mapping[Value, float]) -> list[Value]:
    """The values of one encoding that are told apart, the most probable first."""
    return sorted(picture, key=lambda value: -picture[value])[:MOST_VALUES]


def _shares(picture: Mapping[int, float], values: Codes) -> tuple[NDArray[np.float64], float]:
    """The picture's share of each value (C,) and its unread rest, 1 in all.

    What it says of numbers that are not told apart is OTHER's: it says that none of the others stands there.
    """
    shares = np.array([picture.get(int(value), 0.0) for value in values])
    shares[values == OTHER] = max(0.0, sum(picture.values()) - float(shares.sum()))
    unread = max(LEAST_OTHER, 1.0 - float(shares.sum()))
    total = float(shares.sum()) + unread
    return shares / total, unread / total


def _prior(numbers: int, room: int) -> NDArray[np.float64]:
    """Probability that each of so many numbers, nothing, or any other number is meant, in this order."""
    each = (1.0 - NOTHING_MEANT) / room
    return np.array([*[each] * numbers, NOTHING_MEANT, each * (room - numbers)])


def _chances(habit: Habit, values: Codes, room: int) -> NDArray[np.float64]:
    """Probability (C, C) that ``values[j]`` is written where ``values[i]`` is meant; each row sums to 1.

    ``values`` are numbers, then EMPTY, then OTHER, whose slips reach every number of ``room`` alike.
    """
    numbers = values[:-2]
    others = room - len(numbers)
    empty = np.where(numbers == 0, habit.empty_at_zero, habit.empty)
    unlisted_zero = 0.0 if 0 in numbers else (habit.empty_at_zero - habit.empty) / others
    empty = np.append(empty, [1.0 - habit.slip, habit.empty + unlisted_zero])
    table = np.empty((len(values), len(values)))
    table[:-2, :-2] = (1.0 - empty[:-2, None]) * (
        (1.0 - habit.slip) * np.eye(len(numbers)) + habit.slip * _astray(habit.near, numbers, room)
    )
    table[-2, :-2] = habit.slip / room
    table[-1, :-2] = (1.0 - empty[-1]) * habit.slip / room
    table[:, -2] = empty
    table[:, -1] = 1.0 - table[:, :-1].sum(axis=1)
    return table


def _astray(near: float, numbers: Codes, room: int) -> NDArray[np.float64]:
    """Probability (n, n) of each number where the pen slips from another: a near miss, or anything."""
    if near == 0.0:
        return np.full((len(numbers), len(numbers)), 1.0 / room)
    distance = np.abs(numbers[:, None] - numbers[None, :])
    missed, possible = np.zeros(distance.shape), np.zeros(len(numbers))
    for step, share in NEAR_MISSES.items():
        missed[distance == step] = share
        possible += share * (1.0 + (numbers >= step))
    return near * missed + (1.0 - near * possible[:, None]) / room


def _states(joint: NDArray[np.float64], values: Codes) -> States:
    """The joint weights (C, C) of meant and written as states, the most probable kept."""
    meant, written = (values[index].ravel() for index in np.indices(joint.shape))
    weights = joint.ravel() / joint.sum()
    order = np.argsort(-weights[:-1], kind="stable")
    order = np.append(order, len(weights) - 1)
    states = _kept(States(meant[order], written[order], weights[order]), MOST_STATES)
    return told_apart(states, LEAST_SHARE)


def _kept(states: States, most: int) -> States:
    """The first ``most - 1`` states and the last; what is given up goes where its written value is kept."""
    if len(states.weights) <= most:
        return states
    first = most - 1
    weights = [*states.weights[:first].tolist(), float(states.weights[-1])]
    meant, written = np.append(states.meant[:first], OTHER), np.append(states.written[:first], OTHER)
    home = {w: i for i, (m, w) in enumerate(zip(meant.tolist(), written.tolist(), strict=True)) if m == OTHER}
    for value, weight in zip(states.written[first:-1].tolist(), states.weights[first:-1].tolist(), strict=True):
        weights[home.get(value, -1)] += weight
    return States(meant, written, np.array(weights))


def _most_probable(probabilities: Mapping[int, float]) -> tuple[int | None, float]:
    known = {value: probability for value, probability in probabilities.items() if value != OTHER}
    best = max(known, key=known.__getitem__, default=EMPTY)
    return value_of_code(best), known.get(best, 0.0)
