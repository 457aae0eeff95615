"""What `datasets` is told of the files in the head of the card: features, rows and sizes of the data files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    import datasets

NOTED = b"huggingface"  # key of the schema metadata under which `datasets` notes features in its own files


def noted_features(schemas: Iterable[pa.Schema]) -> str:
    """What `datasets` noted in the files of a source, as JSON: features by column; `{}` where the files disagree."""
    found: dict[str, dict[str, Any]] = {}
    for schema in schemas:
        for name, feature in noted_in(schema).items():
            found.setdefault(name, {})[json.dumps(feature, sort_keys=True)] = feature
    return json.dumps({name: feature for name, said in found.items() if len(said) == 1 for feature in said.values()})


def strings_of(noted: Any) -> Iterator[str]:
    """Every string in what was noted: names of classes and fields, types."""
    if isinstance(noted, str):
        yield noted
    elif isinstance(noted, Mapping):
        yield from noted
        for value in noted.values():
            yield from strings_of(value)
    elif isinstance(noted, list):
        for value in noted:
            yield from strings_of(value)


def noted_in(schema: pa.Schema) -> dict[str, Any]:
    """What `datasets` noted in one file: features by column."""
    try:
        said = json.loads((schema.metadata or {}).get(NOTED, b"{}"))
        features = said["info"]["features"]
    except (ValueError, KeyError, TypeError):
        return {}
    return features if isinstance(features, dict) else {}


def features_of(schema: pa.Schema, noted: str = "{}") -> datasets.Features:
    """The feature of each published column: names of classes, pictures and sound as the source notes them.

    A noted feature counts as long as the column still has its type; everything else follows from the type.
    """
    import datasets

    said = {"info": {"features": {n: f for n, f in json.loads(noted).items() if n in schema.names}}}
    plain = schema.remove_metadata()
    try:
        return datasets.Features.from_arrow_schema(plain.with_metadata({NOTED: json.dumps(said).encode()}))
    except (ValueError, TypeError, KeyError):  # noted by a version of `datasets` that has other features
        return datasets.Features.from_arrow_schema(plain)


def outside(paths: Sequence[Path], schema: pa.Schema) -> dict[str, int]:
    """Columns of pictures, sound or other files whose rows name a file and do not hold it, and the number of such rows.

    Args:
        paths: Data files.
        schema: Theirs. `datasets` keeps files as a struct of `bytes` and `path`.
    """
    columns = [f.name for f in schema if pa.types.is_struct(f.type) and {n.name for n in f.type} == {"bytes", "path"}]
    if not columns:
        return {}
    of = {name: pl.col(name).struct for name in columns}
    named = {n: (s.field("bytes").is_null() & s.field("path").is_not_null()).sum() for n, s in of.items()}
    counts: dict[str, int] = pl.scan_parquet(list(paths)).select(**named).collect().row(0, named=True)
    return {name: count for name, count in counts.items() if count}


def dataset_info(folder: Path, splits: Mapping[str, Sequence[str]], features: datasets.Features) -> dict[str, Any]:
    """`dataset_info` of a card for the data files, counted from their footers.

    The removed rows have none: what is published of them may be less than what is kept at home.

    Args:
        folder: The release.
        splits: Data files by split.
        features: Of the data files.
    """
    import datasets

    said = datasets.SplitDict()
    packed = 0
    for split, files in splits.items():
        footers = [pq.read_metadata(folder / path) for path in files]
        groups = [footer.row_group(number) for footer in footers for number in range(footer.num_row_groups)]
        size, rows = sum(group.total_byte_size for group in groups), sum(footer.num_rows for footer in footers)
        said.add(datasets.SplitInfo(split, num_bytes=size, num_examples=rows))
        packed += sum((folder / path).stat().st_size for path in files)
    whole = sum(split.num_bytes for split in said.values())
    info = datasets.DatasetInfo(features=features, splits=said, download_size=packed, dataset_size=whole)
    card: dict[str, Any] = {}
    datasets.info.DatasetInfosDict({"default": info}).to_dataset_card_data(card)
    found: dict[str, Any] = json.loads(json.dumps(card["dataset_info"]))
    return {"config_name": "default", **found}
