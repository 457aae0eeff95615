"""The language check: cases in the project's own words, the laws it adds, and the seed corpus."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from corpusqa_checks.language import language
from corpusqa_checks.language.detectors import DETECTORS
from corpusqa_checks.language.names import code_of, differ
from corpusqa_checks.language.routing import detect

from corpusqa.testing import plugin, run
from tests.files import SEEDS, SHARED, cases, seed_labels

CASES = cases("language")


def detected(*texts: str, **columns: list[str | None]) -> pl.DataFrame:
    return run(plugin(language), texts, **columns).signals.rename(lambda name: name.partition(".")[2])


# expect: label (null: withheld), and where it matters status and the labels of the spans
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']}-{case['label']}-{case['comment'][:40]}")
def test_case(case: dict[str, object]) -> None:
    expect = case["expect"]
    assert isinstance(expect, dict)
    stated = expect.get("stated")
    result = run(plugin(language), [str(case["text"])], language=[stated])
    found = result.signals.row(0, named=True)
    held = found["language.label"] == expect["label"] and found["language.status"] in expect.get(
        "status", [found["language.status"]]
    )
    held &= result.spans["label"].to_list() == expect.get("spans", [])

    assert held != (case["kind"] == "known_failure"), found


def test_metadata_names_in_many_forms() -> None:
    names = [
        "en",
        "en-US",
        "EN_gb",
        "eng",
        "English",
        "deutsch",
        "zh-Hans",
        "nb",
        "cmn",
        "Français",
        "nonsense",
        "",
        "und",
    ]
    assert [code_of(name) for name in names] == [
        *("en", "en", "en", "en", "en", "de", "zh", "no", "zh", "fr"),
        *(None, None, None),
    ]


def test_relatives_do_not_contradict_each_other() -> None:
    assert not differ("hr", "sr")
    assert not differ("no", "da")
    assert differ("de", "nl")


def test_unreadable_metadata_is_no_contradiction() -> None:
    text = "The ferry left the harbour at noon, and the gulls went with it as they had every day that summer."
    result = run(plugin(language), [text] * 3, language=["klingon?", "", None])
    assert result.spans.is_empty()


def test_the_allowed_set() -> None:
    texts = [
        "The ferry left the harbour at noon, and the gulls went with it as they had every day.",
        "Die Fähre verließ am Mittag den Hafen, und die Möwen flogen mit ihr wie an jedem Tag.",
    ]
    result = run(plugin(language, expected=["en"]), texts)
    assert result.spans.select("row", "label", "why").rows() == [
        (1, "language.unexpected", "the text reads as de"),
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"expected": ["english please"]}, "english please"),
        ({"confidence": 1.5}, "probability"),
        ({"vote": "oracle"}, "or 'none'"),
    ],
)
def test_bad_options_are_said(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        language(**options)  # type: ignore[arg-type]


def test_without_a_second_model_answers_are_marked() -> None:
    text = "Die Fähre verließ am Mittag den Hafen, und die Möwen flogen mit ihr, wie sie es jeden Tag taten. " * 3
    found = run(plugin(language, vote="none", confidence=0.0), [text]).signals
    assert found.select("language.label", "language.status").row(0) == ("de", "single_model")


def test_seed_corpus() -> None:
    labels = seed_labels()
    metadata = {
        row["file_name"]: row for row in map(json.loads, (SEEDS / "metadata.jsonl").read_text("utf-8").splitlines())
    }
    texts = [(SEEDS / row["file"]).read_bytes().decode() for row in labels]
    stated = [metadata.get(row["file"], {}).get("language") for row in labels]
    result = run(plugin(language), texts, language=stated)
    wrong = [
        (row["file"], found)
        for row, found in zip(labels, result.signals["language.label"], strict=True)
        if found != row["language"]
    ]
    named = result.spans.filter(pl.col("label") == "language.metadata_mismatch")
    mismatches = [labels[row]["file"] for row in named["row"]]

    assert wrong == []
    assert mismatches == [row["file"] for row in labels if row.get("language_mismatch")]


def test_texts_without_language_are_refused(shared: Path) -> None:
    texts = pl.read_parquet(shared / "data" / "no_language.parquet")["text"].to_list()
    found = detected(*texts)
    answered = [text for text, label in zip(texts, found["label"], strict=True) if label is not None]
    assert answered == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="development data is not distributed")
def test_the_two_seed_documents_are_english() -> None:
    texts = [path.read_text("utf-8") for path in sorted((SHARED / "seeds").glob("*.txt"))]
    assert detected(*texts)["label"].to_list() == ["en", "en"]


def test_to_the_last_bit_the_same_in_any_batch() -> None:
    # 61 lengths of each case: a matrix product would round differently for batches of other sizes
    texts = pl.Series([str(case["text"])[: 40 + 3 * cut] for case in CASES for cut in range(61)])
    vote = DETECTORS["cld2"].detect_batch
    together = detect(texts, vote, 0.8)
    alone = pl.concat([detect(texts[at : at + 7], vote, 0.8) for at in range(0, len(texts), 7)])

    assert together.equals(alone)
