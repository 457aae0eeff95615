"""Hugging Face datasets in and out; `datasets` is imported only when one of its objects is at hand or asked for."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpusqa.corpus.in_memory import settled
from corpusqa.corpus.splits import Copied, Splits, holds_no_row
from corpusqa.corpus.typed import as_json, is_long, to_table
from corpusqa.corpus.united import conform, unify
from corpusqa.errors import CannotEvaluate, EmptyCorpus
from corpusqa.readers.zones import zones_count

if TYPE_CHECKING:
    import datasets

    from corpusqa.corpus.model import Corpus

ROWS, GROUP_BYTES = 1000, 16 << 20  # read at once; written as one row group


def is_dataset(source: Any) -> bool:
    """Whether an object comes from `datasets`, without importing it."""
    kinds = ("Dataset", "DatasetDict", "IterableDataset", "IterableDatasetDict")
    return any(
        kind.__module__.partition(".")[0] == "datasets" and kind.__name__ in kinds for kind in type(source).__mro__
    )


def spool_dataset(source: Any, folder: Path) -> Copied:
    """Write a dataset as Parquet files into a folder, in order.

    Raises:
        EmptyCorpus: If it holds no row.
        CannotEvaluate: If reading it fails on the way.
    """
    splits: dict[str, str] = {}
    empty = []
    inferred: dict[Path, pa.Schema] = {}
    named = source if isinstance(source, Mapping) else {"": source}
    for order, (split, dataset) in enumerate(named.items()):
        for part, table in enumerate(_parts(dataset)):
            path = folder / f"{order:05}-{part:05}.parquet"
            table = _embedded(table)
            _write(table, path)
            if dataset.features is None:
                inferred[path] = table.schema
            if split or getattr(dataset, "split", None):
                splits[path.name] = str(split or dataset.split)
        if split and split not in splits.values():
            empty.append(holds_no_row(split))
    if not any(folder.iterdir()):
        raise EmptyCorpus("the dataset holds no row")
    _agree(inferred)
    return Copied(Splits(splits, tuple(empty)))


def _write(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, row_group_size=table.num_rows, compression="zstd")


def _agree(inferred: Mapping[Path, pa.Schema]) -> None:
    """Write files anew whose types follow from their values alone, so that they follow from those of all files."""

    def columns(name: str) -> Iterator[pa.ChunkedArray]:
        for path, schema in inferred.items():
            if name in schema.names:
                yield pq.read_table(path, columns=[name])[name]

    whole = unify(inferred.values(), columns)
    for path, schema in inferred.items():
        wanted = [whole.field(name) for name in schema.names]
        if any(is_long(field) or field.type != schema.field(field.name).type for field in wanted):
            table = conform(pq.read_table(path), whole)
            _write(table.cast(pa.schema([field.remove_metadata() for field in table.schema])), path)


def _embedded(table: pa.Table) -> pa.Table:
    """With the bytes of pictures and sound in place of the paths of files, which mean nothing elsewhere."""
    if b"huggingface" not in (table.schema.metadata or {}):
        return table
    from datasets.table import embed_table_storage

    return embed_table_storage(table)


def _parts(dataset: Any) -> Iterator[pa.Table]:
    """Tables of about GROUP_BYTES; each its own file, so that columns may change their type on the way."""
    waiting: list[pa.Table] = []
    size = 0
    for table in _tables(dataset):
        same = not waiting or table.schema.equals(waiting[0].schema, check_metadata=True)
        if waiting and (size + table.nbytes > GROUP_BYTES or not same):
            yield pa.concat_tables(waiting)
            waiting, size = [], 0
        waiting.append(table)
        size += table.nbytes
    if waiting:
        yield pa.concat_tables(waiting)


def _tables(dataset: Any) -> Iterator[pa.Table]:
    if hasattr(dataset, "num_rows"):
        # schema and values as the dataset has them; selections and orders are applied by `iter`
        yield from dataset.with_format("arrow").iter(ROWS)
        return
    count = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal count
        for row in dataset:
            count += 1
            yield row

    dataset, features = dataset.with_format(None), dataset.features
    if features is not None:
        dataset = dataset.decode(False)  # pictures and sound stay the bytes that they are
    try:
        for records in _batches(counted()):
            rows = list(map(settled, records))
            # without declared features the types follow from the values
            with zones_count():
                table = pa.Table.from_pylist(rows, schema=features.arrow_schema) if features else to_table(rows)
            yield table
    except CannotEvaluate:
        raise
    except Exception as error:
        where = f"after {count:,} row{'s' * (count > 1)}" if count else "before the first row"
        raise CannotEvaluate(f"the dataset could not be read further {where} ({type(error).__name__})") from error


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    waiting: list[dict[str, Any]] = []
    for row in rows:
        waiting.append(dict(row))
        if len(waiting) == ROWS:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def to_dataset(corpus: Corpus) -> datasets.Dataset:
    """The readable rows of a corpus as a Hugging Face dataset with explicit features.

    Columns are those of the source, as they are and under their own names; a folder of text files has `id` (the
    relative path), `text`, `source` where it has folders, and the columns of its metadata. Nothing is inferred from
    the looks of a value: a string stays a string. A column whose values no Arrow type can hold without loss has the
    feature `Json`; a dataset object keeps its own features. Rows that cannot be read are left out with a warning.

    Raises:
        EmptyCorpus: no row can be read.
    """
    import datasets

    rows = [corpus.read(unit, full=True) for unit in corpus.units]
    _tell_lost(corpus, pl.concat([one.unreadable for one in rows]), sum(one.documents.height for one in rows))
    tables = [one.table for one in rows if one.table is not None]
    schema = unify(
        (table.schema for table in tables),
        lambda name: (table[name] for table in tables if name in table.column_names),
    )
    whole = pa.concat_tables([conform(table, schema) for table in tables])
    features = _stored_features([table.schema for table in tables], schema) or _features(schema)
    return datasets.Dataset(_shown(whole, features), info=datasets.DatasetInfo(features=features))


def _tell_lost(corpus: Corpus, lost: pl.DataFrame, read: int) -> None:
    if lost.is_empty():
        return
    file, line, reason = lost.select("file", "line", "reason").row(0)
    where = (file or "") + (f", line {line}" if line else "") + (": " if file else "")
    said = f"{lost.height:,} of {read + lost.height:,} rows cannot be read, the first of them: {where}{reason}"
    if not read:
        raise EmptyCorpus(f"{corpus.source}: {said}")
    warnings.warn(f"{corpus.source}: {said}; they are not in the dataset", stacklevel=4)


def _stored_features(stored: Sequence[pa.Schema], schema: pa.Schema) -> datasets.Features | None:
    """The features that `datasets` noted in its own files (names of classes, pictures), if all note the same."""
    import datasets

    if any(b"huggingface" not in (one.metadata or {}) for one in stored):
        return None
    features, *others = (datasets.Features.from_arrow_schema(one) for one in stored)
    if any(other != features for other in others):
        return None
    plain = {field.name: _plain(field.type) for field in schema}
    same = {field.name: _plain(field.type) for field in features.arrow_schema} == plain
    return features if same else None


def _features(schema: pa.Schema) -> datasets.Features:
    """The feature of each column; what `datasets` has no type for (maps, say) is shown as JSON."""
    import datasets

    found = {}
    for field in schema:
        try:
            one = datasets.Features.from_arrow_schema(pa.schema([(field.name, _plain(field.type))]))
        except ValueError:
            one = datasets.Features({field.name: datasets.Json()})
        found.update(one)
    return datasets.Features(found)


def _shown(table: pa.Table, features: datasets.Features) -> pa.Table:
    wanted = features.arrow_schema
    columns = [as_json(table[f.name]) if isinstance(f.type, pa.JsonType) else table[f.name] for f in wanted]
    return pa.table(columns, names=wanted.names).cast(wanted)


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type under which `datasets` shows a column: `large_string` is a feature of its own."""
    if isinstance(kind, pa.BaseExtensionType) and not isinstance(kind, pa.JsonType):
        return _plain(kind.storage_type)
    if pa.types.is_fixed_size_binary(kind):
        return pa.binary()
    if pa.types.is_large_string(kind):
        return pa.string()
    if pa.types.is_large_binary(kind):
        return pa.binary()
    if pa.types.is_large_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _plain(field.type)) for field in kind])
    return kind
