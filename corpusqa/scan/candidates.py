"""Documents that share a key -> candidate pairs, each once, at a bounded number per key."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from corpusqa.check import Links
from corpusqa.engines.flow import Flow
from corpusqa.engines.hashing import mix
from corpusqa.engines.parts import Stage

PAIRS = {"a": pl.Int64, "b": pl.Int64}
# Up to this many documents with one key are paired all with all. A larger group (a template, a million copies) is
# paired with its smallest member and each with its NEIGHBOURS before it: a bounded number per document, which still
# joins documents that are all alike into one cluster; the report counts such groups.
ALL_WITH_ALL = 24
NEIGHBOURS = 4


def candidates(flow: Flow, half: str, keys: str, measured: Stage, index: Stage, kind: Links) -> tuple[Stage, int]:
    """Candidate pairs of a Links half.

    Args:
        flow: Runs the stages.
        half: Full name, `<check>.<half>`.
        keys: Name of the table of keys in `measured`.
        measured: The stage of the units.
        index: Gives `doc` for `row` of each unit.
        kind: The half.

    Returns:
        A stage with the table `pairs` (PAIRS, a < b, each pair once in all), and the number of keys that too many
        documents share to pair them all with all.
    """
    count = flow.buckets(measured.weight(keys))
    tasks = sorted({part.part for part in measured.parts if part.table == keys})
    rows = partial(_keys_by_doc, measured, index, keys)
    schema = {"key": pl.Int64, "doc": pl.Int64}
    found = flow.group_by_key(
        f"candidates.{half}",
        (measured.digest, index.digest, kind.least, kind.share, kind.common),
        tasks,
        rows,
        schema,
        ["key"],
        partial(_pairs, kind.common),
        count,
    )
    parts = sorted({part.part for part in found.parts})
    rows = partial(_part, found)
    fn = partial(_distinct, kind.least, kind.share, _rare(flow, half, found) if kind.share else None)
    schema = {**PAIRS, "shared": pl.Int64}
    distinct = flow.group_by_key(f"pairs.{half}", found.digest, parts, rows, schema, ["a", "b"], fn, count)
    return distinct, int(found.frame("capped")["groups"].sum())


def _part(stage: Stage, part: int) -> pl.DataFrame:
    return stage.part("pairs", part)


def _keys_by_doc(measured: Stage, index: Stage, keys: str, unit: int) -> pl.DataFrame:
    docs = index.part("docs", unit)
    return measured.part(keys, unit).join(docs, on="row").select("key", "doc").unique(maintain_order=True)


def _rare(flow: Flow, half: str, found: Stage) -> Stage:
    """How many keys each document has that few documents share, in one part."""
    counts = found.frame("rare").group_by("doc").agg(pl.col("keys").sum()).sort("doc")
    return flow.write(f"rare.{half}", found.digest, [{"rare": counts}])


def _distinct(least: int, share: float, rare: Stage | None, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Pairs with enough keys in common: `least`, and the share of the rare keys of the document with fewer."""
    sums = rows.group_by("a", "b", maintain_order=True).agg(pl.col("shared").sum())
    sums = sums.filter(pl.col("shared") >= least)
    if rare is not None:
        counts = rare.frame("rare")
        for side in ("a", "b"):
            of_side = counts.rename({"doc": side, "keys": f"keys_{side}"})
            sums = sums.join(of_side, on=side, how="left", maintain_order="left")
        sums = sums.filter(pl.col("shared") >= share * pl.min_horizontal("keys_a", "keys_b"))
    return {"pairs": sums.select(*PAIRS)}


def _pairs(common: bool, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Rows sorted by key and doc -> pairs, with the number of keys that they share here; and each doc's rare keys."""
    rows = rows.unique(maintain_order=True)
    docs, sizes = rows["doc"].to_numpy(), rows.group_by("key", maintain_order=True).len()["len"].to_numpy()
    rare = pl.DataFrame({"doc": docs[np.repeat(sizes <= ALL_WITH_ALL, sizes)]}, schema={"doc": pl.Int64})
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64) if len(sizes) else np.zeros(0, np.int64)
    found = [_within(docs, starts[sizes == size], int(size)) for size in _small(sizes)]
    large = np.flatnonzero(sizes > ALL_WITH_ALL)
    if common:
        groups = _different(docs, starts, sizes, large)
        found += [_around(docs[starts[group] : starts[group] + sizes[group]]) for group in groups]
    table = pl.concat([pl.DataFrame(schema=PAIRS), *found]).group_by("a", "b").agg(shared=pl.len().cast(pl.Int64))
    counts = {"groups": [len(large)], "documents": [int(sizes[large].sum())]}
    return {
        "pairs": table.sort("a", "b"),
        "rare": rare.group_by("doc").agg(keys=pl.len().cast(pl.Int64)).sort("doc"),
        "capped": pl.DataFrame(counts, schema={"groups": pl.Int64, "documents": pl.Int64}),
    }


def _small(sizes: Any) -> Sequence[int]:
    return [int(size) for size in np.unique(sizes) if 2 <= size <= ALL_WITH_ALL]


def _within(docs: Any, starts: Any, size: int) -> pl.DataFrame:
    """All pairs of all groups of one size at once."""
    first, second = np.triu_indices(size, 1)
    a, b = docs[starts[:, None] + first], docs[starts[:, None] + second]
    return pl.DataFrame({"a": a.ravel(), "b": b.ravel()}, schema=PAIRS)


def _different(docs: Any, starts: Any, sizes: Any, large: Any) -> Any:
    """Of groups with the same members (copies share every key) only the first."""
    if not len(large):
        return large
    sums = np.add.reduceat(mix(docs.view(np.uint64)), starts)[large]
    members = np.rec.fromarrays([sums, sizes[large]])
    return large[np.sort(np.unique(members, return_index=True)[1])]


def _around(docs: Any) -> pl.DataFrame:
    """Pairs of a large group: with the smallest member and with the neighbours before."""
    star = [(np.repeat(docs[:1], len(docs) - 1), docs[1:])]
    near = [(docs[:-step], docs[step:]) for step in range(1, NEIGHBOURS + 1)]
    a, b = (np.concatenate(side) for side in zip(*star, *near, strict=True))
    return pl.DataFrame({"a": a, "b": b}, schema=PAIRS)
