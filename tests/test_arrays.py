"""What kernels ask of arrays of places, held against plain loops; empty arrays have nothing and break nothing."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from corpusqa_checks._shared.arrays import begins, changes, inside, looked_up, spread, stretches

ROWS = [[], [4], [4, 4], [4, 5], [1, 1, 2, 2, 2, 1]]


@pytest.mark.parametrize("values", ROWS)
@pytest.mark.parametrize("other", [None, 0, 1])
def test_stretches_are_runs_of_equal_values(values: list[int], other: int | None) -> None:
    columns = [values] if other is None else [values, [n * other // 3 for n in range(len(values))]]
    runs, at = [], 0
    for _, run in groupby(zip(*columns, strict=True)):
        runs.append((at, at := at + len(list(run))))
    arrays = [np.array(column, np.int64) for column in columns]
    starts, stops = stretches(*arrays)

    assert list(zip(starts.tolist(), stops.tolist(), strict=True)) == runs
    assert begins(*arrays).tolist() == [start for start, _ in runs]
    assert np.flatnonzero(changes(*arrays)).tolist() == [start for start, _ in runs]


@pytest.mark.parametrize("ranges", [[], [(3, 0)], [(2, 3)], [(5, 2), (0, 1), (9, 0), (1, 3)]])
def test_the_places_of_ranges_follow_each_other(ranges: list[tuple[int, int]]) -> None:
    firsts, counts = (np.array([one[side] for one in ranges], np.int64) for side in (0, 1))
    assert spread(firsts, counts).tolist() == [
        place for first, count in ranges for place in range(first, first + count)
    ]


@pytest.mark.parametrize("ranges", [[], [(0, 2)], [(1, 3), (2, 4)], [(-5, 1), (4, 99)], [(2, 2)]])
def test_places_inside_of_ranges(ranges: list[tuple[int, int]]) -> None:
    starts, stops = (np.array([one[side] for one in ranges], np.int64) for side in (0, 1))
    expected = [any(start <= place < stop for start, stop in ranges) for place in range(6)]
    assert inside(starts, stops, 6).tolist() == expected
    assert inside(starts, stops, 0).tolist() == []


def test_values_are_looked_up_in_a_sorted_table() -> None:
    table = np.array([2, 5, 9], np.uint64)
    assert looked_up(table, np.array([9, 1, 5, 10, 2], np.uint64)).tolist() == [2, -1, 1, -1, 0]
    assert looked_up(table, np.array([], np.uint64)).tolist() == []
