"""From rows of units to documents of a corpus: numbers, lines, public ids.

Over all documents only ids are compared. Everything else is read, numbered and written unit by unit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from corpusqa.corpus import Corpus, validate_documents
from corpusqa.engines.flow import Flow
from corpusqa.engines.kept import BEFORE
from corpusqa.engines.parts import Stage
from corpusqa.readers import Unit
from corpusqa.scan.held import ROWS, OnDisk
from corpusqa.scan.ids import SHORT, public_ids, ranks, repeated_ids
from corpusqa.scan.model import DOCUMENTS, UNREADABLE
from corpusqa.scan.names import any_hidden, hidden, recalled
from corpusqa.scan.slots import slots_of

NAME = "index"  # of the stage


@dataclass(frozen=True)
class Index:
    """Every row of the source by number.

    Attributes:
        height: Number of documents.
        unit_of: Number of the unit in which each document lies, by `doc`.
        names: `doc` and the names of documents of which one is private, sorted by doc; they are in no file.
        unreadable: Columns of UNREADABLE, sorted by number.
        duplicate_ids: `id`, `count` of ids that the source repeats.
        digest: Content digest of the corpus.
        stage: Per unit the tables `docs` with `row`, `doc`, `slot` and what tells slots apart, and `documents` with the
            columns of DOCUMENTS.
    """

    height: int
    unit_of: npt.NDArray[np.int32]
    names: pl.DataFrame
    unreadable: pl.DataFrame
    duplicate_ids: pl.DataFrame
    digest: str
    stage: Stage

    @property
    def read(self) -> int:
        """Rows of the source."""
        return self.height + self.unreadable.height

    def documents(self, *columns: str) -> pl.DataFrame:
        """Some columns of DOCUMENTS, of all documents, sorted by number."""
        return pl.concat(self.held.parts("documents", columns))

    @property
    def held(self) -> OnDisk:
        """The documents by unit."""
        return OnDisk(self.stage, {"documents": DOCUMENTS}, self.names, {})


class _Place(NamedTuple):
    """Number of a unit's first row among all rows of the source, and the lines of its file before it."""

    rows_before: int
    lines_before: int


def index(flow: Flow, corpus: Corpus, measured: Stage) -> Index:
    """Number the rows, make the ids public and rank them; names that hold private values are read again."""
    units = corpus.units
    places = _places(units, measured)
    heights, ids, short, names, digest = _identified(corpus, measured)
    repeats = repeated_ids(ids)
    public = public_ids(ids, short)
    del ids, short
    docs = ranks(public)
    unit_of = np.empty(docs.len(), np.int32)
    unit_of[docs.to_numpy()] = np.repeat([unit.number for unit in units], heights)
    numbered = names.with_columns(doc=docs.gather(names["at"]), id=public.gather(names["at"]))
    stage = flow.finished(NAME, measured.digest, len(units))
    if stage is None:
        slots = slots_of(flow, NAME, measured, units, public)
        parts = _written(measured, units, places, heights, docs, public, slots.table)
        stage = flow.write(NAME, measured.digest, parts, len(units), slots.about)
        flow.drop(NAME + BEFORE)
    lost = [_numbered(measured, unit, "unreadable", places[unit.number]) for unit in units]
    unreadable = pl.concat(lost, how="diagonal_relaxed").select(*UNREADABLE)
    whole = numbered.select("doc", *ROWS).sort("doc")
    return Index(docs.len(), unit_of, whole, unreadable, repeats, digest, stage)


def _identified(corpus: Corpus, measured: Stage) -> tuple[list[int], pl.Series, pl.Series, pl.DataFrame, str]:
    """Heights of the units, ids, short digests, private names by position `at`, and the digest of the content."""
    heights, ids, short, names = [], [], [], []
    whole, at = hashlib.sha256(), 0
    for unit in corpus.units:
        part = measured.part("documents", unit.number)
        validate_documents(part, f"the documents of unit {unit.number}")
        part = part.with_columns(unit=pl.lit(unit.number, pl.Int64), at=pl.int_range(at, at + pl.len()))
        whole.update(bytes.fromhex("".join(part["digest"])))
        if part.height and any_hidden(part):
            part = recalled(corpus, part)
            names.append(part.filter(pl.any_horizontal(f"{name}_private" for name in ROWS)).select("at", *ROWS))
        heights.append(part.height)
        ids.append(part["id"].cast(pl.String))
        short.append(part["digest"].str.slice(0, SHORT))
        at += part.height
    none = pl.DataFrame(schema={"at": pl.Int64, **dict.fromkeys(ROWS, pl.String)})
    return heights, pl.concat(ids), pl.concat(short), pl.concat([none, *names]), whole.hexdigest()


def _written(
    measured: Stage,
    units: Sequence[Unit],
    places: dict[int, _Place],
    heights: Sequence[int],
    docs: pl.Series,
    public: pl.Series,
    slots: pl.DataFrame,
) -> Iterator[dict[str, pl.DataFrame]]:
    """The tables of each unit, made when they are asked for."""
    at = 0
    for unit, height in zip(units, heights, strict=True):
        part = _numbered(measured, unit, "documents", places[unit.number])
        part = part.with_columns(docs[at : at + height].alias("doc"), public[at : at + height].alias("id"))
        numbered = pl.concat([part.select("row", "doc"), slots[at : at + height]], how="horizontal")
        yield {"docs": numbered, "documents": hidden(part.select(*DOCUMENTS))}
        at += height


def _places(units: Sequence[Unit], measured: Stage) -> dict[int, _Place]:
    places, rows_before, lines_before, file = {}, 0, 0, ""
    for unit in units:
        counts = measured.part("counts", unit.number).row(0, named=True)
        if unit.start == 0 or unit.files[0] != file:
            lines_before, file = 0, unit.files[0]
        places[unit.number] = _Place(rows_before, lines_before)
        rows_before += counts["rows"]
        lines_before += counts["lines"]
    return places


def _numbered(measured: Stage, unit: Unit, table: str, place: _Place) -> pl.DataFrame:
    part = measured.part(table, unit.number)
    unit_number = pl.lit(unit.number, pl.Int64).alias("unit")
    number = (pl.col("row") + place.rows_before).alias("number")
    return part.with_columns(unit_number, number, line=pl.col("line") + place.lines_before).sort("number")
