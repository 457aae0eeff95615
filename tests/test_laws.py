"""The laws that every discovered check obeys, strangers' included."""

from __future__ import annotations

import random

import polars as pl
import pytest

from corpusqa.check import Batch, Groups, Links
from corpusqa.plugins import Plugin, find, load
from corpusqa.scan.measuring import Result
from corpusqa.scan.views import Measuring

NASTY = [
    "",
    " ",
    "\n\n\n",
    "a",
    "one line without an end",
    "first\r\nsecond\rthird\n",
    "NUL \x00 in the middle\x00",
    "astral 😀🏳️‍🌈 \U0010ffff and bidi \u202eabc\u202c \u2066x\u2069",
    "mixed العربية 漢字 ไทย हिन्दी עברית ελληνικά",
    "\ufeffbyte order mark, \u00a0no-break\u2003spaces \u200bzero width",
    "e-mail someone@example.org, +44 20 7946 0000, 4111 1111 1111 1111, 192.0.2.7, DE89 3704 0044 0532 0130 00",
    "Monday, 12 March 2024\n\n31 February 2023, published: 1970-01-01",
    "We use cookies to improve your experience on this website. You can accept or reject all cookies.\nAccept all",
    "cafÃ© and naÃ¯ve â€œquotesâ€\x9d &amp; &nbsp; <div class='x'>",
    "\ud7ff\ue000\ufffd\ufffe control \x01\x02\x1b[31m",
    "x" * 1_000_000,
    "word " * 2_000,
    "The ferry left the harbour at noon and the gulls went with it, as they had every day that summer. " * 12,
]
NAMES = sorted(find())


def table(texts: list[str]) -> pl.DataFrame:
    ids = [f"d{n}" for n in range(len(texts))]
    dates = ["2024-03-12" if n % 3 else None for n in range(len(texts))]
    return pl.DataFrame({"id": ids, "text": texts, "published": dates, "language": ["en"] * len(texts)})


def measured(
    plugin: Plugin, frame: pl.DataFrame, size: int
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Signals and spans of all documents, measured in batches of a size, by id."""
    signals, spans = [], []
    for start in range(0, frame.height, size):
        batch = frame[start : start + size]
        result = Measuring([plugin], batch).result(plugin.name)
        assert result.failures.is_empty(), result.failures["why"].to_list()
        signals += [
            (key, *row)
            for key, row in zip(batch["id"], rounded(result.signals).rows() or [()] * batch.height, strict=True)
        ]
        spans += [(batch["id"][row[0]], *row[1:]) for row in rounded(result.spans).rows()]
    return sorted(signals, key=repr), sorted(spans, key=repr)


def rounded(frame: pl.DataFrame) -> pl.DataFrame:
    """Sums of floats may differ in the last bits with the size of a batch; nothing else may."""
    return frame.with_columns(pl.selectors.float().round(9))


@pytest.fixture(scope="module", params=NAMES)
def plugin(request: pytest.FixtureRequest) -> Plugin:
    return load(find()[request.param])


@pytest.fixture(scope="module")
def whole(plugin: Plugin) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    return measured(plugin, table(NASTY), len(NASTY))


@pytest.mark.parametrize("size", [1, 7])
def test_the_same_for_any_batch_size(plugin: Plugin, whole: object, size: int) -> None:
    assert measured(plugin, table(NASTY), size) == whole


def test_independent_of_row_order(plugin: Plugin, whole: object) -> None:
    order = list(range(len(NASTY)))
    random.Random(11).shuffle(order)

    assert measured(plugin, table(NASTY)[order], len(NASTY)) == whole


def test_the_same_twice(plugin: Plugin, whole: object) -> None:
    assert measured(plugin, table(NASTY), len(NASTY)) == whole


def test_no_documents_are_no_rows(plugin: Plugin) -> None:
    result: Result = Measuring([plugin], table([])).result(plugin.name)

    assert result.signals.height == 0
    assert result.spans.height == 0
    assert result.failures.height == 0


def test_declared_dtypes_and_shares_within_zero_and_one(plugin: Plugin) -> None:
    result = Measuring([plugin], table(NASTY)).result(plugin.name)
    for name, series in zip(result.signals.columns, result.signals.get_columns(), strict=True):
        declared = plugin.check.signals[name.partition(".")[2]]
        assert series.dtype == declared.dtype, name
        if "share" in name or "ratio" in name:
            outside = series.drop_nulls().filter(~series.drop_nulls().is_between(0, 1))
            assert outside.is_empty(), (name, outside.to_list())


def test_keys_of_halves_survive_the_same_texts(plugin: Plugin) -> None:
    for half, kind in plugin.check.corpus.items():
        if isinstance(kind, Links | Groups):
            one = Measuring([plugin], table(NASTY)).keys(plugin.name, half)
            each = [Measuring([plugin], table(NASTY)[n]).keys(plugin.name, half) for n in range(len(NASTY))]

            assert one.failures.is_empty(), one.failures["why"].to_list()
            apart = sorted(tuple(row[1:]) for said in each for row in said.keys.rows())
            assert sorted(tuple(row[1:]) for row in one.keys.rows()) == apart


PAIRED = [*(text for text in NASTY if len(text) < 100_000), NASTY[-1], f"{NASTY[-1]} And then it rained.", NASTY[-2]]


def test_what_is_said_of_a_pair_follows_from_its_documents_alone(plugin: Plugin) -> None:
    frame, common = table(PAIRED), pl.DataFrame(schema={"mark": pl.Int64})
    pairs = [(a, b) for b in range(frame.height) for a in range(b)]
    for half, kind in plugin.check.corpus.items():
        if isinstance(kind, Links):
            more = (common,) if kind.marks else ()
            both = pl.DataFrame(pairs, schema={"a": pl.Int64, "b": pl.Int64}, orient="row")
            one = rounded(kind.verify(Batch(frame), both, *more)).sort("a", "b").rows()
            alone = pl.DataFrame({"a": [0], "b": [1]})
            each = [(a, b, kind.verify(Batch(frame[[a, b]]), alone, *more)) for a, b in pairs]
            apart = [(a, b, *row[2:]) for a, b, said in each for row in rounded(said).rows()]
            assert sorted(apart, key=repr) == sorted(one, key=repr), half


def test_what_is_said_of_a_group_follows_from_its_rows_alone(plugin: Plugin) -> None:
    frame = table(PAIRED * 3)
    for kind in plugin.check.corpus.values():
        if isinstance(kind, Groups):
            keys = Measuring([plugin], frame).batch
            rows = kind.keys(keys).rename({"row": "doc"})
            rows = rows.select("key", "doc", pl.exclude("key", "doc")).sort("key", "doc", maintain_order=True)
            one = rounded(kind.reduce(rows)).rows()
            apart = [rounded(kind.reduce(group)).rows() for group in rows.partition_by("key")]
            assert sorted(one, key=repr) == sorted((row for said in apart for row in said), key=repr)


def test_everything_declared_is_described(plugin: Plugin) -> None:
    assert (plugin.function.__doc__ or "").strip()
    for name, signal in plugin.check.signals.items():
        assert signal.about.strip(), name
    for name, label in plugin.check.labels.items():
        assert label.about.strip(), name
