"""From a block of a reader to rows: documents with their fields, and the rows that are none."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl
import pyarrow as pa

from corpusqa.corpus.arrow import table_digests, undecodable
from corpusqa.corpus.digest import digest_records
from corpusqa.corpus.elsewhere import Elsewhere, elsewhere
from corpusqa.corpus.extract import Texts, field_of, texts_of
from corpusqa.corpus.fields import FIELDS, Fields
from corpusqa.corpus.parts import PARTS
from corpusqa.corpus.times import beyond, is_time
from corpusqa.corpus.typed import to_table
from corpusqa.readers.model import UNREADABLE, Block


@dataclass(frozen=True)
class Rows:
    """The rows of a unit.

    Attributes:
        documents: `row` (position in the unit, unreadable rows counted), `id` (as in the source), `text`, `url`,
            `source`, `published`, `collected`, `language`, `split` (String; typed dates in ISO form), `file`, `line`
            (from 1, counted from the unit's first line of the file), and with the whole row `digest`.
        table: Every column of the source for the same rows in the same order; None unless asked for.
        unreadable: `row`, `file`, `line`, `offset`, `reason`, `rest` (as in Trouble); sorted by row.
        count: Rows of the unit: documents and unreadable ones.
        lines: Physical lines that start in the unit.
        parts: Where a text is made of several pieces, these: `row` as in `documents`, `part` (from 0), `start`, `end`
            (code points), `role`; None where a text is one column.
        elsewhere: The strings of these rows outside their texts; None unless asked for.
        keys: As in Block.
    """

    documents: pl.DataFrame
    table: pa.Table | None
    unreadable: pl.DataFrame
    count: int
    lines: int
    parts: pl.DataFrame | None = None
    elsewhere: Elsewhere | None = None
    keys: pl.DataFrame | None = None

    def without_files(self) -> Rows:
        """The same rows without the names of files, which mean nothing where the files are copies of ours."""
        nothing = pl.lit(None, pl.String).alias("file")
        return replace(
            self,
            documents=self.documents.with_columns(nothing),
            unreadable=self.unreadable.with_columns(nothing),
            keys=None if self.keys is None else self.keys.with_columns(nothing),
        )


def assemble(
    block: Block,
    fields: Fields,
    by_file: dict[str, dict[str, str]],
    full: bool,
    digested: bool,
    table: bool = True,
    others: bool = False,
) -> Rows:
    """Build the rows of a unit.

    Args:
        block: What the reader found.
        fields: The column of each field.
        by_file: Per field without a column, its value by file (the first folder as the source).
        full: Whether the block has all columns.
        digested: Whether to add the digests of the rows.
        table: Whether to add the table of all columns; whoever only measures does without it.
        others: Whether to add the strings outside the texts.
    """
    found = texts_of(block, fields)
    if full and block.table is not None and not block.is_utf8:
        found = _without_undecodable(block.table, found, fields)
    keep = found.text.is_not_null()
    everything = keep.all()
    kept = block if everything else _filtered(block, keep)
    columns = {name: field_of(kept, getattr(fields, name)) for name in FIELDS}
    documents = kept.place.select("row", "file", "line").with_columns(
        text=found.text if everything else found.text.filter(keep), **columns
    )
    for name, values in by_file.items():
        documents = documents.with_columns(pl.col("file").replace_strict(values, default=None).alias(name))
    documents = documents.select("row", "id", "text", *FIELDS[1:], "file", "line")
    if digested:
        documents = documents.with_columns(digest=pl.Series(digests(kept), dtype=pl.String))
    whole = _table(kept, documents, fields) if full and table else None
    strings = elsewhere(kept, fields) if others else None
    lost, parts = _unreadable(block, found), _parts(block, found, fields)
    return Rows(documents, whole, lost, block.count, block.lines, parts, strings, block.keys)


def _without_undecodable(table: pa.Table, found: Texts, fields: Fields) -> Texts:
    """A row with a value that is not what its column says, text or a date, cannot be published: it is no document."""
    text, reasons = found.text, list(found.reasons)
    seen = () if fields.cells else (fields.text,)  # checked when the texts were taken from it
    for name in (name for name in table.column_names if name not in seen):
        bad = [row for row in undecodable(table[name]) if reasons[row] is None]
        for row in bad:
            kind = "JSON" if isinstance(table[name].type, pa.JsonType) else "UTF-8"
            reasons[row] = f"the column {name!r} is not valid {kind}"
        far = [row for row in beyond(table[name]) if reasons[row] is None] if is_time(table[name].type) else []
        for row in far:
            reasons[row] = f"the column {name!r} holds a date or time that no calendar has"
        if bad or far:
            text = text.scatter([*bad, *far], None)
    return replace(found, text=text, reasons=reasons)


def _filtered(block: Block, keep: pl.Series) -> Block:
    """The block without the rows that have no text."""
    table = None if block.table is None else block.table.filter(keep.to_arrow())
    records = None if block.records is None else [r for r, kept in zip(block.records, keep, strict=True) if kept]
    return replace(block, place=block.place.filter(keep), table=table, records=records)


def _unreadable(block: Block, found: Texts) -> pl.DataFrame:
    troubles = [(t.row, t.file, t.line, t.offset, t.reason, t.rest) for t in block.troubles]
    reasons = pl.Series(found.reasons, dtype=pl.String)
    lost = block.place.with_columns(reason=reasons, rest=pl.lit(False)).filter(found.text.is_null())
    return pl.concat([pl.DataFrame(troubles, schema=UNREADABLE, orient="row"), lost]).sort("row")


def _parts(block: Block, found: Texts, fields: Fields) -> pl.DataFrame | None:
    """The parts of the documents, `row` as in the documents."""
    if not fields.cells:
        return None
    parts = pl.DataFrame(found.parts, schema=PARTS, orient="row")
    rows = block.place["row"].gather(parts["row"])
    lost = found.text.is_null().gather(parts["row"])
    return parts.with_columns(rows.alias("row")).filter(~lost)


def _table(block: Block, documents: pl.DataFrame, fields: Fields) -> pa.Table:
    if block.table is not None:
        return block.table
    ready = {} if fields.cells else {fields.text: documents["text"]}
    return to_table(block.records or (), ready)


def digests(block: Block) -> list[str]:
    """The digest of every row of a block that was read with all its columns."""
    if block.table is None:
        return digest_records(block.records or ())
    return table_digests(block.table)


def sound_digests(block: Block) -> list[str | None]:
    """The same of a block that may hold values which are not what their column says; None for rows with one."""
    if block.table is None or block.is_utf8:
        return [*digests(block)]
    bad = {row for name in block.table.column_names for row in undecodable(block.table[name])}
    if not bad:
        return [*digests(block)]
    sound = pl.Series([row not in bad for row in range(block.place.height)], dtype=pl.Boolean)
    found = iter(digests(_filtered(block, sound)))
    return [next(found) if ok else None for ok in sound]
