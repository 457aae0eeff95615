"""The schema of a source: from the footers where the format has them, else from reading everything once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as pt

from corpusqa.corpus import Corpus, unify
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Done, write_tables
from corpusqa.errors import UsageError
from corpusqa.plugins import Plugin, Spec, fingerprint
from corpusqa.readers import Unit
from corpusqa.release.features import noted_features, noted_in, strings_of
from corpusqa.scan.names import private_kinds, private_values
from corpusqa.scan.unit import built

SHOWN = 5  # names that a message speaks of


@dataclass(frozen=True)
class Source:
    """Columns of a source.

    Attributes:
        schema: Holds the rows of every unit without loss.
        noted: Features that `datasets` noted in the files, as JSON by column.
    """

    schema: pa.Schema
    noted: str = "{}"


def source_schema(corpus: Corpus, flow: Flow, specs: tuple[Spec, ...]) -> Source:
    """The schema of all rows of a corpus.

    Raises:
        UsageError: the name of a column or of a field in it holds a private value.
    """
    if corpus.format == "parquet":
        schemas = _footers(corpus)
    else:
        made_of = (
            corpus.identity(),
            [spec.placeless for spec in specs],
            [fingerprint(plugin) for plugin in built(specs)],
        )
        stage = flow.map("schema", made_of, corpus.units, partial(_unit_schema, corpus, specs))
        schemas = [
            _schema_of(corpus, unit) if raw is None else pa.ipc.read_schema(pa.py_buffer(raw))
            for unit in corpus.units
            for raw in stage.part("schema", unit.number)["schema"]
        ]
    whole = unify(schemas, partial(_columns, corpus))
    _refuse_private_names(corpus, whole, specs)
    noted, private = _without_private(json.loads(noted_features(schemas)), specs)
    for column in private:
        flow.say(f"{column}: names of its classes hold private values and are left out; the column keeps its numbers")
    return Source(whole, json.dumps(noted))


def _without_private(noted: Mapping[str, Any], specs: tuple[Spec, ...]) -> tuple[dict[str, Any], list[str]]:
    """What is noted of columns without private values, and the other columns."""
    said = {column: list(strings_of(feature)) for column, feature in noted.items()}
    strings = pl.Series([one for several in said.values() for one in several], dtype=pl.String)
    kinds = set(private_values(built(specs), [strings]))
    private = [column for column, several in said.items() if not kinds.isdisjoint(several)]
    return {column: feature for column, feature in noted.items() if column not in private}, private


def _footers(corpus: Corpus) -> list[pa.Schema]:
    schemas = []
    for file in corpus.files:
        try:
            schemas.append(pq.read_schema(Path(corpus.root) / file.path))
        except (pa.ArrowException, OSError, ValueError):  # its rows are unreadable and counted as such
            continue
    return schemas


def _unit_schema(corpus: Corpus, specs: tuple[Spec, ...], folder: Path, unit: Unit) -> Done:
    """The schema of a unit; null where it holds a private value, which no work file does."""
    schema = _schema_of(corpus, unit)
    notes = pl.Series(list(strings_of(noted_in(schema))), dtype=pl.String)
    private = _private_names(built(specs), schema) or private_values(built(specs), [notes])
    raw = None if private else schema.serialize().to_pybytes()
    return Done(
        write_tables(folder, unit.number, {"schema": pl.DataFrame({"schema": [raw]}, schema={"schema": pl.Binary})})
    )


def _columns(corpus: Corpus, name: str) -> Iterator[pa.ChunkedArray]:
    """A column in every unit that has it."""
    tables = (corpus.read(unit, full=True).table for unit in corpus.units)
    return (table[name] for table in tables if table is not None and name in table.column_names)


def _schema_of(corpus: Corpus, unit: Unit) -> pa.Schema:
    table = corpus.read(unit, full=True).table
    return table.schema if table is not None else pa.schema([])


def _refuse_private_names(corpus: Corpus, schema: pa.Schema, specs: tuple[Spec, ...]) -> None:
    """Card, manifest and data have to call a column alike, so that a private name cannot be published at all."""
    private = _private_names(built(specs), schema)
    places = [
        f"{', '.join(sorted(labels)) or 'a check failed on it'} in the name of column {number}"
        if not below
        else f"{', '.join(sorted(labels)) or 'a check failed on it'} in the name of a field inside column {number}"
        for number, below, labels in private
    ]
    if places:
        more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
        raise UsageError(
            f"{corpus.source}: the names of columns hold private values ({'; '.join(places[:SHOWN])}{more}; columns "
            "are counted from 1), and whoever reads a release sees them. Rename these columns, or write such names as "
            "values; a name that is meant to be public can be allowed in the options of the check"
        )


def _private_names(plugins: Sequence[Plugin], schema: pa.Schema) -> list[tuple[int, bool, Mapping[str, int]]]:
    """Number of the column, whether it is a field below it, and the labels, for every name with a private value."""
    named = [(number, below, name) for number, field in enumerate(schema, 1) for below, name in _names(field, False)]
    kinds = private_kinds(plugins, [pl.Series([name for _, _, name in named], dtype=pl.String)])
    return [(number, below, kinds[name]) for number, below, name in named if name in kinds]


def _names(field: pa.Field, below: bool) -> Iterator[tuple[bool, str]]:
    """The name of a column and those of the fields below it, names that Arrow gives to items left aside."""
    yield below, field.name
    kind = field.type
    while pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind) or pt.is_list_view(kind):
        kind = kind.value_type
    for inner in kind if pt.is_struct(kind) else ():
        yield from _names(inner, True)
