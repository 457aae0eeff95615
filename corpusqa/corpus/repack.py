"""Files that can only be read whole, and are too large for that, are copied once into pieces that can be read apart.

That is a compressed file, which has no random access, and a Parquet file with one huge row group, as pandas and pyarrow
write by default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corpusqa.readers.listing import Listing
from corpusqa.readers.model import File
from corpusqa.readers.parquet import largest_group, open_bit_by_bit, plain_bytes
from corpusqa.readers.streams import EXPANSION, Broken, chunks, packing

FACTOR = 4  # a task may read this many times the size of a unit at once
ROWS = 250  # decoded at once


def repacked(listing: Listing, unit_bytes: int, new_folder: Callable[[], Path]) -> tuple[Listing, Path | None]:
    """The same files, those that are too large to be read whole as copies; the others as links.

    Args:
        listing: The files of a source.
        unit_bytes: Text that one task reads.
        new_folder: Makes the folder for the copies.

    Returns:
        The listing to read, and the folder if one was made. Copies keep their names, those of packed files too.
    """
    limit = FACTOR * unit_bytes
    large = {file.path for file in listing.files if _bytes_at_once(listing, file) > limit}
    if not large:
        return listing, None
    folder = new_folder()
    files = []
    for file in listing.files:
        source, target = listing.root / file.path, folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.path not in large:
            target.symlink_to(source)
        elif listing.format == "parquet":
            _regroup(source, target, unit_bytes)
        else:
            _unpack(source, target, torn_line=listing.format == "jsonl")
        files.append(File(file.path, target.stat().st_size if file.path in large else file.bytes))
    return replace(listing, root=folder, files=tuple(files)), folder


def _bytes_at_once(listing: Listing, file: File) -> int:
    """About how much has to be in memory to read the smallest piece of a file."""
    if listing.format == "parquet":
        return largest_group(listing.root, file)
    packed = listing.format in ("jsonl", "json", "csv") and packing(listing.root / file.path)
    return file.bytes * EXPANSION if packed else 0


def _unpack(source: Path, target: Path, *, torn_line: bool) -> None:
    """Decompress a file; one that cannot be read to its end stays as it is, or gets a torn last line that says so."""
    try:
        with target.open("wb") as copy:
            for piece in chunks(source):
                copy.write(piece)
    except Broken:
        if torn_line:
            with target.open("ab") as copy:
                copy.write(b"{")
        else:
            target.unlink()
            target.symlink_to(source)


def _regroup(source: Path, target: Path, group_bytes: int) -> None:
    """Copy a Parquet file with row groups of about `group_bytes`; a damaged one stays as it is."""
    try:
        with source.open("rb") as stream, open_bit_by_bit(stream) as opened:
            writer = pq.ParquetWriter(target, opened.schema_arrow, compression="zstd")
            with writer:
                for table in _tables(opened, group_bytes):
                    writer.write_table(table, row_group_size=table.num_rows)
    except (pa.ArrowException, OSError, ValueError):
        target.unlink(missing_ok=True)
        target.symlink_to(source)


def _tables(opened: pq.ParquetFile, group_bytes: int) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    size = 0
    for batch in opened.iter_batches(ROWS, use_threads=False):
        more = plain_bytes(batch)
        if waiting and size + more > group_bytes:
            yield pa.Table.from_batches(waiting)
            waiting, size = [], 0
        waiting.append(batch)
        size += more
    if waiting:
        yield pa.Table.from_batches(waiting)
