"""What rules and preferences look at, some columns and one unit at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import polars as pl

from corpusqa.policy.names import OWN
from corpusqa.scan.model import Scan


class Rows:
    """Fields, signals and the source's own columns of the documents of a scan.

    Args:
        scan: The scan.
        extra: `doc` and the source's own columns, if some are asked for.
    """

    def __init__(self, scan: Scan, extra: pl.DataFrame | None) -> None:
        self._scan = scan
        self._own = None if extra is None else self._placed(extra)

    @cached_property
    def docs(self) -> pl.Series:
        """`doc` of every document, in source order."""
        return self._scan.take("documents", "doc")["doc"]

    def parts(self, names: Iterable[str]) -> Iterator[pl.DataFrame]:
        """`doc`, the fields and signals of these names, and all of the source's own columns, unit by unit."""
        at = 0
        for part in self._scan.side_by_side(names):
            own = [] if self._own is None else [self._own.slice(at, part.height)]
            at += part.height
            yield pl.concat([part, *own], how="horizontal")

    def _placed(self, extra: pl.DataFrame) -> pl.DataFrame:
        """Under a prefix, in the order of the documents."""
        own = {name: name if name.startswith(OWN) else OWN + name for name in extra.columns if name != "doc"}
        if not extra["doc"].equals(self.docs):
            extra = self.docs.to_frame().join(extra, on="doc", how="left", maintain_order="left")
        return extra.select(pl.col(name).alias(alias) for name, alias in own.items())
