"""One data file: its rows are read, edited, written, and read back by another reader before they count."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from corpusqa.corpus import Corpus, Rows, conform
from corpusqa.corpus.arrow import table_digests
from corpusqa.corpus.raw import Int64s, Raw, is_string, raw
from corpusqa.engines.parts import Done, Part, Stage, write_tables
from corpusqa.errors import CannotEvaluate
from corpusqa.plugins import Spec
from corpusqa.readers import Unit
from corpusqa.release.edit import carried, plan
from corpusqa.release.mask import Canonical, Masking
from corpusqa.release.parquet import canonical_writer, sha256_of
from corpusqa.release.proof import refuse_other
from corpusqa.release.slices import Slice
from corpusqa.release.splice import raw_texts, spliced
from corpusqa.scan.unit import built

# One row per published document, in the order of the files.
WRITTEN = {
    "doc": pl.Int64,
    "file": pl.String,
    "at": pl.Int64,
    "digest": pl.String,
    "edited": pl.Boolean,
    "chars": pl.Int64,  # of the published text
    "bytes": pl.Int64,
}


@dataclass(frozen=True)
class Job:
    """What the tasks that write the files of a release share; plain values.

    Attributes:
        corpus: The source.
        specs: The checks, for the canonical forms of masked values.
        styles: Masking style by label.
        key: Secret of the pseudonyms.
        lines: Labels whose cuts take whole lines.
        plan: One part per file: `rows` (columns of ROWS) and `edits` (columns of EDITS).
        schema: Schema of the data files without the added id.
        id_column: Name of the id column that is added, or None.
        folder: Where the release is made.
    """

    corpus: Corpus
    specs: tuple[Spec, ...]
    styles: Mapping[str, str]
    key: bytes
    lines: frozenset[str]
    plan: Stage
    schema: pa.Schema
    id_column: str | None
    folder: Path

    @property
    def masking(self) -> Masking:
        """How values are masked, with the canonical functions of the checks."""
        return Masking(self.styles, self.key, canonical_functions(self.specs))

    @property
    def file_schema(self) -> pa.Schema:
        """Schema of the data files."""
        columns = [field.remove_metadata() for field in self.schema]
        return pa.schema([(self.id_column, pa.string()), *columns] if self.id_column else columns)


def canonical_functions(specs: tuple[Spec, ...]) -> dict[str, Canonical]:
    """The canonical function of every label that has one, under its full name."""
    return {
        f"{plugin.name}.{name}": label.canonical
        for plugin in built(specs)
        for name, label in plugin.check.labels.items()
        if label.canonical
    }


def write_file(job: Job, tables: Path, file: Slice) -> Done:
    """Write one data file and read it back.

    Args:
        job: What all files share.
        tables: Folder for the tables `written` (columns of WRITTEN) and `record` (columns of RECORD).
        file: Which file.

    Raises:
        CannotEvaluate: what was written does not read back as it was meant.
    """
    began = time.process_time()
    path = job.folder / file.path
    temporary = path.with_name(f".{path.name}.part")
    written, records, hashes = [], [], []
    groups: list[int] = []
    with canonical_writer(temporary, job.file_schema) as writer:
        for piece in _groups(job, file):
            groups += writer.write(piece.table)
            hashes.append(row_hashes(piece.table, job.file_schema))
            written.append(piece.written)
            records.append(piece.record)
    rows = pl.concat(written).with_columns(file=pl.lit(file.path), at=pl.int_range(pl.len())).select(*WRITTEN)
    verify(temporary, groups, pl.concat(hashes))
    temporary.replace(path)
    said = write_tables(tables, file.number, {"written": rows.cast(pl.Schema(WRITTEN)), "record": pl.concat(records)})
    data = Part(file.number, "data", file.path, rows.height, path.stat().st_size, sha256_of(path))
    return Done((*said, data), {"writing": time.process_time() - began})


@dataclass(frozen=True)
class Piece:
    """Published rows: the table, `doc`, `digest`, `edited` of each, and the record of their edits."""

    table: pa.Table
    written: pl.DataFrame
    record: pl.DataFrame


def _groups(job: Job, file: Slice) -> Iterator[Piece]:
    """The row groups of a file; units are read in source order, each once."""
    rows, edits = job.plan.part("rows", file.number), job.plan.part("edits", file.number)
    waiting: list[Piece] = []
    at = -1
    for number in rows["unit"].unique(maintain_order=True):
        for (group, _), piece in _pieces(job, rows.filter(pl.col("unit") == number), edits):
            if group != at and waiting:
                yield _joined(waiting)
                waiting = []
            waiting.append(piece)
            at = group
    if waiting:
        yield _joined(waiting)


def _pieces(job: Job, rows: pl.DataFrame, edits: pl.DataFrame) -> Iterator[tuple[tuple[int, int], Piece]]:
    """The wanted rows of one unit, edited, by row group."""
    number = rows["unit"][0]
    unit = next(unit for unit in job.corpus.units if unit.number == number)
    found = job.corpus.read(unit, full=True, digested=False)  # see `proof`
    place = found.documents.select("row", "text").with_row_index("place")
    for key, wanted in rows.group_by("group", "unit", maintain_order=True):
        chosen = wanted.join(place, on="row", how="left", maintain_order="left")
        if chosen["place"].null_count():
            raise CannotEvaluate(f"{job.corpus.source}: {unit.files[0]} lacks rows that it had before")
        yield key, _piece(job, chosen, edits, found, unit)


def _piece(job: Job, chosen: pl.DataFrame, edits: pl.DataFrame, found: Rows, unit: Unit) -> Piece:
    parts = None if found.parts is None else chosen.select("doc", "row").join(found.parts, on="row")
    wanted = edits.join(chosen.select("doc"), on="doc", how="semi")
    places = chosen["place"].to_numpy()
    lying = _raw_texts(job.corpus, found, places)
    record = plan(chosen, wanted, job.lines, job.masking, parts, lying)
    texts = spliced(lying, carried(chosen, record))
    table = conform(_edited(job.corpus, found, places, chosen, record, texts), job.schema)
    sizes = pl.DataFrame({"text": texts}).select(
        chars=pl.col("text").str.len_chars().cast(pl.Int64), bytes=pl.col("text").str.len_bytes().cast(pl.Int64)
    )
    chosen = chosen.with_columns(*sizes, edited=pl.col("doc").is_in(record["doc"].implode()))
    digests = pl.Series(table_digests(table), dtype=pl.String)
    refuse_other(job.corpus, unit, found, chosen.filter(pl.col("edited") | (digests != chosen["digest"])))
    written = chosen.select("doc", digests.alias("digest"), "edited", "chars", "bytes")
    if job.id_column:
        table = table.add_column(0, job.id_column, _arrow(chosen["id"]))
    return Piece(table.cast(job.file_schema), written, record)


def _raw_texts(corpus: Corpus, found: Rows, places: Int64s) -> Raw:
    """The texts of the wanted rows, where they lie if the source has them as strings."""
    assert found.table is not None
    if corpus.fields.text and is_string(found.table[corpus.fields.text].type):
        return raw(found.table[corpus.fields.text]).take(places)
    return raw_texts(found.documents["text"]).take(places)


def _edited(
    corpus: Corpus, found: Rows, places: Int64s, chosen: pl.DataFrame, record: pl.DataFrame, texts: pa.Array
) -> pa.Table:
    """The wanted rows of the source with their texts edited, where they lie."""
    assert found.table is not None
    source = found.table
    if corpus.fields.cells:
        return corpus.write_back(source.take(pa.array(places)), _by_place(record, chosen))
    # the column of the text is replaced as a whole, and there is no need to copy it before
    source = source.set_column(*_text_column(corpus, source, pa.nulls(source.num_rows)))
    table = source if len(places) == source.num_rows else source.take(pa.array(places))
    return table.set_column(*_text_column(corpus, table, texts))


def _by_place(record: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    return record.join(chosen.select("doc", place=pl.int_range(pl.len())), on="doc")


def _text_column(corpus: Corpus, table: pa.Table, values: pa.Array) -> tuple[int, str, pa.Array]:
    """The text column with other values: position, name, values."""
    return table.column_names.index(corpus.fields.text), corpus.fields.text, values


def _arrow(values: pl.Series) -> pa.Array:
    return values.to_arrow(compat_level=pl.CompatLevel.oldest())


def _joined(pieces: list[Piece]) -> Piece:
    table = pa.concat_tables([piece.table for piece in pieces])
    return Piece(table, pl.concat([p.written for p in pieces]), pl.concat([p.record for p in pieces]))


def row_hashes(table: pa.Table, schema: pa.Schema) -> pl.Series:
    """A hash of every row as polars sees it; good within one process, to compare rows before and after a file."""
    columns = [_plain(table[field.name]) for field in schema]
    return pl.DataFrame(pa.table(columns, names=schema.names)).hash_rows()


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """JSON, which polars reads from files as bytes, as bytes."""
    if not isinstance(column.type, pa.JsonType):
        return column
    chunks = [chunk.storage.cast(pa.large_string()).cast(pa.large_binary()) for chunk in column.chunks]
    return pa.chunked_array(chunks, pa.large_binary())


def verify(path: Path, groups: Sequence[int], hashes: pl.Series) -> None:
    """Read a data file with polars, which did not write it, and compare every row.

    Args:
        path: The file.
        groups: Rows of each row group.
        hashes: From `row_hashes`, in order.

    Raises:
        CannotEvaluate: a row differs, or rows are missing or too many.
    """
    frame = pl.scan_parquet(path)
    if frame.select(pl.len()).collect().item() != len(hashes):
        raise CannotEvaluate(f"{path}: other rows can be read back than were written; is the disk full or faulty?")
    start = 0
    for rows in groups:
        if not frame.slice(start, rows).collect().hash_rows().equals(hashes.slice(start, rows)):
            raise CannotEvaluate(f"{path}: rows read back differ from those written; is the disk full or faulty?")
        start += rows
