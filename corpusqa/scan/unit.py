"""What a worker does with one unit, in one pass over its text: read it, run every check, emit the halves' keys."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from corpusqa.batch import DOCUMENT
from corpusqa.check import Groups, Links
from corpusqa.corpus import Corpus, Fields, Rows
from corpusqa.engines.parts import CARRIED, Done, write_tables
from corpusqa.plugins import Plugin, Spec, build
from corpusqa.readers import Unit
from corpusqa.readers.json_known import Bools
from corpusqa.scan.contract import NO_SPANS
from corpusqa.scan.elsewhere import in_fields, shown_columns, timed_in_others, unsaid_of
from corpusqa.scan.known import MATCHES, Known
from corpusqa.scan.names import NAMES, hidden, kinds_in, marked, marked_with, masking, private_labels, told
from corpusqa.scan.reused import Reused, matched, placed_again, with_key
from corpusqa.scan.views import Measuring

FAILURES = {"row": pl.Int64, "check": pl.String, "why": pl.String}
KEYS = "keys."  # beginning of the names of tables of keys
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
    return f"{KEYS}{check}.{half}"


def mark_table(keys: str) -> str:
    """Name of the table that holds the marks of a Links half, by that of its keys."""
    return f"{keys}.marks"


def measure_unit(
    corpus: Corpus,
    specs: tuple[Spec, ...],
    secret: bytes,
    known: Known | None,
    batch_bytes: int,
    folder: Path,
    unit: Unit,
) -> Done:
    """Read one unit and measure it.

    Args:
        corpus: The source.
        specs: The checks.
        secret: 32 bytes that nobody knows who does not hold the source; see `keyed`.
        known: Results of an earlier scan, used for the rows that have not changed.
        batch_bytes: Text that checks see at once.
        folder: For the tables.
        unit: What to read.

    Returns:
        The tables `documents`, `unreadable`, `counts`, `signals`, `spans`, `failures`, `elsewhere` (private values
        outside the texts, columns of `elsewhere.VALUES`) and one of keys per Links or Groups half; rows are named by
        their position in the unit and sorted by it.
    """
    began = time.process_time()
    plugins = built(specs)
    rest = [plugin for plugin in plugins if known is None or plugin.name not in known.checks]
    are_known = known.lines.are_known if known and not rest else _none
    rows = corpus.read_unknown(unit, are_known, others=bool(masking(plugins)))
    unsaid = unsaid_of(rows.elsewhere, secret)
    rows = replace(rows, documents=with_key(rows).join(unsaid, on="row", how="left", maintain_order="left"))
    matches = matched(known, rows) if known else pl.DataFrame(schema=MATCHES)
    seconds = {"reading": time.process_time() - began}
    run = partial(_run, plugins, rows, corpus.fields, secret, batch_bytes, seconds)
    fresh = run(rows.documents.join(matches, on="row", how="anti", maintain_order="left"), plugins)
    tables, taken = [fresh], []
    if known and matches.height:
        again = rows.documents.join(matches, on="row", how="semi", maintain_order="left")
        reused = Reused(known, matches, all_known=not rest)
        places = hidden(marked(plugins, placed_again(rows, again), ["file"]), ["file"])
        tables.append(reused.tables(places, run(again, rest) if rest else {}, fresh))
        taken = reused.take([name for name in fresh if name.startswith(KEYS)], folder, unit.number)
    joined = {name: _sorted([found[name] for found in tables if name in found]) for name in fresh}
    joined["failures"] = joined["failures"].unique(["row", "check"], keep="first", maintain_order=True)
    reasons = rows.unreadable.with_columns(told(plugins, rows.unreadable["reason"]))
    if taken:
        joined[CARRIED] = reused.held
    joined["unreadable"] = hidden(marked(plugins, reasons, ["file"]), ["file"])
    joined["counts"] = pl.DataFrame(
        {"rows": [rows.count], "lines": [rows.lines]}, schema={"rows": pl.Int64, "lines": pl.Int64}
    )
    return Done((*write_tables(folder, unit.number, joined), *taken), seconds)


def _none(keys: Sequence[bytes]) -> Bools:
    return np.zeros(len(keys), np.bool_)


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


def _run(
    plugins: Sequence[Plugin],
    rows: Rows,
    fields: Fields,
    secret: bytes,
    batch_bytes: int,
    seconds: dict[str, float],
    documents: pl.DataFrame,
    wanted: Sequence[Plugin],
) -> dict[str, pl.DataFrame]:
    """What the checks `wanted` say of documents, batch by batch, and of their other columns."""
    found = [
        _measured(plugins, wanted, fields, batch, parts_of(batch, rows.parts), secret, seconds)
        for batch in batches(documents, batch_bytes)
    ]
    if rows.elsewhere is not None:
        values, failures = timed_in_others(wanted, rows.elsewhere, documents["row"], batch_bytes, seconds)
        found.append({"elsewhere": values, "failures": failures.select(*FAILURES)})
    names = dict.fromkeys(name for tables in found for name in tables)
    return {name: pl.concat([tables[name] for tables in found if name in tables], how="diagonal") for name in names}


def _sorted(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows in the order of the documents."""
    joined = pl.concat(frames, how="diagonal") if len(frames) > 1 else frames[0]
    order = [name for name in ("row", "start", "end", "column", "label", "check") if name in joined.columns]
    return joined.sort(order, nulls_last=True, maintain_order=True)


