"""The corpus: what is read, and how, as plain values that can cross to another process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import polars as pl

from corpusqa.corpus.fields import Fields
from corpusqa.corpus.rows import Rows, assemble
from corpusqa.readers import File, Unit, reader
from corpusqa.readers.files import shown


@dataclass(frozen=True)
class Corpus:
    """Documents that can be read unit by unit, in any process that sees the same files.

    Attributes:
        source: As given.
        format: Name of the reader.
        root: Absolute folder that the files are relative to.
        files: The files with rows, in the order in which they are read.
        sidecars: Other files whose content belongs to the rows.
        units: What one task reads, in source order.
        fields: The column of each field.
        columns: Names of all columns, as far as known before reading.
        notes: What was recognised, in one line each.
    """

    source: str
    format: str
    root: str
    files: tuple[File, ...]
    sidecars: tuple[str, ...]
    units: tuple[Unit, ...]
    fields: Fields
    columns: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def read(self, unit: Unit, full: bool = False) -> Rows:
        """The rows of a unit, with `full` also their digests and the table of all columns."""
        block = reader(self.format).read(Path(self.root), unit, None if full else self.fields.columns)
        return assemble(block, self.fields, self._by_file(unit), full)

    def identity(self) -> str:
        """Digest of what is read: 64 hexadecimal digits over the names and contents of the files and the fields."""
        state = sha256(repr((self.format, self.fields)).encode())
        for path in (*self.sidecars, *(file.path for file in self.files)):
            state.update(repr((shown(path), _content(Path(self.root) / path))).encode())
        return state.hexdigest()

    def _by_file(self, unit: Unit) -> dict[str, dict[str, str]]:
        """Values that come from a file's place: the first folder is the source where no column says otherwise."""
        if self.fields.source:
            return {}
        return {"source": {shown(path): shown(path).split("/")[0] for path in unit.files if "/" in path}}


def source_columns(corpus: Corpus, unit: Unit, names: Sequence[str]) -> pl.DataFrame:
    """The rows of a unit as `row` and the source's own columns `names`, for rules that speak of them."""
    rows = corpus.read(unit, full=True)
    assert rows.table is not None
    found = pl.from_arrow(rows.table.select([name for name in names if name in rows.table.column_names]))
    assert isinstance(found, pl.DataFrame)
    missing = [pl.lit(None).alias(name) for name in names if name not in found.columns]
    return rows.documents.select("row").hstack(found.with_columns(missing).select(names))


def _content(path: Path) -> str:
    """Digest of a file's bytes, or a mark that it cannot be read."""
    try:
        state = sha256()
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                state.update(chunk)
    except OSError:
        return "unreadable"
    return state.hexdigest()
