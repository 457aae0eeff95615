"""Rows of chats: which parts are compared, and one prompt with several answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corpusqa.corpus import open_corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.plugins import find, load
from corpusqa.scan.model import Scan
from corpusqa.scan.run import scan
from tests.copies import edges
from tests.files import jsonl

SYSTEM = (
    "You are the keeper of the lamp at the end of the pier. You answer in short sentences, you never guess, and when "
    "you do not know a thing you say so and name the person in the village who does. You are polite to everybody. You "
    "do not speak of the weather unless you are asked for it, and never of the storm in which the old pier was lost. "
)
QUESTIONS = (
    "When does the last ferry leave for the island in winter, and can I take two bicycles and a dog on board with me?",
    "My grandmother left me a brass barometer with a broken glass; who in the village could repair it before Easter?",
    "How do I keep a wooden boat dry through the winter when there is no shed near the harbour that I could rent?",
)
ANSWERS = (
    "The last one leaves at six. Bicycles travel for free if there is room on deck, and dogs do so on a short lead.",
    "Ask the clockmaker beside the market. He has mended three of them this year and does not charge for looking.",
    "Turn it over, put beams under it and a canvas above, and leave both ends open, so that the wind can pass through.",
)


def chat(*turns: str, system: str = SYSTEM) -> list[dict[str, str]]:
    roles = ["system", *(["user", "assistant"] * len(turns))]
    return [{"role": role, "content": text} for role, text in zip(roles, (system, *turns), strict=False)]


def scanned(folder: Path, rows: Sequence[dict[str, Any]], **options: Any) -> Scan:
    source = jsonl(folder / "rows.jsonl", ({"id": f"{n:03d}", **row} for n, row in enumerate(rows)))
    plugins = [load(find()["duplication"], {"also": ["passage"], **options})]
    return scan(open_corpus(source), plugins, Flow(LocalEngine(1), folder / "work"))[0]


def chats(*rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [{"messages": row} for row in rows]


def test_a_repeated_system_prompt_makes_no_copies(tmp_path: Path) -> None:
    found = scanned(tmp_path, chats(*(chat(q, a) for q, a in zip(QUESTIONS, ANSWERS, strict=True))))
    assert found.edges.is_empty()


def test_copies_are_found_whatever_the_system_prompt(tmp_path: Path) -> None:
    rows = chats(chat(QUESTIONS[0], ANSWERS[0]), chat(QUESTIONS[0], ANSWERS[0], system="Answer."))
    found = scanned(tmp_path, rows)
    assert edges(found, "near") == {(0, 1): 1.0}
    assert not edges(found, "exact")  # which judges the whole row


def test_chosen_roles_alone_are_compared(tmp_path: Path) -> None:
    rows = chats(chat(QUESTIONS[0], ANSWERS[0]), chat(QUESTIONS[0], ANSWERS[1]), chat(QUESTIONS[1], ANSWERS[0]))
    assert not edges(scanned(tmp_path, rows), "near")
    assert set(edges(scanned(tmp_path, rows, parts=["user"]), "near")) == {(0, 1)}
    assert set(edges(scanned(tmp_path, rows, parts=["Assistant"]), "near")) == {(0, 2)}


@pytest.mark.parametrize(
    ("parts", "row", "why"),
    [
        (["usr"], {"messages": chat(*QUESTIONS[:2])}, "no role is among `parts`; there are assistant, system, user"),
        (["User"], {"messages": chat(*QUESTIONS[:2])}, None),
        (["usr", "system"], {"messages": chat(*QUESTIONS[:2])}, None),
        ([], {"messages": chat(*QUESTIONS[:2])}, None),
        (["usr"], {"text": QUESTIONS[0]}, None),
        (
            ["usr"],
            {"messages": [{"role": "narrator", "content": "a"}, {"role": "user", "content": "b"}]},
            "no role is among `parts`; there are user and others",
        ),
        (
            ["usr"],
            {"messages": [{"role": "a@b.org", "content": "a"}, {"role": "x", "content": "b"}]},
            "no role is among `parts`; there are others",
        ),
    ],
)
def test_a_role_that_no_part_bears_is_said(
    parts: list[str], row: dict[str, Any], why: str | None, tmp_path: Path
) -> None:
    found = scanned(tmp_path, [row, row], parts=parts)
    said = found.spans.filter(pl.col("label") == "duplication.not_compared")
    assert said.select("doc", "why").rows() == ([(0, why), (1, why)] if why else [])


def test_evidence_stands_where_it_is_in_the_whole_row(tmp_path: Path) -> None:
    first, second = chat("Schöne Grüße! " + QUESTIONS[0], ANSWERS[0]), chat(QUESTIONS[0], ANSWERS[1], system="Täglich.")
    found = scanned(tmp_path, chats(first, second))
    place = found.edges.filter(pl.col("half") == "duplication.passage")["evidence"][0].to_list()[0]
    for row, side in ((first, "a"), (second, "b")):
        text = "\n\n".join(turn["content"] for turn in row)
        assert text[place[f"{side}_start"] : place[f"{side}_end"]] == QUESTIONS[0].rstrip("?")


@pytest.mark.parametrize(
    "rows",
    [
        chats(chat(QUESTIONS[0], ANSWERS[0]), chat(QUESTIONS[0].upper(), ANSWERS[1]), chat(QUESTIONS[1], ANSWERS[0])),
        [
            {"instruction": QUESTIONS[0], "input": "", "output": ANSWERS[0]},
            {"instruction": QUESTIONS[0], "input": "", "output": ANSWERS[1]},
            {"instruction": QUESTIONS[0], "input": QUESTIONS[1], "output": ANSWERS[1]},
        ],
        [
            {"chosen": chat(QUESTIONS[0], ANSWERS[0]), "rejected": chat(QUESTIONS[0], ANSWERS[1])},
            {"chosen": chat(QUESTIONS[0], ANSWERS[1]), "rejected": chat(QUESTIONS[0], ANSWERS[0])},
            {"chosen": chat(QUESTIONS[2], ANSWERS[1]), "rejected": chat(QUESTIONS[2], ANSWERS[0])},
        ],
    ],
    ids=["chat", "instructions", "preferences"],
)
def test_one_prompt_with_different_answers(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    found = scanned(tmp_path, rows)
    assert set(edges(found, "same_prompt")) == {(0, 1)}
    labels = found.spans.filter(pl.col("label") == "duplication.same_prompt")
    assert labels["doc"].to_list() == [0, 1]


def test_equal_answers_are_no_finding(tmp_path: Path) -> None:
    rows = chats(chat(QUESTIONS[0], ANSWERS[0]), chat(QUESTIONS[0], " " + ANSWERS[0].upper()))
    assert not edges(scanned(tmp_path, rows), "same_prompt")


def test_text_without_roles_is_compared_whole(tmp_path: Path) -> None:
    rows = [{"text": QUESTIONS[0] + " " + ANSWERS[0]}] * 2
    found = scanned(tmp_path, rows, parts=["user"])
    assert set(edges(found, "near")) == {(0, 1)}
    assert not edges(found, "same_prompt")


@pytest.mark.parametrize("place", ["first", "last", "middle"])
def test_every_row_of_a_prompt_that_many_share_is_found(place: str, tmp_path: Path) -> None:
    many, few = [chat(QUESTIONS[0], ANSWERS[0])] * 40, [chat(QUESTIONS[0], ANSWERS[1])] * 2
    before = {"first": 0, "last": 40, "middle": 20}[place]
    alike = [chat(QUESTIONS[1], ANSWERS[2])] * 30
    found = scanned(tmp_path, chats(*many[:before], *few, *many[before:], *alike))
    labels = found.spans.filter(pl.col("label") == "duplication.same_prompt")
    assert labels["doc"].sort().to_list() == list(range(42))
    assert found.clusters.filter(pl.col("half") == "duplication.same_prompt")["cluster"].n_unique() == 1
    assert len(edges(found, "same_prompt")) == 41
    assert {what: count for what, count in found.capped.items() if "same_prompt" in what} == {
        "duplication.same_prompt: keys shared by too many documents to pair all with all": 1
    }


def test_answers_that_fold_alike_are_told_apart_as_one(tmp_path: Path) -> None:
    rows = [chat(QUESTIONS[0], answer) for answer in ["İki", "i\u0307ki", "ΟΔΟΣ", "οδος", "οδοσ"] * 7]
    found = scanned(tmp_path, chats(*rows))
    assert found.clusters.filter(pl.col("half") == "duplication.same_prompt").height == len(rows)
