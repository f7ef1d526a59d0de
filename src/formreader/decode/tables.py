"""Exact inference over a few discrete variables: tables multiplied and summed, one variable at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Table:
    """A non-negative function of named variables; ``weights`` has one axis a name, in order."""

    names: tuple[str, ...]
    weights: NDArray[np.float64]


def marginal(tables: Sequence[Table], wanted: str) -> NDArray[np.float64]:
    """Distribution of ``wanted`` under the product of ``tables``, normalised.

    Exact: every other variable is summed out, cheapest first. Raises ``ValueError`` where the
    product is zero everywhere, i.e. the tables contradict each other.
    """
    left = list(tables)
    names = {name for table in left for name in table.names} - {wanted}
    while names:
        name = min(names, key=lambda candidate: (_cost(left, candidate), candidate))
        names.remove(name)
        touching = [table for table in left if name in table.names]
        left = [table for table in left if name not in table.names]
        left.append(_summed(_product(touching), name))
    weights = _product(left).weights
    total = float(weights.sum())
    if not total > 0:
        raise ValueError(f"no value of {wanted} agrees with all tables")
    result: NDArray[np.float64] = weights / total
    return result


def _cost(tables: Sequence[Table], name: str) -> int:
    """Entries of the table that summing out ``name`` would build."""
    sizes: dict[str, int] = {}
    for table in tables:
        if name in table.names:
            sizes.update(zip(table.names, table.weights.shape, strict=True))
    return int(np.prod(list(sizes.values()), dtype=np.int64))


def _product(tables: Sequence[Table]) -> Table:
    names = tuple(dict.fromkeys(name for table in tables for name in table.names))
    result: NDArray[np.float64] = np.ones((1,) * len(names))
    for table in tables:
        axes = [names.index(name) for name in table.names]
        ordered = table.weights.transpose(np.argsort(axes))
        shape = [1] * len(names)
        for axis, size in zip(sorted(axes), ordered.shape, strict=True):
            shape[axis] = size
        result = result * ordered.reshape(shape)
    top = float(result.max())
    return Table(names, result / top if top > 0 else result)


def _summed(table: Table, name: str) -> Table:
    axis = table.names.index(name)
    return Table(table.names[:axis] + table.names[axis + 1 :], table.weights.sum(axis=axis))
