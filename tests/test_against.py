"""A corpus against a reference: items of an evaluation set in the documents, from both sides."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

import corpusqa
from corpusqa.cli import run
from corpusqa.corpus import open_corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.errors import CannotEvaluate
from corpusqa.plugins import find, load
from corpusqa.scan.model import Scan
from corpusqa.scan.run import scan
from tests.files import jsonl

ORDER = "Read the following question with care and choose the one answer that fits it best of all."


def prose(rng: random.Random, count: int) -> str:
    return " ".join(
        f"{rng.choice('bcdfgklmnprstvz')}{rng.choice('aeiou')}{rng.randrange(40_000)}" for _ in range(count)
    )


@pytest.fixture
def items() -> list[dict[str, str]]:
    rng = random.Random(1)
    made = [{"question": f"{ORDER} {prose(rng, 20)}?", "answer": f"{prose(rng, 12)}."} for _ in range(10)]
    return [*made, {"question": "What is it?", "answer": "A gull."}]


def compared(folder: Path, items: Sequence[Mapping[str, str]], texts: Sequence[str], workers: int = 1) -> Scan:
    corpus = open_corpus(jsonl(folder / "corpus.jsonl", [{"id": f"{n:03d}", "text": t} for n, t in enumerate(texts)]))
    reference = open_corpus(jsonl(folder / "items.jsonl", items))
    flow = Flow(LocalEngine(workers), folder / f"work-{workers}")
    return scan(corpus, [load(find()["duplication"])], flow, reference)[0]


def test_items_are_found_whole_and_by_part_with_their_passages(items: list[dict[str, str]], tmp_path: Path) -> None:
    rng = random.Random(2)
    question, answer = items[3]["question"], items[7]["answer"]
    whole = f"{items[5]['question']}\n\n{items[5]['answer']}"
    texts = [
        f"Schöne Grüße. {prose(rng, 40)} {question.upper()} {prose(rng, 40)}",
        f"{prose(rng, 90)} {answer}",
        f"{whole} {prose(rng, 50)}",
        f"{prose(rng, 60)} {ORDER} {prose(rng, 30)}",  # the instruction that every item repeats
        f"{prose(rng, 60)} What is it? A gull. {prose(rng, 30)}",  # too short to be compared
        prose(rng, 100),
    ]
    found = compared(tmp_path, items, texts)
    rows = found.matches.select("doc", "item", "part", "similarity").rows()
    assert rows == [(0, 3, 0, 1.0), (1, 7, 1, 1.0), (2, 5, None, 1.0)]
    place = found.matches["evidence"][1].to_list()[0]
    assert texts[1][place["a_start"] : place["a_end"]] == answer.rstrip(".")
    item = f"{items[7]['question']}\n\n{answer}"
    assert item[place["b_start"] : place["b_end"]] == answer.rstrip(".")
    assert found.signals["duplication.reference"].to_list() == [1, 1, 1, 0, 0, 0]
    spans = found.spans.filter(pl.col("label") == "duplication.reference")
    assert spans["doc"].to_list() == [0, 1, 2]
    assert texts[0][spans["start"][0] : spans["end"][0]] == question.upper().rstrip("?")
    assert found.reference["items"] == 11
    assert found.reference["compared"] == 10


def test_the_passage_of_an_item_in_its_own_words_is_not_enough(items: list[dict[str, str]], tmp_path: Path) -> None:
    rng = random.Random(3)
    words = items[0]["question"].rstrip("?").split()
    half = " ".join(words[len(words) - 10 :])  # 3 of its 8-word runs
    assert compared(tmp_path, items, [f"{prose(rng, 40)} {half} {prose(rng, 40)}"]).matches.is_empty()


def test_a_reference_of_which_no_item_has_words_of_its_own_evaluates_nothing(tmp_path: Path) -> None:
    items = [{"question": f"{ORDER}{mark}", "answer": f"{ORDER}{mark}"} for mark in ".!?;:"]
    with pytest.raises(CannotEvaluate, match="words of its own"):
        compared(tmp_path, items, [ORDER, f"{ORDER} And so on."])


def test_the_result_does_not_depend_on_workers(items: list[dict[str, str]], tmp_path: Path) -> None:
    rng = random.Random(4)
    texts = [f"{prose(rng, 30)} {rng.choice(items)['question']} {prose(rng, 30)}" for _ in range(30)]
    one = compared(tmp_path, items, texts)
    assert one.matches.height == 30 - sum("What is it" in text for text in texts)
    assert one.matches.equals(compared(tmp_path, items, texts, 2).matches)


def test_the_report_says_it_from_both_sides(items: list[dict[str, str]], tmp_path: Path) -> None:
    rng = random.Random(5)
    texts = [f"{prose(rng, 30)} {items[2]['question']} {prose(rng, 30)}" for _ in range(2)] + [prose(rng, 50)]
    source = jsonl(tmp_path / "corpus.jsonl", [{"id": f"page-{n}", "text": text} for n, text in enumerate(texts)])
    reference = jsonl(tmp_path / "items.jsonl", items)
    report = corpusqa.report(source, checks=["duplication"], policy="none", against=reference)
    said = report.data["reference"]
    assert (said["name"], said["held"], said["documents"]) == ("items.jsonl", 1, 2)
    assert [(row["item"], [held["document"] for held in row["documents"]]) for row in said["held_by"]] == [
        (2, ["page-0", "page-1"])
    ]
    assert sorted(report.findings.filter(name="duplication.reference")["document"]) == ["page-0", "page-1"]
    assert "items.jsonl" in report.html


def test_without_a_reference_a_limit_on_it_does_not_pass(items: list[dict[str, str]], tmp_path: Path) -> None:
    source = jsonl(tmp_path / "corpus.jsonl", [{"id": "a", "text": items[0]["question"]}])
    reference = jsonl(tmp_path / "items.jsonl", items)
    config = tmp_path / "corpusqa.toml"
    config.write_text('[gate.limits]\n"duplication.reference.documents" = { error = 0 }\n', "utf-8")
    command = ["gate", str(source), "--config", str(config), "--select", "duplication", "--policy", "none"]
    command += ["--work", str(tmp_path / "work"), "-q"]
    assert run(command) == 2
    assert run([*command, "--against", str(reference)]) == 1


def test_a_reference_without_a_comparable_item_evaluates_nothing(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "corpus.jsonl", [{"id": "a", "text": "A gull sat on the pier."}])
    reference = jsonl(tmp_path / "items.jsonl", [{"question": "What is it?", "answer": "A gull."}])
    command = ["report", str(source), "--select", "duplication", "--work", str(tmp_path / "work"), "-q"]
    assert run([*command, "--against", str(reference)]) == 3


def test_a_reference_with_columns_of_other_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(4)
    reply = prose(rng, 14)
    reference = jsonl(tmp_path / "items.jsonl", [{"stem": prose(rng, 20), "reply": reply}])
    source = jsonl(tmp_path / "c.jsonl", [{"id": "a", "text": f"{prose(rng, 30)} {reply} {prose(rng, 30)}"}])
    config = tmp_path / "corpusqa.toml"
    config.write_text('[gate.limits]\n"duplication.reference.documents" = { error = 0 }\n', "utf-8")
    command = ["gate", str(source), "--select", "duplication", "--config", str(config), "--work", str(tmp_path / "w")]
    command += ["-o", str(tmp_path / "out"), "-q"]

    assert run(command) == 2
    assert "corpusqa.toml:2: [gate.limits] duplication.reference.documents is measured" in (said := said_by(capsys))
    assert "--against" in said
    assert run([*command, "--against", str(reference)]) == 2
    assert '[against] text = "reply"' in said_by(capsys)

    with config.open("a", encoding="utf-8") as file:
        file.write('[against]\ntext = { question = "stem", answer = "reply" }\n')
    assert run([*command, "--against", str(reference)]) == 1


def said_by(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err
