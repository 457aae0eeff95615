"""The tables of a scan that grow with the corpus: asked for by column or unit by unit, so that nobody holds them whole.

A table of a scan of two million documents takes gigabytes as a frame, one column of it some megabytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import polars as pl

from corpusqa.engines.parts import Stage
from corpusqa.scan.ids import row_name
from corpusqa.scan.ordered import among_numbers

TABLES = ("documents", "signals", "spans")
ROWS = ("id", "url", "file", "source")  # names of documents that are null in work files where they are private


class Held(Protocol):
    """How a scan holds its `documents`, `signals` and `spans`."""

    def schema(self, table: str) -> Mapping[str, Any]:
        """Names and types of the columns."""

    def parts(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """The rows unit by unit, in source order; by default all columns. Parts of different tables fit together."""


@dataclass(frozen=True)
class InMemory:
    """Frames, at least one a table; those of a scan of several units are its parts, since others count units too."""

    frames: Mapping[str, Sequence[pl.DataFrame]]

    def schema(self, table: str) -> Mapping[str, Any]:
        """Names and types of the columns."""
        return self.frames[table][0].schema

    def parts(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """The frames."""
        for frame in self.frames[table]:
            yield frame if columns is None else frame.select(columns)


@dataclass(frozen=True)
class OnDisk:
    """The parts of a stage.

    Attributes:
        stage: Its tables `documents` (private names null), `signals` (without those that name clusters), `spans`.
        columns: Names and types of the columns of each table, those that are not in the files included.
        names: `doc` and ROWS of the documents with a private name, sorted by doc; None: such an id is `row:<number>`,
            other private names are null.
        clusters: `doc`, `cluster`, sorted by doc, of every half whose signal names a cluster, by the signal's name.
    """

    stage: Stage
    columns: Mapping[str, Mapping[str, Any]]
    names: pl.DataFrame | None
    clusters: Mapping[str, pl.DataFrame]

    def schema(self, table: str) -> Mapping[str, Any]:
        """Names and types of the columns."""
        return self.columns[table]

    def parts(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Each part is read when it is asked for, and of it the columns alone."""
        wanted = list(self.columns[table] if columns is None else columns)
        for path in self.stage.paths(table):
            if table == "documents":
                yield self._named(path, wanted)
            elif table == "signals":
                yield self._tied(path, wanted)
            else:
                yield pl.read_parquet(path, columns=wanted, memory_map=False).select(wanted)

    def refuse_other(self) -> None:
        """Raises: KeyError: a column is missing in the files: another version of corpusqa wrote them."""
        for table, columns in self.columns.items():
            there = pl.read_parquet_schema(self.stage.paths(table)[0]) if self.stage.paths(table) else {}
            missing = set(columns) - set(self.clusters) - set(there)
            if missing:
                raise KeyError(f"{table}: {', '.join(sorted(missing))}")

    def _named(self, path: Any, wanted: list[str]) -> pl.DataFrame:
        names = [name for name in ROWS if name in wanted]
        if not names:
            return pl.read_parquet(path, columns=wanted, memory_map=False).select(wanted)
        if self.names is None:
            also = {*wanted, *(["number"] if "id" in names else [])}
            found = pl.read_parquet(path, columns=list(also), memory_map=False)
            shown = [pl.coalesce("id", row_name()).alias("id")] if "id" in names else []
            return found.with_columns(shown).select(wanted)
        flags = [f"{name}_private" for name in names]
        found = pl.read_parquet(path, columns=list({"doc", *wanted, *flags}), memory_map=False)
        if self.names.is_empty() or not found.select(pl.any_horizontal(pl.col(flags).any())).item():
            return found.select(wanted)
        said = aligned(found["doc"], self.names)
        told = (
            pl.when(pl.col(f"{name}_private")).then(said[name]).otherwise(pl.col(name)).alias(name) for name in names
        )
        return found.with_columns(told).select(wanted)

    def _tied(self, path: Any, wanted: list[str]) -> pl.DataFrame:
        tied = [name for name in wanted if name in self.clusters]
        stored = [name for name in wanted if name not in self.clusters]
        found = pl.read_parquet(path, columns=list({"doc", *stored}), memory_map=False)
        named = [aligned(found["doc"], self.clusters[name])["cluster"].alias(name) for name in tied]
        return found.with_columns(named).select(wanted)


def aligned(docs: pl.Series, table: pl.DataFrame) -> pl.DataFrame:
    """For each document its row of a table that is sorted by `doc`, nulls where it has none."""
    if table.is_empty():
        return table.clear(docs.len())
    keys, wanted = table["doc"].to_numpy(), docs.to_numpy()
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    there = pl.Series(at).zip_with(pl.Series(keys[at] == wanted), pl.Series([None], dtype=pl.Int64))
    return table.select(pl.all().gather(there))


def among(docs: pl.Series, chosen: pl.Series) -> pl.Series:
    """Whether each document is among others, which are sorted: Boolean."""
    return pl.Series(among_numbers(docs.to_numpy(), chosen.to_numpy()), dtype=pl.Boolean)


def rows_of(held: Held, docs: pl.Series, *columns: str) -> pl.DataFrame:
    """Some columns (`doc` among them, by default all) of some documents alone, sorted by `number`."""
    wanted = docs.unique().sort()
    parts = held.parts("documents", columns or None)
    return pl.concat(part.filter(among(part["doc"], wanted)) for part in parts)
