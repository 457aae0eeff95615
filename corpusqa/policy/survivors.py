"""Which documents of a cluster go, so that exactly one stays."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corpusqa.policy.model import Policy, Preference
from corpusqa.policy.names import column
from corpusqa.scan.model import Scan

# Names of splits that are held out from training, alone or followed by a number or a word: test, val_2, dev-small.
HELD_OUT = (
    r"^(?i:validation|valid|val|dev|development|test|testing|eval|evaluation|held_?out)(?:[-_./ ]?\d+|[-_./ ].*)?$"
)


def removed(scan: Scan, frame: pl.DataFrame, policy: Policy, gone: pl.Series, kept: pl.Series) -> list[pl.Series]:
    """For each line of `one_of` the documents that it removes: Boolean series in the order of `frame`.

    The kinds of clusters take their turn in the order of the policy, each on what the drop rules and the kinds before
    it have left. Documents of a held-out split stay before those for training, then the preferences decide, then the
    smallest id. A later kind may remove the copy that an earlier one left, in favour of a document it calls the same.

    Args:
        scan: The scan, for its clusters.
        frame: Documents and signals, one row per document.
        policy: `one_of` and `prefer`.
        gone: True for documents that are dropped already.
        kept: True for documents that are kept by hand: none of them is removed, and they survive before all others.
    """
    tied = scan.clusters.filter(pl.col("half").is_in(policy.one_of))
    ranked = _ranked(frame, policy.prefer, kept, tied)
    found = []
    for half in policy.one_of:
        members = tied.filter(pl.col("half") == half).select("cluster", "doc")
        standing = ranked.filter(~pl.col("doc").is_in(frame.filter(gone)["doc"].implode()))
        alive = standing.join(members, on="doc", how="inner").sort("rank")
        losers = alive.filter(~pl.col("cluster").is_first_distinct() & ~pl.col("kept"))
        mark = frame["doc"].is_in(losers["doc"].implode())
        found.append(mark)
        gone = gone | mark
    return found


def _ranked(frame: pl.DataFrame, prefer: Sequence[Preference], kept: pl.Series, tied: pl.DataFrame) -> pl.DataFrame:
    """The documents of clusters as `doc`, `kept` and `rank`, 0 for the one that survives before all others."""
    schema = dict(frame.schema)
    training = ~pl.col("split").str.contains(HELD_OUT).fill_null(value=False)
    keys = [column(preference.name, schema).alias(f"key{n}") for n, preference in enumerate(prefer)]
    table = frame.select("doc", *keys, kept=kept, training=training).join(tied, on="doc", how="semi")
    order = ["kept", "training", *(f"key{n}" for n in range(len(keys))), "doc"]
    reverse = [True, False, *(preference.reverse for preference in prefer), False]
    return table.sort(order, descending=reverse, nulls_last=True).select("doc", "kept").with_row_index("rank")
