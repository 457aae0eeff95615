"""Parts: texts in several places of a row are found, joined, bounded, and edited where they lie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.config import InputOptions
from corpusqa.corpus import Corpus, columns, open_corpus
from corpusqa.errors import ContractError, SourceError
from tests.files import jsonl

CHAT = {
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": "x"}]},
        {"role": "assistant", "content": None, "tool_calls": [{"id": 1, "arguments": {"a": 1}}]},
        {"role": "tool", "content": "42 \U0001f600", "tool_call_id": "1"},
        {"role": "oracle", "content": ""},
    ]
}


def store(folder: Path, rows: list[dict[str, Any]], kind: str = "jsonl") -> Path:
    path = folder / f"a.{kind}"
    if kind == "jsonl":
        jsonl(path, rows)
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def texts(corpus: Corpus) -> list[tuple[str, list[tuple[str, str]]]]:
    """Per document its text, and role and text of each part."""
    rows = corpus.read(corpus.units[0], full=True)
    assert rows.parts is not None
    found = {row: (text, []) for row, text in rows.documents.select("row", "text").rows()}
    for row, part, start, end, role in rows.parts.rows():
        assert part == len(found[row][1])
        found[row][1].append((role, found[row][0][start:end]))
    return list(found.values())


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_messages_are_parts_with_their_roles(tmp_path: Path, kind: str) -> None:
    chat = {"messages": [m if isinstance(m["content"], str) else {**m, "content": "x"} for m in CHAT["messages"]]}
    corpus = open_corpus(store(tmp_path, [chat], kind))
    assert corpus.notes[1] == "columns: messages as text in parts"
    ((text, parts),) = texts(corpus)
    assert text == "Be kind.\n\nx\n\nx\n\n42 \U0001f600"
    assert parts == [("system", "Be kind."), ("user", "x"), ("assistant", "x"), ("tool", "42 \U0001f600")]


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_lists_of_roles_and_contents(tmp_path: Path, kind: str) -> None:
    """What `datasets` makes of a `Sequence` of messages."""
    chat = {"messages": {"role": ["user", None, "assistant"], "content": ["a b", "c", "d"]}}
    corpus = open_corpus(store(tmp_path, [chat], kind))
    assert texts(corpus) == [("a b\n\nc\n\nd", [("user", "a b"), ("", "c"), ("assistant", "d")])]
    table = corpus.read(corpus.units[0], full=True).table
    edited = corpus.write_back(table, pl.DataFrame({"place": [0], "start": [5], "end": [6], "replacement": ["x"]}))
    assert edited.to_pylist() == [{"messages": {**chat["messages"], "content": ["a b", "x", "d"]}}]


def test_contents_in_pieces_and_without_text(tmp_path: Path) -> None:
    ((_, parts),) = texts(open_corpus(store(tmp_path, [CHAT])))
    assert parts == [("system", "Be kind."), ("user", "Look:"), ("tool", "42 \U0001f600")]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}, "human=a gpt=b"),
        ({"prompt": "a", "completion": "b"}, "prompt=a completion=b"),
        ({"instruction": "a", "input": "", "output": "b"}, "instruction=a output=b"),
        ({"prompt": "a", "chosen": "b", "rejected": "c"}, "prompt=a chosen=b rejected=c"),
        (
            {"chosen": [{"role": "user", "content": "a"}], "rejected": [{"role": "user", "content": "b"}]},
            "chosen.user=a rejected.user=b",
        ),
        ({"text": ["one", "two"]}, "=one =two"),
        ({"turns": [["one"], ["two"]]}, "=one =two"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_shapes_that_are_recognised(tmp_path: Path, row: dict[str, Any], expected: str) -> None:
    ((_, parts),) = texts(open_corpus(store(tmp_path, [row])))
    assert " ".join(f"{role}={text}" for role, text in parts) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["title", "body"], [("title", "T"), ("body", "B")]),
        (("title", "body"), [("title", "T"), ("body", "B")]),
        ({"question": "title", "answer": "data.content"}, [("question", "T"), ("answer", "C")]),
        ("data.content", [("", "C")]),
        ("odd.name", None),
    ],
)
def test_shapes_that_are_asked_for(tmp_path: Path, asked: Any, expected: list[tuple[str, str]] | None) -> None:
    row = {"title": "T", "body": "B", "data": {"content": "C", "n": 1}, "odd.name": "O"}
    corpus = open_corpus(store(tmp_path, [row]), InputOptions(text=asked))
    if expected is None:
        assert corpus.read(corpus.units[0]).documents["text"].to_list() == ["O"]
    else:
        assert texts(corpus)[0][1] == expected


def test_a_path_that_leads_nowhere(tmp_path: Path) -> None:
    path = store(tmp_path, [{"text": "x", "data": {"a": "b"}}])
    with pytest.raises(SourceError, match=r"no column 'dat\.content'"):
        open_corpus(path, InputOptions(text="dat.content"))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "the text is null or missing"),
        ([], "the list of messages is empty"),
        ([{"role": "assistant", "tool_calls": [1]}], "no message holds text"),
        ([5], "the text is a number, not a string"),
        ([{"role": "user", "content": True}], "the text is a truth value, not a string"),
        ([{"speech": "a"}], "the text is an object, not a string or a message"),
    ],
    ids=str,
)
def test_rows_without_text(tmp_path: Path, value: Any, reason: str) -> None:
    rows = [{"messages": [{"role": "user", "content": "a"}]}, {"messages": value}, {"messages": "sometimes a string"}]
    corpus = open_corpus(store(tmp_path, rows[:2]) if value else store(tmp_path, rows))
    found = corpus.read(corpus.units[0])
    assert found.unreadable.select("row", "line", "reason").rows() == [(1, 2, reason)]
    assert found.parts is not None
    assert set(found.parts["row"]) == set(found.documents["row"])


def test_nested_fields_and_columns_for_rules(tmp_path: Path) -> None:
    rows = [{"text": "x", "meta": {"id": "i", "score": 0.5}}, {"text": "y", "meta": {"id": "j", "score": None}}]
    for kind in ("jsonl", "parquet"):
        corpus = open_corpus(store(tmp_path, rows, kind), InputOptions(id="meta.id"))
        assert corpus.read(corpus.units[0]).documents["id"].to_list() == ["i", "j"]
        found = columns(corpus, corpus.units[0], ["meta.score", "meta.absent.deep"])
        assert found["doc:meta.score"].to_list() == [0.5, None]
        assert found["doc:meta.absent.deep"].to_list() == [None, None]


def test_edits_are_written_back_where_the_text_lies(tmp_path: Path) -> None:
    rows = [{"messages": [{"role": "user", "content": "mail a@b.example now"}, {"role": "x", "content": "ok"}], "n": 1}]
    for kind in ("jsonl", "parquet"):
        corpus = open_corpus(store(tmp_path, rows, kind))
        table = corpus.read(corpus.units[0], full=True).table
        edits = {"place": [0, 0, 0], "start": [0, 5, 22], "end": [5, 16, 24], "replacement": [None, "<EMAIL_1>", "no"]}
        edited = corpus.write_back(table, pl.DataFrame(edits))
        assert edited.schema == table.schema
        messages = [{"role": "user", "content": "<EMAIL_1> now"}, {"role": "x", "content": "no"}]
        assert edited.to_pylist() == [{"messages": messages, "n": 1}]


def test_an_edit_over_a_boundary_is_refused(tmp_path: Path) -> None:
    corpus = open_corpus(store(tmp_path, [{"prompt": "abc", "completion": "def"}]))
    table = corpus.read(corpus.units[0], full=True).table
    edits = pl.DataFrame({"place": [0], "start": [2], "end": [6], "replacement": ["x"]})
    with pytest.raises(ContractError, match="1 edits of a document reach over"):
        corpus.write_back(table, edits)


def test_edits_of_one_plain_column(tmp_path: Path) -> None:
    corpus = open_corpus(store(tmp_path, [{"text": "abc"}, {"text": "def"}, {"text": "ghi"}], "parquet"))
    table = corpus.read(corpus.units[0], full=True).table
    edits = pl.DataFrame({"place": [1], "start": [1], "end": [2], "replacement": ["E"]})
    assert corpus.write_back(table, edits)["text"].to_pylist() == ["abc", "dEf", "ghi"]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=4),
    lambda item: st.lists(item, max_size=2) | st.dictionaries(st.text(max_size=3), item, max_size=2),
    max_leaves=4,
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant"]), "content": st.text(max_size=8)},
    optional={"tool_calls": ANY, "name": ANY},
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(MESSAGE, min_size=1, max_size=3), min_size=1, max_size=3), ANY, st.data())
def test_a_round_trip_changes_nothing_but_the_edited_text(
    tmp_path_factory: pytest.TempPathFactory, chats: list[list[dict[str, Any]]], other: Any, data: st.DataObject
) -> None:
    rows = [{"messages": chat, "other": other} for chat in chats]
    corpus = open_corpus(store(tmp_path_factory.mktemp("chat"), rows))
    read = corpus.read(corpus.units[0], full=True)
    assert read.table is not None
    assert read.parts is not None
    assert read.documents.height == len(rows)
    edits = []
    for place, start, end in read.parts.select("row", "start", "end").rows():
        a, b = sorted((data.draw(st.integers(start, end)), data.draw(st.integers(start, end))))
        edits.append((place, a, b, data.draw(st.none() | st.text(max_size=3))))
    schema = {"place": pl.Int64, "start": pl.Int64, "end": pl.Int64, "replacement": pl.String}
    edited = corpus.write_back(read.table, pl.DataFrame(edits, schema=schema, orient="row"))
    drawn = []
    expected = [row | {"messages": [dict(message) for message in row["messages"]]} for row in rows]
    for (place, a, b, replacement), (_, part, start, *_) in zip(edits, read.parts.rows(), strict=True):
        message = [message for message in expected[place]["messages"] if message["content"]][part]
        drawn.append((message, a - start, b - start, replacement))
    for message, a, b, replacement in drawn:
        message["content"] = message["content"][:a] + (replacement or "") + message["content"][b:]
    assert [decoded(edited, row) for row in range(len(rows))] == expected


def decoded(table: pa.Table, row: int) -> dict[str, Any]:
    """A row as the source stated it: JSON columns decoded."""
    kinds = {field.name: isinstance(field.type, pa.JsonType) for field in table.schema}
    values = {name: table[name][row].as_py() for name in table.column_names}
    return {name: json.loads(value) if kinds[name] and value is not None else value for name, value in values.items()}
