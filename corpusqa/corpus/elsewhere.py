"""Strings of a row outside its text: other columns, nested values, names of fields, and of a chat all but its texts."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from corpusqa.corpus.arrow import is_text, texts
from corpusqa.corpus.extract import column_values
from corpusqa.corpus.fields import FIELDS, Fields
from corpusqa.corpus.json_text import Place
from corpusqa.corpus.parts import NoText, pieces, replaced
from corpusqa.corpus.times import iso
from corpusqa.readers.model import Block

Path = tuple[str, ...]
Int64s = npt.NDArray[np.int64]
STRINGS = {"row": pl.Int64, "path": pl.Int64, "text": pl.String}
UNSAID = {"row": pl.Int64, "name": pl.String}
# Shorter numbers are counts, sizes and years.
LONG_NUMBER = 1_000_000
# Names as programs give them, which are worth no second look.
_PLAIN_NAME = re.compile(r"[A-Za-z_.\-]{1,40}")


@dataclass(frozen=True)
class Elsewhere:
    """Strings outside the texts of a unit.

    Attributes:
        paths: Columns, and keys below them. Lists leave no trace in them.
        strings: `row` (position in the unit), `path` (number in `paths`), `text`: strings, dates and times in ISO form,
            long whole numbers in digits however they are stored, and below a path those names of its fields that hold
            more than letters: of columns in rows that have a value there, below them wherever the name stands.
        unsaid: `row` and `name` (with its path) of those names whose value is null. Strings hold them, because JSON
            text is published with them; the digest of a row does not tell of them.
    """

    paths: Sequence[Path]
    strings: pl.DataFrame
    unsaid: pl.DataFrame


def elsewhere(block: Block, fields: Fields) -> Elsewhere:
    """The strings of the rows of a block, except the texts and the columns of the other fields of a document."""
    found = _Found()
    known = {getattr(fields, name) for name in FIELDS} | {fields.text, ""}
    if block.table is None:
        _of_records(found, block, fields, known)
    else:
        _of_table(found, block, block.table, fields, known)
    return found.result()


def _of_records(found: _Found, block: Block, fields: Fields, known: Collection[str | None]) -> None:
    for row, record in zip(block.place["row"].to_list(), block.records or (), strict=True):
        found.columns(row, record)
        record, places = _opened(fields, record)
        for name, value in record.items():
            if name not in known:
                found.walk(row, value, (name,), (name,), places)


def _of_table(found: _Found, block: Block, table: pa.Table, fields: Fields, known: Collection[str | None]) -> None:
    """Column by column; the columns that texts lie in as objects, since their texts are left out."""
    rows = block.place["row"].to_numpy()
    cells = [name for name in dict.fromkeys(cell.path[0] for cell in fields.cells) if name in table.column_names]
    for name in filter(None, table.column_names):
        found.field(rows[table[name].is_valid().to_numpy()], (), name)
        if name not in known and name not in cells:
            at = 0
            for chunk in table[name].chunks:
                _leaves(found, chunk, (name,), rows[at : at + len(chunk)])
                at += len(chunk)
    if not cells:
        return
    for row, *values in zip(rows.tolist(), *(column_values(table[name]) for name in cells), strict=True):
        record, places = _opened(fields, dict(zip(cells, values, strict=True)))
        for name, value in record.items():
            found.walk(row, value, (name,), (name,), places)


def _opened(fields: Fields, record: dict[str, Any]) -> tuple[dict[str, Any], frozenset[Place]]:
    """A row with messages in JSON text decoded; and where the pieces of its text lie, which are measured as text."""
    if not fields.cells:
        return record, frozenset()
    try:
        found = pieces(fields.cells, [cell.value(record) for cell in fields.cells])
        for cell in fields.cells:
            if cell.is_json and cell.value(record) is not None:
                record = replaced(record, cell.path, cell.opened(cell.value(record)))
    except NoText:
        return record, frozenset()
    return record, frozenset((*fields.cells[piece.cell].path, *piece.place) for piece in found)


def _odd(name: str) -> bool:
    return _PLAIN_NAME.fullmatch(name) is None


class _Found:
    """What is gathered."""

    def __init__(self) -> None:
        self._numbers: dict[Path, int] = {}
        self._rows: list[tuple[int, int, str]] = []
        self._unsaid: list[tuple[int, str]] = []
        self._odd: dict[str, bool] = {}
        self.arrays: list[tuple[Int64s, int, pl.Series]] = []

    def number(self, path: Path) -> int:
        """The number of a path."""
        return self._numbers.setdefault(path, len(self._numbers))

    def is_odd(self, name: str) -> bool:
        """Whether the name of a column or field may say more than a name."""
        odd = self._odd.get(name)
        if odd is None:
            odd = self._odd[name] = _odd(name)
        return odd

    def field(self, rows: Int64s, path: Path, name: str, unsaid: Int64s | None = None) -> None:
        """The name of a column or field, if it may say more than a name: the rows with it, and those of no value."""
        if self.is_odd(name):
            self.arrays.append((rows, self.number(path), pl.repeat(name, len(rows), eager=True)))
            self._unsaid += ((row, repr((*path, name))) for row in (() if unsaid is None else unsaid.tolist()))

    def columns(self, row: int, record: Mapping[str, Any]) -> None:
        """Names of columns; one without a value is the same as no column, as it is in a table."""
        for name, value in record.items():
            if value is not None and (self._odd[name] if name in self._odd else self.is_odd(name)):
                self._rows.append((row, self.number(()), name))

    def named(self, row: int, path: Path, value: Mapping[str, Any]) -> None:
        """Keys of an object that may say more than a name."""
        for name in value:
            if self._odd[name] if name in self._odd else self.is_odd(name):
                self._rows.append((row, self.number(path), name))
                if value[name] is None:
                    self._unsaid.append((row, repr((*path, name))))

    def walk(self, row: int, value: Any, path: Path, place: Place, texts_at: frozenset[Place]) -> None:
        """A value of JSON, or a Python object of Arrow, with everything below it, but for the texts."""
        if isinstance(value, str):
            if value and place not in texts_at:
                self._rows.append((row, self.number(path), value))
        elif isinstance(value, dict):
            self.named(row, path, value)
            for key, item in value.items():
                self.walk(row, item, (*path, key), (*place, key), texts_at)
        elif isinstance(value, list):
            for at, item in enumerate(value):
                self.walk(row, item, path, (*place, at), texts_at)
        elif value is not None:
            text = _text(value)
            if text:
                self._rows.append((row, self.number(path), text))

    def result(self) -> Elsewhere:
        """Everything that was gathered."""
        frames = [pl.DataFrame(self._rows, schema=STRINGS, orient="row")]
        for rows, number, values in self.arrays:
            frame = pl.DataFrame({"row": rows, "text": values}).with_columns(path=pl.lit(number, pl.Int64))
            frames.append(frame.filter(pl.col("text").str.len_bytes() > 0).select(*STRINGS).cast(pl.Schema(STRINGS)))
        unsaid = pl.DataFrame(self._unsaid, schema=UNSAID, orient="row")
        return Elsewhere(tuple(self._numbers), pl.concat(frames), unsaid)


def _text(value: Any) -> str | None:
    """What is looked at of a value that is no string: None for truth values, fractions and short numbers."""
    if isinstance(value, int):
        return str(value) if abs(value) >= LONG_NUMBER else None
    if isinstance(value, float | Decimal):
        return _text(int(value)) if isfinite(value) and value == int(value) else None
    if isinstance(value, bytes):
        decoded: str | None = texts(pa.chunked_array([pa.array([value], pa.binary())]))[0][0]
        return decoded
    return value.isoformat() if isinstance(value, date) else None


def _leaves(found: _Found, array: pa.Array, path: Path, rows: Int64s) -> None:
    """The strings of a column and of everything below it; `rows` are those of its values."""
    kind = array.type
    if isinstance(kind, pa.JsonType):
        for row, text in zip(rows.tolist(), array.to_pylist(), strict=True):
            found.walk(row, None if text is None else json.loads(text), path, path, frozenset())
    elif pt.is_dictionary(kind) or isinstance(kind, pa.BaseExtensionType):
        _leaves(found, array.dictionary_decode() if pt.is_dictionary(kind) else array.storage, path, rows)
    elif is_text(kind):
        found.arrays.append((rows, found.number(path), texts(pa.chunked_array([array]))[0]))
    elif pt.is_date(kind) or pt.is_timestamp(kind):
        found.arrays.append((rows, found.number(path), iso(pa.chunked_array([array]))))
    elif pt.is_struct(kind):
        there = array.is_valid().to_numpy(zero_copy_only=False)
        for at, field in enumerate(kind):
            values = pc.struct_field(array, at)
            empty = values.is_null().to_numpy(zero_copy_only=False)
            found.field(rows[there], path, field.name, rows[there & empty])
            _leaves(found, values, (*path, field.name), rows)
    elif pt.is_nested(kind):
        _items(found, array, path, rows)
    elif pt.is_integer(kind) or pt.is_floating(kind) or pt.is_decimal(kind):
        _numbers(found, array, path, rows)


def _numbers(found: _Found, array: pa.Array, path: Path, rows: Int64s) -> None:
    """Long whole numbers, in digits: 1 and 1.0 are the same value, and a column of fractions may hold both."""
    if array.type.bit_width < 32:
        return  # none is as large
    if pt.is_decimal(array.type):
        values = pl.Series([None if value is None else _text(value) for value in array.to_pylist()], dtype=pl.String)
        found.arrays.append((rows, found.number(path), values))
        return
    numbers = pl.Series(array)
    long = numbers >= LONG_NUMBER
    if not numbers.dtype.is_unsigned_integer():
        long |= numbers <= -LONG_NUMBER
    if not numbers.dtype.is_integer():
        long &= numbers.is_finite() & (numbers == numbers.floor())
    chosen = numbers.filter(long.fill_null(value=False))
    digits = chosen.cast(pl.String) if chosen.dtype.is_integer() else pl.Series(map(_text, chosen), dtype=pl.String)
    found.arrays.append((rows[long.fill_null(value=False).to_numpy()], found.number(path), digits))


def _items(found: _Found, array: pa.Array, path: Path, rows: Int64s) -> None:
    """The strings of lists; what has no plain parents (maps, unions) is taken as Python objects."""
    if pt.is_list(array.type) or pt.is_large_list(array.type) or pt.is_fixed_size_list(array.type):
        parents = pc.list_parent_indices(array).to_numpy(zero_copy_only=False)
        _leaves(found, pc.list_flatten(array), path, rows[parents])
        return
    for row, value in zip(rows.tolist(), array.to_pylist(), strict=True):
        found.walk(row, _plainly(value), path, path, frozenset())


def _plainly(value: Any) -> Any:
    """Pairs of a map as lists."""
    return [_plainly(item) for item in value] if isinstance(value, list | tuple) else value
