"""Sizes of texts and damage to them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from corpusqa_checks._shared import characters
from corpusqa_checks._shared.characters import letters_and_spaces
from corpusqa_checks.text import text
from corpusqa_checks.text.patterns import MOJIBAKE_GATE
from ftfy.badness import is_bad

from corpusqa.check import Batch
from corpusqa.testing import plugin, run
from tests.files import SEEDS, cases, seed_labels

# A row's `expect` holds values of signals, `mojibake_found` (whether the signal is above 0) and `spans`: label -> the
# text of its span and its reason, complete.
CASES = cases("text")


def outcome(value: str) -> dict[str, Any]:
    result = run(plugin(text), [value])
    said: dict[str, Any] = {
        name.removeprefix("text."): cell for name, cell in result.signals.row(0, named=True).items()
    }
    said["mojibake_found"] = said["mojibake"] > 0
    said["spans"] = {
        label.removeprefix("text."): [value[start:end], why]
        for start, end, label, why in result.spans.select("start", "end", "label", "why").rows()
    }
    return said


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_cases(case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    if case["kind"] == "known_failure":
        request.applymarker(pytest.mark.xfail(reason=case["comment"], strict=True))
    said = outcome(case["text"])
    assert {name: said[name] for name in case["expect"]} == case["expect"]


def test_the_damaged_seeds() -> None:
    labels = seed_labels()
    for label in labels:
        said = outcome((SEEDS / label["file"]).read_bytes().decode())
        assert (said["mojibake"] > 0) == bool(label.get("mojibake")), label["file"]
        stated = label.get("text", {})
        assert (said["html"] > 0) == bool(stated.get("html")), label["file"]
        assert said["control"] == stated.get("control", 0), label["file"]
        assert said["replacement"] == stated.get("replacement", 0), label["file"]
        if stated.get("repeated_lines"):
            assert said["repeated_lines_share"] == 18 / 24


@pytest.mark.parametrize(
    "encoding", ["latin-1", "cp1252", "cp1250", "cp1251", "cp1253", "cp1257", "mac_roman", "cp437"]
)
def test_the_gate_lets_every_garbled_text_through(encoding: str) -> None:
    files = sorted(path for path in SEEDS.rglob("*.txt"))
    lines = [line for path in files for line in path.read_bytes().decode().replace("'", "’").splitlines()]
    garbled = [line.encode().decode(encoding, "replace") for line in lines]
    bad = [line for line in garbled if is_bad(line)]
    assert bad
    assert pl.Series(bad).str.contains(MOJIBAKE_GATE).all()


@pytest.mark.parametrize("size", [characters.SLICE, 7])
def test_letters_are_those_of_the_regex_engine(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(characters, "SLICE", size)
    texts = [path.read_bytes().decode() for path in sorted(SEEDS.rglob("*.txt"))]
    batch = Batch(pl.DataFrame({"text": [*texts, "", "\u2003\u3000\x85 \x1c", "𠮷野家 𝔘𝔫𝔦 Ⅷ ² ª"]}))
    letters, spaces = letters_and_spaces(batch.buffers)
    assert letters.tolist() == batch.text.str.count_matches(r"\p{L}").to_list()
    assert spaces.tolist() == batch.text.str.count_matches(r"\s").to_list()


def test_no_span_crosses_parts() -> None:
    joined = "first À\n\n£ second"
    batch = Batch(
        pl.DataFrame({"text": [joined]}),
        parts=pl.DataFrame(
            {"row": [0, 0], "part": [0, 1], "start": [0, 9], "end": [7, len(joined)], "role": ["user", "assistant"]}
        ),
    )
    measure = text().measure
    assert measure is not None
    spans = measure(batch).spans
    assert spans is not None
    assert not any("\n" in joined[start:end] for start, end in spans.select("start", "end").rows())
