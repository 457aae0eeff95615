"""Private values outside the texts: what a release would publish as it is, counted by document, column and label.

Columns other than the text are published as the source has them. Who publishes them ought to know what is in them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b

import polars as pl

from corpusqa.corpus import Fields
from corpusqa.corpus.elsewhere import UNSAID, Elsewhere, Path
from corpusqa.corpus.fields import FIELDS
from corpusqa.plugins import Plugin
from corpusqa.scan.measuring import Result
from corpusqa.scan.names import masking, private_labels, private_values, readings
from corpusqa.scan.views import Measuring

VALUES = {"row": pl.Int64, "column": pl.String, "label": pl.String, "count": pl.Int64}
FAILED = {"row": pl.Int64, "check": pl.String, "why": pl.String}
NAMELESS = "(names of columns)"
HIDDEN = "(a private name)"
# Keys below a column that are no names of fields but data (dates, ids) are shown as one.
KEYS = "*"
_FIELD = re.compile(r"[A-Za-z][A-Za-z_.\-]{0,39}\d{0,2}")
# Longer strings are texts, which are not also read as names are (see `readings`).
_NAME = 512
_ESCAPED = r"[%+/?&#_=]"
Kinds = Mapping[str, Mapping[str, int]]


def in_fields(documents: pl.DataFrame, fields: Fields, kinds: Kinds, shown: Mapping[str, str]) -> pl.DataFrame:
    """What the columns of the fields hold.

    Args:
        documents: `row` and the fields as the source has them.
        fields: The column of each field.
        kinds: Labels and counts by private value, from `private_kinds`.
        shown: What columns are called where their names are private.
    """
    named = [(name, getattr(fields, name)) for name in FIELDS if getattr(fields, name)]
    rows = [
        (row, shown.get(column, column), label, count)
        for name, column in named
        for row, value in documents.select("row", name).filter(pl.col(name).is_in(list(kinds))).iter_rows()
        for label, count in kinds[value].items()
    ]
    return pl.DataFrame(rows, schema=VALUES, orient="row")


def in_others(
    plugins: Sequence[Plugin], found: Elsewhere, rows: Collection[int] | pl.Series, batch_bytes: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What other columns hold in some rows.

    Args:
        plugins: The checks that look.
        found: The strings.
        rows: Positions in the unit.
        batch_bytes: Text that checks see at once.

    Returns:
        Columns of VALUES, and of FAILED for the rows with a string on which a check failed.
    """
    strings = found.strings.filter(pl.col("row").is_in(pl.Series(rows, dtype=pl.Int64).implode()))
    values = strings.select("path", "text").unique(maintain_order=True).with_row_index("value")
    texts = _texts(values, found.paths)
    counts, failures = [pl.DataFrame(schema={"value": pl.UInt32, "label": pl.String, "count": pl.Int64})], []
    for plugin in masking(plugins):
        for batch in _batches(texts, batch_bytes):
            result = Measuring([plugin], batch.select("text")).result(plugin.name)
            counts.append(_counted(plugin, batch, result))
            failed = result.failures.with_columns(value=batch["value"].gather(result.failures["row"]))
            failures.append(failed.select("value", "why", check=pl.lit(plugin.name)))
    # of several readings of a value the one in which most was found
    most = pl.concat(counts).group_by("value", "label").agg(pl.col("count").max()).sort("value", "label")
    held = strings.join(values, on=["path", "text"], maintain_order="left")
    said = held.join(most, on="value", maintain_order="left_right")
    columns = pl.Series(_columns(plugins, found.paths) if said.height else [], dtype=pl.String)
    said = said.with_columns(column=columns.gather(said["path"]))
    whole = said.group_by("row", "column", "label", maintain_order=True).agg(pl.col("count").sum())
    lost = pl.concat(failures) if failures else pl.DataFrame(schema={"value": pl.UInt32, **FAILED}).drop("row")
    return whole.select(*VALUES), held.join(lost, on="value", maintain_order="left").select(*FAILED)


