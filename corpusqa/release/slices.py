"""Which documents go into which file and row group: decided by the kept rows alone, never by units or workers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from corpusqa.errors import UsageError
from corpusqa.scan.ids import SHORT, public_ids
from corpusqa.scan.model import Scan

# Text of the source in one row group: large enough for content-defined chunks to pay, small enough for any reader.
GROUP_BYTES = 64_000_000
# Row groups to a file: 256 MB of text, in the range that the Hub advises for shards.
FILE_GROUPS = 4
# What a row costs besides its text, so that a million empty documents are not one row group.
ROW_BYTES = 64
DEFAULT_SPLIT = "train"
ALL_SPLITS = "all"  # what `datasets` calls all splits together; it opens no data set with a split of that name
# What is planned of each row: its place, what is published as its id (null where a column of the source says it), and
# what the tables beside the data say of it.
ROWS = {
    "group": pl.Int64,
    "unit": pl.Int64,
    "row": pl.Int64,
    "doc": pl.Int64,
    "digest": pl.String,
    "id": pl.String,
    "new_id": pl.String,
    "number": pl.Int64,
    "source": pl.String,
    "id_private": pl.Boolean,
    "source_private": pl.Boolean,
}
_KEPT = ("doc", "id", "number", "unit", "row", "source", "split", "bytes", "digest")
_FLAGS = ("id_private", "url_private", "source_private")

_NOT_IN_NAMES = re.compile(r"[^\w.]+|(?<![\w])\.|\.(?![\w])")


@dataclass(frozen=True)
class Slice:
    """One data file: its number among all files, its split, its path in the release and the rows it will hold."""

    number: int
    split: str
    path: str
    rows: int


def kept_documents(scan: Scan, outcomes: pl.DataFrame) -> pl.DataFrame:
    """The documents that are published, in source order: some columns of DOCUMENTS, and `out_split` for the split.

    Args:
        scan: The scan.
        outcomes: `doc`, `verdict` of every document, in source order.

    Raises:
        UsageError: two splits would bear the same name in a release.
    """
    kept = pl.concat(kept_parts(scan, outcomes, (*_KEPT, *_FLAGS)))
    names = split_names(kept["split"].unique(maintain_order=True).to_list())
    found = pl.col("split").replace_strict(list(names), list(names.values()), return_dtype=pl.String)
    return kept.with_columns(out_split=found).drop("split")


def kept_parts(scan: Scan, outcomes: pl.DataFrame, columns: Iterable[str]) -> Iterator[pl.DataFrame]:
    """`doc` and some fields and signals of the documents that are published, unit by unit."""
    stays, at = outcomes["verdict"] != "drop", 0
    for part in scan.side_by_side(columns):
        yield part.filter(stays.slice(at, part.height))
        at += part.height


def _meeting(name: str, one: str | None, other: str | None) -> str:
    """Why two splits cannot be told apart in a release."""
    if one and other:
        return (
            f"the splits {one!r} and {other!r} would both be called {name!r} in the release; rename one in the source"
        )
    return (
        f"rows of the split {one or other!r} and rows that state none would both be the split {name!r} of the release; "
        "a split that holds a private value counts as none. Give every row its split in the source"
    )


def split_names(splits: Sequence[str | None]) -> dict[str | None, str]:
    """The name of each split in a release: letters, digits, underscores and inner dots, as `datasets` wants it.

    Raises:
        UsageError: two of them would be the same.
    """
    names: dict[str | None, str] = {}
    for split in splits:
        name = _NOT_IN_NAMES.sub("_", split) if split else DEFAULT_SPLIT
        name = f"{name}_" if name == ALL_SPLITS else name
        if name in names.values():
            raise UsageError(_meeting(name, next(s for s, n in names.items() if n == name), split))
        names[split] = name
    return names


def slices(kept: pl.DataFrame) -> tuple[list[Slice], Iterator[pl.DataFrame]]:
    """The files of a release and their rows.

    Args:
        kept: From `kept_documents`.

    Returns:
        One Slice per file, splits in order of first appearance; and one frame per file, made when it is asked for, with
        those columns of ROWS that `kept` has, and `group`.
    """
    files: list[Slice] = []
    weight = pl.col("bytes") + ROW_BYTES
    group = ((weight.cum_sum() - weight) // GROUP_BYTES).rank("dense").cast(pl.Int64) - 1
    placed = kept.select("out_split", group=group.over("out_split"))
    placed = placed.with_columns(file=pl.col("group") // FILE_GROUPS)
    for split in kept["out_split"].unique(maintain_order=True):
        counts = placed.filter(pl.col("out_split") == split)["file"].value_counts().sort("file")
        for number, rows in counts.iter_rows():
            path = f"data/{split}-{number:05d}-of-{counts.height:05d}.parquet"
            files.append(Slice(len(files), split, path, rows))
    return files, _rows_of_files(kept, placed)


def _rows_of_files(kept: pl.DataFrame, placed: pl.DataFrame) -> Iterator[pl.DataFrame]:
    columns = [name for name in ROWS if name in kept.columns]
    for split in kept["out_split"].unique(maintain_order=True):
        of_split = placed["out_split"] == split
        for number in placed.filter(of_split)["file"].unique().sort():
            chosen = of_split & (placed["file"] == number)
            group = placed["group"].filter(chosen)
            yield kept.filter(chosen).select(columns).insert_column(0, group)


def own_ids(documents: pl.DataFrame) -> pl.Series:
    """The id that the source itself gives each document, or null.

    Public ids that are made of a row's digest hold its first digits, which no id of a source does by chance.
    """
    short = pl.col("digest").str.slice(0, SHORT)
    stem = pl.col("id").str.split(pl.concat_str(pl.lit("#"), short)).list.first()
    made = pl.col("id").str.starts_with(short)
    return documents.select(own=pl.when(made).then(None).otherwise(stem))["own"]


def new_ids(kept: pl.DataFrame, edited: pl.DataFrame) -> pl.Series:
    """Unique ids that tell nothing of what was masked.

    An id made of the digest of a source row would let anyone who holds the masked text try out phone numbers until the
    digest fits. Documents that were edited are therefore named by what is published of them.

    Args:
        kept: The published documents with `own` ids.
        edited: `doc`, `digest` of the published text of the edited documents.
    """
    joined = kept.select("doc", "own", "digest").join(
        edited, on="doc", how="left", maintain_order="left", suffix="_new"
    )
    digests = joined.select(pl.coalesce("digest_new", "digest"))
    return public_ids(joined["own"], digests.to_series()).alias("new_id")
