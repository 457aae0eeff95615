"""Edits of texts, carried back into the columns and cells that the texts came from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import polars as pl
import pyarrow as pa

from corpusqa.corpus.extract import column_values
from corpusqa.corpus.fields import Fields
from corpusqa.corpus.json_text import Edit, Place
from corpusqa.corpus.parts import Cell, joined, pieces
from corpusqa.errors import ContractError
from corpusqa.readers.zones import arrow_array


def write_back(fields: Fields, table: pa.Table, record: pl.DataFrame) -> pa.Table:
    """Carry out edits in the columns that the texts lie in.

    Args:
        fields: Of the corpus that the table was read from.
        table: Rows of the source with all columns, each of which has text.
        record: `place` (row of the table), `start`, `end` (code points of the row's text, parts joined), `replacement`
            (null: nothing); the edits of a row are disjoint, and none crosses the boundary of a part.

    Returns:
        The table with the same schema; rows and cells without an edit are unchanged.

    Raises:
        ContractError: If an edit crosses the boundary of a part; nothing is left unedited in silence.
    """
    cells = fields.cells or (Cell("", (fields.text,)),)
    names = list(dict.fromkeys(cell.path[0] for cell in cells))
    edits = record.sort("place", "start").group_by("place", maintain_order=True)
    changes = [(place, list(rows.select("start", "end", "replacement").iter_rows())) for (place,), rows in edits]
    at = [place for place, _ in changes]
    values = {name: column_values(table[name].take(pl.Series(at, dtype=pl.Int64).to_arrow())) for name in names}
    edited = [_edited(cells, {name: values[name][i] for name in names}, found) for i, (_, found) in enumerate(changes)]
    for name in names:
        new = [row[name] for row in edited]
        table = table.set_column(table.column_names.index(name), name, _spliced(table[name], at, new))
    return table


def _edited(cells: Sequence[Cell], row: dict[str, Any], edits: Sequence[Edit]) -> dict[str, Any]:
    """One row with its edits: each is found in the piece that it lies in."""
    found = pieces(cells, [cell.value(row) for cell in cells])
    _, bounds = joined(found)
    placed = 0
    of_cell: dict[int, list[tuple[Place, str, list[Edit]]]] = {}
    for piece, (start, end) in zip(found, bounds, strict=True):
        inside = [(a - start, b - start, text) for a, b, text in edits if start <= a and b <= end]
        placed += len(inside)
        if inside:
            of_cell.setdefault(piece.cell, []).append((piece.place, piece.text, inside))
    if placed != len(edits):
        raise ContractError(f"{len(edits) - placed} edits of a document reach over the boundary of a part")
    for cell, changes in of_cell.items():
        row = cells[cell].edited(row, changes)
    return row


def _spliced(column: pa.ChunkedArray, at: Sequence[int], new: Sequence[Any]) -> pa.ChunkedArray:
    """The column with other values at some rows."""
    if not at:
        return column
    if isinstance(column.type, pa.JsonType):
        text = [None if value is None else json.dumps(value, ensure_ascii=False) for value in new]
        added = pa.ExtensionArray.from_storage(column.type, pa.array(text, column.type.storage_type))
    else:
        added = arrow_array(new, column.type)
    order = list(range(len(column)))
    for number, row in enumerate(at):
        order[row] = len(column) + number
    return pa.chunked_array([*column.chunks, added], column.type).take(pl.Series(order, dtype=pl.Int64).to_arrow())
