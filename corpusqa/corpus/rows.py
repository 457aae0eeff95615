"""From a block of a reader to rows: documents with their fields, and the rows that are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import pyarrow as pa

from corpusqa.corpus.arrow import is_text, strings, texts, undecodable
from corpusqa.corpus.digest import canonical, digest_columns, digest_records
from corpusqa.corpus.fields import FIELDS, Fields
from corpusqa.corpus.typed import to_table
from corpusqa.readers.model import UNREADABLE, Block

NULL, NOT_UTF8 = "the text is null", "the text is not valid UTF-8"


@dataclass(frozen=True)
class Rows:
    """The rows of a unit.

    Attributes:
        documents: `row` (position in the unit, unreadable rows counted), `id` (as in the source), `text`, `url`,
            `source`, `published`, `collected`, `language`, `split` (String; typed dates in ISO form), `file`, `line`
            (from 1, counted from the unit's first line of the file), and with the whole row `digest`.
        table: Every column of the source for the same rows in the same order; None unless asked for.
        unreadable: `row`, `file`, `line`, `offset`, `reason`; sorted by row.
        count: Rows of the unit: documents and unreadable ones.
        lines: Physical lines that start in the unit.
    """

    documents: pl.DataFrame
    table: pa.Table | None
    unreadable: pl.DataFrame
    count: int
    lines: int

    def without_files(self) -> Rows:
        """The same rows without the names of files, which mean nothing where the files are copies of ours."""
        nothing = pl.lit(None, pl.String).alias("file")
        return replace(
            self, documents=self.documents.with_columns(nothing), unreadable=self.unreadable.with_columns(nothing)
        )


def assemble(block: Block, fields: Fields, by_file: dict[str, dict[str, str]], full: bool) -> Rows:
    """Build the rows of a unit.

    Args:
        block: What the reader found.
        fields: The column of each field.
        by_file: Per field without a column, its value by file (the first folder as the source).
        full: Whether to add the digests and the table of all columns.
    """
    text, reasons = _text(block, fields.text)
    if full and block.table is not None:
        text, reasons = _refuse_undecodable(block.table, text, reasons)
    keep = text.is_not_null()
    troubles = [(t.row, t.file, t.line, t.offset, t.reason) for t in block.troubles]
    lost = block.place.filter(~keep).with_columns(reason=pl.Series(reasons, dtype=pl.String).filter(~keep))
    unreadable = pl.concat([pl.DataFrame(troubles, schema=UNREADABLE, orient="row"), lost]).sort("row")
    kept = block if keep.all() else _filtered(block, keep)
    columns = {name: _field(kept, getattr(fields, name)) for name in FIELDS}
    documents = kept.place.select("row", "file", "line").with_columns(text=text.filter(keep), **columns)
    for name, values in by_file.items():
        documents = documents.with_columns(pl.col("file").replace_strict(values, default=None).alias(name))
    documents = documents.select("row", "id", "text", *FIELDS[1:], "file", "line")
    if full:
        documents = documents.with_columns(digest=pl.Series(_digests(kept), dtype=pl.String))
    return Rows(documents, _table(kept) if full else None, unreadable, block.count, block.lines)


def _refuse_undecodable(
    table: pa.Table, text: pl.Series, reasons: list[str | None]
) -> tuple[pl.Series, list[str | None]]:
    """A row with a value that is no text where its column says text cannot be published, so that it is no document."""
    for name in table.column_names:
        bad = [row for row in undecodable(table[name]) if reasons[row] is None]
        for row in bad:
            reasons[row] = f"the column {name!r} is not valid UTF-8"
        if bad:
            text = text.scatter(bad, None)
    return text, reasons


def _filtered(block: Block, keep: pl.Series) -> Block:
    """The block without the rows that have no text."""
    table = None if block.table is None else block.table.filter(keep.to_arrow())
    records = None if block.records is None else [r for r, kept in zip(block.records, keep, strict=True) if kept]
    return replace(block, place=block.place.filter(keep), table=table, records=records)


def _text(block: Block, name: str) -> tuple[pl.Series, list[str | None]]:
    """The texts, null where there is none, and the reason for each null."""
    height = block.place.height
    if block.table is None:
        return _record_texts([record.get(name) for record in block.records or ()])
    if name not in block.table.column_names:
        return _nothing(height, f"no column {name!r} in this file")
    column = block.table[name]
    if not is_text(column.type):
        return _nothing(height, NULL if pa.types.is_null(column.type) else f"the text is {column.type}, not a string")
    found, bad = texts(column)
    reasons: list[str | None] = [NULL if null else None for null in found.is_null()]
    for row in bad:
        reasons[row] = NOT_UTF8
    return found, reasons


def _record_texts(values: Sequence[Any]) -> tuple[pl.Series, list[str | None]]:
    reasons = [None if isinstance(v, str) else NULL if v is None else _kind(v) for v in values]
    return pl.Series([v if isinstance(v, str) else None for v in values], dtype=pl.String), reasons


def _nothing(height: int, reason: str) -> tuple[pl.Series, list[str | None]]:
    return pl.Series([None] * height, dtype=pl.String), [reason] * height


def _kind(value: Any) -> str:
    name = {dict: "an object", list: "a list", bool: "a truth value"}.get(type(value), "a number")
    return f"the text is {name}, not a string"


def _field(block: Block, name: str | None) -> pl.Series:
    """The column of a field as strings."""
    if block.table is not None and name in block.table.column_names:
        column = block.table[name]
        return texts(column)[0] if is_text(column.type) else strings(column)[0]
    values = [record.get(name) for record in block.records or ()] if name else []
    if not values:
        return pl.Series([None] * block.place.height, dtype=pl.String)
    return pl.Series([v if isinstance(v, str) or v is None else canonical(v) for v in values], dtype=pl.String)


def _table(block: Block) -> pa.Table:
    return block.table if block.table is not None else to_table(block.records or ())


def _digests(block: Block) -> list[str]:
    if block.table is None:
        return digest_records(block.records or ())
    columns = {name: strings(block.table[name]) for name in block.table.column_names if name}
    named = {name: values.alias(tag) for name, (values, tag) in columns.items()}
    return digest_columns(named, block.table.num_rows)
