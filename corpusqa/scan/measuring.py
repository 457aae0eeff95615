"""One check on one batch: its result is held to what it declared, its failures stay with their document."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars.exceptions import PanicException

from corpusqa.batch import Batch
from corpusqa.check import Check, Measured
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
FAILED = "corpusqa.check_failed"
NO_SPANS = pl.DataFrame(schema=SPANS)


@dataclass(frozen=True)
class Result:
    """What a check said of a batch.

    Attributes:
        signals: One row per document, full names (`<check>.<signal>`), declared dtypes; null where the check failed.
        spans: Columns of SPANS, full labels, sorted by row, start, end, label.
        failures: `row`, `why` ("ValueError at my_check.py:12") of the documents on which the check failed.
    """

    signals: pl.DataFrame
    spans: pl.DataFrame
    failures: pl.DataFrame


FAILURES = {"row": pl.Int64, "why": pl.String}


def measured_signals(check: Check) -> list[str]:
    """Names of the signals that are measured per document, those of the corpus halves left out."""
    halves = {name for half in check.corpus for name in check.signals if name == half or name.startswith(f"{half}_")}
    return [name for name in check.signals if name not in halves]


def measure(plugin: Plugin, batch: Batch) -> Result:
    """Run the measuring half of a check; a failing document is found by halving and set apart.

    Raises:
        ContractError: the check returned columns, dtypes, labels or offsets other than those it declared.
    """
    return _halving(plugin, batch, lambda part: _checked(plugin, part, _run(plugin.check, part)))


def _run(check: Check, batch: Batch) -> Measured:
    """Expressions in one select, then `measure`."""
    names = measured_signals(check)
    exprs = {name: signal.expr for name in names if (signal := check.signals[name]).expr is not None}

    signals = batch.frame.select(**exprs) if exprs else pl.DataFrame()
    if check.measure is None:
        return Measured(signals)
    said = check.measure(batch)
    return Measured(pl.concat([signals, said.signals], how="horizontal"), said.spans)


def _halving(plugin: Plugin, batch: Batch, run: Callable[[Batch], Result]) -> Result:
    try:
        return run(batch)
    except ContractError:
        raise
    except (Exception, PanicException) as error:
        if batch.height <= 1:
            return _failed(plugin, batch, error)
        middle = batch.height // 2
        heads = [list(range(middle)), list(range(middle, batch.height))]
        halves = [_halving(plugin, batch.take(rows), run) for rows in heads]
        return _joined(halves[0], halves[1], middle)


def _joined(first: Result, second: Result, offset: int) -> Result:
    later = pl.col("row") + offset
    return Result(
        pl.concat([first.signals, second.signals]),
        pl.concat([first.spans, second.spans.with_columns(later)]),
        pl.concat([first.failures, second.failures.with_columns(later)]),
    )


def _failed(plugin: Plugin, batch: Batch, error: BaseException) -> Result:
    """Null signals for the one document; the reason is type and place, never the message, which may quote text."""
    check = plugin.check
    nulls = {
        f"{plugin.name}.{n}": pl.Series([None] * batch.height, dtype=check.signals[n].dtype)
        for n in measured_signals(check)
    }
    why = f"{type(error).__name__} at {_place(plugin, error)}"
    rows = [(row, why) for row in range(batch.height)]
    return Result(pl.DataFrame(nulls), NO_SPANS, pl.DataFrame(rows, schema=FAILURES, orient="row"))


def _place(plugin: Plugin, error: BaseException) -> str:
    """file:line of the innermost frame in the check's own package, else of the innermost frame."""
    frames = traceback.extract_tb(error.__traceback__)
    home = Path(plugin.function.__code__.co_filename).parent
    own = [frame for frame in frames if home in Path(frame.filename).parents]
    last = (own or frames)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def _checked(plugin: Plugin, batch: Batch, said: Measured) -> Result:
    return Result(
        _checked_signals(plugin, batch, said.signals),
        _checked_spans(plugin, batch, said.spans),
        pl.DataFrame(schema=FAILURES),
    )


def _checked_signals(plugin: Plugin, batch: Batch, signals: pl.DataFrame) -> pl.DataFrame:
    check, names = plugin.check, measured_signals(plugin.check)
    if set(signals.columns) != set(names):
        odd = ", ".join(sorted(set(signals.columns) ^ set(names)))
        raise ContractError(f"check {plugin.name!r}: signals declared and measured differ: {odd}")
    if names and signals.height != batch.height:
        raise ContractError(f"check {plugin.name!r}: {signals.height} rows of signals for {batch.height} documents")
    for name in names:
        wanted, got = check.signals[name].dtype, signals[name].dtype
        if got != wanted and not (got == pl.Null or (got.is_integer() and wanted == pl.Int64)):
            raise ContractError(f"check {plugin.name!r}: signal {name!r} is {got}, declared {wanted.__name__}")
        if got.is_float() and signals[name].is_nan().any():
            raise ContractError(f"check {plugin.name!r}: signal {name!r} is NaN somewhere; null means not measurable")
    return signals.select(pl.col(name).cast(check.signals[name].dtype).alias(f"{plugin.name}.{name}") for name in names)


def _checked_spans(plugin: Plugin, batch: Batch, spans: pl.DataFrame | None) -> pl.DataFrame:
    if spans is None or spans.is_empty():
        return NO_SPANS
    extra = [pl.lit(None, SPANS[name]).alias(name) for name in ("score", "why") if name not in spans.columns]
    try:
        table = spans.with_columns(extra).select(*SPANS).cast(SPANS)  # type: ignore[arg-type]
    except pl.exceptions.PolarsError:
        raise ContractError(
            f"check {plugin.name!r}: spans need row, start, end, label (integers and a string)"
        ) from None
    unknown = set(table["label"].unique().to_list()) - set(plugin.check.labels)
    if unknown:
        raise ContractError(
            f"check {plugin.name!r}: spans bear undeclared labels: {', '.join(map(str, sorted(unknown)))}"
        )
    _offsets_inside(plugin, batch, table)
    full = pl.concat_str(pl.lit(f"{plugin.name}."), pl.col("label"))
    return table.with_columns(label=full).sort("row", "start", "end", "label", nulls_last=True)


def _offsets_inside(plugin: Plugin, batch: Batch, table: pl.DataFrame) -> None:
    lengths = pl.DataFrame({"row": pl.int_range(batch.height, eager=True), "length": batch.text.str.len_chars()})
    both = pl.col("start").is_null() == pl.col("end").is_null()
    inside = pl.col("start").is_null() | (
        (pl.col("start") >= 0) & (pl.col("start") < pl.col("end")) & (pl.col("end") <= pl.col("length"))
    )
    bad = table.join(lengths, on="row", how="left").filter(~(both & inside & pl.col("length").is_not_null()))
    if bad.height:
        row = bad.row(0, named=True)
        raise ContractError(
            f"check {plugin.name!r}: span {row['start']}..{row['end']} ({row['label']}) is not inside document "
            f"{row['row']} of the batch, which has {row['length']} characters"
        )
