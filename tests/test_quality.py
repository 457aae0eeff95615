"""How good the checks are: floors of precision and recall on the labelled seeds, in one real run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corpusqa.api.account import account
from corpusqa.api.model import Account, Settings
from corpusqa.config import load_config
from tests.files import SEEDS, seed_labels

LABELS = {row["file"]: row for row in seed_labels()}
# Labels of the seeds -> labels of the dates check.
DATE_LABELS = {"impossible": "dates.impossible_date", "wrong_weekday": "dates.wrong_weekday"}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Account:
    config = load_config(SEEDS / "corpusqa.toml", SEEDS)
    return account(SEEDS, config, Settings(tmp_path_factory.mktemp("work"), workers=1))


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {name: (SEEDS / name).read_bytes().decode() for name in LABELS}


def lines_of(text: str) -> list[tuple[int, int]]:
    """Start and end of every physical line, split at LF."""
    at, lines = 0, []
    for line in text.split("\n"):
        lines.append((at, at + len(line)))
        at += len(line) + 1
    return lines


def labelled(found: Account, prefix: str) -> Iterator[tuple[str, int, int, str]]:
    """Document, start, end and label of the spans of a check."""
    spans = found.scan.spans.filter(pl.col("label").str.starts_with(prefix) & pl.col("start").is_not_null())
    named = spans.join(found.scan.documents.select("doc", "id"), on="doc")
    yield from named.select("id", "start", "end", "label").iter_rows()


def covered(found: Account, texts: dict[str, str], prefix: str) -> dict[str, dict[int, str]]:
    """Lines (from 1) that the spans of a check cover, with the label, by document."""
    lines: dict[str, dict[int, str]] = {name: {} for name in LABELS}
    for name, start, end, label in labelled(found, prefix):
        for number, (first, last) in enumerate(lines_of(texts[name]), 1):
            if first < end and start < last:
                lines[name][number] = label.partition(".")[2]
    return lines


def ranges(value: list[list[int]]) -> set[int]:
    return {line for first, last in value for line in range(first, last + 1)}


def judged(text: str, lines: set[int]) -> set[int]:
    """Blank lines are not judged."""
    every = text.split("\n")
    return {line for line in lines if every[line - 1].strip()}


def test_every_document_is_labelled_and_read(found: Account) -> None:
    assert set(found.scan.documents["id"]) == set(LABELS)
    assert found.ledger.read == len(LABELS)
    assert found.scan.failures.is_empty()


def test_cookie_text_is_found_line_by_line(found: Account, texts: dict[str, str]) -> None:
    said = covered(found, texts, "cookie_text.")
    wrong = {
        name: (sorted(judged(texts[name], set(said[name])) ^ judged(texts[name], ranges(label["cookie"]))))
        for name, label in LABELS.items()
    }

    assert {name: lines for name, lines in wrong.items() if lines} == {}


def test_main_text_is_told_from_its_frame(found: Account, texts: dict[str, str]) -> None:
    said, right, wrong, lost = covered(found, texts, "boilerplate."), 0, [], 0
    for name, label in LABELS.items():
        if label["lines"] is None:
            continue
        main = judged(texts[name], ranges(label["lines"].get("main", []) + label["lines"].get("title", [])))
        for line in judged(texts[name], ranges([r for value in label["lines"].values() for r in value])):
            framed = said[name].get(line, "title") != "title"
            if framed == (line in main):
                wrong.append((name, line, said[name].get(line)))
                lost += line in main
            else:
                right += 1

    assert right / (right + len(wrong)) >= 0.95, wrong
    assert lost / right <= 0.02, wrong


def test_where_line_labels_make_no_sense_nothing_is_cut(found: Account, texts: dict[str, str]) -> None:
    said = covered(found, texts, "boilerplate.")
    cut = {name: lines for name, label in LABELS.items() if label["lines"] is None and (lines := said[name])}

    assert {name for name, lines in cut.items() if set(lines.values()) - {"title", "other"}} == set()


def test_language_is_right_where_it_is_said(found: Account) -> None:
    said = dict(found.scan.frame.select("id", "language.label").iter_rows())
    answered = {name: label for name, label in said.items() if label is not None}
    wrong = {name: label for name, label in answered.items() if label != LABELS[name]["language"]}
    language = [name for name, label in LABELS.items() if label["language"]]

    assert wrong == {}
    assert len([name for name in language if name in answered]) / len(language) >= 0.93


def test_a_language_that_disagrees_with_the_metadata_is_found(found: Account) -> None:
    flagged = {name for name, label in LABELS.items() if label.get("language_mismatch")}
    spans = found.scan.spans.filter(label="language.metadata_mismatch").join(found.scan.documents, on="doc")

    assert set(spans["id"]) == flagged


def test_personal_data_is_found_and_nothing_else(found: Account, texts: dict[str, str]) -> None:
    said = sorted(
        (name, label.partition(".")[2], texts[name][start:end]) for name, start, end, label in labelled(found, "pii.")
    )
    true = sorted((name, row["type"], row["value"]) for name, label in LABELS.items() for row in label["pii"])
    missed, false = _without(true, said), _without(said, true)

    assert len(missed) / len(true) <= 0.02, missed
    assert len(false) / len(said) <= 0.02, false


def _without(rows: list[Any], others: list[Any]) -> list[Any]:
    rest = list(others)
    left = []
    for row in rows:
        if row in rest:
            rest.remove(row)
        else:
            left.append(row)
    return left


def test_dates_that_are_wrong_are_found_and_no_others(found: Account, texts: dict[str, str]) -> None:
    for key, full in DATE_LABELS.items():
        said = sorted(
            (name, texts[name][start:end]) for name, start, end, label in labelled(found, full) if label == full
        )
        true = sorted((name, value) for name, label in LABELS.items() for value in label["dates"].get(key, []))

        assert [name for name, _ in said] == [name for name, _ in true], (key, said, true)


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("url_mismatch", "dates.url_mismatch"),
        ("metadata_mismatch", "dates.metadata_mismatch"),
        ("sentinel", "dates.sentinel"),
    ],
)
def test_claims_that_disagree_are_found(key: str, label: str, found: Account) -> None:
    flagged = {name for name, row in LABELS.items() if row["dates"].get(key)}
    spans = found.scan.spans.filter(label=label).join(found.scan.documents, on="doc")

    assert set(spans["id"]) == flagged


def test_copies_are_clusters_and_nothing_else_is(found: Account) -> None:
    for key in ("exact", "near"):
        said = _pairs(found, f"duplication.{key}")
        true = {pair for pair in combinations(sorted(LABELS), 2) if _same(pair, key)}
        also = {pair for pair in combinations(sorted(LABELS), 2) if _same(pair, "exact")} if key == "near" else set()

        assert true <= said, (key, true - said)
        assert said - true - also == set(), key


def _pairs(found: Account, half: str) -> set[tuple[str, str]]:
    members = found.scan.clusters.filter(half=half).join(found.scan.documents, on="doc").group_by("cluster").agg("id")
    return {pair for ids in members["id"] for pair in combinations(sorted(ids), 2)}


def _same(pair: tuple[str, str], key: str) -> bool:
    a, b = (LABELS[name].get(key) for name in pair)
    return a is not None and a == b


def test_damage_is_found(found: Account) -> None:
    spans = found.scan.spans.join(found.scan.documents, on="doc")
    for label, key in {
        "text.mojibake": "mojibake",
        "text.control": "control",
        "text.replacement": "replacement",
    }.items():
        true = {name for name, row in LABELS.items() if row.get(key) or row.get("text", {}).get(key)}

        assert set(spans.filter(label=label)["id"]) == true, label


def test_the_policy_safe_leaves_every_main_line_and_no_notice(found: Account) -> None:
    edits = found.verdicts.edits.join(found.scan.documents.select("doc", "id"), on="doc")
    cut = edits.filter(action="cut").select("id", "start", "end").rows()
    for name, start, end in cut:
        text = (SEEDS / name).read_bytes().decode()
        label = LABELS[name]["lines"] or {}
        main = ranges(label.get("main", []) + label.get("title", []))
        touched = {n for n, (first, last) in enumerate(lines_of(text), 1) if first < end and start < last}

        assert touched & main == set(), name


@pytest.fixture(scope="module")
def originals(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """The two news pages that are not redistributed."""
    return account(
        shared / "seeds", load_config(None, tmp_path_factory.mktemp("none")), Settings(tmp_path_factory.mktemp("work"))
    )


def test_the_two_original_pages(originals: Account, shared: Path) -> None:
    labels = json.loads((shared / "seeds/labels.json").read_text(encoding="utf-8"))
    frame = {row["id"]: row for row in originals.scan.frame.iter_rows(named=True)}
    first, second = sorted(frame)
    findings = originals.findings

    assert frame[first]["boilerplate.ratio"] == 0
    assert frame[second]["boilerplate.ratio"] == pytest.approx(0.322, abs=0.0005)
    assert [frame[name]["language.label"] for name in (first, second)] == ["en", "en"]
    assert originals.scan.clusters.filter(pl.col("half").is_in(["duplication.exact", "duplication.near"])).is_empty()
    assert findings.filter(severity="error").is_empty()
    assert findings.filter(check="pii").is_empty()
    text = (shared / "seeds" / second).read_bytes().decode()
    cuts = originals.verdicts.edits.rows(named=True)
    lines = lines_of(text)
    gone = {n for row in cuts for n, (a, b) in enumerate(lines, 1) if a < row["end"] and row["start"] < b}
    assert judged(text, gone) == judged(text, ranges(labels[second]["cookie_text"]))
