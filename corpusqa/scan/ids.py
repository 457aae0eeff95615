"""Public ids: one string per document, unique, the same for any unit size and input order."""

from __future__ import annotations

import numpy as np
import polars as pl

# Hex digits of the row digest in a public id: 48 bits tell rows apart that already share an id.
SHORT = 12


def public_ids(ids: pl.Series, digests: pl.Series) -> pl.Series:
    """Public ids of rows in source order.

    Args:
        ids: String ids as the source has them, or null.
        digests: Hex digests of the whole rows, or their first SHORT digits.

    Returns:
        An id that occurs once stays; one that repeats becomes `<id>#<12 hex of the row digest>`; a row without an id is
        named by 12 hex of its digest; equal rows get the ordinals `-2`, `-3` and so on.
    """
    if not ids.null_count() and ids.n_unique() == ids.len():
        return ids.alias("id")
    rows = pl.DataFrame({"id": ids, "hex": digests.str.slice(0, SHORT)})
    once = pl.col("id").is_not_null() & (pl.len().over("id") == 1)
    stem = pl.when(once).then("id").otherwise(pl.concat_str(pl.col("id") + "#", "hex", ignore_nulls=True))
    names = rows.select(name=stem, once=once)
    while True:
        # a name that someone else already bears as a single id gets an ordinal too; it rarely takes a second round
        taken = names.filter("once")["name"]
        free = ~pl.col("once") & pl.col("name").is_in(taken.implode())
        clash = names.select(free.any()).item()
        names = names.with_columns(name=pl.when(free).then(pl.col("name") + "~").otherwise("name"))
        if not clash:
            break
    ordinal = pl.int_range(1, pl.len() + 1).over("name")
    numbered = pl.when(ordinal > 1).then(pl.col("name") + "-" + ordinal.cast(pl.String)).otherwise("name")
    return names.select(numbered.alias("id"))["id"]


def repeated_ids(ids: pl.Series) -> pl.DataFrame:
    """Ids of the source that occur more than once: `id`, `count`, sorted by id."""
    named = ids.drop_nulls()
    if named.n_unique() == named.len():
        return pl.DataFrame(schema={"id": pl.String, "count": pl.Int64})
    counts = named.to_frame("id").group_by("id").agg(count=pl.len().cast(pl.Int64))
    return counts.filter(pl.col("count") > 1).sort("id")


def ranks(ids: pl.Series) -> pl.Series:
    """Position of each id when sorted by its UTF-8 bytes: Int64 `doc`; the numbers by which documents are tied."""
    order = ids.arg_sort().to_numpy()
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return pl.Series("doc", places, dtype=pl.Int64)
