"""Documents that share a key -> candidate pairs, each once, at a bounded number per document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl

from corpusqa.check import Links
from corpusqa.engines.flow import Flow
from corpusqa.engines.hashing import mix
from corpusqa.engines.kept import COUNT, kept_groups
from corpusqa.engines.owners import Belonging, Owners, made
from corpusqa.engines.parts import Stage
from corpusqa.engines.segments import mapped, write_mapped
from corpusqa.scan.pairing import ALL_WITH_ALL, SHARED, Rules, paired
from corpusqa.scan.scanned import Scanned

PAIRS = {"a": pl.Int64, "b": pl.Int64}
# Of the pairs that giant groups propose for a document, so many with smaller ones are compared: those that share most
# keys. In a family of a million near copies every document is compared with four others.
MOST = 4
KEYS = {"key": pl.Int64, "slot": pl.Int64, "same": pl.Int64}
COPIES = {"key": pl.Int64, "slot": pl.Int64, "keys": pl.Int64}
_ADDED = {"a": pl.Int64, "b": pl.Int64, "giant": pl.Boolean, COUNT: pl.Int64}
ROW_BYTES = {"copies": 28, "keys": 28, "pairs": 17}  # of a row on its way to its bucket


def candidates(flow: Flow, half: str, keys: str, key: object, scanned: Scanned, kind: Links) -> tuple[Stage, int]:
    """Candidate pairs of a Links half.

    Args:
        flow: Runs the stages.
        half: Full name, `<check>.<half>`.
        keys: Name of the table of keys in the first pass.
        key: What the keys follow from besides the documents.
        scanned: The first pass, and the documents of its rows.
        kind: The half.

    Returns:
        A stage whose table `pairs` has PAIRS, a < b, each pair once; and the number of keys that too many documents
        share to pair them all with all.
    """
    measured, index = scanned.measured, scanned.index.stage
    made_of: tuple[object, ...] = (measured.digest, index.digest)
    tasks = sorted({part.part for part in measured.parts if part.table == keys})
    rows = partial(_same_of, measured, keys)
    size = index.rows("docs") * ROW_BYTES["copies"]
    every, copies = scanned.owners, None
    if not kind.apart:
        copies = kept_groups(flow, f"copies.{half}", key, made_of, every, tasks, rows, COPIES, _families, size)
        made_of = (*made_of, copies.digest)

    rules = Rules(kind.least, kind.share, kind.common, bool(kind.apart))
    rows, size = partial(_keys_of, measured, keys, kind.apart), measured.rows(keys) * ROW_BYTES["keys"]
    fn, key = partial(_paired, rules), (key, tuple(rules))
    rest = every if copies is None else every.but(flow, f"rest.{half}", copies)
    found = kept_groups(flow, f"candidates.{half}", key, made_of, rest, tasks, rows, KEYS, fn, size)

    stages = {stage.folder.name: stage for stage in (copies, found) if stage is not None}
    parts = sorted({(name, part.part) for name, stage in stages.items() for part in stage.parts})
    count = flow.buckets(sum(stage.rows("made.pairs") for stage in stages.values()) * ROW_BYTES["pairs"])
    rows, narrow = partial(_part, stages, every), {**SHARED, **dict.fromkeys(("a", "b", "shared"), pl.Int32)}
    fn = partial(_likely, rules, _rare(flow, half, found, every) if rules.share else None)
    made_of = (*(stage.digest for stage in stages.values()), index.digest, tuple(rules))
    distinct = flow.group_by_key(f"pairs.{half}", made_of, parts, rows, narrow, ["b"], fn, count, ordered=False)
    return distinct, int(made(found, "capped")[COUNT].sum())


def told_apart(measured: Stage, keys: str, unit: int, docs: pl.DataFrame) -> pl.DataFrame:
    """`key`, `slot`, `same` and `keys` of some documents of a unit; those with the same keys are equal in `same`.

    The keys of a document stand together, because tables of a unit are sorted by row.
    """
    if docs.is_empty():
        return pl.DataFrame(schema={**KEYS, "keys": pl.Int64})
    table = measured.part(keys, unit, docs["row"])
    table = table.join(docs.select("row", "slot"), on="row", maintain_order="left")
    if table.width > 3:  # other columns may set equal keys apart
        table = table.unique(["row", "key"], keep="first", maintain_order=True)
    return with_same(table.select("key", "slot"), "slot")


def with_same(rows: pl.DataFrame, owner: str = "doc") -> pl.DataFrame:
    """Keys of documents, one after the other -> with a sum `same` of the document's keys, and their number `keys`."""
    docs = rows[owner].to_numpy()
    starts = np.flatnonzero(np.diff(docs, prepend=-1))
    if not len(starts):
        return rows.with_columns(same=pl.lit(0, pl.Int64), keys=pl.lit(0, pl.Int64))
    counts = np.diff(np.append(starts, len(docs)))
    sums = np.add.reduceat(mix(rows["key"].to_numpy().view(np.uint64)), starts)
    return rows.with_columns(
        same=pl.Series(np.repeat(sums, counts).view(np.int64)), keys=pl.Series(np.repeat(counts, counts))
    )


