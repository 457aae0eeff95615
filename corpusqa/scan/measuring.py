"""One check on one batch: its result is held to what it declared, its failures stay with their document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

from corpusqa.batch import Batch
from corpusqa.check import Check, Groups, Links, Measured
from corpusqa.errors import ContractError
from corpusqa.plugins import Plugin
from corpusqa.scan.contract import checked_keys, checked_signals, checked_spans, place

FAILED = "corpusqa.check_failed"
FAILURES = {"row": pl.Int64, "why": pl.String}
NO_FAILURES = pl.DataFrame(schema=FAILURES)


@dataclass(frozen=True)
class Result:
    """What a check said of a batch.

    Attributes:
        signals: One row per document, full names (`<check>.<signal>`), declared dtypes; null where the check failed.
        spans: `row, start, end, label, score, why`, full labels, sorted by row, start, end, label.
        failures: `row`, `why` ("ValueError at my_check.py:12") of the documents on which the check failed.
    """

    signals: pl.DataFrame
    spans: pl.DataFrame
    failures: pl.DataFrame


@dataclass(frozen=True)
class Keys:
    """The keys that a corpus half gave for a batch: `row`, `key` and the half's other columns; and its failures."""

    keys: pl.DataFrame
    failures: pl.DataFrame


T = TypeVar("T", Result, Keys)


def measure(plugin: Plugin, batch: Batch) -> Result:
    """Run the measuring half of a check; a failing document is found by halving and set apart.

    Raises:
        ContractError: the check returned columns, dtypes, labels or offsets other than those it declared.
    """

    def run(part: Batch) -> Result:
        said = _said(plugin.check, part)
        return Result(checked_signals(plugin, part, said.signals), checked_spans(plugin, part, said.spans), NO_FAILURES)

    def failed(part: Batch, error: BaseException) -> Result:
        nulls = [
            pl.Series(f"{plugin.name}.{n}", [None] * part.height, s.dtype) for n, s in plugin.check.signals.items()
        ]
        return Result(pl.DataFrame(nulls), checked_spans(plugin, part, None), _failures(plugin, part, error))

    return _isolating(batch, run, failed, _results)


def keys(plugin: Plugin, half: str, batch: Batch, function: Callable[[Batch], pl.DataFrame] | None = None) -> Keys:
    """The keys of a Links or Groups half, or what another function of it gives, with the same isolation of failures.

    Raises:
        ContractError: the frame has no `row` and `key`, or rows outside the batch.
    """
    kind = plugin.check.corpus[half]
    assert isinstance(kind, Links | Groups), half
    said = function or kind.keys
    apart = kind.apart if isinstance(kind, Links) and function is None else ""
    schema = dict.fromkeys(("row", "key", apart) if apart else ("row", "key"), pl.Int64)

    def run(part: Batch) -> Keys:
        return Keys(checked_keys(plugin, half, part, said(part), apart), NO_FAILURES)

    def failed(part: Batch, error: BaseException) -> Keys:
        return Keys(pl.DataFrame(schema=schema), _failures(plugin, part, error))

    return _isolating(batch, run, failed, _keys)


def _said(check: Check, batch: Batch) -> Measured:
    """Expressions in one select, then `measure`."""
    exprs = {name: signal.expr for name, signal in check.signals.items() if signal.expr is not None}
    signals = batch.frame.select(**exprs) if exprs else pl.DataFrame()
    if check.measure is None:
        return Measured(signals)
    said = check.measure(batch)
    return Measured(pl.concat([signals, said.signals], how="horizontal"), said.spans)


def _isolating(
    batch: Batch,
    run: Callable[[Batch], T],
    failed: Callable[[Batch, BaseException], T],
    join: Callable[[T, T, int], T],
) -> T:
    """`run` on the batch; if it fails, on its halves, down to the documents that make it fail."""
    try:
        return run(batch)
    except (ContractError, KeyboardInterrupt):
        raise
    except BaseException as error:  # also polars' PanicException, and SystemExit: no check may end the run
        if batch.height <= 1:
            return failed(batch, error)
        middle = batch.height // 2
        first = _isolating(batch.take(list(range(middle))), run, failed, join)
        second = _isolating(batch.take(list(range(middle, batch.height))), run, failed, join)
        return join(first, second, middle)


def _results(first: Result, second: Result, offset: int) -> Result:
    return Result(
        pl.concat([first.signals, second.signals], how="diagonal"),
        pl.concat([first.spans, second.spans.with_columns(pl.col("row") + offset)]),
        pl.concat([first.failures, second.failures.with_columns(pl.col("row") + offset)]),
    )


def _keys(first: Keys, second: Keys, offset: int) -> Keys:
    return Keys(
        pl.concat([first.keys, second.keys.with_columns(pl.col("row") + offset)], how="diagonal"),
        pl.concat([first.failures, second.failures.with_columns(pl.col("row") + offset)]),
    )


def _failures(plugin: Plugin, batch: Batch, error: BaseException) -> pl.DataFrame:
    """The reason is type and place, never the message, which may quote text."""
    why = f"{type(error).__name__} at {place(plugin, error)}"
    return pl.DataFrame([(row, why) for row in range(batch.height)], schema=FAILURES, orient="row")
