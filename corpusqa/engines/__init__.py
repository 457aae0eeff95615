"""An engine schedules tasks and brings equal keys together; it knows nothing of quality.

Reading, hashing, sorting, joining and writing are our code inside the engine's tasks, so every engine gives the
same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import polars as pl

from corpusqa.engines.parts import Done

# A task is a plain value. What an engine is given must be importable and picklable: module-level functions and partials
# of them over plain values.
MapFn = Callable[[Any], Done]
ShardFn = Callable[[Any], pl.DataFrame]
ReduceFn = Callable[[int, pl.DataFrame], Done]
Tick = Callable[[int, int], None]


class Engine(Protocol):
    """The two primitives from which `Flow` derives everything else."""

    name: str
    workers: int  # tasks that run at a time

    def run_map(self, tasks: Sequence[Any], fn: MapFn, tick: Tick) -> list[Done]:
        """`fn(task)` reads, computes and writes the parts of one task; results in any order."""

    def run_shuffle(
        self, tasks: Sequence[Any], shard: ShardFn, schema: pl.Schema, buckets: int, reduce: ReduceFn, tick: Tick
    ) -> list[Done]:
        """Bring rows of one bucket together.

        Args:
            tasks: Plain values.
            shard: Task -> rows of `schema`, whose first column `_b` (Int32) is the bucket, 0 <= _b < buckets.
            schema: Schema of the rows.
            buckets: Number of buckets.
            reduce: (bucket, all its rows in any order) -> parts written; called for every bucket that may have rows.
            tick: Called with reduced and all buckets.
        """

    def close(self) -> None:
        """Let go of processes."""
