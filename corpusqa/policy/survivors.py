"""Which documents of a cluster go, so that exactly one stays."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corpusqa.policy.model import Policy, Preference
from corpusqa.policy.names import column
from corpusqa.policy.rows import Rows
from corpusqa.scan.held import among
from corpusqa.scan.model import Scan

# Names of splits that are held out from training, alone or followed by a number or a word: test, val_2, dev-small.
HELD_OUT = (
    r"^(?i:validation|valid|val|dev|development|test|testing|eval|evaluation|held_?out)(?:[-_./ ]?\d+|[-_./ ].*)?$"
)


def removed(scan: Scan, rows: Rows, policy: Policy, gone: pl.Series, kept: pl.Series) -> list[pl.Series]:
    """For each line of `one_of` the documents that it removes: Boolean series in source order.

    The kinds of clusters take their turn in the order of the policy, each on what the drop rules and the kinds before
    it have left. Documents of a held-out split stay before those for training, then the preferences decide, then the
    smallest id. A later kind may remove the copy that an earlier one left, in favour of a document it calls the same.

    Args:
        scan: The scan, for its clusters.
        rows: What preferences look at.
        policy: `one_of` and `prefer`.
        gone: True for documents that are dropped already.
        kept: True for documents that are kept by hand: none of them is removed, and they survive before all others.
    """
    tied = scan.clusters.filter(pl.col("half").is_in(policy.one_of))
    ranked = _ranked(rows, policy.prefer, kept, tied["doc"].unique().sort())
    found = []
    for half in policy.one_of:
        members = tied.filter(pl.col("half") == half).select("cluster", "doc")
        standing = ranked.filter(~among(ranked["doc"], rows.docs.filter(gone).sort()))
        alive = standing.join(members, on="doc", how="inner").sort("rank")
        losers = alive.filter(~pl.col("cluster").is_first_distinct() & ~pl.col("kept"))
        mark = among(rows.docs, losers["doc"].sort())
        found.append(mark)
        gone = gone | mark
    return found


def _ranked(rows: Rows, prefer: Sequence[Preference], kept: pl.Series, tied: pl.Series) -> pl.DataFrame:
    """The documents of clusters as `doc`, `kept` and `rank`, 0 for the one that survives before all others."""
    training = ~pl.col("split").str.contains(HELD_OUT).fill_null(value=False)
    names = [preference.name.text for preference in prefer if not preference.name.path]
    parts, at = [], 0
    for part in rows.parts(["split", *names]):
        schema = dict(part.schema)
        keys = [column(preference.name, schema).alias(f"key{n}") for n, preference in enumerate(prefer)]
        here = kept.slice(at, part.height).alias("kept")
        at += part.height
        parts.append(part.select("doc", *keys, here, training=training).filter(among(part["doc"], tied)))
    order = ["kept", "training", *(f"key{n}" for n in range(len(prefer))), "doc"]
    reverse = [True, False, *(preference.reverse for preference in prefer), False]
    table = pl.concat(parts).sort(order, descending=reverse, nulls_last=True)
    return table.select("doc", "kept").with_row_index("rank")
