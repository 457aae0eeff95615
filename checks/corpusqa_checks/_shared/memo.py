"""One result per batch: what several checks need of the same batch is computed once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from corpusqa.check import Batch

Result = TypeVar("Result")


def once_per_batch(function: Callable[[Batch], Result]) -> Callable[[Batch], Result]:
    """Remember the result of `function` for as long as the batch lives.

    The batch itself keeps it: results are often views that refer to their batch, and a table elsewhere, even one with
    weak keys, would keep such batches for good.
    """

    @wraps(function)
    def remembered(batch: Batch) -> Result:
        if remembered not in batch.memo:
            batch.memo[remembered] = function(batch)
        found: Result = batch.memo[remembered]
        return found

    return remembered
