"""The canonical Parquet writer: the same rows give the same bytes, however they came in.

Plain types, no embedded Arrow schema, one row group per table, and content-defined chunks, so that a store that knows
chunks (the Hub's Xet) keeps only what changed between versions. The bytes differ between releases of pyarrow; the
digests of rows do not.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

# Above this a row group is cut into equal parts: readers hold a whole one in memory.
MOST_BYTES = 192_000_000


class CanonicalWriter:
    """Writes tables of one schema to a file; each table is one row group, or several equal ones if it is very large."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        # a dictionary of texts never pays
        names = [field.name for field in schema if not pa.types.is_nested(field.type) and field.name != "text"]
        self._schema = schema
        self._writer = pq.ParquetWriter(
            path,
            schema,
            version="2.6",
            compression="zstd",
            compression_level=3,
            use_dictionary=names,
            store_schema=False,
            write_page_index=True,
            use_content_defined_chunking=True,
        )

    def write(self, table: pa.Table) -> list[int]:
        """Append rows; how the table is chunked makes no difference. Returns the rows of each row group made."""
        table = table.select(self._schema.names).cast(self._schema).combine_chunks()
        parts = max(1, -(-table.nbytes // MOST_BYTES))
        rows = max(1, -(-table.num_rows // parts))
        groups = []
        for start in range(0, table.num_rows, rows):
            part = table.slice(start, rows).combine_chunks()
            self._writer.write_table(part, row_group_size=part.num_rows)
            groups.append(part.num_rows)
        return groups

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


@contextmanager
def canonical_writer(path: Path, schema: pa.Schema) -> Iterator[CanonicalWriter]:
    """A writer whose file is on the disk, footer and all, when the block ends well."""
    writer = CanonicalWriter(path, schema)
    try:
        yield writer
    finally:
        writer.close()
    sync(path)


def write_frame(path: Path, frame: pl.DataFrame) -> None:
    """Write a small polars frame canonically."""
    write_frames(path, iter([frame]))


def write_frames(path: Path, frames: Iterator[pl.DataFrame]) -> None:
    """Write polars frames of one schema, of which there is at least one, canonically; each is one row group or more."""
    first = next(frames).to_arrow(compat_level=pl.CompatLevel.oldest())
    schema = pa.schema([(f.name, _small(f.type)) for f in first.schema])
    path.parent.mkdir(parents=True, exist_ok=True)
    with canonical_writer(path, schema) as writer:
        writer.write(first)
        for frame in frames:
            writer.write(frame.to_arrow(compat_level=pl.CompatLevel.oldest()))


def _small(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_large_string(kind):
        return pa.string()
    return pa.list_(_small(kind.value_type)) if pa.types.is_large_list(kind) else kind


def sha256_of(path: Path) -> str:
    """SHA-256 of a file: 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Have the system write a file or the names in a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