def _same_of(measured: Stage, keys: str, unit: int, docs: pl.DataFrame) -> pl.DataFrame:
    found = told_apart(measured, keys, unit, docs).unique("slot", keep="first", maintain_order=True)
    return found.select("slot", "keys", key="same").select(*COPIES)


def _keys_of(measured: Stage, keys: str, apart: str, unit: int, docs: pl.DataFrame) -> pl.DataFrame:
    if not apart:
        return told_apart(measured, keys, unit, docs).select(*KEYS)
    table = measured.part(keys, unit, docs["row"]).join(docs.select("row", "slot"), on="row", maintain_order="left")
    return table.select("key", "slot", same=apart).unique(["key", "slot"], keep="first", maintain_order=True)


def _families(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Copies of which there are many, each with the first of them, which stands for all from here on."""
    large = rows.filter(pl.len().over("key") > ALL_WITH_ALL)
    tied = large.with_columns(a=pl.col("doc").min().over("key")).filter(pl.col("doc") != pl.col("a"))
    return {"pairs": tied.select("a", b="doc", giant=pl.lit(value=False), **{COUNT: "keys"}).cast(_ADDED)}  # type: ignore[arg-type]


def _paired(rules: Rules, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """What `paired` makes of groups, as tables that add up."""
    found = paired(rules, rows)
    return {
        "pairs": found["pairs"].select("a", "b", "giant", **{COUNT: "shared"}),
        "rare": found["rare"].rename({"keys": COUNT}),
        "capped": found["capped"].select(pl.lit("groups").alias("what"), **{COUNT: "groups"}),
    }


def _part(stages: dict[str, Stage], every: Belonging, task: tuple[str, int]) -> pl.DataFrame:
    stage, part = task
    pairs = stages[stage].part("made.pairs", part).rename({COUNT: "shared"})
    return every.owners().named(pairs).select(pl.col("a", "b", "shared").cast(pl.Int32), "giant")


def _rare(flow: Flow, half: str, found: Stage, every: Belonging) -> Stage:
    """How many keys each document has that few documents share, by document: `keys` (Int32) can be mapped."""
    made_of = (found.digest, every.stage.digest)
    return flow.write(f"rare.{half}", made_of, _added_up(found, every.owners()), 1, writer=write_mapped)


def _added_up(found: Stage, owners: Owners) -> Iterator[dict[str, pl.DataFrame]]:
    """The counts of all buckets, one bucket after the other: each of them counts for most documents."""
    counts = np.zeros(len(owners.slot_of), np.int32)
    for path in found.paths("made.rare"):
        part = owners.named(pl.read_parquet(path, memory_map=False))
        np.add.at(counts, part["doc"].to_numpy(), part[COUNT].to_numpy().astype(np.int32))
    yield {"rare": pl.DataFrame({"keys": counts}, {"keys": pl.Int32})}


def _likely(rules: Rules, rare: Stage | None, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Pairs with enough keys in common: `least`, and the share of the rare keys of the document with fewer, if any."""
    sums = _pairwise(rows).filter(pl.col("shared") >= rules.least)
    if rare is not None:
        counts = mapped(rare.paths("rare")[0], "keys")
        one, other = (counts[sums[side].to_numpy()] for side in ("a", "b"))
        fewer = np.where(np.minimum(one, other) == 0, np.maximum(one, other), np.minimum(one, other))
        sums = sums.filter(pl.Series(sums["shared"].to_numpy() >= rules.share * fewer, dtype=pl.Boolean))
    return {"pairs": _few(sums).select(*PAIRS).cast(PAIRS).sort("a", "b")}  # type: ignore[arg-type]


def _pairwise(rows: pl.DataFrame) -> pl.DataFrame:
    """Each pair once. Grouped by one number, which is much faster than by two, as documents fit 31 bits."""
    pair = (pl.col("a").cast(pl.Int64) * (1 << 32) + pl.col("b")).alias("pair")
    sums = rows.group_by(pair).agg(pl.col("shared").sum(), pl.col("giant").all())
    return sums.with_columns(a=pl.col("pair") // (1 << 32), b=pl.col("pair") % (1 << 32)).drop("pair")


def _few(pairs: pl.DataFrame) -> pl.DataFrame:
    """Without those pairs that giant groups propose beyond MOST for a document."""
    if not pairs["giant"].any():
        return pairs
    giant = pairs.filter("giant").sort("b", "shared", "a", descending=[False, True, False])
    return pl.concat(
        [pairs.filter(~pl.col("giant")), giant.group_by("b", maintain_order=True).head(MOST).select(pairs.columns)]
    )
