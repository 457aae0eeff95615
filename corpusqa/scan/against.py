"""Against halves: the documents of a corpus beside the items of a reference, such as an evaluation set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.batch import Batch
from corpusqa.check import Against, Frame
from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Done, write_tables
from corpusqa.errors import CannotEvaluate, ContractError
from corpusqa.plugins import Plugin, Spec
from corpusqa.readers import Unit
from corpusqa.scan.contract import blaming
from corpusqa.scan.model import EVIDENCE, MATCHES, SPANS
from corpusqa.scan.scanned import Scanned
from corpusqa.scan.unit import batches, built, parts_of

_SAID: dict[str, Any] = {
    "row": pl.Int64,
    "item": pl.Int64,
    "part": pl.Int64,
    "similarity": pl.Float64,
    "evidence": EVIDENCE,
}


def without_reference(plugin: Plugin) -> Plugin:
    """The check as it is where no reference is named: what it could say of one is not declared, so no limit passes."""
    check = plugin.check
    off = {half for half, kind in check.corpus.items() if isinstance(kind, Against)}
    kept = replace(
        check,
        signals={name: signal for name, signal in check.signals.items() if name not in off},
        labels={name: label for name, label in check.labels.items() if name not in off},
        corpus={name: kind for name, kind in check.corpus.items() if name not in off},
    )
    return replace(plugin, check=kept)


def matches(
    flow: Flow, scanned: Scanned, plugin: Plugin, half: str, reference: Corpus
) -> tuple[pl.DataFrame, int, int]:
    """What an Against half found.

    Returns:
        Columns of MATCHES, sorted; how many items could be compared; and how many there are.

    Raises:
        CannotEvaluate: no item of the reference can be compared, so that nothing would be found in any corpus.
    """
    items, prepared = _prepared(reference, scanned.specs, plugin.name, half)
    compared = prepared["item"].n_unique()
    if not compared:
        raise CannotEvaluate(
            f"{reference.source}: no item of the reference is long enough to be compared with and has words of its own"
        )
    sources = scanned.corpus.identity(), reference.identity()
    made_of = (scanned.measured.digest, scanned.index.stage.digest, *sources, scanned.fingerprints)
    task = partial(_match_unit, scanned.corpus, reference, scanned.specs, plugin.name, half, flow.memory.batch)
    stage = flow.map(f"against.{plugin.name}.{half}", made_of, scanned.corpus.units, task)
    frames = [pl.DataFrame(schema=MATCHES)]
    for unit in scanned.corpus.units:
        docs = scanned.index.stage.part("docs", unit.number).select("row", "doc")
        found = stage.part("matches", unit.number).join(docs, on="row", maintain_order="left")
        frames.append(found.with_columns(half=pl.lit(f"{plugin.name}.{half}")).select(*MATCHES))
    return pl.concat(frames).sort("half", "doc", "item", "part", nulls_last=True), compared, items.height


def match_spans(found: pl.DataFrame) -> pl.DataFrame:
    """Every passage of a document that stands in the reference: columns of SPANS."""
    rows = found.explode("evidence").drop_nulls("evidence").unnest("evidence")
    why = pl.format("row {} of the reference", "item")
    return rows.select("doc", start="a_start", end="a_end", label="half", score="similarity", why=why).select(*SPANS)


def _match_unit(
    corpus: Corpus,
    reference: Corpus,
    specs: tuple[Spec, ...],
    check: str,
    half: str,
    size: int,
    folder: Path,
    unit: Unit,
) -> Done:
    plugin, kind = _half(specs, check, half)
    items, prepared = _prepared(reference, specs, check, half)
    rows = corpus.read(unit)
    found = [pl.DataFrame(schema=_SAID)]
    for part in batches(rows.documents, size):
        batch = Batch(part, None, parts_of(part, rows.parts))
        with blaming(plugin, half, "match"):
            said = _checked(f"{check}.{half}", batch, items, kind.match(batch, items, prepared))
        found.append(said.with_columns(row=part["row"].gather(said["row"])))
    return Done(write_tables(folder, unit.number, {"matches": pl.concat(found)}))


def _checked(half: str, batch: Batch, items: Batch, said: Frame) -> Frame:
    """Raises: ContractError: columns are missing, or rows or similarities out of range."""
    if not set(_SAID) <= set(said.columns):
        raise ContractError(f"half {half!r}: match returns {', '.join(_SAID)}; got {said.schema}")
    table = said.select(*_SAID).cast(_SAID)  # type: ignore[arg-type]
    fits = pl.col("row").is_between(0, batch.height - 1) & pl.col("item").is_between(0, items.height - 1)
    if table.filter(~(fits & pl.col("similarity").is_between(0, 1)).fill_null(False)).height:
        raise ContractError(f"half {half!r}: match returned rows outside the batches or a similarity outside 0..1")
    return table


_KNOWN: dict[tuple[str, str, str, str], tuple[Batch, Frame]] = {}


def _prepared(reference: Corpus, specs: tuple[Spec, ...], check: str, half: str) -> tuple[Batch, Frame]:
    """Every item of the reference and what the half made of them, once per process; no text is written anywhere."""
    key = reference.identity(), repr(specs), check, half
    known = _KNOWN.get(key)
    if known is None:
        plugin, kind = _half(specs, check, half)
        items = _items(reference)
        with blaming(plugin, half, "prepare"):
            _KNOWN.clear()  # one reference a run
            known = _KNOWN[key] = items, kind.prepare(items)
    return known


def _items(reference: Corpus) -> Batch:
    documents: list[pl.DataFrame] = []
    parts: list[pl.DataFrame] = []
    height = 0
    for unit in reference.units:
        rows = reference.read(unit)
        own = parts_of(rows.documents, rows.parts)
        parts += [] if own is None else [own.with_columns(pl.col("row") + height)]
        documents.append(rows.documents)
        height += rows.documents.height
    return Batch(pl.concat(documents, how="diagonal"), None, pl.concat(parts) if parts else None)


def _half(specs: Sequence[Spec], check: str, half: str) -> tuple[Plugin, Against]:
    plugin = next(p for p in built(tuple(specs)) if p.name == check)
    kind = plugin.check.corpus[half]
    assert isinstance(kind, Against), half
    return plugin, kind
