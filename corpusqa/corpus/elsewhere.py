"""Strings of a row outside its text: other columns, nested values, names of fields, and of a chat all but its texts."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
from corpusqa.readers.model import Block

Path = tuple[str, ...]
Int64s = npt.NDArray[np.int64]
STRINGS = {"row": pl.Int64, "path": pl.Int64, "text": pl.String}
# Shorter numbers are counts, sizes and years.
LONG_NUMBER = 1_000_000
# Names as programs give them, which are worth no second look.
_PLAIN_NAME = re.compile(r"[A-Za-z_.\-]{1,40}")


@dataclass(frozen=True)
class Elsewhere:
    """Strings outside the texts of a unit.

    Attributes:
        paths: Columns, and keys below them. Lists leave no trace in them.
        strings: `row` (position in the unit), `path` (number in `paths`), `text`: strings, long whole numbers in
            digits, and below a path those names of its fields that hold more than letters.
    """

    paths: Sequence[Path]
    strings: pl.DataFrame


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
        found.named(row, (), record)
        record, places = _opened(fields, record)
        for name, value in record.items():
            if name not in known:
                found.walk(row, value, (name,), (name,), places)


def _of_table(found: _Found, block: Block, table: pa.Table, fields: Fields, known: Collection[str | None]) -> None:
    """Column by column; the columns that texts lie in as objects, since their texts are left out."""
    rows = block.place["row"].to_numpy()
    cells = [name for name in dict.fromkeys(cell.path[0] for cell in fields.cells) if name in table.column_names]
    for name in filter(None, table.column_names):
        found.field(rows, (), name)
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
        self._odd: dict[str, bool] = {}
        self.arrays: list[tuple[Int64s, int, pl.Series]] = []

    def number(self, path: Path) -> int:
        """The number of a path."""
        return self._numbers.setdefault(path, len(self._numbers))

    def field(self, rows: Int64s, path: Path, name: str) -> None:
        """The name of a column or field, which every row has, if it may say more than a name."""
        if _odd(name):
            self.arrays.append((rows, self.number(path), pl.repeat(name, len(rows), eager=True)))

    def named(self, row: int, path: Path, value: Mapping[str, Any]) -> None:
        """Keys of an object that may say more than a name."""
        for key in value:
            odd = self._odd.get(key)
            if odd is None:
                odd = self._odd[key] = _odd(key)
            if odd:
                self._rows.append((row, self.number(path), key))

    def walk(self, row: int, value: Any, path: Path, place: Place, texts_at: frozenset[Place]) -> None:
        """A value of JSON with everything below it, but for the texts."""
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
        elif isinstance(value, int) and abs(value) >= LONG_NUMBER:
            self._rows.append((row, self.number(path), str(value)))

    def result(self) -> Elsewhere:
        """Everything that was gathered."""
        frames = [pl.DataFrame(self._rows, schema=STRINGS, orient="row")]
        for rows, number, values in self.arrays:
            frame = pl.DataFrame({"row": rows, "text": values}).with_columns(path=pl.lit(number, pl.Int64))
            frames.append(frame.filter(pl.col("text").str.len_bytes() > 0).select(*STRINGS).cast(pl.Schema(STRINGS)))
        return Elsewhere(tuple(self._numbers), pl.concat(frames))


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
    elif pt.is_struct(kind):
        for at, field in enumerate(kind):
            found.field(rows, path, field.name)
            _leaves(found, pc.struct_field(array, at), (*path, field.name), rows)
    elif pt.is_nested(kind):
        _items(found, array, path, rows)
    elif pt.is_integer(kind):
        _numbers(found, array, path, rows)


def _numbers(found: _Found, array: pa.Array, path: Path, rows: Int64s) -> None:
    """Long whole numbers, in digits."""
    numbers = pl.Series(array.cast(pa.int64(), safe=False))
    chosen = (numbers.abs() >= LONG_NUMBER).fill_null(False)
    found.arrays.append((rows[chosen.to_numpy()], found.number(path), numbers.filter(chosen).cast(pl.String)))


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
