"""The corpus: what is read, and how, as plain values that can cross to another process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from corpusqa.corpus.digest import canonical
from corpusqa.corpus.extract import values_of
from corpusqa.corpus.fields import Fields
from corpusqa.corpus.rows import Rows, assemble
from corpusqa.corpus.sample import Sample
from corpusqa.corpus.write_back import write_back
from corpusqa.readers import Block, File, Unit, reader
from corpusqa.readers.files import open_file, shown
from corpusqa.readers.json_known import AreKnown, read_unknown
from corpusqa.scratch import remove_scratch

SECRET_BYTES = 16_384
BY_COLUMN = ("parquet", "arrow")  # whose files may begin with columns that anybody can guess, such as numbers


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
        splits: The split of each file that has one by its place; a column goes before.
        spooled: The folder with a copy of the source that was made to read it; `remove_spool` deletes it.
        anonymous: Whether the names of the files mean nothing to the user; then no row states one.
        sample: Which rows are read, where not all of them are.
        left_out: Columns that are not read, as if the files did not have them.
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
    splits: Mapping[str, str] = field(default_factory=dict)
    spooled: str | None = None
    anonymous: bool = False
    sample: Sample | None = None
    left_out: tuple[str, ...] = ()

    def read_unknown(self, unit: Unit, are_known: AreKnown, others: bool) -> Rows:
        """The rows of a unit with their digests, but for lines that are known; `keys` says of each row whether it is.

        Of sources whose rows are not told apart by their bytes all are read, without keys.

        Args:
            unit: What to read.
            are_known: Of keys, which belong to rows that need not be read: the line with what its place says.
            others: Whether to add the strings outside the texts.
        """
        block, by_file = None, self._by_file(unit)
        if self.format == "jsonl" and self.sample is None and not self.left_out:
            fields = [by_file.get(name, {}) for name in ("source", "split")]
            salts = {shown(path): repr([of.get(shown(path)) for of in fields]).encode() for path in unit.files}
            block = read_unknown(Path(self.root), unit, salts, are_known)
        rows = assemble(block or self.block(unit, None), self.fields, by_file, True, True, False, others)
        return rows.without_files() if self.anonymous else rows

    def read(
        self, unit: Unit, full: bool = False, digested: bool = True, table: bool = True, others: bool = False
    ) -> Rows:
        """The rows of a unit; with `full` also what else is asked for.

        These are: digests (`digested`), the table of all columns (`table`), the strings outside the texts (`others`).
        With `full` a row is unreadable too when another column of it is damaged; positions are the same either way.
        """
        block = self.block(unit, None if full else self.fields.columns)
        rows = assemble(block, self.fields, self._by_file(unit), full, full and digested, table, others)
        return rows.without_files() if self.anonymous else rows

    def read_some(self, unit: Unit, rows: pl.Series, full: bool = False) -> Rows:
        """Some documents of a unit, by their positions in it, `full` with digests: the rest is not taken apart."""
        chosen = Sample(0, {unit.number: tuple(rows)})
        return replace(self, sample=chosen).read(unit, full, table=False)

    def beginning(self) -> Iterator[pl.DataFrame]:
        """Documents of each file from its first row, a few and then more, of a row group no more than is asked for.

        Formats that are not read by columns give those of about a megabyte of each file.
        """
        if self.format == "text":
            yield from (self.read(unit).documents for unit in self.units)
            return
        for file in self.files:
            before, rows = 0, FIRST_ROWS
            while True:
                block = reader(self.format).glance(Path(self.root), file, self.fields.columns, rows)
                documents = assemble(block, self.fields, {}, full=False, digested=False).documents
                yield documents.filter(pl.col("row") >= before)
                if block.place.height < rows:
                    break
                before, rows = rows, 4 * rows

    def block(self, unit: Unit, names: Sequence[str] | None) -> Block:
        """The rows of a unit as the reader gives them, with the columns `names` or all; of a sample the drawn ones."""
        if self.left_out:
            names = [name for name in (self.columns if names is None else names) if name not in self.left_out]
        if self.sample is None:
            return reader(self.format).read(Path(self.root), unit, names)
        nothing = self.sample.without(unit)
        if nothing:
            return nothing
        wanted = None if self.sample.rows is None else self.sample.rows[unit.number]
        return self.sample.drawn(unit, reader(self.format).read(Path(self.root), unit, names, wanted))

    def write_back(self, table: pa.Table, record: pl.DataFrame) -> pa.Table:
        """Carry out edits of texts in the columns that the texts lie in.

        Args:
            table: Rows of the source with all columns, each of which has text.
            record: `place` (row of the table), `start`, `end` (code points of the text), `replacement` (null: nothing);
                the edits of a row are disjoint, and none crosses the boundary of a part.

        Returns:
            The table with the same schema; rows and cells without an edit are unchanged.
        """
        return write_back(self.fields, table, record)

    def identity(self) -> str:
        """Digest of what is read: 64 hexadecimal digits over the names and contents of the files and the fields.

        The files are read once; what asks again, in the same run, gets the same answer.
        """
        return self._identity

    def unchanged(self) -> bool:
        """Whether the files hold what they held when this run first asked for their identity; reads them again."""
        return self._digest() == self._identity

    def secret(self) -> bytes:
        """32 bytes that follow from the beginning of the source, so that only who holds it knows them.

        Of as little as holds some documents: a source of which few rows changed keeps its secret most of the time.
        """
        return self._secret

    @cached_property
    def _secret(self) -> bytes:
        state, left = sha256(b"secret"), SECRET_BYTES
        for part in self._texts() if self.format in BY_COLUMN else self._bytes():
            state.update(part[:left])
            left -= len(part)
            if left <= 0:
                break
        return state.digest()

    def _bytes(self) -> Iterator[bytes]:
        for file in self.files:
            with suppress(OSError), open_file(Path(self.root) / file.path) as stream:
                yield stream.read(SECRET_BYTES)

    def _texts(self) -> Iterator[bytes]:
        for texts in (documents["text"] for documents in self.beginning()):
            yield from (text.encode() for text in texts.head(SECRET_BYTES))

    @cached_property
    def _identity(self) -> str:
        return self._digest()

    def _digest(self) -> str:
        read_as = (self.format, self.fields, sorted(self.splits.items()), self.sample, self.anonymous, self.left_out)
        state = sha256(repr(read_as).encode())
        if self.sample and self.sample.source:
            return state.hexdigest()
        for path in (*self.sidecars, *(file.path for file in self.files)):
            state.update(repr((shown(path), _content(Path(self.root) / path))).encode())
        return state.hexdigest()

    def _by_file(self, unit: Unit) -> dict[str, dict[str, str]]:
        """Fields that follow from a file's place where no column says otherwise: the first folder is the source.

        A folder of a file with a split is part of the layout of a data set, not a source.
        """
        found: dict[str, dict[str, str]] = {}
        if not self.fields.source:
            found["source"] = {
                shown(path): shown(path).split("/")[0] for path in unit.files if "/" in path and path not in self.splits
            }
        if not self.fields.split:
            found["split"] = {shown(path): self.splits[path] for path in unit.files if path in self.splits}
        return {name: values for name, values in found.items() if values}


def seen_as(corpus: Corpus, source: Corpus) -> Corpus:
    """A release of a source as checks saw the source: with its fields, without an id or splits that it did not have."""
    fields = source.fields
    if not {name.partition(".")[0] for name in fields.columns} <= set(corpus.columns):
        return corpus
    added = () if fields.id else corpus.columns[:1]
    splits = corpus.splits if source.splits or fields.split else {}
    return replace(corpus, fields=fields, left_out=added, splits=splits)


def remove_spool(corpus: Corpus) -> None:
    """Delete the copy of a source that had to be copied; the corpus cannot be read afterwards."""
    if corpus.spooled:
        remove_scratch(Path(corpus.spooled))


FIRST_ROWS = 8
LARGEST = 1e300  # integers of JSON may be longer than any float


def columns(corpus: Corpus, unit: Unit, names: Sequence[str]) -> pl.DataFrame:
    """The documents of a unit as `row` and the source's own columns `names` as `doc:<name>`, for rules on them.

    A name with dots that is no column leads into a nested one; a column that does not exist holds nulls.
    """
    wanted = [*corpus.fields.columns, *names, *(name.partition(".")[0] for name in names)]
    block = corpus.block(unit, wanted)
    rows = assemble(block, corpus.fields, {}, full=False, digested=False).documents["row"]
    found = block.place.select("row").with_columns(_column(block, name).alias(f"doc:{name}") for name in names)
    return found.filter(pl.col("row").is_in(rows.implode()))


def _column(block: Block, name: str) -> pl.Series:
    if block.table is not None and name in block.table.column_names:
        column = block.table[name]
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if not isinstance(column.type, pa.JsonType):
            return pl.Series(name, column)
    values = values_of(block, (name,))
    if "." in name and all(value is None for value in values):
        values = values_of(block, name.split("."))
    return pl.Series(name, *_comparable(values))


def _comparable(values: list[Any]) -> tuple[list[Any], pl.DataType]:
    """Values that a rule can compare, and their type: numbers, truth values, and everything else as strings."""
    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return values, pl.Null()
    if kinds == {bool}:
        return values, pl.Boolean()
    if kinds == {int} and all(value is None or abs(value) < 1 << 63 for value in values):
        return values, pl.Int64()
    if kinds <= {int, float} and all(value is None or abs(value) < LARGEST for value in values):
        return [None if value is None else float(value) for value in values], pl.Float64()
    return [v if v is None or isinstance(v, str) else canonical(v) for v in values], pl.String()


def _content(path: Path) -> str:
    """Digest of a file's bytes, or a mark that it cannot be read."""
    try:
        state = sha256()
        with open_file(path) as stream:
            while chunk := stream.read(1 << 20):
                state.update(chunk)
    except OSError:
        return "unreadable"
    return state.hexdigest()
