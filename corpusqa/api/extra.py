"""The source's own columns that rules name, read unit by unit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import polars as pl

from corpusqa.corpus import Corpus, columns
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Done, write_tables
from corpusqa.plugins import Plugin, Spec, specs_of
from corpusqa.readers import Unit
from corpusqa.scan.model import Scan
from corpusqa.scan.names import private_values, without
from corpusqa.scan.unit import built


def own_columns(
    corpus: Corpus, plugins: Sequence[Plugin], scanned: Scan, flow: Flow, names: Sequence[str]
) -> pl.DataFrame | None:
    """`doc` and the columns `names`, in source order; None without names.

    Units with private values in them are read again.
    """
    if not names:
        return None
    specs = specs_of(plugins)
    made_of = (
        scanned.digest,
        corpus.identity(),
        tuple(names),
        [check.fingerprint for check in scanned.checks.values()],
    )
    stage = flow.map("columns", made_of, corpus.units, partial(_read_columns, corpus, specs, tuple(names)))
    frames, numbered = [], {str(number): f"doc:{name}" for number, name in enumerate(names)}
    for unit, docs in zip(corpus.units, scanned.held.parts("documents", ("doc", "row")), strict=True):
        hidden = stage.part("hidden", unit.number).item()
        there = None if hidden else stage.part("columns", unit.number)
        found = columns(corpus, unit, list(names)) if there is None else there.rename(numbered, strict=False)
        frames.append(docs.join(found, on="row", how="left", maintain_order="left").drop("row"))
    return pl.concat(frames, how="diagonal_relaxed")


def _read_columns(corpus: Corpus, specs: tuple[Spec, ...], names: tuple[str, ...], folder: Path, unit: Unit) -> Done:
    """The columns by number and without private values, which no work file holds, and whether there are some."""
    found = columns(corpus, unit, list(names))
    strings = [name for name, dtype in found.schema.items() if dtype == pl.String]
    private = private_values(built(specs), [found[name] for name in strings]) if strings else []
    numbered = {f"doc:{name}": str(number) for number, name in enumerate(names)}
    tables = {
        "columns": found.with_columns(without(strings, private)).rename(numbered),
        "hidden": pl.DataFrame({"any": [bool(private)]}),
    }
    return Done(write_tables(folder, unit.number, tables))
