"""Documents that share a key -> candidate pairs, each once, at a bounded number per key."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import polars as pl

from corpusqa.check import Links
from corpusqa.engines.flow import Flow
from corpusqa.engines.hashing import mix
from corpusqa.engines.parts import Stage

PAIRS = {"a": pl.Int64, "b": pl.Int64}
# Up to this many documents with one key are paired all with all. In a larger group, documents with equal keys
# throughout (copies) are paired with the first of them, which stands for all. What then stands for more than that is
# a template's where the half says so; else it is paired all with all up to WHOLE. A still larger group is paired with
# its smallest member and each with the NEIGHBOURS before it in an order that the key shuffles, so that groups of the
# same documents make different pairs: a bounded number per document. The report counts what is not paired whole.
ALL_WITH_ALL = 24
WHOLE = 128
NEIGHBOURS = 16


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
    schema = {"key": pl.Int64, "doc": pl.Int64, "same": pl.Int64}
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
    rows = measured.part(keys, unit).join(docs, on="row").select("key", "doc").unique(maintain_order=True)
    return with_same(rows)


def with_same(rows: pl.DataFrame) -> pl.DataFrame:
    """Keys of documents, whole -> with a column `same` that is equal for documents with equal keys."""
    docs, place = np.unique(rows["doc"].to_numpy(), return_inverse=True)
    sums = np.zeros(len(docs), np.uint64)
    np.add.at(sums, place, mix(rows["key"].to_numpy().view(np.uint64)))
    return rows.with_columns(same=pl.Series(sums[place].view(np.int64), dtype=pl.Int64))


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
    rows = rows.unique(["key", "doc"], maintain_order=True)
    sizes = rows.select(pl.len().over("key")).to_series()
    few, many = rows.filter(sizes <= ALL_WITH_ALL), rows.filter(sizes > ALL_WITH_ALL)
    firsts = many.unique(["key", "same"], keep="first", maintain_order=True)
    copies = many.join(firsts.select("key", "same", a="doc"), on=["key", "same"], maintain_order="left")
    stand = firsts.select(pl.len().over("key")).to_series()
    whole = firsts.filter(stand <= (WHOLE if common else ALL_WITH_ALL))
    large = firsts.filter(stand > ALL_WITH_ALL)
    found = [
        *_all_with_all(few),
        *_all_with_all(whole),
        copies.filter(pl.col("a") != pl.col("doc")).select("a", b="doc"),
    ]
    found += _sampled(firsts.filter(stand > WHOLE)) if common else []
    table = pl.concat([pl.DataFrame(schema=PAIRS), *found]).group_by("a", "b").agg(shared=pl.len().cast(pl.Int64))
    unpaired = large.filter(pl.len().over("key") > WHOLE) if common else large
    counts = {"groups": [unpaired["key"].n_unique()], "documents": [unpaired.height]}
    rare = rows.join(large.select("key").unique(), on="key", how="anti")
    return {
        "pairs": table.sort("a", "b"),
        "rare": rare.group_by("doc").agg(keys=pl.len().cast(pl.Int64)).sort("doc"),
        "capped": pl.DataFrame(counts, schema={"groups": pl.Int64, "documents": pl.Int64}),
    }


def _all_with_all(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """All pairs of each group of rows with one key."""
    docs, starts, sizes = _groups(rows)
    kept = _different(docs, starts, sizes, np.flatnonzero(sizes > ALL_WITH_ALL))
    kept = np.append(kept, np.flatnonzero((sizes > 1) & (sizes <= ALL_WITH_ALL)))
    return [_within(docs, starts[kept[sizes[kept] == size]], int(size)) for size in np.unique(sizes[kept])]


def _sampled(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """A bounded number of pairs of each group of rows with one key."""
    docs, starts, sizes = _groups(rows)
    keys = rows["key"].to_numpy().view(np.uint64)[starts]
    kept = _different(docs, starts, sizes, np.arange(len(sizes)))
    return [_around(docs[starts[group] : starts[group] + sizes[group]], keys[group]) for group in kept]


def _groups(rows: pl.DataFrame) -> tuple[Any, Any, Any]:
    """Documents of rows sorted by key, and start and size of each key's."""
    sizes = rows.group_by("key", maintain_order=True).len()["len"].to_numpy().astype(np.int64)
    return rows["doc"].to_numpy(), np.cumsum(sizes) - sizes, sizes


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


def _around(docs: Any, key: Any) -> pl.DataFrame:
    """Pairs of a large group: with the smallest member, and with neighbours in an order that the key shuffles."""
    order = docs[np.argsort(mix(docs.view(np.uint64) ^ key), kind="stable")]
    star = [(np.repeat(docs[:1], len(docs) - 1), docs[1:])]
    near = [(order[:-step], order[step:]) for step in range(1, NEIGHBOURS + 1)]
    a, b = (np.concatenate(side) for side in zip(*star, *near, strict=True))
    return pl.DataFrame({"a": np.minimum(a, b), "b": np.maximum(a, b)}, schema=PAIRS)
