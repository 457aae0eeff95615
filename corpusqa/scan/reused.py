"""The tables of documents of a unit that an earlier scan has measured: what is used of it, and in which form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import polars as pl

from corpusqa.corpus import Rows
from corpusqa.engines.parts import PLACES, Part
from corpusqa.scan.known import Known, Piece


def with_key(rows: Rows) -> pl.DataFrame:
    """The documents with the digests of their lines in a column `key`, null where these were not asked for."""
    if rows.keys is None:
        return rows.documents.with_columns(key=pl.lit(None, pl.Binary))
    return rows.documents.join(rows.keys.select("row", "key"), on="row", how="left", maintain_order="left")


def matched(known: Known, rows: Rows) -> pl.DataFrame:
    """The rows of a unit that were measured before, known by their line or by what is in it: columns of MATCHES."""
    found = known.matches(rows.documents)
    return found if rows.keys is None else pl.concat([known.lines.matches(rows.keys), found]).sort("row")


def placed_again(rows: Rows, again: pl.DataFrame) -> pl.DataFrame:
    """`row`, `file`, `line`, `key` of lines that are known and of other documents `again`."""
    placed = again.select("row", "file", "line", "key")
    return placed if rows.keys is None else pl.concat([rows.keys.filter("known").select(placed.columns), placed])


class Reused:
    """Keys, which are by far the most, stay in the files where they are; rows of other tables are written again.

    Args:
        known: The earlier scan.
        matches: The documents that are in it, columns of `known.MATCHES`.
        all_known: Whether it has the results of every check; else all keys are written again too, so that those of one
            scan are all in the same place.
    """

    def __init__(self, known: Known, matches: pl.DataFrame, all_known: bool) -> None:
        self._known = known
        self._matches = matches
        self._all_known = all_known

    @property
    def held(self) -> pl.DataFrame:
        """Where in the files that are taken over the keys of which documents are: columns of PLACES."""
        return self._pieces[0]

    def take(self, tables: Sequence[str], folder: Path, unit: int) -> list[Part]:
        """The files of tables of keys that are taken over."""
        return [part for table in tables for part in self._known.take(table, self._pieces[1], folder, unit)]

    def tables(
        self, places: pl.DataFrame, again: Mapping[str, pl.DataFrame], fresh: Mapping[str, pl.DataFrame]
    ) -> dict[str, pl.DataFrame]:
        """What is known of the documents, and what the other checks said of them now.

        Args:
            places: Where they stand and in which form, which alone may have changed: `row`, `file`, `line`, `key`,
                `file_private`.
            again: The tables of the other checks.
            fresh: The tables of documents that are new, for their columns.
        """
        tables = {}
        apart = self._matches.join(self.held, on="row", how="anti", maintain_order="left")
        for name, like in fresh.items():
            there = self._known.table(name, apart if name.startswith("keys.") else self._matches)
            kept = None if there is None else _of_checks(name, there, self._known.checks, like)
            now = again.get(name)
            if name == "documents":
                assert kept is not None
                kept = kept.drop("file", "line", "key", "file_private")
                tables[name] = kept.join(places, on="row", how="left").select(like.columns)
            elif name == "signals" and now is not None and kept is not None:
                tables[name] = now.join(kept, on="row", how="left", maintain_order="left").select(like.columns)
            elif kept is not None or now is not None:
                tables[name] = pl.concat([frame for frame in (kept, now) if frame is not None], how="diagonal")
        return tables

    @cached_property
    def _pieces(self) -> tuple[pl.DataFrame, list[Piece]]:
        return self._known.pieces(self._matches) if self._all_known else (pl.DataFrame(schema=PLACES), [])


def _of_checks(table: str, frame: pl.DataFrame, checks: Sequence[str], like: pl.DataFrame) -> pl.DataFrame | None:
    """What a table of an earlier scan holds of some checks."""
    if table == "documents":
        return frame
    if table == "signals":
        return frame.select(c for c in like.columns if c == "row" or c.partition(".")[0] in checks)
    if table.startswith("keys."):
        return frame if table.split(".")[1] in checks else None
    column = pl.col("label").str.split(".").list.first() if table in ("spans", "elsewhere") else pl.col("check")
    return frame.filter(column.is_in(checks))