def unsaid_of(found: Elsewhere | None, secret: bytes) -> pl.DataFrame:
    """`row` and `unsaid`, a digest of the names in a row whose values are null, for the rows with one.

    Such names may be private, so nobody who does not hold the source can try which ones they are.
    """
    names = pl.DataFrame(schema=UNSAID) if found is None else found.unsaid
    by_row = names.group_by("row").agg(pl.col("name").sort())
    digests = [blake2b(repr(said).encode(), key=secret, digest_size=8).hexdigest() for said in by_row["name"].to_list()]
    return by_row.select("row", unsaid=pl.Series(digests, dtype=pl.String))


def shown_columns(plugins: Sequence[Plugin], names: Collection[str]) -> dict[str, str]:
    """What columns are called whose names hold private values; others are not in there."""
    return dict.fromkeys(private_values(plugins, [pl.Series(list(names), dtype=pl.String)]), HIDDEN)


def _texts(values: pl.DataFrame, paths: Sequence[Path]) -> pl.DataFrame:
    """`value`, `text`, `said`: every reading of a value after the name of its column, `said` code points of which."""
    heads = pl.Series([f"{path[-1]}: " if path else "" for path in paths], dtype=pl.String)
    named = values.with_columns(head=heads.gather(values["path"]))
    escaped = named.filter((pl.col("text").str.len_bytes() <= _NAME) & pl.col("text").str.contains(_ESCAPED))
    more = [
        (value, head, reading)
        for value, head, text in escaped.select("value", "head", "text").iter_rows()
        for reading in readings(text)[1:]
    ]
    schema = {"value": pl.UInt32, "head": pl.String, "text": pl.String}
    every = pl.concat([named.select(*schema), pl.DataFrame(more, schema=schema, orient="row")])
    numbered = every.with_columns(reading=pl.int_range(pl.len()), said=pl.col("head").str.len_chars())
    return numbered.select("value", "reading", "said", text=pl.concat_str("head", "text"))


def _batches(texts: pl.DataFrame, batch_bytes: int) -> list[pl.DataFrame]:
    sizes = texts["text"].str.len_bytes().cast(pl.Int64).cum_sum() // batch_bytes
    return texts.with_columns(batch=sizes).partition_by("batch", maintain_order=True, include_key=False)


def _counted(plugin: Plugin, batch: pl.DataFrame, result: Result) -> pl.DataFrame:
    """`value`, `label`, `count` of every reading of a value."""
    spans = result.spans.filter(pl.col("label").is_in(private_labels(plugin)))
    placed = spans.select("label", "start", pl.col("row").cast(pl.Int64))
    at = batch.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    behind = placed.join(at, on="row").filter(pl.col("start").is_null() | (pl.col("start") >= pl.col("said")))
    return behind.group_by("value", "reading", "label").agg(count=pl.len().cast(pl.Int64)).drop("reading")


def _columns(plugins: Sequence[Plugin], paths: Sequence[Path]) -> list[str]:
    """How the paths are shown."""
    hidden = shown_columns(plugins, {name for path in paths for name in path})
    below = {name: KEYS for path in paths for name in path[1:] if not _FIELD.fullmatch(name)} | hidden
    shown = [
        (*(hidden.get(name, name) for name in path[:1]), *(below.get(name, name) for name in path[1:]))
        for path in paths
    ]
    return [".".join(path) or NAMELESS for path in shown]


def timed_in_others(
    plugins: Sequence[Plugin], found: Elsewhere, rows: pl.Series, batch_bytes: int, seconds: dict[str, float]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`in_others`, its CPU time noted."""
    began = time.process_time()
    said = in_others(plugins, found, rows, batch_bytes)
    seconds["privacy of columns"] = seconds.get("privacy of columns", 0.0) + time.process_time() - began
    return said
