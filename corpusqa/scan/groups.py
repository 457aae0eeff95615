"""Groups and Derive halves: what is seen only with many documents side by side, routed back to each."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl

from corpusqa.check import Derive, Groups
from corpusqa.engines.flow import Flow
from corpusqa.engines.kept import COUNT, ONCE, kept_groups
from corpusqa.engines.owners import made
from corpusqa.engines.parts import Stage
from corpusqa.errors import ContractError
from corpusqa.plugins import Plugin, Spec
from corpusqa.scan.contract import blaming
from corpusqa.scan.model import SPANS
from corpusqa.scan.scanned import Scanned
from corpusqa.scan.unit import built, key_table

_SPAN_COLUMNS = ("start", "end", "label", "score", "why")


def grouped(flow: Flow, scanned: Scanned, plugin: Plugin, half: str) -> pl.DataFrame:
    """What the reduce of a Groups half returned for the whole corpus, by doc.

    Raises:
        ContractError: it has no `doc` or undeclared columns.
    """
    table, measured, index = key_table(plugin.name, half), scanned.measured, scanned.index.stage
    tasks = sorted({part.part for part in measured.parts if part.table == table})
    schema = _row_schema(measured, table, tasks)
    stage = kept_groups(
        flow,
        f"groups.{plugin.name}.{half}",
        (scanned.keys[plugin.name], half),
        (measured.digest, index.digest),
        scanned.owners,
        tasks,
        partial(_by_slot, measured, table, tuple(schema)),
        schema,
        partial(_reduce, scanned.specs, plugin.name, half),
        measured.weight(table),
    )
    said = scanned.owners.owners().named(made(stage, "reduced"))
    every = said[np.repeat(np.arange(said.height), said[COUNT].to_numpy())].drop(COUNT)
    return every.sort("doc", *every.columns, nulls_last=True)


def derived(plugin: Plugin, half: str, frame: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """What a Derive half says of the finished scan.

    Raises:
        ContractError: it fails, or its frame has no `doc` or undeclared columns.
    """
    kind = plugin.check.corpus[half]
    assert isinstance(kind, Derive), half
    with blaming(plugin, half, "fn"):
        return _declared(plugin, half, kind.fn(frame, pairs) if kind.pairs else kind.fn(frame))


def split(plugin: Plugin, said: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of a half -> signals (`doc` and full names, one row a document) and spans (columns of SPANS)."""
    names = [name for name in said.columns if name in plugin.check.signals]
    signals = said.select(
        "doc", *(pl.col(n).cast(plugin.check.signals[n].dtype).alias(f"{plugin.name}.{n}") for n in names)
    )
    if "label" not in said.columns:
        return signals, pl.DataFrame(schema=SPANS)
    missing = [pl.lit(None, SPANS[n]).alias(n) for n in _SPAN_COLUMNS if n not in said.columns]
    labelled = said.filter(pl.col("label").is_not_null()).with_columns(missing)
    full = pl.concat_str(pl.lit(f"{plugin.name}."), pl.col("label"))
    return signals, labelled.with_columns(label=full).select(*SPANS).cast(SPANS)  # type: ignore[arg-type]


def _row_schema(measured: Stage, table: str, tasks: list[int]) -> dict[str, pl.DataType]:
    """Flat columns of the keys with the document's slot in place of the row."""
    first = measured.part(table, tasks[0], pl.Series(dtype=pl.Int64)).schema
    return {"key": pl.Int64(), "slot": pl.Int64(), **{n: t for n, t in first.items() if n not in ("row", "key")}}


def _by_slot(measured: Stage, table: str, columns: tuple[str, ...], unit: int, docs: pl.DataFrame) -> pl.DataFrame:
    keys = measured.part(table, unit, docs["row"])
    keys = keys.join(docs.select("row", "slot"), on="row", maintain_order="left")
    return keys.select(*columns)


def _reduce(specs: tuple[Spec, ...], check: str, half: str, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    plugin = next(p for p in built(specs) if p.name == check)
    kind = plugin.check.corpus[half]
    assert isinstance(kind, Groups), half
    with blaming(plugin, half, "reduce"):
        said = _declared(plugin, half, kind.reduce(rows))
    return {"reduced": said.with_columns(ONCE)}


def _declared(plugin: Plugin, half: str, said: pl.DataFrame) -> pl.DataFrame:
    allowed = {"doc", *_SPAN_COLUMNS, *plugin.check.signals}
    who = f"half '{plugin.name}.{half}'"
    if "doc" not in said.columns or not set(said.columns) <= allowed:
        raise ContractError(
            f"{who}: returns doc and declared signals or start, end, label, score, why; got {said.schema}"
        )
    if "label" in said.columns:
        labels = {str(label) for label in said["label"].drop_nulls().unique()}
        if labels - set(plugin.check.labels):
            raise ContractError(f"{who}: undeclared labels {', '.join(sorted(labels - set(plugin.check.labels)))}")
    return said.with_columns(pl.col("doc").cast(pl.Int64))
