"""What stands around a line: its place in the document and its neighbours, by running sums over whole batches.

Sums over the document or a part of it are taken of the running sums of `Layout.running`, once for each feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from corpusqa_checks._shared.arrays import Bools, Ints, stretches

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
FAR = 99  # lines, at most, to the next line of a kind, or to none
Number = TypeVar("Number", np.float32, np.float64)


@dataclass(frozen=True)
class Layout:
    """Which lines belong together.

    Attributes:
        row: Document of each line, ascending.
        first, stop: First line of the document of each line, and the line after its last.
    """

    row: Ints
    first: Ints
    stop: Ints

    @classmethod
    def of(cls, row: Ints) -> Layout:
        """The layout of lines whose documents are `row`."""
        starts, stops = stretches(row)
        return cls(row, np.repeat(starts, stops - starts), np.repeat(stops, stops - starts))

    @cached_property
    def place(self) -> Ints:
        """The number of each line."""
        return np.arange(len(self.row))

    def shifted(self, values: npt.NDArray[Number], by: int, beyond: float = 0) -> npt.NDArray[Number]:
        """The value of the line `by` lines further on; `beyond` outside of the document."""
        found = np.full(len(values), beyond, values.dtype)
        size = max(0, len(values) - abs(by))
        here, there = (slice(0, size), slice(by, None)) if by > 0 else (slice(-by, None), slice(0, size))
        same = self.row[here] == self.row[there]
        found[here][same] = values[there][same]
        return found

    def running(self, values: Floats | Bools) -> Doubles:
        """Running sums with a leading 0: the sum of lines a to b (excluded) is sums[b] - sums[a].

        The sums run over the batch, so the values are rounded to 1/64 first: all sums are then exact in 53 bits and
        the same in every batch.
        """
        steps = values if values.dtype == np.bool_ else np.round(values.astype(np.float64) * 64) / 64
        sums = np.zeros(len(values) + 1, np.float64)
        np.cumsum(steps, out=sums[1:])
        return sums

    def bounds(self, before: int, after: int) -> tuple[Ints, Ints]:
        """The lines of the document from `before` lines back to `after` lines on: the first, and the one after."""
        return np.maximum(self.first, self.place - before), np.minimum(self.stop, self.place + after + 1)

    def window(self, sums: Doubles, before: int, after: int) -> Floats:
        """The sum over the lines from `before` lines back to `after` lines on, the line itself included."""
        low, high = self.bounds(before, after)
        return (sums[high] - sums[low]).astype(np.float32)

    def before_and_after(self, sums: Doubles) -> tuple[Floats, Floats]:
        """The sums over the lines of the document before the line, and from the line on."""
        before, after = sums[self.place] - sums[self.first], sums[self.stop] - sums[self.place]
        return before.astype(np.float32), after.astype(np.float32)

    def total(self, sums: Doubles) -> Floats:
        """The sum over the document."""
        return (sums[self.stop] - sums[self.first]).astype(np.float32)

    def share_before(self, sums: Doubles) -> Floats:
        """The share of the document's sum that stands before the line; 0 where the sum is 0."""
        return _ratio(sums[self.place] - sums[self.first], sums[self.stop] - sums[self.first])

    def largest(self, values: Floats) -> Floats:
        """The largest value in the document."""
        if not len(values):
            return values
        starts = np.unique(self.first)
        return np.repeat(np.maximum.reduceat(values, starts), np.diff(np.append(starts, len(values))))

    def distance(self, on: Bools) -> tuple[Floats, Floats]:
        """Lines to the previous and to the next line that is on, itself left out; FAR at most."""
        at = np.flatnonzero(on)
        far = np.full(len(on), FAR, np.float32)
        if not len(at):
            return far, far.copy()
        left = np.searchsorted(at, self.place, "left") - 1
        back = at[np.maximum(left, 0)]
        previous = np.where((left >= 0) & (back >= self.first), self.place - back, FAR)
        right = np.searchsorted(at, self.place, "right")
        ahead = at[np.minimum(right, len(at) - 1)]
        following = np.where((right < len(at)) & (ahead < self.stop), ahead - self.place, FAR)
        return np.minimum(previous, FAR).astype(np.float32), np.minimum(following, FAR).astype(np.float32)


def runs(flags: Bools, row: Ints) -> tuple[Ints, Ints]:
    """First line and the line after the last of each run of flagged lines of a document."""
    starts, stops = stretches(flags, row)
    on = flags[starts]
    return starts[on], stops[on]


def _ratio(part: Doubles, whole: Doubles) -> Floats:
    return (part / np.where(whole > 0, whole, 1)).astype(np.float32)
