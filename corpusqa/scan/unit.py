"""What a worker does with one unit, in one pass over its text: read it, run every check, emit the halves' keys."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from corpusqa.batch import DOCUMENT
from corpusqa.check import Groups, Links
from corpusqa.corpus import Corpus
from corpusqa.engines.parts import Done, write_tables
from corpusqa.plugins import Plugin, Spec, build
from corpusqa.readers import Unit
from corpusqa.scan.contract import NO_SPANS
from corpusqa.scan.views import Measuring

# A batch is at most this much text, or one document: what the memory of a worker is planned for. Views and features
# take up to twenty times the text for a moment; larger batches are no faster.
BATCH_BYTES = 16_000_000
FAILURES = {"row": pl.Int64, "check": pl.String, "why": pl.String}
_CARRIED = ["row", "id", "url", "source", "published", "collected", "language", "split", "file", "line"]


_BUILT: dict[str, tuple[Plugin, ...]] = {}


def built(specs: tuple[Spec, ...]) -> tuple[Plugin, ...]:
    """The checks that the specs describe, built once per process."""
    key = repr(specs)
    if key not in _BUILT:
        _BUILT[key] = tuple(build(spec) for spec in specs)
    return _BUILT[key]


def key_table(check: str, half: str) -> str:
    """Name of the table that holds the keys of a corpus half."""
    return f"keys.{check}.{half}"


def measure_unit(corpus: Corpus, specs: tuple[Spec, ...], folder: Path, unit: Unit) -> Done:
    """Read one unit and measure it.

    Returns:
        The tables `documents`, `unreadable`, `counts`, `signals`, `spans`, `failures` and one of keys per Links or
        Groups half; rows are named by their position in the unit.
    """
    began = time.process_time()
    plugins = built(specs)
    rows = corpus.read(unit, full=True)
    seconds = {"reading": time.process_time() - began}
    batches = [_measured(plugins, batch, _parts(batch, rows.parts), seconds) for batch in _batches(rows.documents)]
    tables = {name: pl.concat([b[name] for b in batches], how="diagonal") for name in batches[0]} if batches else {}
    tables["unreadable"] = _marked(plugins, rows.unreadable, "file")
    tables["counts"] = pl.DataFrame(
        {"rows": [rows.count], "lines": [rows.lines]}, schema={"rows": pl.Int64, "lines": pl.Int64}
    )
    return Done(write_tables(folder, unit.number, tables), seconds)


def _batches(documents: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Slices of at most BATCH_BYTES of text or one document; an empty unit is one empty slice."""
    if documents.is_empty():
        yield documents
        return
    sizes = documents["text"].str.len_bytes().to_list()
    start, held = 0, 0
    for row, size in enumerate(sizes):
        if held and held + size > BATCH_BYTES:
            yield documents[start:row]
            start, held = row, 0
        held += size
    yield documents[start:]


def _parts(documents: pl.DataFrame, parts: pl.DataFrame | None) -> pl.DataFrame | None:
    """The parts of a batch's documents, `row` counted in the batch; None where every document is one part."""
    if parts is None:
        return None
    order = documents.select("row").with_row_index("at")
    return parts.join(order, on="row", maintain_order="left").with_columns(row=pl.col("at").cast(pl.Int64)).drop("at")


def _measured(
    plugins: Sequence[Plugin], documents: pl.DataFrame, parts: pl.DataFrame | None, seconds: dict[str, float]
) -> dict[str, pl.DataFrame]:
    """Every table of one batch; `row` is the position in the unit."""
    measuring = Measuring(plugins, documents.select(name for name in DOCUMENT if name in documents.columns), parts)
    at = documents["row"]
    place = partial(_placed, at)
    signals, spans, failures, tables = [at.to_frame()], [NO_SPANS], [], {}
    for plugin in plugins:
        result = measuring.result(plugin.name)
        signals.append(result.signals)
        spans.append(place(result.spans))
        failures.append(place(result.failures).with_columns(check=pl.lit(plugin.name)))
        for half, kind in plugin.check.corpus.items():
            if isinstance(kind, Links | Groups):
                said = measuring.keys(plugin.name, half)
                tables[key_table(plugin.name, half)] = place(said.keys).unique(maintain_order=True)
                failures.append(place(said.failures).with_columns(check=pl.lit(plugin.name)))
    for name, spent in measuring.seconds.items():
        seconds[name] = seconds.get(name, 0.0) + spent
    began = time.process_time()
    tables["documents"] = _described(plugins, documents)
    seconds["privacy of ids"] = seconds.get("privacy of ids", 0.0) + time.process_time() - began
    tables["signals"] = pl.concat([frame for frame in signals if frame.width], how="horizontal")
    tables["spans"] = pl.concat(spans).sort("row", "start", "end", "label", nulls_last=True, maintain_order=True)
    tables["failures"] = (
        pl.concat([frame.select(*FAILURES) for frame in failures]).unique(
            ["row", "check"], keep="first", maintain_order=True
        )
        if failures
        else pl.DataFrame(schema=FAILURES)
    )
    return tables


def _placed(at: pl.Series, frame: pl.DataFrame) -> pl.DataFrame:
    """Positions in the batch -> positions in the unit."""
    return frame.with_columns(row=at.gather(frame["row"]))


def _described(plugins: Sequence[Plugin], documents: pl.DataFrame) -> pl.DataFrame:
    """The documents without their text: sizes, digest and whether id, url, file and source hold private values."""
    text = pl.col("text")
    return _marked(plugins, documents, "id", "url", "file", "source").select(
        *_CARRIED,
        "digest",
        *(f"{name}_private" for name in ("id", "url", "file", "source")),
        chars=text.str.len_chars().cast(pl.Int64),
        bytes=text.str.len_bytes().cast(pl.Int64),
    )


def _marked(plugins: Sequence[Plugin], frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """With a column `<name>_private` for each of the named columns."""
    private = _private(plugins, frame.select(names))
    return frame.with_columns(pl.col(name).is_in(private).fill_null(False).alias(f"{name}_private") for name in names)


def _private(plugins: Sequence[Plugin], names: pl.DataFrame) -> list[str]:
    """Ids, URLs, file names and sources in which a check finds a private value, or on which it fails."""
    values = pl.concat([names[column] for column in names.columns]).drop_nulls().unique(maintain_order=True)
    masking = [p for p in plugins if any(label.private for label in p.check.labels.values())]
    if values.is_empty() or not masking:
        return []
    found: set[int] = set()
    for plugin in masking:
        result = Measuring([plugin], pl.DataFrame({"text": values})).result(plugin.name)
        labels = [f"{plugin.name}.{name}" for name, label in plugin.check.labels.items() if label.private]
        found |= set(result.spans.filter(pl.col("label").is_in(labels))["row"]) | set(result.failures["row"])
    return [str(value) for value in values.gather(sorted(found))]
