"""One result per batch: what several checks need of the same batch is computed once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from corpusqa.check import Batch

Result = TypeVar("Result")


def once_per_batch(function: Callable[[Batch], Result]) -> Callable[[Batch], Result]:
    """Remember the result of `function` for as long as the batch lives."""
    known: WeakKeyDictionary[Batch, Result] = WeakKeyDictionary()

    @wraps(function)
    def remembered(batch: Batch) -> Result:
        if batch not in known:
            known[batch] = function(batch)
        return known[batch]

    return remembered
