"""What a worker does with one unit, in one pass over its text: read it, run every check, emit the halves' keys."""

from __future__ import annotations

import hashlib
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
from corpusqa.scan.names import NAMES, hidden, marked
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


def measure_unit(corpus: Corpus, specs: tuple[Spec, ...], secret: bytes, folder: Path, unit: Unit) -> Done:
    """Read one unit and measure it.

    Args:
        corpus: The source.
        specs: The checks.
        secret: 32 bytes that nobody knows who does not hold the source; see `keyed`.
        folder: For the tables.
        unit: What to read.

    Returns:
        The tables `documents`, `unreadable`, `counts`, `signals`, `spans`, `failures` and one of keys per Links or
        Groups half; rows are named by their position in the unit.
    """
    began = time.process_time()
    plugins = built(specs)
    rows = corpus.read(unit, full=True)
    seconds = {"reading": time.process_time() - began}
    batches = [
        _measured(plugins, batch, _parts(batch, rows.parts), secret, seconds) for batch in _batches(rows.documents)
    ]
    tables = {name: pl.concat([b[name] for b in batches], how="diagonal") for name in batches[0]} if batches else {}
    tables["unreadable"] = hidden(marked(plugins, rows.unreadable, ["file"]), ["file"])
    tables["counts"] = pl.DataFrame(
        {"rows": [rows.count], "lines": [rows.lines]}, schema={"rows": pl.Int64, "lines": pl.Int64}
    )
    return Done(write_tables(folder, unit.number, tables), seconds)


def keyed(plugin: Plugin, kind: Links | Groups, keys: pl.DataFrame, secret: bytes) -> pl.DataFrame:
    """The keys of groups of private values, hashed anew with a secret.

    A digest of a telephone number is undone by trying all numbers; with the secret of the source in it, whoever finds
    the work files alone cannot. Which rows meet stays the same.
    """
    if not isinstance(kind, Groups) or not any(label.private for label in plugin.check.labels.values()):
        return keys
    digests = (hashlib.blake2b(key.to_bytes(8, "big", signed=True), key=secret, digest_size=8) for key in keys["key"])
    anew = [int.from_bytes(digest.digest(), "big", signed=True) for digest in digests]
    return keys.with_columns(key=pl.Series(anew, dtype=pl.Int64))


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
    plugins: Sequence[Plugin],
    documents: pl.DataFrame,
    parts: pl.DataFrame | None,
    secret: bytes,
    seconds: dict[str, float],
) -> dict[str, pl.DataFrame]:
    """Every table of one batch; `row` is the position in the unit."""
    began = time.process_time()
    documents = marked(plugins, documents)
    seconds["privacy of ids"] = seconds.get("privacy of ids", 0.0) + time.process_time() - began
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
                keys = keyed(plugin, kind, said.keys, secret)
                tables[key_table(plugin.name, half)] = place(keys).unique(maintain_order=True)
                failures.append(place(said.failures).with_columns(check=pl.lit(plugin.name)))
    for name, spent in measuring.seconds.items():
        seconds[name] = seconds.get(name, 0.0) + spent
    tables["documents"] = _described(documents)
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


def _described(documents: pl.DataFrame) -> pl.DataFrame:
    """The documents without their text: sizes, digest and which names hold private values, which stay out."""
    text = pl.col("text")
    return hidden(documents).select(
        *_CARRIED,
        "digest",
        *(f"{name}_private" for name in NAMES),
        chars=text.str.len_chars().cast(pl.Int64),
        bytes=text.str.len_bytes().cast(pl.Int64),
    )
