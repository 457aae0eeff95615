"""The check `pii` on its case files, and what the cases cannot say.

A case is one line of tests/cases/pii.jsonl: `kind` (wild, synthetic, negative, known_failure), `label` (the type it is
about), `text`, `expect`, `comment`, and where it matters `language` and `options` (a type on
request is switched on by its cases). `expect` is {"spans": [[label,
value], ...]} in order of place; for a known failure it is what would be right. Values are made by rule or reserved, and
so the option `reserved` is true unless a case says otherwise.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from corpusqa_checks.pii import pii
from corpusqa_checks.pii.gates import BEHIND, gates
from corpusqa_checks.pii.labels import DEFAULT, OPT_IN

from corpusqa.check import Batch, Groups
from corpusqa.errors import OptionError
from corpusqa.plugins import Plugin, Spec, build
from corpusqa.testing import plugin, run
from tests.files import cases

CASES = cases("pii")


@pytest.fixture(scope="module")
def found() -> list[list[list[str]]]:
    """Label and value of the spans of each case, cases with the same options in one run."""
    said: list[list[list[str]]] = [[] for _ in CASES]
    for options in {json.dumps(case.get("options", {})) for case in CASES}:
        at = [n for n, case in enumerate(CASES) if json.dumps(case.get("options", {})) == options]
        texts = [CASES[n]["text"] for n in at]
        check = plugin(pii, **{"reserved": True, **json.loads(options)})
        result = run(check, texts, language=[CASES[n]["language"] for n in at])
        assert result.failures.is_empty()
        for span in result.spans.iter_rows(named=True):
            said[at[span["row"]]].append([span["label"][4:], texts[span["row"]][span["start"] : span["end"]]])
    return said


def values(text: str, language: str | None = None, **options: Any) -> list[list[str]]:
    """Label and value of every span, in order of place."""
    result = run(plugin(pii, **{"reserved": True, **options}), [text], language=[language])
    assert result.failures.is_empty()
    return [[span["label"][4:], text[span["start"] : span["end"]]] for span in result.spans.iter_rows(named=True)]


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{CASES[n]['label']}-{CASES[n]['kind']}-{n}")
def test_case(number: int, found: list[list[list[str]]]) -> None:
    case = CASES[number]
    if case["kind"] == "known_failure":
        assert found[number] != case["expect"]["spans"], "repaired: make it a case of another kind"
    else:
        assert found[number] == case["expect"]["spans"], case["text"]


def test_every_type_has_forty_cases() -> None:
    counts = Counter(case["label"] for case in CASES)
    assert {label: counts[label] for label in {**DEFAULT, **OPT_IN} if counts[label] < 40} == {}
    assert set(counts) == {*DEFAULT, *OPT_IN}
    assert {case["kind"] for case in CASES} == {"wild", "synthetic", "negative", "known_failure"}


def test_reserved_values_are_left_alone_by_default_and_counted() -> None:
    text = "Write to kit@boats.example.org, call +1 415 555 0132, card 4111 1111 1111 1111, from 192.0.2.146."
    result = run(plugin(pii), [text])
    assert result.spans.is_empty()
    assert result.signals.row(0, named=True) == {"pii.count": 0, "pii.severe": 0, "pii.spared": 4, "pii.allowed": 0}


def test_allowed_values_are_counted_apart() -> None:
    allow = ["desk@boats.example.org", "*@paper.example", "+44 20 7946 *"]
    text = "desk@boats.example.org, lavinia@paper.example, kit@boats.example.org, +44 (0)20 7946-0958, +44 113 496 0728"
    assert values(text, allow=allow) == [["email", "kit@boats.example.org"], ["phone", "+44 113 496 0728"]]
    assert run(plugin(pii, reserved=True, allow=allow), [text]).signals["pii.allowed"].to_list() == [3]


@pytest.mark.parametrize("pattern", ["*", "", "?*", "*@*"])
def test_a_pattern_that_allows_everything_is_refused(pattern: str) -> None:
    spec = Spec("pii", "corpusqa_checks.pii:pii", "corpusqa 0", "0", (("allow", [pattern]),))
    with pytest.raises(OptionError, match="fits every value"):
        build(spec)


def test_offsets_are_code_points_of_the_text() -> None:
    text = "😀 Ünïcode: 👩‍👩‍👧 kit@boats.example.org\r\nזה kit@boats.example.net"
    result = run(plugin(pii, reserved=True), [text, "", text])
    found = [(row, text[a:b]) for row, a, b in result.spans.select("row", "start", "end").iter_rows()]
    assert found == [(row, f"kit@boats.example.{top}") for row in (0, 2) for top in ("org", "net")]


def test_a_misspelt_type_is_refused_with_the_closest_name() -> None:
    with pytest.raises(OptionError, match="did you mean 'wallet'"):
        build(Spec("pii", "corpusqa_checks.pii:pii", "corpusqa 0", "0", (("also", ["walet"]),)))


def capitals(texts: Sequence[str]) -> list[list[tuple[int, int, str]]]:
    """A recogniser of names for the tests."""
    return [[(*found.span(), "person") for found in re.finditer("[A-Z][a-z]+ [A-Z][a-z]+", text)] for text in texts]


def test_names_come_from_the_function_that_the_option_names(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("some_recogniser")
    module.names = capitals  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "some_recogniser", module)
    text = "Petra Holloway, kit@boats.example.org"
    found = values(text, ner="some_recogniser:names")
    assert found == [["person", "Petra Holloway"], ["email", "kit@boats.example.org"]]


@pytest.mark.parametrize("target", ["nowhere", "no.such.module:names", "json:nothing", "json:__name__"])
def test_a_recogniser_that_cannot_be_used_is_a_usage_error(target: str) -> None:
    with pytest.raises(OptionError, match="ner ="):
        build(Spec("pii", "corpusqa_checks.pii:pii", "corpusqa 0", "0", (("ner", target),)))


def test_values_of_many_documents_are_marked_without_being_named() -> None:
    check = plugin(pii, reserved=True, shared_documents=3)
    texts = [f"Desk: desk@paper.example, author: ann{n}@paper.example, desk@paper.example" for n in range(4)]
    half = check.check.corpus["shared"]
    assert isinstance(half, Groups)
    keys = half.keys(Batch(pl.DataFrame({"id": ["a", "b", "c", "d"], "text": texts})))
    assert keys.columns == ["row", "key", "kind"]
    said = half.reduce(keys.rename({"row": "doc"}))
    assert sorted(said.select("doc", "label", "why", "start").rows()) == [
        (doc, "shared_value", "email in 4 documents", None) for doc in range(4)
    ]


def test_redacting_twice_changes_nothing() -> None:
    check = plugin(pii, reserved=True, also=list(OPT_IN))
    texts = [case["text"] for case in CASES]
    languages = [case["language"] for case in CASES]
    for style in ("<{}_{}>", "<{}_0123456789abcdef>"):
        once = [
            _redacted(text, found, style) for text, found in zip(texts, _spans(check, texts, languages), strict=True)
        ]
        again = _spans(check, once, languages)
        assert [text for text, found in zip(once, again, strict=True) if found] == []


def _spans(check: Plugin, texts: list[str], languages: list[str]) -> list[list[tuple[int, int, str]]]:
    rows: list[list[tuple[int, int, str]]] = [[] for _ in texts]
    for row, start, end, label in (
        run(check, texts, language=languages).spans.select("row", "start", "end", "label").rows()
    ):
        rows[row].append((start, end, label[4:].upper()))
    return rows


def _redacted(text: str, spans: list[tuple[int, int, str]], style: str) -> str:
    for number, (start, end, label) in reversed(list(enumerate(spans, 1))):
        text = text[:start] + style.format(label, number) + text[end:]
    return text


def test_a_line_that_is_searched_for_a_pattern_holds_what_it_was_asked_for_first() -> None:
    lines = pl.Series([line for case in CASES for line in case["text"].splitlines()])
    for late, first in BEHIND.items():
        holding = lines.filter(lines.str.contains(late))

        assert holding.len() > 0, late
        assert holding.str.contains(first).all(), late


def test_a_line_holds_nothing_that_its_text_does_not_hold() -> None:
    """A text without a pattern is not searched for it line by line: no pattern may ask where a text begins or ends."""
    for gate in gates().values():
        for pattern in gate.texts:
            bare = re.sub(r"\[(?:\\.|[^\]\\])*\]", "", pattern)  # within a class they are signs
            assert not re.search(r"(?<!\\)[\^$]|\\[Az]", bare), pattern
