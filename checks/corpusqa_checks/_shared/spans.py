"""Lines to spans: adjacent lines of one label are one span, over the blank lines between them."""

from __future__ import annotations

import polars as pl

from corpusqa.check import Batch, Frame


def with_parts(batch: Batch, lines: Frame) -> Frame:
    """The lines (`row`, `start`, in order) with the number of the `part` in which each stands, from 0."""
    cuts = batch.parts.filter(pl.col("part") > 0).select("row", "start", "part").cast(pl.Int64).sort("row", "start")
    if cuts.is_empty():
        return lines.with_columns(part=pl.lit(0, pl.Int64))
    joined = lines.join_asof(cuts, on="start", by="row", check_sortedness=False)
    return joined.with_columns(pl.col("part").fill_null(0))


def line_spans(batch: Batch, lines: Frame) -> Frame:
    """Spans of labelled lines.

    Args:
        batch: The documents; spans never cross a boundary of their parts.
        lines: Columns `row`, `start`, `end`, `label`, `score` and `at`: the position of the line among the lines of
            its document that are not blank; in order.

    Returns:
        Columns `row`, `start`, `end`, `label`, `score` (that of the line of the highest score).
    """
    table = with_parts(batch, lines)
    after = (pl.col("at") == pl.col("at").shift() + 1) & (pl.col("label") == pl.col("label").shift())
    same = after & (pl.col("row") == pl.col("row").shift()) & (pl.col("part") == pl.col("part").shift())
    blocks = table.with_columns(block=(~same.fill_null(False)).cum_sum())
    joined = blocks.group_by("block", maintain_order=True).agg(
        pl.col("row", "start", "label").first(), pl.col("end").last(), pl.col("score").max()
    )
    return joined.select("row", "start", "end", "label", "score")
