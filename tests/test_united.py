"""What is published of a column follows from the whole corpus, however it is cut into units and in whatever order."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.corpus import conform, open_corpus, to_dataset, unify
from corpusqa.corpus.arrow import table_digests
from corpusqa.corpus.typed import is_long, to_table
from corpusqa.release.schema import published_schema

NUMBERS = [0, 1, -1, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 2**64, -(2**63) - 1, 10**30]
SCALARS = [None, True, False, *NUMBERS, 0.5, 2.0, -0.0, 2.0**60, 1e300, 2.0**70]
STRINGS = ["", "plain", "null", "1", '"x"', '{"a": 1}', "[1]", "12345678901234567890", "NaN"]
VALUES = st.recursive(
    st.sampled_from([*SCALARS, *STRINGS]),
    lambda item: st.lists(item, max_size=2) | st.dictionaries(st.sampled_from("ab"), item, max_size=2),
    max_leaves=4,
)
COLUMNS = st.lists(VALUES, min_size=1, max_size=4).flatmap(  # few values, so that many columns have one type
    lambda few: st.lists(st.sampled_from(few), min_size=1, max_size=7)
)
EQUAL_TYPES = {int: float}  # 1 and 1.0 are one number of JSON, true is another value


def same(a: Any, b: Any) -> bool:
    """Whether two values of JSON are equal."""
    if EQUAL_TYPES.get(type(a), type(a)) is not EQUAL_TYPES.get(type(b), type(b)):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return all(map(same, a, b)) and len(a) == len(b) if isinstance(a, list) else bool(a == b)


def published(units: list[list[Any]]) -> tuple[pa.Schema, list[Any], list[str]]:
    """The type, the values and the digests of a column that lies in several units."""
    tables = [to_table([{"v": value} for value in unit]) for unit in units]
    schema = published_schema(unify([t.schema for t in tables], lambda name: [t[name] for t in tables]), "")
    whole = pa.concat_tables([conform(table, schema) for table in tables])
    values = whole["v"].to_pylist()
    if is_long(schema.field("v")) or isinstance(schema.field("v").type, pa.JsonType):
        values = [None if value is None else json.loads(value) for value in values]
    return schema, values, table_digests(whole)


def spelled(kind: pa.DataType) -> Any:
    """A type without the order of fields, which is that of the first row."""
    if pa.types.is_struct(kind):
        return sorted((field.name, repr(spelled(field.type))) for field in kind)
    return ["list", spelled(kind.value_type)] if pa.types.is_list(kind) else str(kind)


@settings(max_examples=150, deadline=None)
@given(st.data(), COLUMNS)
def test_the_published_column_is_the_same_for_any_units_and_order(data: st.DataObject, values: list[Any]) -> None:
    whole, found, digests = published([values])
    assert all(map(same, found, values)), (whole.field("v").type, found)
    order = data.draw(st.permutations(range(len(values))))
    cuts = sorted(data.draw(st.lists(st.integers(1, len(values)), max_size=4)))
    shuffled = [values[i] for i in order]
    units = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(values)], strict=True) if a < b]
    schema, others, other_digests = published(units)
    assert all(map(same, others, shuffled)), (schema.field("v").type, units, others)
    assert spelled(schema.field("v").type) == spelled(whole.field("v").type), units
    assert is_long(schema.field("v")) == is_long(whole.field("v"))
    assert other_digests == [digests[i] for i in order]


UTC, HERE = datetime.UTC, datetime.timezone(datetime.timedelta(hours=2))


@pytest.mark.parametrize(
    "values",
    [
        [Decimal("1.5"), Decimal("1000.25"), None, Decimal("0.001"), Decimal("7E+3")],
        [Decimal("1.5"), Decimal("1e70"), Decimal("1e-30")],
        [Decimal("1.5"), Decimal("NaN")],
        [datetime.datetime(2020, 1, 1), datetime.datetime(2020, 1, 1, tzinfo=UTC)],
        [datetime.datetime(2020, 1, 1, tzinfo=HERE), datetime.datetime(2020, 1, 1, tzinfo=UTC)],
        [{"bytes": b"\xff"}, {"bytes": b"\xfe", "path": "b"}, {"path": None, "bytes": b""}],
        [np.float32(0.1), 0.1, None],
        [np.float32(0.5), 2, 2**60 + 1],
        [np.int8(1), np.int32(-5), 7],
        [np.uint64(2**64 - 1), 1],
        [np.uint64(2**60 + 1), 2.0],
        [np.uint64(5), 1, 0.5],
        [np.uint64(5), 1],
        [np.datetime64("2020-01-02T03:04:05.000001"), "unknown"],
        [np.timedelta64(3600, "ns"), "unknown"],
        [np.timedelta64(3600, "s"), "unknown"],
        [[np.float32(0.5)], [np.float32(1.5), 2.5], []],
        [np.float32(0.5), True],
        [np.float16(0.5), "x"],
    ],
    ids=str,
)
def test_types_of_values_in_memory_are_joined_likewise(values: list[Any]) -> None:
    for row in permutations(values) if len(values) < 4 else [values, values[::-1]]:
        whole, found, digests = published([row])
        cut, others, other_digests = published([[value] for value in row])
        assert spelled(cut.field("v").type) == spelled(whole.field("v").type)
        assert others == found
        assert other_digests == digests


TWEETS = [{"text": f"number {i}", "meta": {"user": "x"} if i % 2 else "plain", "n": 1} for i in range(12)]
FIRST = {"id_str": 1234567890123456789, "id": "12345678901234567890123"}
LONG = {"a": 12345678901234567890123}


@pytest.mark.parametrize(("first", "kind"), [(FIRST, "Json"), (LONG, "Value")])
def test_a_number_in_one_unit_does_not_change_what_another_unit_says(tmp_path: Path, first: Any, kind: str) -> None:
    rows = [{**TWEETS[0], "meta": first}, *TWEETS[1:]]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for unit_bytes in (1 << 20, 300, 60):
        dataset = to_dataset(open_corpus(path, unit_bytes=unit_bytes))
        assert type(dataset.features["meta"]).__name__ == kind
        found = [value if kind == "Json" else json.loads(value) for value in dataset["meta"]]
        assert found == [row["meta"] for row in rows]


@pytest.mark.parametrize("odd", [1, 1700])
def test_a_dataset_that_is_read_in_batches_has_one_type(odd: int) -> None:
    rows = [{"text": f"number {i}", "meta": {"a": i} if i % 3 and i < 2000 else "plain"} for i in range(2100)]
    rows[odd] |= {"meta": LONG, "late": 0.5}
    found = to_dataset(open_corpus(datasets.IterableDataset.from_generator(lambda: iter(rows))))
    assert [json.loads(value) for value in found["meta"]] == [row["meta"] for row in rows]
    assert found["late"] == [row.get("late") for row in rows]
