"""Exact inference over a few discrete variables: every marginal in one pass up a tree and one down."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Table:
    """A non-negative function of named variables; ``weights`` has one axis a name, in order."""

    names: tuple[str, ...]
    weights: NDArray[np.float64]


@dataclass(slots=True)
class _Bucket:
    """The tables that meet when ``name`` is summed out, and what is handed up and down the tree."""

    name: str
    belief: Table
    message: Table
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Elimination:
    """Variables in a cheap order to sum them out, and the tables on the way: entries of the ``largest`` and of
    ``all_of_them``, and the most variables that meet in one (``widest``)."""

    order: tuple[str, ...]
    largest: int
    all_of_them: int
    widest: int


def elimination_order(
    sizes: Mapping[str, int], scopes: Iterable[tuple[str, ...]], most: float = math.inf
) -> Elimination:
    """The cheapest variable first, again and again. Ends early, with what it has, where a table passes ``most``."""
    near: dict[str, set[str]] = {name: set() for name in sizes}
    for scope in scopes:
        for name in scope:
            near[name].update(scope)
    for name, others in near.items():
        others.discard(name)
    costs = {name: sizes[name] * prod(sizes[other] for other in others) for name, others in near.items()}
    order, largest, total, widest = [], 1, 0, 1
    while costs and largest <= most:
        name = min(costs, key=lambda candidate: (costs[candidate], candidate))
        cost = costs.pop(name)
        others = near.pop(name)
        largest, total, widest = max(largest, cost), total + cost, max(widest, len(others) + 1)
        for other in others:
            near[other] |= others
            near[other] -= {name, other}
            costs[other] = sizes[other] * prod(sizes[beside] for beside in near[other])
        order.append(name)
    return Elimination(tuple(order), largest, total, widest)


def marginals(tables: Sequence[Table]) -> dict[str, NDArray[np.float64]]:
    """The distribution of every variable under the product of ``tables``, each normalised.

    Exact. Raises ``ValueError`` where the product is zero everywhere: the tables contradict each other.
    """
    sizes = {name: size for table in tables for name, size in zip(table.names, table.weights.shape, strict=True)}
    order = elimination_order(sizes, [table.names for table in tables]).order
    buckets = _upward(tables, order)
    found = {}
    for bucket in reversed(buckets):
        if bucket.parent is not None:
            above = buckets[bucket.parent].belief
            reached = _onto(above, bucket.message.names).weights
            sent = bucket.message.weights
            down = np.divide(reached, sent, out=np.zeros_like(reached), where=sent > 0)
            belief = bucket.belief.weights
            belief *= _spread(Table(bucket.message.names, down), bucket.belief.names)
            _scale(belief)
        weights = _onto(bucket.belief, (bucket.name,)).weights
        total = float(weights.sum())
        if not total > 0:
            raise ValueError(f"no value of {bucket.name} agrees with all tables")
        found[bucket.name] = weights / total
    return found


def _upward(tables: Sequence[Table], order: Sequence[str]) -> list[_Bucket]:
    """Sum the variables out in order; a message goes to the bucket of its first variable to come."""
    place = {name: i for i, name in enumerate(order)}
    waiting: list[list[tuple[Table, int | None]]] = [[] for _ in order]
    for table in tables:
        waiting[min(place[name] for name in table.names)].append((table, None))
    buckets: list[_Bucket] = []
    for i, name in enumerate(order):
        belief = _product([table for table, _ in waiting[i]])
        rest = tuple(n for n in belief.names if n != name)
        message = _onto(belief, rest)
        buckets.append(_Bucket(name, belief, message))
        for _, child in waiting[i]:
            if child is not None:
                buckets[child].parent = i
        if rest:
            waiting[min(place[n] for n in rest)].append((message, i))
    return buckets


def _product(tables: Sequence[Table]) -> Table:
    """The product, scaled to a largest entry of 1: only ratios matter."""
    names = tuple(dict.fromkeys(name for table in tables for name in table.names))
    first, *others = (_spread(table, names) for table in tables)
    result = first * others[0] if others else first.copy(order="K")
    for factor in others[1:]:
        result = result * factor
    _scale(result)
    return Table(names, result)


def _scale(weights: NDArray[np.float64]) -> None:
    """In place: tables of a cycle are megabytes, and to make a new one costs more than to divide."""
    top = float(weights.max())
    if top > 0:
        weights /= top


def _spread(table: Table, names: tuple[str, ...]) -> NDArray[np.float64]:
    """The table's weights with an axis a name of ``names``, of length 1 where it has none."""
    axes = [names.index(name) for name in table.names]
    shape = [1] * len(names)
    for axis, size in zip(axes, table.weights.shape, strict=True):
        shape[axis] = size
    return table.weights.transpose(np.argsort(axes)).reshape(shape)


def _onto(table: Table, names: tuple[str, ...]) -> Table:
    """Sum out all variables but ``names``, in that order."""
    out = tuple(i for i, name in enumerate(table.names) if name not in names)
    kept = [name for name in table.names if name in names]
    weights = table.weights.sum(axis=out) if out else table.weights
    return Table(names, weights.transpose([kept.index(name) for name in names]))
