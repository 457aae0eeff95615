"""The strict wrapper closes every way in which pandera passes in silence."""

from __future__ import annotations

import os
import subprocess
import sys

import pandera.polars as pa
import polars as pl
import pytest

from corpusqa.errors import CannotEvaluate
from corpusqa.strict import SET_BY_PANDERA, validate_strict


class Row(pa.DataFrameModel):
    name: str = pa.Field(str_length={"min_value": 1})
    count: int = pa.Field(ge=0)
    share: float = pa.Field(ge=0, nullable=True)


GOOD = {"name": ["a", "b"], "count": [1, 2], "share": [0.5, None]}


def frame(**columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame({**GOOD, **columns})


def check(data: pl.DataFrame) -> list[tuple[str, str, int]]:
    return [(column, name.split("(")[0], row) for column, name, row in validate_strict(Row, data, what="test").rows()]


def test_a_valid_frame_has_no_violations() -> None:
    assert check(frame()) == []


def test_every_violation_is_named_with_its_row() -> None:
    found = check(frame(name=["", "b"], count=[1, -1]))
    assert found == [("count", "greater_than_or_equal_to", 1), ("name", "str_length", 0)]


def test_null_is_a_violation_where_the_schema_does_not_allow_it() -> None:
    assert [(column, row) for column, _, row in check(frame(name=["a", None]))] == [("name", 1)]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_polars_orders_above_every_number_does_not_pass(value: float) -> None:
    assert ("share", "finite", 1) in check(frame(share=[0.5, value]))


def test_duplicates_in_a_unique_column() -> None:
    schema = pa.DataFrameSchema({"id": pa.Column(str, unique=True)})
    found = validate_strict(schema, pl.DataFrame({"id": ["a", "b", "a"]}), what="test")
    assert found["column"].to_list() == ["id"] * found.height
    assert found["row"].to_list() == [0, 2]


def test_a_check_over_the_whole_frame_names_its_rows_and_no_values() -> None:
    ordered = pa.Check(lambda data: data.lazyframe.select(pl.col("a") < pl.col("b")), error="a below b")
    schema = pa.DataFrameSchema({"a": pa.Column(int), "b": pa.Column(int)}, checks=[ordered])
    found = validate_strict(schema, pl.DataFrame({"a": [1, 777], "b": [2, 3]}), what="test")
    assert found.rows() == [(None, "a below b", 1)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (frame().lazy(), "collect"),
        (frame().clear(), "no rows"),
        (frame().drop("count"), "'count' is missing"),
        (frame(count=["1", "2"]), "'count' is String"),
    ],
    ids=["lazy", "empty", "missing", "type"],
)
def test_what_cannot_be_checked_is_refused(data: pl.DataFrame, said: str) -> None:
    with pytest.raises(CannotEvaluate, match=said):
        validate_strict(Row, data, what="test")


def test_an_empty_frame_passes_where_it_may() -> None:
    assert validate_strict(Row, frame().clear(), what="test", may_be_empty=True).is_empty()


def test_a_crashing_check_is_no_verdict() -> None:
    schema = pa.DataFrameSchema({"a": pa.Column(int, pa.Check(lambda data: 1 / 0, error="crash"))})
    with pytest.raises(CannotEvaluate, match="crash"):
        validate_strict(schema, pl.DataFrame({"a": [1]}), what="test")


def test_schemas_that_wave_failures_through_are_refused() -> None:
    warns = pa.DataFrameSchema({"a": pa.Column(int, pa.Check.ge(0, raise_warning=True))})
    drops = pa.DataFrameSchema({"a": pa.Column(int)}, drop_invalid_rows=True)
    for schema in (warns, drops):
        with pytest.raises(CannotEvaluate, match="schema for test"):
            validate_strict(schema, pl.DataFrame({"a": [-1]}), what="test")


@pytest.mark.parametrize(
    "switch",
    ["PANDERA_VALIDATION_ENABLED=False", "PANDERA_VALIDATION_DEPTH=SCHEMA_ONLY", "PANDERA_USE_NARWHALS_BACKEND=1"],
)
def test_the_environment_cannot_switch_it_off(switch: str) -> None:
    program = """
import pandera.polars as pa, polars as pl
from corpusqa.strict import SET_BY_PANDERA, validate_strict
schema = pa.DataFrameSchema({"n": pa.Column(int, pa.Check.ge(0))})
print(validate_strict(schema, pl.DataFrame({"n": [-1]}), what="test").height)
"""
    name, value = switch.split("=")
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, name: value}, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.returncode) == ("1", 0), done.stderr


def test_the_environment_stays_as_it_was() -> None:
    program = """
import os
from corpusqa.corpus.schema import document_schema
document_schema()
print(*(name for name in os.environ if name.startswith(("PYARROW", "SPARK"))))
"""
    env = {name: value for name, value in os.environ.items() if name not in SET_BY_PANDERA}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("\n", 0), done.stdout + done.stderr


def test_mixed_failures_are_all_reported() -> None:
    whole = pa.Check(lambda data: data.lazyframe.select(pl.col("n").sum() > 10), error="sum above 10")
    schema = pa.DataFrameSchema({"s": pa.Column(str, pa.Check.str_length(min_value=1)), "n": pa.Column(int)}, whole)
    found = validate_strict(schema, pl.DataFrame({"s": ["", "x"], "n": [1, 2]}), what="test")
    assert [row[0] for row in found.rows()] == [None, "s"]
