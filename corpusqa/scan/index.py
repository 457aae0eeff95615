"""From rows of units to documents of a corpus: numbers, lines, public ids.

Everything is read, numbered and written unit by unit; over all documents there are numbers alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.kept import BEFORE
from corpusqa.engines.parts import Stage
from corpusqa.readers import Unit
from corpusqa.scan.held import ROWS, OnDisk
from corpusqa.scan.ids import PublicIds
from corpusqa.scan.model import DOCUMENTS, UNREADABLE
from corpusqa.scan.names import hidden
from corpusqa.scan.own_ids import OwnIds
from corpusqa.scan.ranking import ranges, ranked
from corpusqa.scan.slots import names_of, slots_of

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
    places, own = _places(units, measured), OwnIds.of(corpus, measured)
    public = PublicIds.of(own.parts)
    docs = ranked(own.named(public), ranges(own.sample, own.count), own.count, flow.work)
    unit_of = np.empty(own.count, np.int32)
    unit_of[docs] = np.repeat([unit.number for unit in units], own.heights)
    names = own.hidden(public)
    names = names.select(pl.Series("doc", docs[names["at"].to_numpy()], dtype=pl.Int64), *ROWS).sort("doc")
    stage = flow.finished(NAME, measured.digest, len(units))
    if stage is None:
        slots = slots_of(flow, NAME, measured, units, (ids for ids, _ in own.named(public)))
        parts = _written(measured, places, docs, zip(units, own.named(public), strict=True), slots.numbers)
        stage = flow.write(NAME, measured.digest, parts, len(units), slots.about)
        flow.drop(NAME + BEFORE)
    lost = [_numbered(measured, unit, "unreadable", places[unit.number]) for unit in units]
    unreadable = pl.concat(lost, how="diagonal_relaxed").select(*UNREADABLE)
    return Index(own.count, unit_of, names, unreadable, own.repeated(public), own.digest, stage)


def _written(
    measured: Stage,
    places: dict[int, _Place],
    docs: npt.NDArray[np.int64],
    named: Iterable[tuple[Unit, tuple[pl.Series, pl.Series]]],
    slots: npt.NDArray[np.int64],
) -> Iterator[dict[str, pl.DataFrame]]:
    """The tables of each unit, made when they are asked for."""
    at = 0
    for unit, (ids, _) in named:
        here = slice(at, at + ids.len())
        part = _numbered(measured, unit, "documents", places[unit.number])
        part = part.with_columns(pl.Series("doc", docs[here], dtype=pl.Int64), ids.alias("id"))
        slot = pl.Series("slot", slots[here], dtype=pl.Int64)
        known = names_of(measured, unit, ids)  # in the order of rows, as the part is
        numbered = pl.concat([part.select("row", "doc", slot), known], how="horizontal")
        yield {"docs": numbered, "documents": hidden(part.select(*DOCUMENTS))}
        at += ids.len()


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
