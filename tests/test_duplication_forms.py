"""Forms that were filled in again and again are no retellings, however few of them there are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from corpusqa_checks.duplication.moulds import matched

from tests.copies import edges, scanned
from tests.files import SEEDS
from tests.forms import Form, forms
from tests.test_duplication_rewrite import RETOLD

HALVES = ("rewrite", "shared_material")


def wrong(folder: Path, some: Sequence[Form], count: int, seed: int) -> list[tuple[str, str]]:
    """The forms of the documents that a half pairs, of a corpus with so many documents of each form."""
    texts = [(form.name, text) for form in some for text in form.documents(count, seed)]
    random.Random(seed).shuffle(texts)
    found = scanned(folder, [text for _, text in texts])
    return [(texts[a][0], texts[b][0]) for half in HALVES for a, b in edges(found, half)]


@pytest.mark.parametrize("count", [2, 5, 9])
def test_a_few_documents_of_each_form(count: int, tmp_path: Path) -> None:
    assert not wrong(tmp_path, forms(), count, count)


@pytest.mark.slow
@pytest.mark.parametrize("form", forms(), ids=lambda form: f"{form.language} {form.name}")
def test_many_documents_of_one_form(form: Form, tmp_path: Path) -> None:
    for count in (2, 3, 4, 6, 8, 12, 20, 40, 60):
        pairs = wrong(tmp_path / str(count), [form], count, 1_000 + count)
        assert len(pairs) <= 1 + count * (count - 1) / 1_000  # by chance two are filled in nearly alike


def test_what_a_form_says_in_other_words_is_a_retelling(tmp_path: Path) -> None:
    told = [form.retold(seed) for form in forms() if any(len(line) > 1 for line in form.lines) for seed in range(2)]
    found = edges(scanned(tmp_path, [text for pair in told for text in pair]), "rewrite")
    wanted = {(2 * n, 2 * n + 1) for n in range(len(told))}
    assert set(found) <= wanted
    assert len(found) >= 0.9 * len(wanted)


def nearly(text: str, seed: int) -> str:
    """The text with two words of it changed."""
    chance, words = random.Random(seed), text.split(" ")
    for _ in range(2):
        words[chance.randrange(len(words))] = chance.choice(["really", "often", "perhaps", "quite"])
    return " ".join(words)


def test_near_copies_of_a_story_do_not_make_it_a_form(tmp_path: Path) -> None:
    one, other = ((SEEDS / folder / name).read_bytes().decode() for folder, name in RETOLD[:2])
    found = scanned(tmp_path, [*(nearly(one, seed) for seed in range(8)), other])
    assert {(a, 8) for a in range(8)} <= set(edges(found, "rewrite"))


def test_equal_texts_are_no_retelling(tmp_path: Path) -> None:
    story = (SEEDS / RETOLD[0][0] / RETOLD[0][1]).read_bytes().decode()
    found = scanned(tmp_path, [story, story, story.upper(), story.replace(" ", "\n ")])
    assert len(edges(found, "exact")) == 6
    for half in HALVES:
        assert not edges(found, half)


@pytest.mark.parametrize(
    ("one", "other", "length"), [("", "abc", 0), ("abc", "abc", 3), ("abcbdab", "bdcaba", 4), ("xaxbxcx", "abc", 3)]
)
def test_the_longest_common_subsequence(one: str, other: str, length: int) -> None:
    pairs = matched([ord(char) for char in one], [ord(char) for char in other])
    assert len(pairs) == length
    assert all(one[a] == other[b] for a, b in pairs)
    assert pairs == sorted(set(pairs))
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == length
