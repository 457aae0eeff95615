"""One row for every document of a batch."""

from __future__ import annotations

import polars as pl

from corpusqa.check import Frame


def per_document(height: int, *tables: Frame) -> Frame:
    """The rows 0 to `height` with the columns of tables that have a `row` for some documents, null for the others."""
    joined = pl.DataFrame({"row": pl.int_range(height, eager=True)})
    for table in tables:
        joined = joined.join(table, on="row", how="left", maintain_order="left")
    return joined
