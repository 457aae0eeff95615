"""Values that many documents share: footers and desks rather than persons."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import polars as pl
from corpusqa_checks.pii.scanning import Found

from corpusqa.check import Frame

_KEYS = {"row": pl.Int64, "key": pl.Int64, "kind": pl.String}


def value_keys(values: Sequence[Found]) -> Frame:
    """One row per document and value: `row`, `key` (64 bits of a digest of type and canonical form) and `kind`."""
    rows = {(value.row, _key(value.hit.label, value.hit.canonical), value.hit.label) for value in values}
    return pl.DataFrame(sorted(rows), schema=_KEYS, orient="row")


def shared_values(keys: Frame, least: int) -> Frame:
    """A document span for each value that at least `least` documents hold; of the value only the type is told."""
    holding = keys.unique(["key", "doc"]).with_columns(documents=pl.len().over("key"))
    shared = holding.filter(pl.col("documents") >= least)
    said = pl.format("{} in {} documents", "kind", "documents")
    return shared.select(
        "doc",
        start=pl.lit(None, pl.Int64),
        end=pl.lit(None, pl.Int64),
        label=pl.lit("shared_value"),
        score=pl.lit(1.0),
        why=said,
    )


def _key(label: str, canonical: str) -> int:
    digest = hashlib.blake2b(f"{label}\0{canonical}".encode(errors="replace"), digest_size=8, person=b"corpusqa.pii")
    return int.from_bytes(digest.digest(), "big", signed=True)
