"""The schema of a source: from the footers where the format has them, else from reading everything once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpusqa.corpus import Corpus, unify
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Done, write_tables
from corpusqa.readers import Unit
from corpusqa.release.features import noted_features
from corpusqa.release.schema import published_schema


@dataclass(frozen=True)
class Source:
    """Columns of a source.

    Attributes:
        schema: Holds the rows of every unit without loss.
        noted: Features that `datasets` noted in the files, as JSON by column.
        trusted: Whether a row digest made while scanning is also that of the same row in the published types.
    """

    schema: pa.Schema
    trusted: bool
    noted: str = "{}"


def source_schema(corpus: Corpus, flow: Flow) -> Source:
    """The schema of all rows of a corpus."""
    if corpus.format == "parquet":
        schemas = _footers(corpus)
    else:
        stage = flow.map("schema", corpus.identity(), corpus.units, partial(_unit_schema, corpus))
        schemas = [pa.ipc.read_schema(pa.py_buffer(raw)) for raw in stage.frame("schema")["schema"]]
    whole = unify(schemas)
    text = corpus.fields.text
    same = published_schema(whole, text)
    trusted = corpus.format == "parquet" and all(_agrees(schema, same, text) for schema in schemas)
    return Source(whole, trusted, noted_features(schemas))


def _footers(corpus: Corpus) -> list[pa.Schema]:
    schemas = []
    for file in corpus.files:
        try:
            schemas.append(pq.read_schema(Path(corpus.root) / file.path))
        except (pa.ArrowException, OSError, ValueError):  # its rows are unreadable and counted as such
            continue
    return schemas


def _unit_schema(corpus: Corpus, folder: Path, unit: Unit) -> Done:
    table = corpus.read(unit, full=True).table
    schema = table.schema if table is not None else pa.schema([])
    frame = pl.DataFrame({"schema": [schema.serialize().to_pybytes()]}, schema={"schema": pl.Binary})
    return Done(write_tables(folder, unit.number, {"schema": frame}))


def _agrees(schema: pa.Schema, published: pa.Schema, text: str) -> bool:
    """Whether the columns have by themselves the types in which they are published, JSON apart."""
    alone = published_schema(schema, "")
    return all(field.type == published.field(field.name).type and not _odd(field.type) for field in alone)


def _odd(kind: pa.DataType) -> bool:
    return isinstance(kind, pa.BaseExtensionType)
