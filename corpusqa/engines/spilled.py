"""Rows on their way to their buckets: a file with one record batch per bucket, so that each is read alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa


def spill(frame: pl.DataFrame, schema: pl.Schema, buckets: int, path: Path) -> None:
    """Write rows to a file; the first column of the schema, `_b` (Int32), says which bucket is theirs."""
    frame = frame.select(*schema).cast(schema).sort("_b", maintain_order=True)
    counts = np.bincount(frame["_b"].to_numpy(), minlength=buckets)
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    at = 0
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        for count in counts.tolist():
            batches = table.slice(at, count).combine_chunks().to_batches()
            writer.write_batch(batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema))
            at += count


def gathered(paths: Iterable[Path], schema: pl.Schema, bucket: int) -> pl.DataFrame:
    """The rows of one bucket from all files."""
    frames = [pl.DataFrame(schema=schema)]
    for path in paths:
        with pa.memory_map(str(path)) as file:
            frames.append(pl.DataFrame(pa.Table.from_batches([pa.ipc.open_file(file).get_batch(bucket)])).cast(schema))
    return pl.concat(frames)
