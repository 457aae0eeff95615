"""Bad input: what repeats in every document, scripts without spaces, bytes that are no text, texts of any length."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from corpusqa_checks.duplication import words

from tests.copies import edges, scanned

chance = random.Random(11)
NAMES = ["".join(chance.choices("abcdefgilmnoprstuv", k=6)) for _ in range(400)]
KANJI = [chr(point) for point in range(0x4E00, 0x4E00 + 600)]
KANA = [chr(point) for point in range(0x3042, 0x3093)]
THAI = [chr(point) for point in range(0x0E01, 0x0E2F)]


def prose(count: int = 120, signs: list[str] = NAMES, between: str = " ") -> str:
    return between.join(chance.choices(signs, k=count))


def nearly(text: str, other: str) -> str:
    """The text with two places of it changed."""
    third = len(text) // 3
    return text[:third] + other + text[third : 2 * third] + other + text[2 * third :]


FOOTER = f"\n{prose(40)}\n"
STORIES = [prose() for _ in range(40)]
CHINESE, JAPANESE, SIAMESE = prose(300, KANJI, ""), prose(300, KANA + KANJI[:80], ""), prose(300, THAI, "")
NOTHING: dict[str, set[tuple[int, int]]] = {}
# Name -> texts, and the pairs of each half; halves that are not named find nothing.
CASES: dict[str, tuple[list[str], dict[str, set[tuple[int, int]]]]] = {
    "a footer in every document": ([story + FOOTER for story in STORIES], NOTHING),
    "a footer, and one copy": (
        [*(story + FOOTER for story in STORIES), STORIES[3] + FOOTER],
        {half: {(3, 40)} for half in ("exact", "near")},
    ),
    "Chinese": ([CHINESE, prose(300, KANJI, ""), nearly(CHINESE, "海")], {"near": {(0, 2)}}),
    "Japanese": ([JAPANESE, prose(300, KANA + KANJI[:80], ""), nearly(JAPANESE, "の")], {"near": {(0, 2)}}),
    "Thai": ([SIAMESE, prose(300, THAI, ""), nearly(SIAMESE, "ก")], {"near": {(0, 2)}}),
    "emoji only": (["😀🎉" * 500, "🎉😀" * 500, "😀🎉" * 500], {"exact": {(0, 2)}}),
    "NUL bytes": (["\0" * 5000, "\0" * 5001, f"{STORIES[0]}\0", f"\0{STORIES[0]}"], {"near": {(2, 3)}}),
    "NUL bytes between words": ([STORIES[0].replace(" ", "\0"), STORIES[0]], {"near": {(0, 1)}}),
    "empty": (["", "", " ", "\n\n", "\u3000"], NOTHING),
    "one word": (["word"] * 3, {"exact": {(0, 1), (0, 2), (1, 2)}}),
    "one word, ten thousand times": (["word " * 10_000, "word " * 9_000, "other " * 10_000], {"near": {(0, 1)}}),
    "one long word": (["x" * 100_000, "x" * 100_001, "x" * 100_000], {"exact": {(0, 2)}}),
    "one line, a thousand times": ([f"{STORIES[1]}\n" * 300, f"{STORIES[2]}\n" * 300], NOTHING),
}


IN_PIECES = ("a footer, and one copy", "Chinese", "Thai", "NUL bytes between words", "one long word")


@pytest.mark.parametrize(("case", "large"), [*((case, False) for case in CASES), *((case, True) for case in IN_PIECES)])
def test_bad_input(case: str, large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if large:  # as documents of many megabytes are
        monkeypatch.setattr(words, "LARGE", 64)
        monkeypatch.setattr(words, "SLICE", 256)
    texts, expected = CASES[case]
    found = scanned(tmp_path, texts)
    said: dict[str, Any] = {half: set(edges(found, half)) for half in ("exact", "near")}
    assert said == {half: expected.get(half, set()) for half in said}
    for half in ("contained", "passage"):  # copies and near copies are contained too, most of them
        assert set(edges(found, half)) <= {pair for pairs in expected.values() for pair in pairs}
    assert not set(edges(found, "shared_material"))
    assert found.failures.is_empty()


def test_what_is_too_long_to_be_compared_by_sentence_is_counted(tmp_path: Path) -> None:
    texts = [prose(19_000), prose(21_000), "x" * 1_300_000, "x " * 19_999, "short"]
    found = scanned(tmp_path, texts)
    assert found.spans.filter(label="duplication.long")["doc"].to_list() == [1, 2]
