"""Documents that share a key -> candidate pairs, each once, at a bounded number per document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl

from corpusqa.check import Links
from corpusqa.engines.flow import Flow
from corpusqa.engines.hashing import mix
from corpusqa.engines.parts import Stage
from corpusqa.scan.pairing import ALL_WITH_ALL, SHARED, Rules, paired

PAIRS = {"a": pl.Int64, "b": pl.Int64}
# Of the pairs that giant groups propose for a document, so many with smaller ones are compared: those that share most
# keys. In a family of a million near copies every document is compared with four others.
MOST = 4
KEYS = {"key": pl.Int64, "doc": pl.Int64, "same": pl.Int64}
COPIES = {"same": pl.Int64, "doc": pl.Int64, "keys": pl.Int64}
ROW_BYTES = {"copies": 28, "keys": 28, "pairs": 29}  # of a row on its way to its bucket


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
    made_of: tuple[object, ...] = (measured.digest, index.digest)
    tasks = sorted({part.part for part in measured.parts if part.table == keys})
    count = flow.buckets(index.rows("docs") * ROW_BYTES["copies"])
    rows = partial(_same_by_doc, measured, index, keys)
    copies = flow.group_by_key(f"copies.{half}", made_of, tasks, rows, COPIES, ["same"], _families, count)

    count = flow.buckets(measured.rows(keys) * ROW_BYTES["keys"])
    rows = partial(_keys_by_doc, measured, index, keys, copies)
    rules = Rules(kind.least, kind.share, kind.common)
    made_of = (*made_of, copies.digest, tuple(rules))
    fn = partial(paired, rules)
    found = flow.group_by_key(f"candidates.{half}", made_of, tasks, rows, KEYS, ["key"], fn, count)

    parts = sorted({(stage.folder.name, part.part) for stage in (copies, found) for part in stage.parts})
    count = flow.buckets((copies.rows("pairs") + found.rows("pairs")) * ROW_BYTES["pairs"])
    rows = partial(_part, {stage.folder.name: stage for stage in (copies, found)})
    fn = partial(_likely, rules, _rare(flow, half, found) if rules.share else None)
    made_of = (copies.digest, found.digest, tuple(rules))
    distinct = flow.group_by_key(f"pairs.{half}", made_of, parts, rows, SHARED, ["b"], fn, count)
    return distinct, int(found.frame("capped")["groups"].sum())


def _by_doc(measured: Stage, index: Stage, keys: str, unit: int) -> pl.DataFrame:
    """`key`, `doc`, `same` and `keys` of the documents of a unit; those with equal keys throughout are equal in `same`.

    The keys of a document stand together, because tables of a unit are sorted by row.
    """
    table = measured.part(keys, unit)
    if table.width > 2:  # other columns may set equal keys apart
        table = table.unique(["row", "key"], keep="first", maintain_order=True)
    table = table.join(index.part("docs", unit), on="row", maintain_order="left")
    return with_same(table.select("key", "doc"))


def with_same(rows: pl.DataFrame) -> pl.DataFrame:
    """Keys of documents, one after the other -> with a sum `same` of the document's keys, and their number `keys`."""
    docs = rows["doc"].to_numpy()
    starts = np.flatnonzero(np.diff(docs, prepend=-1))
    if not len(starts):
        return rows.with_columns(same=pl.lit(0, pl.Int64), keys=pl.lit(0, pl.Int64))
    counts = np.diff(np.append(starts, len(docs)))
    sums = np.add.reduceat(mix(rows["key"].to_numpy().view(np.uint64)), starts)
    return rows.with_columns(
        same=pl.Series(np.repeat(sums, counts).view(np.int64)), keys=pl.Series(np.repeat(counts, counts))
    )


def _same_by_doc(measured: Stage, index: Stage, keys: str, unit: int) -> pl.DataFrame:
    return _by_doc(measured, index, keys, unit).select(*COPIES).unique("doc", keep="first", maintain_order=True)


def _families(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Copies of which there are many, each with the first of them, which stands for all from here on."""
    large = rows.filter(pl.len().over("same") > ALL_WITH_ALL)
    tied = large.with_columns(a=pl.col("doc").min().over("same")).filter(pl.col("doc") != pl.col("a"))
    pairs = tied.select("a", b="doc", shared="keys", giant=pl.lit(value=False)).sort("a", "b")
    return {"pairs": pairs.cast(SHARED)}  # type: ignore[arg-type]


def _keys_by_doc(measured: Stage, index: Stage, keys: str, copies: Stage, unit: int) -> pl.DataFrame:
    told = copies.frame("pairs").select(doc="b")
    return _by_doc(measured, index, keys, unit).join(told, on="doc", how="anti", maintain_order="left").select(*KEYS)


def _part(stages: dict[str, Stage], task: tuple[str, int]) -> pl.DataFrame:
    stage, part = task
    return stages[stage].part("pairs", part)


def _rare(flow: Flow, half: str, found: Stage) -> Stage:
    """How many keys each document has that few documents share, in one part."""
    return flow.write(f"rare.{half}", found.digest, _added_up(found), 1)


def _added_up(found: Stage) -> Iterator[dict[str, pl.DataFrame]]:
    """The counts of all buckets, one bucket after the other: each of them counts for most documents."""
    counts = np.zeros(0, np.int64)
    for path in found.paths("rare"):
        part = pl.read_parquet(path, memory_map=False)
        here = np.bincount(part["doc"].to_numpy(), part["keys"].to_numpy(), len(counts)).astype(np.int64)
        here[: len(counts)] += counts
        counts = here
    docs = np.flatnonzero(counts)
    yield {"rare": pl.DataFrame({"doc": docs, "keys": counts[docs]}, schema={"doc": pl.Int64, "keys": pl.Int64})}


def _likely(rules: Rules, rare: Stage | None, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Pairs with enough keys in common: `least`, and the share of the rare keys of the document with fewer."""
    sums = rows.group_by("a", "b", maintain_order=True).agg(pl.col("shared").sum(), pl.col("giant").all())
    sums = sums.filter(pl.col("shared") >= rules.least)
    if rare is not None:
        counts = rare.frame("rare")
        for side in ("a", "b"):
            of_side = counts.rename({"doc": side, "keys": f"keys_{side}"})
            sums = sums.join(of_side, on=side, how="left", maintain_order="left")
        sums = sums.filter(pl.col("shared") >= rules.share * pl.min_horizontal("keys_a", "keys_b").fill_null(0))
    return {"pairs": _few(sums).select(*PAIRS).sort("a", "b")}


def _few(pairs: pl.DataFrame) -> pl.DataFrame:
    """Without those pairs that giant groups propose beyond MOST for a document."""
    if not pairs["giant"].any():
        return pairs
    giant = pairs.filter("giant").sort("b", "shared", "a", descending=[False, True, False])
    return pl.concat(
        [pairs.filter(~pl.col("giant")), giant.group_by("b", maintain_order=True).head(MOST).select(pairs.columns)]
    )
