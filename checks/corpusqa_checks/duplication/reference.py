"""Half `reference`: items of an evaluation set, whole or in part, inside documents."""

from __future__ import annotations

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Ints, looked_up
from corpusqa_checks._shared.characters import slices
from corpusqa_checks.duplication.evidence import EVIDENCE, Proven, with_evidence
from corpusqa_checks.duplication.exact import digests
from corpusqa_checks.duplication.mixing import Hashes, as_keys
from corpusqa_checks.duplication.passages import Texts, apart, runs_of
from corpusqa_checks.duplication.shingles import crossing, shingles
from corpusqa_checks.duplication.winnow import SHINGLE
from corpusqa_checks.duplication.words import words

from corpusqa.check import Against, Batch, Buffers, Frame

# Shingles that more different items hold belong to the instructions of the set, not to one item.
MOST_ITEMS = 3
# Share of the rare shingles of an item, or of one part of it, that a document holds from which it holds the item.
SHARE = 0.5
# Passages of one match that are shown, the longest first.
MOST_PASSAGES = 20
_PREPARED = {"key": pl.Int64, "item": pl.Int64, "part": pl.Int64, "size": pl.Int64}
_FOUND = {"row": pl.Int64, "item": pl.Int64, "part": pl.Int64, "similarity": pl.Float64}


def reference() -> Against:
    """Items are compared whole and by part; only shingles of SHINGLE words that are rare among them count."""
    return Against(prepare, match)


def prepare(items: Batch) -> Frame:
    """The rare shingles of each item (part null) and of each of its parts, with their number `size`, sorted by key."""
    whole = _shingled(items.buffers).with_columns(part=pl.lit(None, pl.Int64))
    pieces = items.parts.filter(pl.len().over("row") > 1).join(_texts(items), on="row", maintain_order="left")
    pieces = pieces.with_columns(text=pl.col("text").str.slice(pl.col("start"), pl.col("end") - pl.col("start")))
    places = pieces.select("part", item="row").with_row_index("row").cast(pl.Int64)
    parts = _shingled(Batch(pieces.select("text")).buffers).join(places, on="row", maintain_order="left")
    same, digest = digests(items.buffers)
    copies = pl.DataFrame({"item": same, "digest": as_keys(digest)})
    found = pl.concat([whole.select("key", "part", item="row"), parts.select("key", "part", "item")])
    spread = found.join(copies, on="item").group_by("key").agg(items=pl.col("digest").n_unique())
    rare = found.join(spread.filter(pl.col("items") <= MOST_ITEMS), on="key", how="semi").unique()
    return rare.with_columns(size=pl.len().over("item", "part").cast(pl.Int64)).select(*_PREPARED).sort(*_PREPARED)


def match(batch: Batch, items: Batch, prepared: Frame) -> Frame:
    """The items that documents hold: the share of the rare shingles, and the passages on both sides."""
    hits = _hits(batch.buffers, np.unique(prepared["key"].to_numpy()))
    shares = hits.join(prepared, on="key").group_by("row", "item", "part").agg(held=pl.len(), size=pl.first("size"))
    shares = shares.with_columns(similarity=pl.col("held") / pl.col("size")).filter(pl.col("similarity") >= SHARE)
    # of an item and its parts the one that is held most; the whole before its parts
    best = shares.sort("row", "item", pl.col("similarity"), "part", descending=[False, False, True, False])
    best = best.unique(["row", "item"], keep="first", maintain_order=True).select(*_FOUND)
    return best.with_columns(_evidence(batch, items, best))


def _evidence(batch: Batch, items: Batch, found: Frame) -> pl.Series:
    """The passages of each match."""
    if found.is_empty():
        return pl.Series("evidence", [], EVIDENCE)
    rows, wanted = found["row"].unique().sort(), found["item"].unique().sort()
    both = Batch(pl.DataFrame({"text": pl.concat([batch.text.gather(rows), items.text.gather(wanted)])}))
    a = np.searchsorted(rows.to_numpy(), found["row"].to_numpy())
    b = len(rows) + np.searchsorted(wanted.to_numpy(), found["item"].to_numpy())
    texts = Texts(both.buffers)
    proven: list[Proven] = [
        (i, j, 1.0, texts.places(i, j, apart(runs_of(texts, i, j, SHINGLE))[:MOST_PASSAGES]))
        for i, j in zip(a.tolist(), b.tolist(), strict=True)
    ]
    return with_evidence(both, proven)["evidence"]


def _shingled(buffers: Buffers) -> Frame:
    """`row` and `key` of every shingle."""
    found = [_slice(buffers, first, last) for first, last in slices(buffers)]
    rows = np.concatenate([np.zeros(0, np.int64), *(rows for rows, _ in found)])
    keys = np.concatenate([np.zeros(0, np.uint64), *(keys for _, keys in found)])
    return pl.DataFrame({"row": rows, "key": as_keys(keys)}).unique(maintain_order=True)


def _hits(buffers: Buffers, known: Ints) -> Frame:
    """`row` and `key` of the shingles that are known, each once in a document."""
    found = [pl.DataFrame(schema={"row": pl.Int64, "key": pl.Int64})]
    for first, last in slices(buffers) if len(known) else ():  # nothing of the reference may be rare
        rows, hashes = _slice(buffers, first, last)
        keys = as_keys(hashes)
        hit = np.flatnonzero(looked_up(known, keys) >= 0)
        found.append(pl.DataFrame({"row": rows[hit], "key": keys[hit]}).unique(maintain_order=True))
    return pl.concat(found)


def _slice(buffers: Buffers, first: int, last: int) -> tuple[Ints, Hashes]:
    """Document and hash of every shingle of the documents first:last."""
    said = words(buffers, first, last)
    inside = np.delete(shingles(said.hashes, SHINGLE), crossing(said, SHINGLE))
    count = np.maximum(np.diff(said.offsets) - SHINGLE + 1, 0)
    return np.repeat(np.arange(first, last), count), inside


def _texts(items: Batch) -> Frame:
    return pl.DataFrame({"row": pl.int_range(items.height, eager=True), "text": items.text})
