"""Redacting what was redacted changes nothing: for any mixture of values, in every style, with the real edits."""

from __future__ import annotations

import polars as pl
import pytest
from canaries import CANARIES, leaks
from corpusqa_checks.pii import pii
from corpusqa_checks.pii.labels import OPT_IN
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.release.edit import apply, plan
from corpusqa.release.mask import STYLES, Masking
from corpusqa.testing import plugin, run

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
