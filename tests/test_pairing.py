"""Candidates of keys that many documents share, and how pairs are packed into blocks."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest

from corpusqa.scan import candidates, pairing
from corpusqa.scan.candidates import with_same
from corpusqa.scan.pairing import ALL_WITH_ALL, WHOLE, Rules, paired
from corpusqa.scan.verifying import pack


def found(keys: dict[int, list[int]], *rules: Any) -> dict[str, pl.DataFrame]:
    """What is paired of documents with their keys."""
    rows = pl.DataFrame([(key, doc) for doc in sorted(keys) for key in keys[doc]], ["key", "doc"], orient="row")
    return paired(Rules(*rules), with_same(rows).select("key", "doc", "same").sort("key", "doc"))


def test_small_groups_are_paired_whole_and_shared_keys_are_counted() -> None:
    chance = np.random.default_rng(3)
    keys = {doc: np.unique(chance.integers(0, 60, 9)).tolist() for doc in range(100)}
    expected = {(a, b): len(shared) for a, b in combinations(keys, 2) if (shared := set(keys[a]) & set(keys[b]))}
    sizes = [sum(key in held for held in keys.values()) for key in range(60)]
    assert max(sizes) <= ALL_WITH_ALL
    pairs = found(keys)["pairs"]
    assert {(a, b): shared for a, b, shared in pairs.select("a", "b", "shared").rows()} == expected
    assert not pairs["giant"].any()


@pytest.mark.parametrize("size", [ALL_WITH_ALL + 1, WHOLE + 1, 3_000])
def test_documents_told_apart_by_a_column_each_meet_one_that_differs(size: int) -> None:
    for odd in ([0], [size - 1], [1, size // 2], list(range(0, size, 3)), []):
        same = [int(doc in odd) for doc in range(size)]
        rows = pl.DataFrame({"key": [7] * size + [8] * 2, "doc": [*range(size), 0, 1], "same": [*same, 0, 0]})
        said = paired(Rules(apart=True), rows)
        pairs = [(a, b) for a, b, shared in said["pairs"].select("a", "b", "shared").rows() if same[a] != same[b]]
        assert {doc for pair in pairs for doc in pair} == (set(range(size)) if odd else set())
        assert said["pairs"].height <= size
        assert said["capped"].row(0) == ((1, size) if odd else (0, 0))


@pytest.mark.parametrize("common", [True, False])
def test_groups_with_the_same_members_count_with_all_their_keys(common: bool) -> None:
    keys = {doc: [1, 2, 3, 100 + doc] for doc in range(60)}
    said = found(keys, 1, 0.0, common)
    assert said["pairs"].height == (60 * 59 // 2 if common else 0)
    assert said["pairs"].filter(pl.col("shared") != 3).is_empty()
    assert said["capped"]["groups"].item() == (0 if common else 3)


def test_copies_stand_behind_the_first_of_them() -> None:
    keys = {doc: [1, 2, 1000 + doc // 50] for doc in range(300)}
    said = found(keys, 1, 0.0, False)  # six texts, fifty copies of each
    firsts = set(range(0, 300, 50))
    assert said["capped"]["groups"].item() == 0
    pairs = set(said["pairs"].select("a", "b").rows())
    assert pairs == set(combinations(sorted(firsts), 2)) | {(doc // 50 * 50, doc) for doc in keys if doc not in firsts}


def test_a_giant_family_costs_a_bounded_number_of_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "GIANT", 150)
    chance = np.random.default_rng(5)
    keys = {doc: [key if chance.random() < 0.8 else 10_000 + doc * 30 + key for key in range(25)] for doc in range(900)}
    said = found(keys, 2)
    assert said["capped"]["groups"].item() == 25
    likely = candidates._likely(Rules(2), None, said["pairs"])["pairs"]
    assert likely["b"].value_counts()["count"].max() <= candidates.MOST
    near = {doc: set(keys[doc]) for doc in keys}
    shared = [len(near[a] & near[b]) for a, b in likely.rows()]
    assert set(likely["b"]) == set(range(1, 900))  # every document is compared with some before it
    assert np.mean(shared) > 14  # of 25; two of them share 16 on the average
    assert said["pairs"].height > 900 > WHOLE


@pytest.mark.parametrize("seed", range(4))
def test_every_pair_is_in_one_block_and_no_block_holds_too_much(seed: int) -> None:
    chance = np.random.default_rng(seed)
    most, count = 1_000, 400
    sizes = pl.DataFrame({"doc": range(count), "bytes": chance.integers(1, 90, count)})
    ends = np.sort(chance.integers(0, count, (700, 2)), axis=1)
    ends[:200, 0] = 0  # a star that does not fit into a block
    ends = ends[(ends[:, 0] != ends[:, 1]) & (ends[:, 0] // 150 == ends[:, 1] // 150) | (ends[:, 0] == 0)]
    pairs = pl.DataFrame(ends[ends[:, 0] < ends[:, 1]], ["a", "b"]).unique().sort("a", "b")
    packed = pack(pairs, sizes, most)
    assert packed.select("a", "b").sort("a", "b").equals(pairs)
    assert sorted(packed["block"].unique()) == list(range(packed["block"].n_unique()))
    members = pl.concat([packed.select("block", doc=side) for side in ("a", "b")]).unique().join(sizes, on="doc")
    weights = members.group_by("block").agg(pl.col("bytes").sum())
    assert weights["bytes"].max() <= 2 * most
    assert members.height < 2 * pairs.height * 0.75  # documents are read into few blocks
