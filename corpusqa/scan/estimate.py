"""About how long measuring will take, from a glance at some documents; said before a run that lets people wait."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from corpusqa.batch import DOCUMENT
from corpusqa.corpus import Corpus
from corpusqa.plugins import Plugin
from corpusqa.scan.names import marked
from corpusqa.scan.views import Measuring

# Less text than this is measured before anybody waits, whatever the checks; the glance itself takes about a second.
LEAST_BYTES = 8_000_000
LEAST_SECONDS = 10.0
GLANCE_BYTES, WARM_DOCUMENTS, PART = 600_000, 5, 4  # every PART-th document is the part
# What comparing documents, the report and the transport between processes add to measuring, on the whole.
REST = 1.3


def estimate(corpus: Corpus, plugins: Sequence[Plugin], workers: int) -> str | None:
    """One line with the size of the text and the time that it will take; None if that is nothing to speak of."""
    size = sum(unit.bytes for unit in corpus.units)
    if corpus.sample is not None and corpus.sample.rows is not None:
        drawn = sum(len(rows) for rows in corpus.sample.rows.values())
        size = size * drawn // max(corpus.sample.of, 1)
    if size < LEAST_BYTES:
        return None
    seconds = _seconds_per_byte(corpus, plugins) * size / max(1, min(workers, len(corpus.units))) * REST
    if seconds < LEAST_SECONDS:
        return None
    with_workers = f" with {workers} workers" if workers > 1 else ""
    return f"{size / 1e6:,.0f} MB to measure{with_workers}: about {_about(seconds)}"


def _seconds_per_byte(corpus: Corpus, plugins: Sequence[Plugin]) -> float:
    """Of some documents, after a few that load what the checks load on first use.

    What a batch costs whatever is in it would weigh more in so little text than in a whole corpus: the time of a part
    of the documents is taken away.
    """
    documents = _beginnings(corpus)
    step = max(1, int(documents["text"].str.len_bytes().sum()) // GLANCE_BYTES)
    some = documents.gather_every(step)
    if some.is_empty():
        return 0.0
    _measure(plugins, some.head(WARM_DOCUMENTS))
    part, whole = (_spent(plugins, documents) for documents in (some.gather_every(PART), some))
    if whole.seconds > part.seconds and whole.bytes > part.bytes:
        return (whole.seconds - part.seconds) / (whole.bytes - part.bytes)
    return whole.seconds / max(1, whole.bytes)


class _Spent(NamedTuple):
    seconds: float  # CPU
    bytes: int


def _spent(plugins: Sequence[Plugin], documents: pl.DataFrame) -> _Spent:
    began = time.process_time()
    _measure(plugins, documents)
    return _Spent(time.process_time() - began, int(documents["text"].str.len_bytes().sum()))


def _beginnings(corpus: Corpus) -> pl.DataFrame:
    """How the first documents begin, or those of the largest unit where that is too little to tell a byte's time."""
    begin = pl.col("text").str.head(GLANCE_BYTES)
    found: list[pl.DataFrame] = []
    size = 0
    for documents in corpus.beginning():
        found.append(documents.with_columns(begin))
        size += int(documents["text"].str.len_bytes().sum())
        if size >= GLANCE_BYTES:
            return pl.concat(found)
    largest = max(corpus.units, key=lambda unit: unit.bytes)
    return corpus.read(largest).documents.with_columns(begin)


def _measure(plugins: Sequence[Plugin], documents: pl.DataFrame) -> None:
    measuring = Measuring(plugins, marked(plugins, documents).select(n for n in DOCUMENT if n in documents.columns))
    for plugin in plugins:
        measuring.result(plugin.name)
        for _ in measuring.halves(plugin):
            pass  # what it takes is what is asked for


def _about(seconds: float) -> str:
    """No more digits than a glance can tell: `20 s`, `4 min`, `2 h 10 min`."""
    if seconds < 90:
        return f"{round(seconds, -1):.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60 // 10 * 10} min"
