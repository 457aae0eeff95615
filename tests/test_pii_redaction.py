"""Redacting what was redacted changes nothing: for any mixture of values, in every style, with the real edits."""

from __future__ import annotations

import random
import string

import polars as pl
import pytest
from corpusqa_checks.pii import pii
from corpusqa_checks.pii.labels import OPT_IN
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.release.edit import apply, plan
from corpusqa.release.mask import STYLES, Masking
from corpusqa.testing import plugin, run
from tests.canaries import CANARIES, leaks

CHECK = plugin(pii, reserved=True, also=list(OPT_IN))
LABELS = CHECK.check.labels
CANONICAL = {f"pii.{name}": label.canonical for name, label in LABELS.items() if label.canonical}
PHRASES = [canary.phrase for canary in CANARIES]
BETWEEN = ["\n", " ", ", ", ": ", "\n\n", " and ", " Tel. ", "。", "; card ", "\tSSN ", " (", ") ", "-", "="]
PIECES = st.lists(st.tuples(st.sampled_from(PHRASES), st.sampled_from(BETWEEN)), min_size=1, max_size=6)
TEXTS = st.lists(PIECES.map(lambda pieces: "".join(phrase + sign for phrase, sign in pieces)), min_size=20, max_size=20)


def redacted(texts: list[str], style: str) -> list[str]:
    """The texts as a release publishes them with `mask = ["pii.*"]`."""
    spans = run(CHECK, texts).spans.filter(pl.col("start").is_not_null())
    edits = spans.select(pl.col("row").alias("doc"), "start", "end", "label", action=pl.lit("mask"))
    documents = pl.DataFrame({"doc": range(len(texts)), "text": texts}, schema={"doc": pl.Int64, "text": pl.String})
    masking = Masking(dict.fromkeys((f"pii.{name}" for name in LABELS), style), b"0" * 32, CANONICAL)
    return apply(documents, plan(documents, edits, (), masking)).to_list()


@pytest.mark.parametrize("style", STYLES)
@given(texts=TEXTS)
@settings(max_examples=4, deadline=None, derandomize=True)
def test_redacting_twice_changes_nothing(style: str, texts: list[str]) -> None:
    once = redacted(texts, style)
    assert redacted(once, style) == once


@pytest.mark.parametrize("style", STYLES)
def test_redacting_leaves_no_value(style: str) -> None:
    texts = [f"{phrase}\nnext line {phrase}." for phrase in PHRASES]
    assert leaks("\n".join(redacted(texts, style)).encode()) == []


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("mu\u0308ller@boats.example.org", "m"),
        ("re\u0301mi@cafe\u0301.example.org", "caf"),
        (f"https://kit:{'q7Rt' * 250}@boats.example.org/x", "q7Rt"),
    ],
)
def test_no_piece_of_a_decomposed_or_very_long_value_is_left(style: str, value: str, left: str) -> None:
    (once,) = redacted([f"a: {value}\r\n"], style)
    assert once.startswith("a: ")
    assert once.endswith("\r\n")
    assert left not in once.removeprefix("a: ").casefold().replace("email", "")
    assert redacted([once], style) == [once]


def drawn(size: int) -> str:
    return "".join(random.Random(size).choices(string.ascii_letters + string.digits, k=size))


def wide(digits: str) -> str:
    return digits.translate({ord("0") + n: 0xFF10 + n for n in range(10)})


TOKEN = f"eyJ{drawn(400)}.eyJ{drawn(9000)}.{drawn(86)}"
CARD, PHONE = "4111 1111 1111 1111", "+44 20 7946 0958"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Call {PHONE} {CARD} now", "Call <PHONE_1> <CARD_1> now"),
        (f"Tel. 020 7946 0958 {CARD}", "Tel. <PHONE_1> <CARD_1>"),
        (f"card {CARD} 020 7946 0958", "card <CARD_1> 020 7946 0958"),  # nothing says that the second is a telephone
        ("card 4111 1111\u0301 1111 1111", "card <CARD_1>"),
        ("Tel. +44 20\u0301 7946 0958", "Tel. <PHONE_1>"),
        ("card 4\ufe0f\u20e3111 1111 1111 1111.", "card <CARD_1>."),
        ("IBAN DE89 3704\u0301 0044 0532 0130 00", "IBAN <IBAN_1>"),
        (
            "card ４１１１ １１１１ １１１１ １１１１ or ５５５５ ５５５５ ５５５５ ４４４４",
            "card <CARD_1> or <CARD_2>",
        ),
        ("kit@boats.example.org@x", "<EMAIL_1>@x"),
        ("a@kit@boats.example.org", "a@<EMAIL_1>"),
        ("kit@boats.example.org2024", "<EMAIL_1>2024"),
        ("mu\u0308ller@boats.example.org, m\u00fcller@boats.example.org", "<EMAIL_1>, <EMAIL_1>"),
        ("kit@boats.example.org, Kit@bo\u200bats.example.org", "<EMAIL_1>, <EMAIL_1>"),
        (f'api_key = "{drawn(600)}"', 'api_key = "<SECRET_1>"'),
        (f"api_key={drawn(4000)};", "api_key=<SECRET_1>;"),
        (f"api_key={drawn(5000)};", f"api_key={drawn(5000)};"),  # no credential is that long
        (f"Bearer {TOKEN} sent", "Bearer <SECRET_1> sent"),
        (f"{'A word. ' * 2500}{TOKEN} {'A word. ' * 2500}", f"{'A word. ' * 2500}<SECRET_1> {'A word. ' * 2500}"),
        (f"ya29.{drawn(900)}-{drawn(90)} x", "<SECRET_1> x"),
        (f"pypi-AgEIcHlwaS5vcmc{drawn(1000)}-_{drawn(9)}", "<SECRET_1>"),
    ],
)
def test_a_value_is_masked_whole_or_not_at_all(text: str, expected: str) -> None:
    """Values beside each other, marks on digits, values longer than any bound of a pattern, one value spelled twice."""
    (once,) = redacted([text], STYLES[0])
    assert once == expected
    assert redacted([once], STYLES[0]) == [once]
