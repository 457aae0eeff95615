"""Which of the declared sources a document comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import polars as pl

HOST = r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)"

Sources = Sequence[Mapping[str, Any]]


def host() -> pl.Expr:
    """The host of the column `url`, in small letters; null where it has none."""
    return pl.col("url").str.extract(HOST, 1).str.to_lowercase()


def declared_source(documents: pl.DataFrame, sources: Sources) -> pl.Series:
    """The first entry that speaks of each document: Int64, its place in `sources`, null where none does.

    Args:
        documents: `source`, `url`.
        sources: `[[source]]` entries; `match` is a pattern or several, of sources and hosts.
    """
    places = documents.select("source", host=host())
    known = places.unique()
    entries = [_entry(place, name, sources) for place, name in known.iter_rows()]
    found = known.with_columns(entry=pl.Series(entries, dtype=pl.Int64))
    return places.join(found, on=["source", "host"], how="left", nulls_equal=True, maintain_order="left")["entry"]


def _entry(place: str | None, name: str | None, sources: Sources) -> int | None:
    return next((at for at, entry in enumerate(sources) if _matches(entry["match"], place, name)), None)


def _matches(patterns: str | Sequence[str], place: str | None, name: str | None) -> bool:
    listed = [patterns] if isinstance(patterns, str) else patterns
    return any(value and fnmatchcase(value, pattern) for pattern in listed for value in (place, name))
