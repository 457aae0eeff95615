"""Which documents go into which file and row group: decided by the kept rows alone, never by units or workers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from corpusqa.errors import UsageError
from corpusqa.scan.ids import SHORT, public_ids
from corpusqa.scan.model import DOCUMENTS, Scan

# Text of the source in one row group: large enough for content-defined chunks to pay, small enough for any reader.
GROUP_BYTES = 64_000_000
# Row groups to a file: 256 MB of text, in the range that the Hub advises for shards.
FILE_GROUPS = 4
# What a row costs besides its text, so that a million empty documents are not one row group.
ROW_BYTES = 64
DEFAULT_SPLIT = "train"
ALL_SPLITS = "all"  # what `datasets` calls all splits together; it opens no data set with a split of that name
ROWS = {"group": pl.Int64, "unit": pl.Int64, "row": pl.Int64, "doc": pl.Int64, "digest": pl.String, "id": pl.String}

_NOT_IN_NAMES = re.compile(r"[^\w.]+|(?<![\w])\.|\.(?![\w])")


@dataclass(frozen=True)
class Slice:
    """One data file: its number among all files, its split, its path in the release and the rows it will hold."""

    number: int
    split: str
    path: str
    rows: int


def kept_documents(scan: Scan, outcomes: pl.DataFrame) -> pl.DataFrame:
    """The documents that are published, in source order: columns of DOCUMENTS but the file and line, and `out_split`.

    Args:
        scan: The scan.
        outcomes: `doc`, `verdict` of every document, in source order.

    Raises:
        UsageError: two splits would bear the same name in a release.
    """
    stays, at = outcomes["verdict"] != "drop", 0
    parts = []
    for part in scan.held.parts("documents", [name for name in DOCUMENTS if not name.startswith(("file", "line"))]):
        parts.append(part.filter(stays.slice(at, part.height)))
        at += part.height
    kept = pl.concat(parts)
    names = split_names(kept["split"].unique(maintain_order=True).to_list())
    found = pl.col("split").replace_strict(list(names), list(names.values()), return_dtype=pl.String)
    return kept.with_columns(out_split=found)


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


def slices(kept: pl.DataFrame) -> tuple[list[Slice], list[pl.DataFrame]]:
    """The files of a release and their rows.

    Args:
        kept: From `kept_documents`, with the column `new_id` (null where the source's own column says it).

    Returns:
        One Slice and one frame with the columns of ROWS per file, splits in order of first appearance.
    """
    files: list[Slice] = []
    frames: list[pl.DataFrame] = []
    weight = pl.col("bytes") + ROW_BYTES
    for split in kept["out_split"].unique(maintain_order=True):
        rows = kept.filter(pl.col("out_split") == split)
        rows = rows.with_columns(group=((weight.cum_sum() - weight) // GROUP_BYTES).rank("dense").cast(pl.Int64) - 1)
        parts = rows.with_columns(file=pl.col("group") // FILE_GROUPS).partition_by("file", maintain_order=True)
        for number, part in enumerate(parts):
            path = f"data/{split}-{number:05d}-of-{len(parts):05d}.parquet"
            files.append(Slice(len(files), split, path, part.height))
            frames.append(part.select("group", "unit", "row", "doc", "digest", id="new_id"))
    return files, frames


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
