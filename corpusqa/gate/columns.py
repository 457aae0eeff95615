"""What metrics are taken of: one column of the documents at a time, and their slices as small numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from corpusqa.scan.held import aligned, among
from corpusqa.scan.model import DOCUMENTS, Scan
from corpusqa.scan.sources import declared_source

CODE = "slice_code"
_COUNTED = ("verdict", "failures", "elsewhere", "undeclared")  # columns that no table has


class Columns:
    """The columns of a scan and of its verdicts, over all documents or some of them.

    Args:
        scan: The scan.
        verdicts: `doc` and `verdict` of every document.
        docs: The documents; None for all.
    """

    def __init__(self, scan: Scan, verdicts: pl.DataFrame, docs: pl.Series | None = None) -> None:
        self._scan = scan
        self._verdicts = verdicts
        self._chosen = None if docs is None else among(self.every, docs.unique().sort())

    @cached_property
    def every(self) -> pl.Series:
        """`doc` of all documents of the scan."""
        return self._scan.take("documents", "doc")["doc"]

    @cached_property
    def docs(self) -> pl.Series:
        """`doc` of the documents that count."""
        return self.every if self._chosen is None else self.every.filter(self._chosen)

    def column(self, name: str) -> pl.Series:
        """A field, a signal or `verdict`, or one of three counts and marks.

        These are `failures` (checks that failed), `elsewhere` (private values in other columns) and `undeclared` (no
        declared source fits).
        """
        values = self._whole(name)
        return values if self._chosen is None else values.filter(self._chosen)

    def some(self, names: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Columns as `column` gives them, a few at a time; each is in one frame."""
        fields, signals = [n for n in names if n in DOCUMENTS], [n for n in names if n not in (*DOCUMENTS, *_COUNTED)]
        for table, wanted in (("documents", fields), ("signals", signals)):
            for held in self._scan.some(table, wanted):
                yield held if self._chosen is None else held.filter(self._chosen)
        for name in names:
            if name in _COUNTED:
                yield self.column(name).to_frame(name)

    def _whole(self, name: str) -> pl.Series:
        if name == "verdict":
            if self._verdicts["doc"].equals(self.every):
                return self._verdicts["verdict"]
            return aligned(self.every, self._verdicts.select("doc", "verdict").sort("doc"))["verdict"]
        if name == "failures":
            failures = self._scan.failures.group_by("doc").agg(failures=pl.len().cast(pl.Int64)).sort("doc")
            return aligned(self.every, failures)["failures"].fill_null(0)
        if name == "elsewhere":
            counts = self._scan.elsewhere.group_by("doc").agg(elsewhere=pl.col("count").sum()).sort("doc")
            return aligned(self.every, counts)["elsewhere"].fill_null(0)
        if name == "undeclared":
            parts = self._scan.held.parts("documents", ("source", "url"))
            return pl.concat(declared_source(part, self._scan.sources).is_null() for part in parts).alias(name)
        return self._scan.take("documents" if name in DOCUMENTS else "signals", name)[name]

    def sliced(self, by: str) -> Sliced:
        """The documents by the values of a field or signal; "" for one slice of all."""
        if not by:
            code = pl.repeat(0, self.docs.len(), dtype=pl.UInt32, eager=True).alias(CODE)
            return Sliced(pl.Series("slice", [""]), code)
        values = self.column(by).cast(pl.String)
        names = values.unique().sort().alias("slice")
        numbered = pl.DataFrame({"slice": names}).with_row_index(CODE)
        each = values.alias("slice").to_frame()
        joined = each.join(numbered, on="slice", how="left", nulls_equal=True, maintain_order="left")
        return Sliced(names, joined[CODE])


@dataclass(frozen=True)
class Sliced:
    """Slices of documents: their `names` in order, null for documents without a value, and the `code` of each document.

    A code is the place of the name: UInt32.
    """

    names: pl.Series
    code: pl.Series

    def agg(self, values: pl.DataFrame, *expressions: pl.Expr) -> pl.DataFrame:
        """The expressions over the values of each slice, a row per name, also where there is no document at all."""
        if self.names.len() == 1:
            return values.select(expressions)
        rows = values.with_columns(self.code.alias(CODE))
        return rows.group_by(CODE, maintain_order=True).agg(expressions).sort(CODE).drop(CODE)
