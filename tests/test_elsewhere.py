"""Strings outside the texts: every type of Arrow and JSON is looked into, and what is found does not hang on how."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpusqa_checks.pii import pii

from corpusqa.corpus import Corpus, open_corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.engines.memory import Memory
from corpusqa.scan.run import scan
from corpusqa.testing import plugin

V = "kit@harbourmail.net"
COLUMNS: dict[str, pa.Array] = {
    "string": pa.array([V, None, "", V]),
    "view": pa.array([V, None, "z", "y"], pa.string_view()),
    "dictionary": pa.array([V, "b", V, None]).dictionary_encode(),
    "bytes": pa.array([V.encode(), b"\xff\xfe", None, b"ok"]),
    "struct": pa.array([{"a": [V, None], "k@z": 1}, None, {"a": [], "k@z": 2}, {"a": [V], "k@z": None}]),
    "map": pa.array([[(V, "v")], None, [], [("k", "w")]], pa.map_(pa.string(), pa.string())),
    "pairs": pa.array([[V, "c"], ["d", None], None, ["e", V]], pa.list_(pa.string(), 2)),
    "list_view": pa.array([[V], None, [], ["t"]], pa.list_view(pa.string())),
    "json": pa.ExtensionArray.from_storage(pa.json_(), pa.array([json.dumps({V: [V]}), None, "3", '"q"'])),
    "number": pa.array([4111111111111111, 5, None, -7000000]),
    "least": pa.array([-(1 << 63), (1 << 63) - 1, None, 999_999]),
    "unsigned": pa.array([(1 << 64) - 1, 5, None, 4111111111111111], pa.uint64()),
    "double": pa.array([4111111111111111.0, 1e23, float("nan"), 4111111.5]),
    "single": pa.array([2.0**40, -float("inf"), None, 0.5], pa.float32()),
    "small": pa.array([1, 255, None, 0], pa.uint8()),
    "half": pa.array([1.0, None, 65504.0, float("inf")]).cast(pa.float16()),
    "decimal": pa.array([Decimal("4111111111111111.00"), Decimal("4111111.5"), None, Decimal(12)]),
    "day": pa.array([date(1980, 1, 2), None, None, date(2024, 3, 5)]),
    "moment": pa.array([0, None, 1_500, None], pa.timestamp("ms", "UTC")),
    "bytes_in_map": pa.array([[("a", V.encode())], [("b", b"\xff")], None, []], pa.map_(pa.string(), pa.binary())),
    "odd_name_1234": pa.array([1, None, None, 2]),
    "nothing": pa.nulls(4),
}
FOUND = {
    "string": {(0, "string", V), (3, "string", V)},
    "view": {(0, "view", V), (2, "view", "z"), (3, "view", "y")},
    "dictionary": {(0, "dictionary", V), (1, "dictionary", "b"), (2, "dictionary", V)},
    "bytes": {(0, "bytes", V), (3, "bytes", "ok")},
    "struct": {(0, "struct.a", V), (3, "struct.a", V), *((row, "struct", "k@z") for row in (0, 2, 3))},
    "map": {(0, "map", V), (0, "map", "v"), (3, "map", "k"), (3, "map", "w")},
    "pairs": {(0, "pairs", V), (0, "pairs", "c"), (1, "pairs", "d"), (3, "pairs", "e"), (3, "pairs", V)},
    "list_view": {(0, "list_view", V), (3, "list_view", "t")},
    "json": {(0, "json", V), (0, f"json.{V}", V), (3, "json", "q")},
    "number": {(0, "number", "4111111111111111"), (3, "number", "-7000000")},
    "least": {(0, "least", str(-(1 << 63))), (1, "least", str((1 << 63) - 1))},
    "unsigned": {(0, "unsigned", str((1 << 64) - 1)), (3, "unsigned", "4111111111111111")},
    "double": {(0, "double", "4111111111111111"), (1, "double", str(int(1e23)))},
    "single": {(0, "single", str(1 << 40))},
    "small": set(),
    "half": set(),
    "decimal": {(0, "decimal", "4111111111111111")},
    "day": {(0, "day", "1980-01-02"), (3, "day", "2024-03-05")},
    "moment": {(0, "moment", "1970-01-01T00:00:00+00:00"), (2, "moment", "1970-01-01T00:00:01.500+00:00")},
    "bytes_in_map": {(0, "bytes_in_map", V), (0, "bytes_in_map", "a"), (1, "bytes_in_map", "b")},
    "odd_name_1234": {(0, "", "odd_name_1234"), (3, "", "odd_name_1234")},
    "nothing": set(),
}


def strings(corpus: Corpus) -> list[tuple[int, str, str]]:
    found = [corpus.read(unit, full=True, table=False, others=True).elsewhere for unit in corpus.units]
    return [(row, ".".join(one.paths[path]), text) for one in found if one for row, path, text in one.strings.rows()]


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_type_of_column_is_looked_into(tmp_path: Path, kind: str) -> None:
    table = pa.table({"text": ["a b c"] * 4, kind: COLUMNS[kind]})
    with pa.ipc.new_file(str(tmp_path / "a.arrow"), table.schema) as writer:
        writer.write_table(table)
    assert set(strings(open_corpus(tmp_path / "a.arrow"))) == FOUND[kind]


def test_of_a_chat_all_but_the_texts_is_looked_into(tmp_path: Path) -> None:
    message = {"role": "me", "content": [{"type": "text", "text": "hello"}], "name": V, "n": 1234567, "ok": True}
    row = {"id": V, "messages": [message, {"role": "you", "content": V, "calls": [{"to": V}]}], "tags": ["hello"]}
    lines, table = tmp_path / "a.jsonl", tmp_path / "a.parquet"
    lines.write_text(json.dumps(row))
    expected = {
        (0, "messages.role", "me"), (0, "messages.role", "you"), (0, "messages.name", V), (0, "messages.n", "1234567"),
        (0, "messages.calls.to", V), (0, "tags", "hello"), (0, "messages.content.type", "text"),
    }  # fmt: skip
    assert set(strings(open_corpus(lines))) == expected
    simple = {**row, "messages": row["messages"][1:]}  # Arrow has no list and string in one column
    pq.write_table(pa.Table.from_pylist([simple]), table)
    kept = {(0, "messages.role", "you"), (0, "messages.calls.to", V), (0, "tags", "hello")}
    assert set(strings(open_corpus(table))) == kept


def elsewhere(folder: Path, rows: Sequence[dict[str, Any]], name: str, memory: int, **options: Any) -> list[Any]:
    place = folder / f"{name}.jsonl"
    place.write_text("\n".join(map(json.dumps, rows)))
    flow = Flow(LocalEngine(1), folder / f"work-{name}", memory=Memory(batch=memory))
    found, _ = scan(open_corpus(place, unit_bytes=max(memory, 64)), [plugin(pii, **options)], flow)
    ids = found.documents.select("doc", "id")
    return sorted(found.elsewhere.join(ids, on="doc").select("id", "column", "label", "count").rows())


ROWS = [
    {"id": "a", "text": "The ferry left.", "by": f"{V}, {V}", "phone": "020 7946 0958", "nested": {"k": [V]}},
    {"id": "b", "text": "It left again.", "by": "me", "phone": "", "nested": {"k": []}, "u": f"/?q={V[:3]}%40{V[4:]}"},
    {"id": V, "text": "No ferry left.", "by": V, "phone": "12", "nested": {"k": ["x"], V: 1}},
]  # fmt: skip
EXPECTED = [
    ("a", "by", "pii.email", 2),
    ("a", "nested.k", "pii.email", 1),
    ("a", "phone", "pii.phone", 1),
    ("b", "u", "pii.email", 1),
    (V, "by", "pii.email", 1),
    (V, "id", "pii.email", 1),
    (V, "nested", "pii.email", 1),
]


def test_keys_that_are_data_are_shown_as_one(tmp_path: Path) -> None:
    keys = {"2024-03-05": V, "a1b2c3": V, "line2": V, V: {"n": V}}
    found = elsewhere(tmp_path, [{"id": "a", "text": "The ferry left.", "m": keys}], "keys", 1, reserved=True)
    assert {column: count for _, column, _, count in found} == {
        "m.*": 2,
        "m.line2": 1,
        "m": 1,
        "m.(a private name).n": 1,
    }


@pytest.mark.parametrize("memory", [32 << 20, 1])
def test_values_are_counted_by_column_whatever_is_read_at_once(tmp_path: Path, memory: int) -> None:
    """The name of a column counts as a cue, and an escaped value is found in the one reading in which it is plain."""
    assert elsewhere(tmp_path, ROWS, "rows", memory, reserved=True) == sorted(EXPECTED)


def test_rows_that_are_known_keep_what_was_found_in_their_columns(tmp_path: Path) -> None:
    elsewhere(tmp_path, ROWS, "rows", 32 << 20, reserved=True)
    rows = [ROWS[2], {**ROWS[1], "by": V}, ROWS[0]]
    changed = [*EXPECTED, ("b", "by", "pii.email", 1)]
    assert elsewhere(tmp_path, rows, "rows", 32 << 20, reserved=True) == sorted(changed)
    allowed = elsewhere(tmp_path, rows, "rows", 32 << 20, reserved=True, allow=["*@harbourmail.net"])
    assert allowed == [("a", "phone", "pii.phone", 1)]


PHONE = 14155552671
# Two rows that a digest holds for equal, one after the other in one work folder, and what is found in the second.
EQUAL = {
    "a whole number, then a fraction": ({"phone": PHONE}, {"phone": float(PHONE)}, {("phone", "pii.phone")}),
    "a fraction, then a number": ({"n": {"phone": 1.0 * PHONE}}, {"n": {"phone": PHONE}}, {("n.phone", "pii.phone")}),
    "a name without a value appears": ({"m": {}}, {"m": {V: None}}, {("m", "pii.email")}),
    "and goes": ({"m": [{V: None}]}, {"m": [{}]}, set()),
    "another name without a value": ({"m": {V: None}}, {"m": {"k9999": None}}, set()),
    "a column without a value": ({}, {V: None}, set()),
}  # fmt: skip


@pytest.mark.parametrize("name", EQUAL)
def test_rows_whose_digests_are_equal_are_told_apart_where_their_columns_are_not(tmp_path: Path, name: str) -> None:
    before, now, expected = EQUAL[name]
    first = {"id": "a", "text": "The ferry left. " * 1100}  # what the secret is made of, which has to stay
    row = {"id": "b", "text": "The ferry left."}
    elsewhere(tmp_path, [first, {**row, **before}], "w", 9000, reserved=True)
    found = elsewhere(tmp_path, [first, {**row, **now}], "w", 9000, reserved=True)
    assert {(column, label) for _, column, label, _ in found} == expected
    assert found == elsewhere(tmp_path, [first, {**row, **now}], "fresh", 9000, reserved=True)


@pytest.mark.parametrize("memory", [32 << 20, 200])
def test_a_fraction_or_a_missing_column_changes_nothing_for_other_rows(tmp_path: Path, memory: int) -> None:
    """Whether the beginning of a unit makes its columns fractions, or a table of it."""
    phones = [{"id": f"r{n}", "text": f"Ferry {n} left.", "phone": PHONE + n, "k123456@z": n} for n in range(30)]
    other = {"id": "x", "text": "No ferry left.", "phone": 1.5}
    first = elsewhere(tmp_path, [other, *phones], "first", memory, reserved=True)
    assert first == elsewhere(tmp_path, [*phones, other], "last", memory, reserved=True)
    assert sum(count for _, column, _, count in first if column == "phone") == 30
