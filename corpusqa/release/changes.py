"""What changed between two tables of documents: added, removed, changed, moved, reordered."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from corpusqa.release.versions import Change
from corpusqa.scan.ids import numbered


@dataclass(frozen=True)
class Changes:
    """Documents that differ between two releases, A before B.

    Attributes:
        added: `id`, `split`, `source`, `digest` of documents that only B has.
        removed: The same of documents that only A has.
        changed: `id`, `split`, `source`, `digest_a`, `digest_b` of documents whose row is another one.
        moved: `id`, `split_a`, `split_b` of documents that are in another split.
        reordered: Whether documents that both have stand in another order.
        columns: Whether the columns or their types differ.
        common: Documents that both have.
    """

    added: pl.DataFrame
    removed: pl.DataFrame
    changed: pl.DataFrame
    moved: pl.DataFrame
    reordered: bool
    columns: bool
    common: int

    @property
    def change(self) -> Change:
        """What the changes amount to."""
        if self.columns or self.reordered or self.removed.height or self.changed.height or self.moved.height:
            return "major"
        return "minor" if self.added.height else "patch"

    @property
    def counts(self) -> dict[str, int | bool]:
        """The numbers, for manifests and reports."""
        return {
            "added": self.added.height,
            "removed": self.removed.height,
            "changed": self.changed.height,
            "moved": self.moved.height,
            "common": self.common,
            "reordered": self.reordered,
            "columns": self.columns,
        }


def changes(a: pl.DataFrame, b: pl.DataFrame, *, columns: bool = False) -> Changes:
    """Compare two tables of documents.

    Args:
        a: `id`, `digest`, `split`, `source` in published order.
        b: The same.
        columns: Whether the columns of the data differ.
    """
    first, second = _keyed(a), _keyed(b)
    both = first.join(second, on="key", suffix="_b", maintain_order="right")
    shown = ("id", "split", "source", "digest")
    named = pl.col("id_b").alias("id")
    changed = both.filter(pl.col("digest") != pl.col("digest_b"))
    moved = both.filter(pl.col("split") != pl.col("split_b"))
    return Changes(
        added=second.join(first, on="key", how="anti", maintain_order="left").select(shown),
        removed=first.join(second, on="key", how="anti", maintain_order="left").select(shown),
        changed=changed.select(named, "split", "source", digest_a="digest", digest_b="digest_b"),
        moved=moved.select(named, split_a="split", split_b="split_b"),
        reordered=bool(both.select((pl.col("at").diff() < 0).any()).item()) if both.height else False,
        columns=columns,
        common=both.height,
    )


def _keyed(docs: pl.DataFrame) -> pl.DataFrame:
    """Documents by id; those that are shown by row number, which changes from version to version, by their digest."""
    stem = (
        pl.when(numbered())
        .then(pl.concat_str(pl.lit("digest:"), "digest"))
        .otherwise(pl.concat_str(pl.lit("id:"), "id"))
    )
    ordinal = pl.int_range(pl.len()).over("stem")
    keyed = docs.select("id", "digest", "split", "source").with_columns(stem=stem).with_row_index("at")
    return keyed.with_columns(pl.col("at").cast(pl.Int64), key=pl.concat_str("stem", pl.lit("\0"), ordinal)).drop(
        "stem"
    )
