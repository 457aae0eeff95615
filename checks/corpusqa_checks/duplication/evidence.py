"""Verified pairs with the places on both sides that prove them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corpusqa.check import Batch, Frame

EVIDENCE = pl.List(
    pl.Struct({"a_start": pl.Int64, "a_end": pl.Int64, "b_start": pl.Int64, "b_end": pl.Int64, "score": pl.Float64})
)
PAIRS = pl.Schema({"a": pl.Int64, "b": pl.Int64, "similarity": pl.Float64})
_PLACES = {"pair": pl.Int64, "a": pl.Int64, "b": pl.Int64} | dict.fromkeys(
    ("a_start", "a_end", "b_start", "b_end"), pl.Int64
)

# First byte and end on side a, the same on side b, and a score.
Place = tuple[int, int, int, int, float]
Proven = tuple[int, int, float, Sequence[Place]]


def with_evidence(batch: Batch, pairs: Sequence[Proven]) -> Frame:
    """Pairs of rows with similarity and places in bytes -> the frame that `verify` returns, places in code points.

    Args:
        batch: The documents; its `from_bytes` gives code points of the original text.
        pairs: Rows a and b, similarity, and the places in the order in which they are to be shown.
    """
    places = pl.DataFrame(
        [(n, a, b, *place) for n, (a, b, _, found) in enumerate(pairs) for place in found],
        schema={**_PLACES, "score": pl.Float64},
        orient="row",
    )
    for side in ("a", "b"):
        spans = places.select(row=side, start=f"{side}_start", end=f"{side}_end")
        found = batch.from_bytes(spans)
        places = places.with_columns(found["start"].alias(f"{side}_start"), found["end"].alias(f"{side}_end"))
    struct = pl.struct("a_start", "a_end", "b_start", "b_end", "score")
    evidence = places.group_by("pair", maintain_order=True).agg(evidence=struct)
    table = pl.DataFrame([pair[:3] for pair in pairs], schema=PAIRS, orient="row").with_row_index("pair")
    return (
        table.with_columns(pl.col("pair").cast(pl.Int64))
        .join(evidence, on="pair", how="left")
        .select(*PAIRS, pl.col("evidence").cast(EVIDENCE))
    )
