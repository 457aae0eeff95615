"""The check `pii` on the examples that python-stdnum gives for itself, read from its docstrings when the test runs."""

from __future__ import annotations

import doctest
import importlib
import re
from collections.abc import Iterator

import polars as pl
import pytest
from corpusqa_checks.pii import pii
from corpusqa_checks.pii.tables import table

from corpusqa.testing import plugin, run

KINDS = [row for row in table("national_ids")["id"] if row.get("stdnum")]
# Not found: numbers of companies (IT, RU), one without its check digit (PE), a small century sign (FI), which hashes
# are full of.
LEAST_RECALL, LEAST_PRECISION = 0.96, 0.98


def examples(module: str) -> Iterator[tuple[str, bool]]:
    """Values in the docstring of a module, and whether it calls them valid."""
    loaded = importlib.import_module(f"stdnum.{module}")
    for example in doctest.DocTestParser().get_examples(loaded.__doc__ or ""):
        for value in re.findall(r"'([^'\n]{6,24})'", example.source):
            # "PT 501 964 843" is how a tax number stands in an invoice to another country
            if value == value.strip() and sum(map(str.isdigit, value)) >= 5 and not re.match("[A-Z]{2} ", value):
                yield value, bool(loaded.is_valid(value))


@pytest.fixture(scope="module")
def said() -> pl.DataFrame:
    """`country`, `value`, `valid`, `whole` (the value was found as it stands) and `found` (something was)."""
    rows = [
        (row["name"].partition(" ")[0], row["cues"][0], value, valid)
        for row in KINDS
        for value, valid in dict.fromkeys(examples(row["stdnum"]))
    ]
    texts = [f"{cue}: {value}" for _, cue, value, _ in rows]
    spans = run(plugin(pii, reserved=True), texts).spans.filter(pl.col("label") == "pii.national_id")
    stretches = {(row, texts[row][start:end]) for row, start, end in spans.select("row", "start", "end").rows()}
    hit = set(spans["row"])
    table_ = [(c, v, valid, (n, v) in stretches, n in hit) for n, (c, _, v, valid) in enumerate(rows)]
    return pl.DataFrame(table_, schema=["country", "value", "valid", "whole", "found"], orient="row")


def test_examples_of_many_countries_are_found_after_their_name(said: pl.DataFrame) -> None:
    valid = said.filter("valid")
    assert valid["country"].n_unique() >= 45
    assert valid.filter("whole")["country"].n_unique() >= 45
    assert valid["whole"].mean() >= LEAST_RECALL


def test_examples_that_are_called_invalid_are_not_found(said: pl.DataFrame) -> None:
    wrong = said.filter(~pl.col("valid"))
    assert wrong["country"].n_unique() >= 25
    found = said.filter("found")
    assert found["valid"].mean() >= LEAST_PRECISION


def test_a_changed_digit_is_found_no_more(said: pl.DataFrame) -> None:
    """Checksums are what tells an identifier from any number: one digit more or less makes most of them wrong."""
    rows = [
        (row["stdnum"], row["cues"][0], value)
        for row in KINDS
        for value, valid in dict.fromkeys(examples(row["stdnum"]))
        if valid
    ]
    changed = [(cue, spoilt) for module, cue, value in rows for spoilt in _spoilt(module, value)]
    texts = [f"{cue}: {value}" for cue, value in changed]
    spans = run(plugin(pii, reserved=True), texts).spans.filter(pl.col("label") == "pii.national_id")
    assert len(texts) >= 80
    assert spans["row"].n_unique() <= (1 - LEAST_PRECISION) * len(texts)


def _spoilt(module: str, value: str) -> Iterator[str]:
    """The value with its last digit changed, if its own validator refuses that."""
    at = max(n for n, sign in enumerate(value) if sign.isdigit())
    other = f"{value[:at]}{(int(value[at]) + 1) % 10}{value[at + 1 :]}"
    if not importlib.import_module(f"stdnum.{module}").is_valid(other):
        yield other
