"""Validation with pandera that nothing outside the program can weaken.

pandera passes in silence in more ways than one: environment variables switch it off or reduce it to types, a LazyFrame
is checked for types only, an empty frame passes everything, NaN passes `ge`, `raise_warning` turns a failure into a
warning, and its error texts quote the failing values. Everything that corpusqa validates goes through this function,
which closes these ways and reports columns, checks and row numbers, never values.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl

from corpusqa.errors import CannotEvaluate

# What importing pandera sets for the whole process, for pyspark's sake; the first makes pyarrow forget time zones.
SET_BY_PANDERA = ("PYARROW_IGNORE_TIMEZONE", "SPARK_LOCAL_IP")
VIOLATIONS = {"column": pl.String, "check": pl.String, "row": pl.Int64}


@contextmanager
def environment_kept() -> Iterator[None]:
    """While pandera is imported: what it sets in the environment is taken back."""
    before = {name: os.environ.get(name) for name in SET_BY_PANDERA}
    yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)


def validate_strict(schema: Any, frame: pl.DataFrame, *, what: str, may_be_empty: bool = False) -> pl.DataFrame:
    """Check a frame against a pandera schema.

    Args:
        schema: A `pandera.polars` DataFrameModel class or DataFrameSchema.
        frame: What to check; never a LazyFrame, of which pandera checks types only.
        what: What the frame holds, for messages ("the documents of unit 3").
        may_be_empty: Whether a frame without rows is valid; by default it is an error, since it passes every check.

    Returns:
        One row per violation with the columns of VIOLATIONS, sorted, empty when the frame is valid. `column` is null
        for a check over the whole frame, `row` is null where pandera gives none.

    Raises:
        CannotEvaluate: If the frame is lazy or empty, a column is missing or of another type, or a check crashed.
    """
    from pandera.config import ValidationDepth, config_context, set_config
    from pandera.errors import SchemaError, SchemaErrors

    rules = schema if hasattr(schema, "columns") else schema.to_schema()
    _refuse_weak(rules, what)
    _refuse_frame(rules, frame, what, may_be_empty)
    set_config(use_narwhals_backend=False)  # that backend loses row numbers; no context manager covers it
    found = _not_finite(frame)
    try:
        # a ContextVar: set_config would change only the global, which validate does not read
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            rules.validate(frame, lazy=True)
    except SchemaErrors as error:
        found += [row for part in error.schema_errors for row in _violations(part, what)]
    except SchemaError as error:  # some mixtures of failures crash pandera's own summary
        found += _violations(error, what)
    return pl.DataFrame(found, schema=VIOLATIONS, orient="row").unique().sort(*VIOLATIONS)


def _refuse_weak(schema: Any, what: str) -> None:
    """A schema that would repair or wave through what it should refuse is a mistake of the program."""
    if schema.drop_invalid_rows or any(column.drop_invalid_rows for column in schema.columns.values()):
        raise CannotEvaluate(f"the schema for {what} drops invalid rows instead of reporting them")
    every = [*schema.checks, *(check for column in schema.columns.values() for check in column.checks)]
    if any(check.raise_warning for check in every):
        raise CannotEvaluate(f"the schema for {what} has a check that only warns")


def _refuse_frame(schema: Any, frame: pl.DataFrame, what: str, may_be_empty: bool) -> None:
    if not isinstance(frame, pl.DataFrame):
        raise CannotEvaluate(f"{what}: collect the frame first; of a LazyFrame only the types would be checked")
    if frame.is_empty() and not may_be_empty:
        raise CannotEvaluate(f"{what}: there are no rows to check, and no rows pass every check")
    for name, column in schema.columns.items():
        if column.regex:
            continue
        if name not in frame.columns:
            if column.required:
                raise CannotEvaluate(f"{what}: the column {name!r} is missing")
        elif column.dtype is not None and not column.dtype.check(_engine_dtype(frame.schema[name])):
            raise CannotEvaluate(f"{what}: the column {name!r} is {frame.schema[name]}, not {column.dtype}")


def _engine_dtype(dtype: pl.DataType) -> Any:
    from pandera.engines.polars_engine import Engine

    return Engine.dtype(dtype)


def _not_finite(frame: pl.DataFrame) -> list[tuple[str | None, str, int | None]]:
    """Rows with NaN or an infinity, which polars orders above every number, so that `ge` passes them."""
    return [
        (name, "finite", row)
        for name, dtype in frame.schema.items()
        if dtype.is_float()
        for row in (~frame[name].is_finite()).fill_null(value=False).arg_true()
    ]


def _violations(error: Any, what: str) -> list[tuple[str | None, str, int | None]]:
    """One failed check -> column, check and row numbers. A check that crashed is not a verdict on the data."""
    from pandera.errors import SchemaErrorReason

    if error.reason_code in (SchemaErrorReason.CHECK_ERROR, SchemaErrorReason.PARSER_ERROR):
        raise CannotEvaluate(f"{what}: the check {_name(error.check)!r} of the schema could not be evaluated")
    column = getattr(error.schema, "name", None) if hasattr(error.schema, "dtype") else None
    cases = error.failure_cases
    rows = cases["index"].to_list() if isinstance(cases, pl.DataFrame) and "index" in cases.columns else []
    if not rows and isinstance(error.check_output, pl.DataFrame):
        rows = (~error.check_output.to_series(-1)).fill_null(value=True).arg_true().to_list()
    return [(column, _name(error.check), row) for row in rows or [None]]


def _name(check: Any) -> str:
    """The stable name of a check: its `error` text where the schema gives one."""
    return str(getattr(check, "error", None) or getattr(check, "name", None) or check)
