"""Stages over the two primitives of an engine: map, shuffle, group by key; written once for all engines."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.engines import Engine, MapFn, ReduceFn, ShardFn
from corpusqa.engines.hashing import buckets_of, digest_of
from corpusqa.engines.lock import alone
from corpusqa.engines.parts import Done, Stage, commit, read_stage, write_tables

# Aim of one bucket: large enough to be worth a task, small enough for one worker's memory.
BUCKET_BYTES = 64_000_000
Progress = Callable[[str, int, int], None]
Rows = Callable[[Any], pl.DataFrame]
GroupFn = Callable[[pl.DataFrame], dict[str, pl.DataFrame]]


def quiet(_stage: str, _done: int, _all: int) -> None:
    """No progress."""


class Flow:
    """Runs stages on an engine and keeps their results in a work folder.

    Args:
        engine: Schedules the tasks.
        work: Folder of the stages; made with mode 0700.
        progress: Called with stage, finished and all tasks.
        bucket_bytes: What one bucket of a shuffle should hold; changes how rows are spread, never which rows there are.
        say: Told when another run has to be waited for.
    """

    def __init__(
        self,
        engine: Engine,
        work: Path,
        progress: Progress = quiet,
        bucket_bytes: int = BUCKET_BYTES,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.engine = engine
        self.work = work
        self.progress = progress
        self.bucket_bytes = bucket_bytes
        work.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = alone(work, say)

    def map(self, name: str, made_of: object, tasks: Sequence[Any], fn: Callable[[Path, Any], Done]) -> Stage:
        """One task at a time: `fn(folder, task)` writes the parts of the task.

        Args:
            name: Name of the stage.
            made_of: Everything the result depends on besides the tasks, as plain values.
            tasks: Plain values.
            fn: Importable function or partial.
        """

        def run(folder: Path) -> list[Done]:
            task: MapFn = partial(fn, folder)
            return self.engine.run_map(tasks, task, partial(self.progress, name))

        return self._stage(name, digest_of(name, made_of, tasks), len(tasks), run)

    def shuffle(
        self,
        name: str,
        made_of: object,
        tasks: Sequence[Any],
        rows: Rows,
        schema: dict[str, Any],
        buckets: int,
        reduce: Callable[[Path, int, pl.DataFrame], Done],
    ) -> Stage:
        """Rows that carry their own bucket number `_b` meet in that bucket."""
        full = pl.Schema({"_b": pl.Int32, **schema})

        def run(folder: Path) -> list[Done]:
            one: ReduceFn = partial(reduce, folder)
            shard: ShardFn = rows
            return self.engine.run_shuffle(tasks, shard, full, buckets, one, partial(self.progress, name))

        return self._stage(name, digest_of(name, made_of, buckets, tasks), buckets, run)

    def group_by_key(
        self,
        name: str,
        made_of: object,
        tasks: Sequence[Any],
        rows: Rows,
        schema: dict[str, Any],
        keys: Sequence[str],
        fn: GroupFn,
        buckets: int,
    ) -> Stage:
        """Rows with equal Int64 `keys` meet; `fn` sees whole groups, many at a time, in a canonical order.

        Args:
            name: Name of the stage.
            made_of: Everything the result depends on besides the tasks.
            tasks: Plain values.
            rows: Task -> rows of `schema`.
            schema: Flat columns, keys among them.
            keys: Int64 columns that decide which rows meet.
            fn: Rows of a bucket, sorted by all columns -> tables to write.
            buckets: How many buckets.
        """
        bucketed = partial(_with_bucket, rows, tuple(keys), buckets)
        return self.shuffle(name, made_of, tasks, bucketed, schema, buckets, partial(_reduce, fn))

    def write(self, name: str, made_of: object, parts: Sequence[dict[str, pl.DataFrame]]) -> Stage:
        """A stage that the driver itself has: one part per element."""

        def run(folder: Path) -> list[Done]:
            return [Done(write_tables(folder, number, tables)) for number, tables in enumerate(parts)]

        return self._stage(name, digest_of(name, made_of, len(parts)), len(parts), run)

    def buckets(self, size: int) -> int:
        """How many buckets rows of this many bytes are spread over."""
        return max(1, -(-size // self.bucket_bytes))

    def finished(self, name: str, made_of: object, count: int) -> Stage | None:
        """What `write` left under this name, if it was made of the same."""
        return read_stage(self.work / name, digest_of(digest_of(name, made_of, count), pl.__version__))

    def _stage(self, name: str, fingerprint: str, expected: int, run: Callable[[Path], list[Done]]) -> Stage:
        fingerprint = digest_of(fingerprint, pl.__version__)
        folder = self.work / name
        finished = read_stage(folder, fingerprint)
        if finished is not None:
            return finished
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, mode=0o700)
        return commit(folder, fingerprint, run(folder), expected)


def _with_bucket(rows: Rows, keys: Sequence[str], buckets: int, task: Any) -> pl.DataFrame:
    frame = rows(task)
    return frame.with_columns(buckets_of(frame, keys, buckets))


def _reduce(fn: GroupFn, folder: Path, bucket: int, frame: pl.DataFrame) -> Done:
    rows = frame.drop("_b")
    return Done(write_tables(folder, bucket, fn(rows.sort(rows.columns, nulls_last=True))))
