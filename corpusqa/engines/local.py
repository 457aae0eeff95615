"""One machine: polars in this process for small corpora, in loky workers for large ones."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.engines import MapFn, ReduceFn, ShardFn, Tick
from corpusqa.engines.memory import let_go
from corpusqa.engines.parts import Done
from corpusqa.engines.spilled import gathered, spill
from corpusqa.errors import WorkerDied
from corpusqa.scratch import scratch

# Below this much text starting workers costs more than they save (one worker imports for about 0.5 s).
SERIAL_BYTES = 16_000_000
SPILL = "corpusqa-shuffle-"  # beginning of the names of folders with the rows of a shuffle


class LocalEngine:
    """Runs tasks in this process (`workers` = 1) or in worker processes.

    loky's workers are started afresh, never forked, so they are safe beside polars' threads, in scripts without a main
    guard, in notebooks and from stdin.

    Args:
        workers: How many processes.
        started: Called once in each worker, by its name: it has to stand in a module.
        spill: Folder for the rows of a shuffle on their way, by default the system's for temporary files.
    """

    name = "local"

    def __init__(self, workers: int = 1, started: Callable[[], None] | None = None, spill: Path | None = None) -> None:
        self.workers = workers
        self._started = started
        self.spill = spill

    def run_map(self, tasks: Sequence[Any], fn: MapFn, tick: Tick) -> list[Done]:
        """Every task once; a task whose worker died is run again alone."""
        return list(self._each(tasks, fn, tick))

    def run_shuffle(
        self, tasks: Sequence[Any], shard: ShardFn, schema: pl.Schema, buckets: int, reduce: ReduceFn, tick: Tick
    ) -> list[Done]:
        """One Arrow file per task with one record batch per bucket; a reducer reads its batch of every file."""
        with scratch(SPILL, self.spill) as folder:
            spread = partial(_spill, shard, schema, buckets, folder)
            list(self._each(list(enumerate(tasks)), spread, lambda _done, _all: None))
            gather = partial(_gather, reduce, schema, len(tasks), folder)
            return list(self._each(range(buckets), gather, tick))

    def close(self) -> None:
        """Let go of the workers."""
        if self.workers > 1:
            _executor(self.workers, self._started).shutdown(wait=True)

    def _each(self, tasks: Sequence[Any], fn: Callable[[Any], Any], tick: Tick) -> Iterator[Any]:
        # a single task too: what it holds for a moment is a worker's share of the memory, not the driver's
        run = self._in_workers if self.workers > 1 else map
        for done, result in enumerate(run(fn, tasks), 1):
            tick(done, len(tasks))
            yield result

    def _in_workers(self, fn: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
        from concurrent.futures import as_completed
        from concurrent.futures.process import BrokenProcessPool

        pool = _executor(self.workers, self._started)
        waiting = {pool.submit(_one, fn, task): task for task in tasks}
        lost = []
        for future in as_completed(waiting):
            try:
                result = future.result()
            except BrokenProcessPool:  # every task that was not finished reports the same death
                lost.append(waiting[future])
            else:
                yield result
        yield from (self._alone(fn, task) for task in lost)

    def _alone(self, fn: Callable[[Any], Any], task: Any) -> Any:
        from concurrent.futures.process import BrokenProcessPool

        try:
            return _executor(self.workers, self._started).submit(_one, fn, task).result()
        except BrokenProcessPool:
            raise WorkerDied(
                f"a worker was killed twice while it worked on {_named(task)}; out of memory is the usual reason: "
                "run with fewer workers (--workers 1)"
            ) from None


def cpu_count() -> int:
    """The cores that this process may use: of the container or the job, not of the machine."""
    from loky import cpu_count as count

    return int(count())


def _executor(workers: int, started: Callable[[], None] | None) -> Any:
    """The shared pool; polars gets one thread a worker, or the workers would fight for the cores."""
    from loky import get_reusable_executor

    return get_reusable_executor(
        max_workers=workers,
        timeout=600,
        initializer=_begin,
        initargs=(started, os.getpid()),
        env={"POLARS_MAX_THREADS": "1"},
    )


def _begin(started: Callable[[], None] | None, driver: int) -> None:
    """What a worker does first."""
    threading.Thread(target=_end_with, args=(driver,), daemon=True).start()
    if started is not None:
        started()


def _one(fn: Callable[[Any], Any], task: Any) -> Any:
    """A task in a worker, which gives back what it held: else two that rest would hold what two others need."""
    try:
        return fn(task)
    finally:
        let_go()


def _end_with(driver: int) -> None:
    """End this worker once its driver is gone: one that was killed cannot tell its workers to stop."""
    while os.getppid() == driver:
        time.sleep(1)
    os._exit(1)


def _named(task: Any) -> str:
    """What to call a task in a message: a unit by its file; a numbered task by what it holds."""
    if isinstance(task, tuple) and len(task) == 2:
        return _named(task[1])
    files = getattr(task, "files", None)
    return f"{files[0]} (unit {task.number})" if files else f"task {task!r}"


def _spill(shard: ShardFn, schema: pl.Schema, buckets: int, folder: Path, numbered: tuple[int, Any]) -> None:
    number, task = numbered
    spill(shard(task), schema, buckets, folder / f"{number}.arrow")


def _gather(reduce: ReduceFn, schema: pl.Schema, count: int, folder: Path, bucket: int) -> Done:
    return reduce(bucket, gathered((folder / f"{number}.arrow" for number in range(count)), schema, bucket))