def batches(documents: pl.DataFrame, batch_bytes: int) -> Iterator[pl.DataFrame]:
    """Slices of at most `batch_bytes` of text or one document; an empty unit is one empty slice."""
    if documents.is_empty():
        yield documents
        return
    sizes = documents["text"].str.len_bytes().to_list()
    start, held = 0, 0
    for row, size in enumerate(sizes):
        if held and held + size > batch_bytes:
            yield documents[start:row]
            start, held = row, 0
        held += size
    yield documents[start:]


def parts_of(documents: pl.DataFrame, parts: pl.DataFrame | None) -> pl.DataFrame | None:
    """The parts of a batch's documents, `row` counted in the batch; None where every document is one part."""
    if parts is None:
        return None
    order = documents.select("row").with_row_index("at")
    return parts.join(order, on="row", maintain_order="left").with_columns(row=pl.col("at").cast(pl.Int64)).drop("at")


def _measured(
    plugins: Sequence[Plugin],
    wanted: Sequence[Plugin],
    fields: Fields,
    documents: pl.DataFrame,
    parts: pl.DataFrame | None,
    secret: bytes,
    seconds: dict[str, float],
) -> dict[str, pl.DataFrame]:
    """The tables of one batch that the checks `wanted` fill; `row` is the position in the unit."""
    began = time.process_time()
    kinds = kinds_in(plugins, documents)
    elsewhere = in_fields(documents, fields, kinds, shown_columns(plugins, fields.columns) if kinds else {})
    documents = marked_with(kinds, documents)
    seconds["privacy of ids"] = seconds.get("privacy of ids", 0.0) + time.process_time() - began
    measuring = Measuring(plugins, documents.select(name for name in DOCUMENT if name in documents.columns), parts)
    at = documents["row"]
    place = partial(_placed, at)
    signals, spans, failures, tables = [at.to_frame()], [NO_SPANS], [pl.DataFrame(schema=FAILURES)], {}
    for plugin in wanted:
        result = measuring.result(plugin.name)
        signals.append(result.signals)
        spans.append(place(result.spans))
        failures.append(_named(plugin, place(result.failures)))
        for half, kind, said, are_marks in measuring.halves(plugin):
            table = key_table(plugin.name, half)
            keys = keyed(plugin, kind, said.keys, secret)
            tables[mark_table(table) if are_marks else table] = place(keys).unique(maintain_order=True)
            failures.append(_named(plugin, place(said.failures)))
    for name, spent in measuring.seconds.items():
        seconds[name] = seconds.get(name, 0.0) + spent
    looked = [label for plugin in wanted for label in private_labels(plugin)]
    tables["elsewhere"] = elsewhere.filter(pl.col("label").is_in(looked))
    measuring.batch.release()
    tables["documents"] = _described(documents)
    tables["signals"] = pl.concat([frame for frame in signals if frame.width], how="horizontal")
    tables["spans"] = pl.concat(spans)
    tables["failures"] = pl.concat(failures).unique(["row", "check"], keep="first", maintain_order=True)
    return tables


def _named(plugin: Plugin, failures: pl.DataFrame) -> pl.DataFrame:
    return failures.with_columns(check=pl.lit(plugin.name)).select(*FAILURES)


def _placed(at: pl.Series, frame: pl.DataFrame) -> pl.DataFrame:
    """Positions in the batch -> positions in the unit."""
    return frame.with_columns(row=at.gather(frame["row"]))


def _described(documents: pl.DataFrame) -> pl.DataFrame:
    """The documents without their text: sizes, digest and which names hold private values, which stay out."""
    text = pl.col("text")
    return hidden(documents).select(
        *_CARRIED,
        "digest",
        "unsaid",
        "key",
        *(f"{name}_private" for name in NAMES),
        chars=text.str.len_chars().cast(pl.Int64),
        bytes=text.str.len_bytes().cast(pl.Int64),
    )
