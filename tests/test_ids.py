"""Public ids and their ranks, made part by part: what they are does not follow from the parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.scan import ranking
from corpusqa.scan.ids import PublicIds, public_ids, repeated_ids
from corpusqa.scan.ranking import ranges, ranked

CASES = {
    "alone": (["b", "a"], ["1" * 32, "2" * 32], ["b", "a"]),
    "repeated": (["a", "a", "b"], ["1" * 32, "2" * 32, "3" * 32], ["a#111111111111", "a#222222222222", "b"]),
    "nameless": ([None, "b", None], ["1" * 32, "2" * 32, "3" * 32], ["111111111111", "b", "333333333333"]),
    "equal rows": ([None] * 3, ["1" * 32] * 3, ["111111111111", "111111111111-2", "111111111111-3"]),
    "equal rows with ids": (["a"] * 3, ["1" * 32] * 3, ["a#111111111111", "a#111111111111-2", "a#111111111111-3"]),
    "somebody bears the name": ([None, "111111111111"], ["1" * 32, "2" * 32], ["111111111111~", "111111111111"]),
    "and the next one": (
        [None, "111111111111", "111111111111~", None],
        ["1" * 32, "2" * 32, "3" * 32, "1" * 32],
        ["111111111111~~", "111111111111", "111111111111~", "111111111111~~-2"],
    ),
    "somebody bears the ordinal": (
        ["a", "a", "a#111111111111-2"],
        ["1" * 32, "1" * 32, "2" * 32],
        ["a#111111111111~", "a#111111111111~-2", "a#111111111111-2"],
    ),
    "like the number of a row": (
        ["row:1", "row:x", "row:1 ", "row:23"],
        ["1" * 32, "2" * 32, "3" * 32, "4" * 32],
        ["row:1~", "row:x", "row:1 ", "row:23~"],
    ),
    "and somebody bears that": (
        ["row:1", "row:1~"],
        ["1" * 32, "2" * 32],
        ["row:1~#111111111111", "row:1~#222222222222"],
    ),
}
# Ids that look like those that are made, of few rows and by few rows, so that they meet.
DIGESTS = [f"{n}" * 32 for n in (1, 2)]
MADE = [stem + DIGESTS[0][:12] + end for stem in ("", "a#") for end in ("", "~", "-2", "~-2")]
IDS = [None, None, "a", "a", "row:1", "row:1~", f"row:1~#{DIGESTS[0][:12]}", *MADE]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(DIGESTS)), max_size=12),
    st.integers(2, 9),
    st.randoms(use_true_random=False),
)
def test_no_id_is_given_twice(rows: list[tuple[str | None, str]], size: int, chance: Random) -> None:
    found = made(rows, size)
    assert len(set(found)) == len(rows)
    assert None not in found
    assert not any(re.fullmatch("row:[0-9]+", name) for name in found)
    counts = Counter(name for name, _ in rows)
    stays = [name for name in counts if name is not None and counts[name] == 1 and not name.startswith("row:")]
    assert set(stays) <= set(found)
    alike = [("row:1~" if name == "row:1" else name, digest) for name, digest in rows]
    mixed = chance.sample(alike, len(rows))
    assert sorted(zip(alike, found, strict=True), key=str) == sorted(zip(mixed, made(mixed, 3), strict=True), key=str)


def made(rows: list[tuple[str | None, str]], size: int) -> list[str]:
    """The public ids of rows that are read some at a time."""
    table = pl.DataFrame(rows, {"id": pl.String, "digest": pl.String}, orient="row")

    def parts() -> Iterator[tuple[pl.Series, pl.Series]]:
        for part in table.iter_slices(size):
            yield part["id"], part["digest"]

    public = PublicIds.of(parts)
    return [name for n, part in enumerate(parts()) for name in public.named(n * size, *part)]


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize("case", CASES)
def test_public_ids(case: str, size: int) -> None:
    ids, digests, expected = CASES[case]
    table = pl.DataFrame({"id": ids, "digest": digests}, {"id": pl.String, "digest": pl.String})

    def parts() -> Iterator[tuple[pl.Series, pl.Series]]:
        for start in range(0, len(ids), size):
            yield table["id"][start : start + size], table["digest"][start : start + size]

    public, starts = PublicIds.of(parts), range(0, len(ids), size)
    found = [public.named(start, *part) for start, part in zip(starts, parts(), strict=True)]
    assert pl.concat(found).to_list() == expected
    assert public_ids(table["id"], table["digest"]).to_list() == expected


def test_repeated_ids_are_counted() -> None:
    parts = [pl.Series(["b", "a", None]), pl.Series(["a", "c", None]), pl.Series(["b", "a"])]
    assert repeated_ids(parts).rows() == [("a", 3), ("b", 2)]


def test_ranks_are_those_of_the_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "AT_ONCE", 40)
    chance = np.random.default_rng(5)
    ids = list({"".join(chance.choice(["a", "B", "é", "𝄞", "-", "1"], chance.integers(1, 9))) for _ in range(400)})
    parts = [pl.Series(ids[start : start + 70]) for start in range(0, len(ids), 70)]
    private = [part.str.starts_with("B") for part in parts]
    starts = ranges(pl.concat(map(ranking.sampled, parts)), len(ids))
    assert starts.len() > 5
    found = ranked(zip(parts, private, strict=True), starts, len(ids), tmp_path)
    assert [ids[n] for n in np.argsort(found)] == sorted(ids, key=str.encode)
    assert not list(tmp_path.iterdir())


def test_private_ids_are_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def gathered(paths: list[Path], schema: pl.Schema, bucket: int) -> pl.DataFrame:
        seen.append(b"".join(path.read_bytes() for path in paths))
        return real(paths, schema, bucket)

    real = ranking.gathered
    monkeypatch.setattr(ranking, "gathered", gathered)
    ids, private = pl.Series(["plain", "secret"]), pl.Series([False, True])
    assert ranked([(ids, private)], ranges(ids, 2), 2, tmp_path).tolist() == [0, 1]
    assert b"plain" in seen[0]
    assert b"secret" not in seen[0]
