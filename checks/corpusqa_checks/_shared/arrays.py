"""Arrays of places: where values change, what ranges hold, and where values stand in a sorted array."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def changes(first: npt.NDArray[Any], *others: npt.NDArray[Any]) -> Bools:
    """Whether one of the columns, which are of one length, has another value at a place than right before it."""
    new = np.ones(len(first), np.bool_)
    np.not_equal(first[1:], first[:-1], out=new[1:])
    for column in others:
        new[1:] |= column[1:] != column[:-1]
    return new


def begins(first: npt.NDArray[Any], *others: npt.NDArray[Any]) -> Ints:
    """First places of the stretches in which no column changes."""
    return np.flatnonzero(changes(first, *others))


def stretches(first: npt.NDArray[Any], *others: npt.NDArray[Any]) -> tuple[Ints, Ints]:
    """First place of each stretch in which no column changes, and the place after its last."""
    starts = begins(first, *others)
    return starts, np.append(starts[1:], len(first))[: len(starts)]


def spread(firsts: Ints, counts: Ints) -> Ints:
    """The places of ranges, range by range, by their first places and how many each has."""
    ends = np.cumsum(counts)
    return np.repeat(firsts - ends + counts, counts) + np.arange(int(counts.sum()))


def inside(starts: Ints, stops: Ints, size: int) -> Bools:
    """Which of `size` places lie in one of the ranges; ranges may overlap, and reach over either end."""
    turns = np.zeros(size + 1, np.int64)
    np.add.at(turns, np.clip(starts, 0, size), 1)
    np.add.at(turns, np.clip(stops, 0, size), -1)
    found: Bools = np.cumsum(turns[:-1]) > 0
    return found


def looked_up(table: npt.NDArray[Any], wanted: npt.NDArray[Any]) -> Ints:
    """Place of each value in a sorted table that holds some, -1 where it is not there."""
    place = np.minimum(np.searchsorted(table, wanted), len(table) - 1)
    return np.where(table[place] == wanted, place, -1)
