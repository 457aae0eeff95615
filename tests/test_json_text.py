"""Messages in columns of strings, as JSON text: read as parts, and edited so that every other character stays."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.api.public import clean
from corpusqa.config import InputOptions
from corpusqa.corpus import open_corpus
from corpusqa.corpus.json_text import decoded, edited
from corpusqa.errors import SourceError
from corpusqa.readers.records import Bad
from tests.files import jsonl

CHAT = [
    {"role": "user", "content": "mail kit@boats.example.org “now”"},
    {"role": "assistant", "content": None, "tool_calls": [{"arguments": {"n": 1e5}}]},
    {"role": "tool", "content": [{"type": "text", "text": "ok \U0001f600"}]},
]
TEXT = "mail kit@boats.example.org “now”\n\nok \U0001f600"
KINDS = ["csv", "jsonl", "parquet", "arrow", "bytes.parquet", "dictionary.parquet"]


def store(folder: Path, values: list[str | None], kind: str, name: str = "messages") -> Path:
    path = folder / f"a.{kind}"
    table = pa.table({name: pa.array(values, pa.string()), "n": list(range(len(values)))})
    if kind == "csv":
        with path.open("w", newline="") as stream:
            csv.writer(stream).writerows([[name, "n"], *([value, n] for n, value in enumerate(values))])
    elif kind == "jsonl":
        jsonl(path, table.to_pylist())
    elif kind == "arrow":
        with pa.ipc.new_stream(path, table.schema) as writer:
            writer.write_table(table)
    else:
        kinds = {"bytes.parquet": lambda c: c.cast(pa.binary()), "dictionary.parquet": lambda c: c.dictionary_encode()}
        pq.write_table(table.set_column(0, name, kinds.get(kind, lambda c: c)(table[name])), path)
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_json_text_is_read_as_parts_and_said(tmp_path: Path, kind: str) -> None:
    rows = [json.dumps(CHAT), json.dumps(CHAT, indent=1, ensure_ascii=False), "[INST] plain", '[{"role": "us', "[]"]
    corpus = open_corpus(store(tmp_path, rows, kind))
    assert corpus.notes[1] == "columns: messages (JSON text) as text in parts"
    found = corpus.read(corpus.units[0], full=True, others=True)
    assert found.documents["text"].to_list() == [TEXT, TEXT, "[INST] plain"]
    assert found.unreadable.select("row", "reason").rows() == [
        (3, "the messages are not JSON: Unterminated string starting at (character 11)"),
        (4, "the list of messages is empty"),
    ]
    assert found.parts is not None
    assert found.parts.filter(row=1).select("start", "end", "role").rows() == [(0, 32, "user"), (34, 38, "tool")]
    assert found.elsewhere is not None
    strings = found.elsewhere.strings["text"].to_list()
    assert [s for s in strings if not s.isdigit()] == ["user", "assistant", "tool", "text"] * 2
    edits = {"place": [0, 1], "start": [5, 37], "end": [26, 38], "replacement": ["<É>", None]}
    after = [value.decode() if isinstance(value, bytes) else value for value in _edited(corpus, edits)]
    assert after[0] == rows[0].replace("kit@boats.example.org", "<\\u00c9>")
    assert after[1] == rows[1].replace("\U0001f600", "")
    assert after[2] == rows[2]


def _edited(corpus: Any, edits: dict[str, list[Any]]) -> list[Any]:
    found = corpus.read(corpus.units[0], full=True)
    table = corpus.write_back(found.table, pl.DataFrame(edits))
    assert table.schema == found.table.schema
    return list(table["messages"].to_pylist())


@pytest.mark.parametrize(
    ("name", "asked", "value", "is_parts"),
    [
        ("chosen", None, json.dumps(CHAT), False),  # without its counterpart it is no text
        ("conversations", None, json.dumps([{"from": "human", "value": "a"}]), True),
        ("dialog", None, json.dumps({"role": "user", "content": "a"}), True),
        ("turns", None, '["a", "b"]', False),
        ("mine", "mine", json.dumps(CHAT), True),
        ("text", None, json.dumps(CHAT), False),  # what is called a text is one
        ("messages", None, json.dumps([{"speech": "a"}]), False),
    ],
)
def test_which_columns_are_taken_for_messages(
    tmp_path: Path, name: str, asked: str | None, value: str, is_parts: bool
) -> None:
    path = store(tmp_path, [None, value], "parquet", name)
    try:
        fields = open_corpus(path, InputOptions(text=asked)).fields
    except SourceError:
        assert not is_parts
    else:
        assert any(cell.is_json for cell in fields.cells) is is_parts


def test_messages_as_python_writes_them_are_one_text_and_said(tmp_path: Path) -> None:
    corpus = open_corpus(store(tmp_path, [str(CHAT)], "csv"))
    assert corpus.notes[2].startswith("the messages in 'messages' are written as Python writes lists, and are checked")
    assert corpus.read(corpus.units[0]).documents["text"].to_list() == [str(CHAT)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"a": 1, "a": 2}]', "a key occurs twice in one object"),
        ('[{"a": "\\ud800"}]', "a lone surrogate, which is no character"),
        ('[{"a": ' + "[" * 99_999, "the messages are nested too deeply"),
        ('[{"a": ' + "1" * 5000 + "}]", "a number in the messages is too long"),
        ("[{'role': 'user'}]", "the messages are written as Python writes lists, not as JSON"),
    ],
    ids=lambda value: value[:12],
)
def test_what_is_no_json(text: str, reason: str) -> None:
    with pytest.raises(Bad) as error:
        decoded(text)
    assert str(error.value) == reason


def test_text_of_one_place_is_not_taken_twice(tmp_path: Path) -> None:
    path = store(tmp_path, [json.dumps(CHAT)], "parquet")
    with pytest.raises(SourceError, match="takes the text of one place twice"):
        open_corpus(path, InputOptions(text=["messages", "messages"]))


def test_clean_masks_inside_the_json_text(tmp_path: Path) -> None:
    value = json.dumps(CHAT, indent=2)
    config = tmp_path / "corpusqa.toml"
    config.write_text('[checks]\nselect = ["pii"]\n[checks.pii]\nreserved = true\n')
    published = clean(store(tmp_path, [value], "csv"), config=config)
    assert published["messages"] == [value.replace("kit@boats.example.org", "<EMAIL_1>")]


def _long(character: str) -> str:
    """A character as escapes of UTF-16 in capitals, which no writer uses."""
    raw = character.encode("utf-16-be")
    return "".join(f"\\u{raw[i : i + 2].hex().upper()}" for i in range(0, len(raw), 2))


WAYS = {"raw": str, "escape": lambda c: json.dumps(c)[1:-1], "long": _long}
BLANK = st.sampled_from(["", " ", "\n\t"])
CHARACTER = st.tuples(st.characters(exclude_categories=["Cs"]), st.sampled_from(sorted(WAYS)))


def _written(character: str, way: str) -> str:
    return WAYS["escape" if way == "raw" and (character in '"\\' or character < " ") else way](character)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.lists(CHARACTER, max_size=6), BLANK), min_size=1, max_size=3), st.data())
def test_an_edit_changes_only_the_characters_that_it_is_about(
    messages: list[tuple[list[tuple[str, str]], str]], data: st.DataObject
) -> None:
    before, after, changes = "[", "[", []
    whole = "".join(_written(*character) for characters, _ in messages for character in characters)
    for number, (characters, blank) in enumerate(messages):
        start, end = sorted(data.draw(st.integers(0, len(characters))) for _ in range(2))
        new = data.draw(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=3))
        raw = [_written(*character) for character in characters]
        head = f'{blank}{"," if number else ""}{blank}{{"a":[1.50,"\\"]"],{blank}"content"{blank}:{blank}"'
        tail = f'"{blank},"role":{blank}"user"{blank}}}{blank}'
        written = json.dumps(new or "", ensure_ascii=whole.isascii())[1:-1]
        before += head + "".join(raw) + tail
        after += head + "".join([*raw[:start], written, *raw[end:]]) + tail
        changes.append(((number, "content"), [(start, end, new)]))
    assert edited(before + "]", changes) == after + "]"
