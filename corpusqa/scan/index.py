"""From rows of units to documents of a corpus: numbers, lines, public ids."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from corpusqa.corpus import Corpus, validate_documents
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Stage
from corpusqa.readers import Unit
from corpusqa.scan.ids import public_ids, ranks, repeated_ids
from corpusqa.scan.model import DOCUMENTS, UNREADABLE
from corpusqa.scan.names import recalled


@dataclass(frozen=True)
class Index:
    """Every row of the source by number.

    Attributes:
        documents: Columns of DOCUMENTS, sorted by number.
        unreadable: Columns of UNREADABLE, sorted by number.
        duplicate_ids: `id`, `count` of ids that the source repeats.
        digest: Content digest of the corpus.
        stage: One part `docs` per unit with `row`, `doc`, for tasks that work on units.
    """

    documents: pl.DataFrame
    unreadable: pl.DataFrame
    duplicate_ids: pl.DataFrame
    digest: str
    stage: Stage

    @property
    def read(self) -> int:
        """Rows of the source."""
        return self.documents.height + self.unreadable.height


def index(flow: Flow, corpus: Corpus, measured: Stage) -> Index:
    """Number the rows, make the ids public and rank them; names that hold private values are read again."""
    units = corpus.units
    offsets = _offsets(units, measured)
    documents = recalled(corpus, _numbered(measured, units, "documents", offsets))
    unreadable = _numbered(measured, units, "unreadable", offsets).sort("number").select(*UNREADABLE)
    validate_documents(documents.with_columns(row="number"), "the documents that were read")
    repeats = repeated_ids(documents["id"])
    public = public_ids(documents["id"], documents["digest"])
    documents = documents.with_columns(public.alias("id"), ranks(public).alias("doc")).select(*DOCUMENTS)
    by_unit = documents.select("unit", "row", "doc").partition_by("unit", as_dict=True, include_key=False)
    none = pl.DataFrame(schema={"row": pl.Int64, "doc": pl.Int64})
    parts = [{"docs": by_unit.get((unit.number,), none)} for unit in units]
    stage = flow.write("index", measured.digest, parts)
    return Index(documents, unreadable, repeats, _digest(documents["digest"]), stage)


def _offsets(units: Sequence[Unit], measured: Stage) -> pl.DataFrame:
    """First row number of each unit, and the lines of its file before it."""
    rows, rows_before, lines_before, file = [], 0, 0, ""
    for unit in units:
        counts = measured.part("counts", unit.number).row(0, named=True)
        if unit.start == 0 or unit.files[0] != file:
            lines_before, file = 0, unit.files[0]
        rows.append((unit.number, rows_before, lines_before))
        rows_before += counts["rows"]
        lines_before += counts["lines"]
    return pl.DataFrame(
        rows, schema={"unit": pl.Int64, "rows_before": pl.Int64, "lines_before": pl.Int64}, orient="row"
    )


def _numbered(measured: Stage, units: Sequence[Unit], table: str, offsets: pl.DataFrame) -> pl.DataFrame:
    frames = [measured.part(table, unit.number).with_columns(unit=pl.lit(unit.number, pl.Int64)) for unit in units]
    return (
        pl.concat(frames, how="diagonal_relaxed")
        .join(offsets, on="unit", how="left", maintain_order="left")
        .with_columns(number=pl.col("row") + pl.col("rows_before"), line=pl.col("line") + pl.col("lines_before"))
        .sort("number")
    )


def _digest(digests: pl.Series) -> str:
    return hashlib.sha256(bytes.fromhex("".join(digests))).hexdigest()
