"""What a check returned is held to what it declared; nothing unchecked goes into a scan."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from corpusqa.batch import Batch
from corpusqa.errors import ContractError
from corpusqa.plugins import Plugin

SPANS = {
    "row": pl.Int64,
    "start": pl.Int64,
    "end": pl.Int64,
    "label": pl.String,
    "score": pl.Float64,
    "why": pl.String,
}
NO_SPANS = pl.DataFrame(schema=SPANS)
_ORDER = ("row", "start", "end", "label")


@contextmanager
def blaming(plugin: Plugin, half: str, function: str) -> Iterator[None]:
    """Whatever a function of a corpus half raises becomes a ContractError that names type and place.

    The message of the exception is left out, because it may quote text. SystemExit counts as a failure like any
    other: a check that calls `sys.exit(0)` would else end a gate as passed.
    """
    try:
        yield
    except (ContractError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise ContractError(
            f"half '{plugin.name}.{half}': {function} failed with {type(error).__name__} at {place(plugin, error)}"
        ) from None


def place(plugin: Plugin, error: BaseException) -> str:
    """file:line of the innermost frame in the check's own folder, else of the innermost frame."""
    frames = traceback.extract_tb(error.__traceback__)
    home = Path(plugin.function.__code__.co_filename).parent
    own = [frame for frame in frames if home in Path(frame.filename).parents]
    last = (own or frames)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def checked_signals(plugin: Plugin, batch: Batch, signals: pl.DataFrame) -> pl.DataFrame:
    """Signals under their full names and declared dtypes.

    Raises:
        ContractError: undeclared or missing columns, wrong height or dtype, NaN.
    """
    declared, who = plugin.check.signals, f"check {plugin.name!r}"
    extra = set(signals.columns) - set(declared)
    missing = set() if plugin.check.corpus else set(declared) - set(signals.columns)
    if extra or missing:
        raise ContractError(f"{who}: signals declared and measured differ: {', '.join(sorted(extra | missing))}")
    if signals.width and signals.height != batch.height:
        raise ContractError(f"{who}: {signals.height} rows of signals for {batch.height} documents")
    for name, series in zip(signals.columns, signals.get_columns(), strict=True):
        wanted, got = declared[name].dtype, series.dtype
        if got != wanted and not (got == pl.Null or (got.is_integer() and wanted == pl.Int64)):
            raise ContractError(f"{who}: signal {name!r} is {got}, declared {wanted.__name__}")
        if got.is_float() and series.is_nan().any():
            raise ContractError(f"{who}: signal {name!r} is NaN somewhere; null is the word for not measurable")
    return signals.select(pl.col(n).cast(declared[n].dtype).alias(f"{plugin.name}.{n}") for n in signals.columns)


def checked_spans(plugin: Plugin, batch: Batch, spans: pl.DataFrame | None) -> pl.DataFrame:
    """Spans with full labels, sorted.

    Raises:
        ContractError: missing columns, undeclared labels, offsets outside a document or across parts.
    """
    if spans is None or spans.is_empty():
        return NO_SPANS
    extra = [pl.lit(None, SPANS[name]).alias(name) for name in ("score", "why") if name not in spans.columns]
    try:
        table = spans.with_columns(extra).select(*SPANS).cast(SPANS)  # type: ignore[arg-type]
    except pl.exceptions.PolarsError:
        raise ContractError(
            f"check {plugin.name!r}: spans need row, start, end (integers) and label (string); got {spans.schema}"
        ) from None
    unknown = sorted(str(label) for label in set(table["label"].unique().to_list()) - set(plugin.check.labels))
    if unknown:
        raise ContractError(f"check {plugin.name!r}: spans bear undeclared labels: {', '.join(unknown)}")
    _inside(plugin, batch, table)
    full = pl.concat_str(pl.lit(f"{plugin.name}."), pl.col("label"))
    return table.with_columns(label=full).sort(_ORDER, nulls_last=True, maintain_order=True)


def checked_keys(plugin: Plugin, half: str, batch: Batch, keys: pl.DataFrame, apart: str = "") -> pl.DataFrame:
    """Keys with Int64 `row` and `key`, and the column `apart` if there is to be one; rows inside the batch, no nulls.

    Raises:
        ContractError: it is otherwise.
    """
    who = f"check {plugin.name!r}, half {half!r}"
    names = ("row", "key", apart) if apart else ("row", "key")
    if not set(names) <= set(keys.columns) or not all(keys[name].dtype.is_integer() for name in names[1:]):
        raise ContractError(f"{who}: keys need the integer columns {' and '.join(names)}; got {keys.schema}")
    table = keys.with_columns(pl.col(*names).cast(pl.Int64))
    outside = table.filter(pl.any_horizontal(pl.col(*names).is_null()) | ~pl.col("row").is_between(0, batch.height - 1))
    if outside.height:
        raise ContractError(f"{who}: {outside.height} keys are null or belong to no document of the batch")
    return table


def _inside(plugin: Plugin, batch: Batch, table: pl.DataFrame) -> None:
    lengths = pl.DataFrame({"row": pl.int_range(batch.height, eager=True), "length": batch.text.str.len_chars()})
    start, end, length = pl.col("start"), pl.col("end"), pl.col("length")
    whole = start.is_null() & end.is_null() & length.is_not_null()
    inside = ((start >= 0) & (start < end) & (end <= length)).fill_null(False)
    bad = table.join(lengths, on="row", how="left", maintain_order="left").filter(~(whole | inside))
    bad = bad if bad.height or batch.parts.height == batch.height else _across(batch, table)
    if bad.height:
        row = bad.row(0, named=True)
        raise ContractError(
            f"check {plugin.name!r}: span {row['start']}..{row['end']} ({row['label']}) is not inside document "
            f"{row['row']} of the batch or crosses its parts"
        )


def _across(batch: Batch, table: pl.DataFrame) -> pl.DataFrame:
    """Spans that are inside no single part of their document."""
    spans = table.filter(pl.col("start").is_not_null()).with_row_index("span")
    parts = batch.parts.select("row", part_start="start", part_end="end")
    inside = spans.join(parts, on="row").filter(
        (pl.col("start") >= pl.col("part_start")) & (pl.col("end") <= pl.col("part_end"))
    )
    return spans.join(inside.select("span").unique(), on="span", how="anti")
