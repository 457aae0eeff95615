"""Texts with ordinary words swapped for synonyms in their places are retellings; forms with other names in are not."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.copies import edges, scanned
from tests.files import ROOT

CASES: dict[str, list[dict[str, Any]]] = tomllib.loads((ROOT / "tests" / "cases" / "spun.toml").read_text("utf-8"))


def told(case: dict[str, Any]) -> str:
    """The case's text on one line."""
    return " ".join(case["text"].split())


def swapped(case: dict[str, Any], step: int) -> str:
    """The text with the first swap made, and then every so many of them."""
    text = told(case)
    for swap in " ".join(case["swaps"].split()).split("; ")[::step]:
        word, synonym = swap.split(" > ")
        assert word in text, (case["language"], word)
        text = text.replace(word, synonym, 1)
    return text


def paired(folder: Path, cases: Sequence[dict[str, Any]], half: str, step: int = 1) -> set[int]:
    """The cases whose text is paired with its swapped one; no others are."""
    texts = [text for case in cases for text in (told(case), swapped(case, step))]
    found = set(edges(scanned(folder, texts), half))
    assert found <= {(2 * n, 2 * n + 1) for n in range(len(cases))}
    return {a // 2 for a, _ in found}


def test_synonyms_in_place_are_a_retelling(tmp_path: Path) -> None:
    wanted = {n for n, case in enumerate(CASES["spun"]) if not case.get("missed")}
    assert paired(tmp_path, CASES["spun"], "rewrite") >= wanted


def test_so_are_half_as_many(tmp_path: Path) -> None:
    assert paired(tmp_path, CASES["spun"], "rewrite", 2) == set(range(len(CASES["spun"])))


def test_another_thing_in_another_place_is_none(tmp_path: Path) -> None:
    assert not paired(tmp_path, CASES["form"], "shared_material")
