"""Lines of pages and what they are called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from corpusqa_checks.boilerplate import boilerplate
from corpusqa_checks.cookie_text import cookie_text

from corpusqa.testing import plugin, run


def line_labels(text: str, spans: pl.DataFrame) -> dict[int, str]:
    """Label by line number (from 1) of the lines that are not blank; main lines are `main`."""
    found: dict[int, str] = {}
    at = 0
    for number, line in enumerate(text.split("\n"), 1):
        inside = spans.filter((pl.col("start") <= at) & (pl.col("end") >= at + len(line)))
        if line.strip():
            found[number] = inside["label"][0].split(".")[1] if inside.height else "main"
        at += len(line) + 1
    return found


def stated_labels(lines: dict[str, list[list[int]]]) -> dict[int, str]:
    return {number: label for label, ranges in lines.items() for a, b in ranges for number in range(a, b + 1)}


@pytest.fixture(scope="module")
def seed_pages(shared: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    stated = json.loads((shared / "seeds" / "labels.json").read_text("utf-8"))
    return {name: ((shared / "seeds" / name).read_text("utf-8"), stated[name]) for name in stated if name != "note"}


def test_every_line_of_the_seed_pages(seed_pages: dict[str, tuple[str, dict[str, Any]]]) -> None:
    ratios = []
    for text, stated in seed_pages.values():
        result = run(plugin(boilerplate), [text])
        expected = stated_labels(stated["lines"])
        found = line_labels(text, result.spans)
        assert {number: expected[number] for number in found} == found
        ratios.append(result.signals["boilerplate.ratio"][0])
    assert ratios[0] == 0.0
    assert ratios[1] == pytest.approx(0.322, abs=0.0005)


def test_cookie_lines_of_the_seed_pages(seed_pages: dict[str, tuple[str, dict[str, Any]]]) -> None:
    for text, stated in seed_pages.values():
        spans = run(plugin(cookie_text), [text]).spans
        starts = [[text[:a].count("\n") + 1, text[:b].count("\n") + 1] for a, b in spans.select("start", "end").rows()]
        assert starts == stated["cookie_text"]
        boilerplates = run(plugin(boilerplate), [text]).spans.filter(pl.col("label") == "boilerplate.cookie")
        assert boilerplates.select("start", "end").rows() == spans.select("start", "end").rows()
