"""Whatever a half says of a pair is true by its definition, computed here with plain Python on sets and lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import polars as pl
import pytest
from corpusqa_checks.duplication import exact, near
from corpusqa_checks.duplication.contained import contained, passage
from corpusqa_checks.duplication.reference import MOST_ITEMS, SHARE, match, prepare
from corpusqa_checks.duplication.winnow import RUN
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.check import Batch

# Words that are folded, cut or counted in ways that go wrong: capitals of the same width and of another, Greek without
# accents and with a final sigma, Han, kana and Thai, marks, NUL, signs beyond the first plane.
WORDS = [
    *("ferry", "Ferry", "FERRY", "harbour", "night-boat", "_x1", "2024", "o'clock"),
    *("İzmir", "izmir", "IŞIK", "ışık", "Straße", "STRASSE", "STRAẞE", "\u212aelvin", "Kelvin", "Ⱥb", "ⱥb"),
    *("ΟΔΟΣ", "οδος", "οδοσ", "ὁδός", "ΣΊΣΥΦΟΣ", "σίσυφος"),
    *("東京都へ行く", "汉字", "漢字々", "ひらがな", "カタカナー", "𠀀𠀁", "ﾊﾝｶｸ", "แมวน้ำ", "ภาษาไทย", "๑๒๓"),
    *("e\u0301tude", "étude", "हिन्दी", "नमस्ते", "שָׁלוֹם", "👍🏽", "🎉"),
    *("a\x00b", "\x00", "\u200b", "ﬁn", "Ǆ", "ǆ", "١٢٣", "क्ष"),
]
GAPS = [" ", "  ", "\n", "\t", "\u3000", "\u00a0", "\x1c", ", ", "。", ""]
ALONE = re.compile(
    r"[\u0e00-\u0e7f\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f]"
)
NO_MARKS = pl.DataFrame(schema={"mark": pl.Int64})
SPACE = "[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"


def folded(text: str) -> str:
    """In lower case where that takes as many bytes, ς as σ."""
    lower = [char.lower() if len(char.lower().encode()) == len(char.encode()) else char for char in text]
    return "".join(lower).replace("ς", "σ")


def words(text: str) -> list[tuple[int, int, str]]:
    """Start, end and folded form of each word."""
    found = []
    for start, char in enumerate(text):
        alone = bool(ALONE.match(char)) or ord(char) >= 0x20000
        if not (alone and not re.match(r"[\u3007\u30a0\u30fb]", char)) and not re.match(r"\w", char):
            continue
        if found and found[-1][1] == start and not alone and not found[-1][2]:
            found[-1] = (found[-1][0], start + 1, False)
        else:
            found.append((start, start + 1, alone))
    return [(start, end, folded(text[start:end])) for start, end, _ in found]


def said(text: str) -> list[str]:
    return [word for _, _, word in words(text)]


def grams(text: str, size: int) -> set[tuple[str, ...]]:
    found = said(text)
    return {tuple(found[at : at + size]) for at in range(len(found) - size + 1)}


@st.composite
def corpora(draw: st.DrawFn) -> list[str]:
    """A few texts with long runs in common: one is made of pieces of those before it."""
    chance = draw(st.randoms(use_true_random=False))
    vocabulary = chance.sample(WORDS, chance.choice([4, 12, len(WORDS)]))
    texts: list[str] = []
    for _ in range(5):
        text = "".join(chance.choice(vocabulary) + chance.choice(GAPS) for _ in range(chance.choice([3, 30, 90])))
        if texts and chance.random() < 0.8:
            other = chance.choice(texts)
            start = chance.randrange(len(other) // 3 + 1)
            end = len(other) - chance.randrange(len(other) // 3 + 1)
            kept = chance.choice([text[: len(text) // 9], "", text])
            text = chance.choice(["", kept]) + chance.choice([other, other[start:end]]) + kept
            text = chance.choice([text, text, text.upper(), text.replace("\n", " ")])
        texts.append(text.encode("utf-8", "replace").decode())
    return texts


def every_pair(texts: Sequence[str]) -> tuple[Batch, pl.DataFrame]:
    pairs = list(combinations(range(len(texts)), 2))
    return Batch(pl.DataFrame({"text": list(texts)})), pl.DataFrame(pairs, schema={"a": int, "b": int}, orient="row")


def rows(frame: pl.DataFrame) -> dict[tuple[int, int], Any]:
    return {(row[0], row[1]): row[2:] for row in frame.rows()}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(corpora())
def test_exact_near_and_contained_are_what_they_are_defined_as(texts: list[str]) -> None:
    batch, pairs = every_pair(texts)
    found = rows(exact.verify(batch, pairs))
    lower = [re.sub(SPACE, " ", text.lower().replace("ς", "σ")).strip(" ") for text in texts]
    assert set(found) == {(a, b) for a, b in pairs.rows() if lower[a] == lower[b]}
    for size, least, half in (
        (5, 0.8, lambda batch, pairs: near.verify(batch, pairs, 0.8)),
        (8, 0.8, lambda batch, pairs: contained(0.8).verify(batch, pairs, NO_MARKS)),
    ):
        sets = [grams(text, size) for text in texts]
        expected = {}
        for a, b in pairs.rows():
            whole = len(sets[a] | sets[b]) if size == 5 else min(len(sets[a]), len(sets[b]))
            if whole and len(sets[a] & sets[b]) / whole >= least:
                expected[a, b] = pytest.approx(len(sets[a] & sets[b]) / whole)
        assert {pair: similarity for pair, (similarity, *_) in rows(half(batch, pairs)).items()} == expected


@settings(max_examples=20, deadline=None, derandomize=True)
@given(corpora())
def test_passages_are_there_on_both_sides_and_cover_what_is_said(texts: list[str]) -> None:
    batch, pairs = every_pair(texts)
    half = passage(RUN)
    found = rows(half.verify(batch, pairs, NO_MARKS))
    keys = [set(frame["key"]) for frame in (half.keys(Batch(pl.DataFrame({"text": [text]}))) for text in texts)]
    for a, b in pairs.rows():
        one, other = words(texts[a]), words(texts[b])
        longest, covered = common_runs([word for *_, word in one], [word for *_, word in other])
        assert ((a, b) in found) == (longest >= RUN)
        if longest < RUN:
            continue
        assert keys[a] & keys[b]  # a candidate
        similarity, places = found[a, b]
        repeated = any(len(grams(texts[row], 8)) < len(words(texts[row])) - 7 for row in (a, b))
        assert similarity <= covered + 1e-9
        assert repeated or similarity == pytest.approx(covered)
        for place in places:
            left, right = (
                texts[row][place[f"{side}_start"] : place[f"{side}_end"]] for row, side in ((a, "a"), (b, "b"))
            )
            assert said(left) == said(right)
            assert len(said(left)) >= RUN
            assert place["a_start"] in {start for start, _, _ in one}
            assert place["b_end"] in {end for _, end, _ in other}


def common_runs(one: list[str], other: list[str]) -> tuple[int, float]:
    """Length of the longest common run, and the share of the shorter list that runs of RUN and more cover."""
    length = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) - 1, -1, -1):
        for j in range(len(other) - 1, -1, -1):
            length[i][j] = length[i + 1][j + 1] + 1 if one[i] == other[j] else 0
    shorter, swap = (one, False) if len(one) <= len(other) else (other, True)
    best = [max(length[i]) if not swap else max(row[i] for row in length) for i in range(len(shorter))]
    held = {at for start, size in enumerate(best) if size >= RUN for at in range(start, start + size)}
    return max(map(max, length)), len(held) / max(1, len(shorter))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(corpora(), corpora())
def test_items_of_a_reference_are_held_as_it_is_said(texts: list[str], items: list[str]) -> None:
    items = [*items, *texts[:2]]
    batch, asked = Batch(pl.DataFrame({"text": texts})), Batch(pl.DataFrame({"text": items}))
    found = {
        (row, item): (similarity, places)
        for row, item, _, similarity, places in match(batch, asked, prepare(asked)).rows()
    }
    sets = [grams(item, 8) for item in items]
    different = {
        re.sub(SPACE, " ", folded(item)).strip(" "): shingles for item, shingles in zip(items, sets, strict=True)
    }
    for item, shingles in enumerate(sets):
        rare = {gram for gram in shingles if sum(gram in other for other in different.values()) <= MOST_ITEMS}
        for row, text in enumerate(texts):
            share = len(rare & grams(text, 8)) / len(rare) if rare else 0.0
            assert ((row, item) in found) == (share >= SHARE)
            if share >= SHARE:
                similarity, places = found[row, item]
                assert similarity == pytest.approx(share)
                assert places
                for place in places:
                    here, there = (
                        text[place["a_start"] : place["a_end"]],
                        items[item][place["b_start"] : place["b_end"]],
                    )
                    assert said(here) == said(there)
                    assert len(said(here)) >= 8
