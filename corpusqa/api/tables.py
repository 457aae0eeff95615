"""Tables for people, written some rows at a time: the same rows give the same bytes, however they come in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

GROUP_ROWS = 100_000  # of a row group


def write_parquet(parts: Iterator[pl.DataFrame], file: BinaryIO) -> None:
    """Write frames of one schema, of which there is at least one, as one Parquet file."""
    first = next(parts)
    with pq.ParquetWriter(file, _arrow(first).schema, compression="zstd") as writer:
        waiting = first
        for part in parts:
            waiting = pl.concat([waiting, part])
            while waiting.height >= GROUP_ROWS:
                _write(writer, waiting.head(GROUP_ROWS))
                waiting = waiting.slice(GROUP_ROWS)
        for start in range(0, max(1, waiting.height), GROUP_ROWS):
            _write(writer, waiting.slice(start, GROUP_ROWS))


def _write(writer: pq.ParquetWriter, rows: pl.DataFrame) -> None:
    table = _arrow(rows).combine_chunks()
    writer.write_table(table, row_group_size=max(1, table.num_rows))


def _arrow(rows: pl.DataFrame) -> pa.Table:
    return rows.to_arrow(compat_level=pl.CompatLevel.oldest())
