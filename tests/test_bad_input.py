"""Broken input ends as unreadable rows or one clear error; nothing is lost and nothing crashes."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from corpusqa.corpus import Corpus, open_corpus, remove_spool
from corpusqa.errors import CannotEvaluate, CorpusqaError, EmptyCorpus, SourceError
from corpusqa.readers import Unit
from tests.files import read_all, write

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 12345\n"


@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl", "a.jsonl.gz", "a.txt"])
def test_pointers_are_not_data(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: POINTER})
    with pytest.raises(CannotEvaluate, match="git lfs pull"):
        read_all(open_corpus(tmp_path))


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.parquet"])
def test_no_rows_are_an_empty_corpus(tmp_path: Path, name: str) -> None:
    if name.endswith("parquet"):
        pq.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / name)
    else:
        write(tmp_path, {name: b""})
    with pytest.raises(EmptyCorpus):
        open_corpus(tmp_path)


def test_no_text_column_names_the_source(tmp_path: Path) -> None:
    pq.write_table(pa.table({"story": ["x"], "n": [1]}), tmp_path / "a.parquet")
    with pytest.raises(SourceError, match=r"no text column; the columns are story, n\. Say which"):
        open_corpus(tmp_path)


def test_rows_inside_an_object_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"version": "1.1", "data": [{"text": "a"}, {"text": "b"}]}')
    with pytest.raises(SourceError, match=r"If 'data' is the list of rows, write it .* as JSON Lines"):
        open_corpus(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_utf_16_is_named(tmp_path: Path, ending: str, encoding: str) -> None:
    rows = "".join(f'{{"text": "{number}"}}\n' for number in range(3)).rstrip()
    files = {f"a.{ending}": b'{"text": "good"}\n', f"b.{ending}": rows.encode(encoding)}
    found = read_all(open_corpus(write(tmp_path, files)))
    assert found.documents["text"].to_list() == ["good"]
    said = found.unreadable["reason"].to_list()
    assert said[0] == "looks like UTF-16; convert it to UTF-8"
    assert len(said) == (3 if ending == "jsonl" else 1)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_compressed_data_of_another_name_are_named(tmp_path: Path, ending: str, pack: Callable[[bytes], bytes]) -> None:
    write(tmp_path, {f"a.{ending}": '{"text": "good"}\n', f"b.{ending}": pack(b'{"text": "lost"}\n' * 9)})
    found = read_all(open_corpus(tmp_path))
    assert found.documents["text"].to_list() == ["good"]
    assert found.unreadable["reason"][0] == "looks like compressed data; a name that ends in .gz or .zst says so"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_text_or_table_of_utf_16_is_named(tmp_path: Path, encoding: str) -> None:
    found = read_all(open_corpus(write(tmp_path, {"a.txt": "one".encode(encoding)})))
    assert found.unreadable["reason"].to_list() == ["looks like UTF-16; convert it to UTF-8"]
    (tmp_path / "a.csv").write_bytes("id,text\n1,a\n".encode(encoding))
    with pytest.raises(SourceError, match="UTF-16, convert it to UTF-8"):
        open_corpus(tmp_path / "a.csv")


def test_a_folder_without_documents_says_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(EmptyCorpus, match=r"\.zst behind it; the folder holds 2 \.txt\.gz, 1 \.zip$"):
        open_corpus(write(tmp_path, {"a.txt.gz": b"", "b.txt.gz": b"", "c.zip": b""}))


def test_a_pipe_among_the_files_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(write(tmp_path, {"a.jsonl": '{"text": "good"}\n'}) / "b.jsonl")
    os.mkfifo(tmp_path / "c.jsonl")
    corpus = open_corpus(tmp_path)
    assert corpus.identity() != corpus.secret().hex()
    found = read_all(corpus)
    assert found.documents["text"].to_list() == ["good"]


@pytest.mark.parametrize("brackets", [("[", "]"), ('{"a": ', "}")])
@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_how_deep_a_row_may_go_does_not_depend_on_the_caller(
    tmp_path: Path, ending: str, brackets: tuple[str, str]
) -> None:
    opening, closing = brackets
    rows = [f'{{"text": "{depth}", "x": {opening * depth}1{closing * depth}}}' for depth in (199, 200, 900)]
    rows.append('{"text": "' + "[{" * 999 + '"}')
    path = tmp_path / f"a.{ending}"
    path.write_text("\n".join(rows) if ending == "jsonl" else "[" + ",".join(rows) + "]")
    corpus = open_corpus(path)
    found = corpus.read(corpus.units[0], full=True, others=True)
    assert found.documents["text"].str.head(3).to_list() == ["199", "[{["]
    assert found.unreadable["reason"].to_list() == ["not readable: nested too deeply"] * 2
    assert found.table is not None
    assert isinstance(found.table["x"].type, pa.JsonType)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_columns_of_one_name_are_unreadable_rows(tmp_path: Path, ending: str, nested: bool) -> None:
    twice = pa.StructArray.from_arrays([pa.array([1, 2]), pa.array([3, 4])], names=["a", "a"])
    names = ["text", "meta"] if nested else ["text", "text"]
    table = pa.Table.from_arrays([pa.array(["one", "two"]), twice if nested else pa.array(["three", "four"])], names)
    for name, rows in (("a", table), ("b", pa.table({"text": ["good"]}))):
        if ending == "parquet":
            pq.write_table(rows, tmp_path / f"{name}.parquet")
        else:
            with pa.ipc.new_stream(tmp_path / f"{name}.arrow", rows.schema) as writer:
                writer.write_table(rows)
    corpus = open_corpus(tmp_path)
    found = read_all(corpus)
    assert found.documents["text"].to_list() == ["good"]
    assert (
        found.unreadable["reason"].to_list()
        == ["two columns of the file, or two fields of one, have the same name"] * 2
    )
    assert [corpus.read(unit).unreadable.height for unit in corpus.units] == [2, 0]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, or also cut out, doubled or torn off, after which binary formats rarely have a row left."""
    broken = bytearray(data)
    kinds = chance.choice((1, 4))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(broken) + 1)
        match chance.randrange(kinds):
            case 0:
                broken[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del broken[at : at + chance.randint(1, 20)]
            case 2:
                broken[at:at] = broken[at : at + chance.randint(1, 20)]
            case _:
                del broken[len(broken) - chance.randint(0, 3) :]
    return bytes(broken)


FORMATS = [
    "a.jsonl",
    "a.jsonl.gz",
    "a.jsonl.zst",
    "a.json",
    "a.csv",
    "a.tsv.gz",
    "a.parquet",
    "a.arrow",
    "a.txt",
    "chat.jsonl",
]


def samples() -> dict[str, bytes]:
    """One small file of each format."""
    rows = [{"id": i, "text": f"text {i} \U0001f600 é", "meta": {"a": [i, None]}} for i in range(4)]
    chats = [
        {"messages": [{"role": "user", "content": f"say {i}"}, {"role": "x", "tool": {str(i): 1}}]} for i in range(4)
    ]
    lines = "".join(json.dumps(row, ensure_ascii=i % 2 == 0) + "\n" for i, row in enumerate(rows)).encode()
    table = pa.Table.from_pylist(rows)
    parquet, arrow = io.BytesIO(), io.BytesIO()
    pq.write_table(table, parquet, row_group_size=2)
    with pa.ipc.new_stream(arrow, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    return {
        "a.jsonl": lines,
        "a.jsonl.gz": gzip.compress(lines, mtime=0),
        "a.jsonl.zst": zstandard.compress(lines),
        "a.json": json.dumps(rows).encode(),
        "a.csv": 'id,text\n1,"one, two"\n2,"say ""hi""\nagain"\n3,\U0001f600\n'.encode(),
        "a.tsv.gz": gzip.compress(b"id\ttext\r\n" + b"".join(b'%d\t"a\tb"\r\n' % i for i in range(9)), mtime=0),
        "a.parquet": parquet.getvalue(),
        "a.arrow": arrow.getvalue(),
        "a.txt": lines,
        "chat.jsonl": "".join(json.dumps(chat) + "\n" for chat in chats).encode(),
    }


def counted(path: Path) -> tuple[int, int]:
    """Documents and unreadable rows; asserts that every row is one of them, and that reading less finds the same."""
    corpus = open_corpus(path, work=path.parent.parent / "work", unit_bytes=64)
    try:
        units = [_counted(corpus, unit) for unit in corpus.units]
    finally:
        remove_spool(corpus)
    return sum(documents for documents, _ in units), sum(unreadable for _, unreadable in units)


def _counted(corpus: Corpus, unit: Unit) -> tuple[int, int]:
    full, brief = corpus.read(unit, full=True), corpus.read(unit)
    for rows in (full, brief):
        assert sorted([*rows.documents["row"], *rows.unreadable["row"]]) == list(range(full.count))
    again = brief.documents.join(full.documents.select("row"), on="row", how="semi")
    assert full.documents.drop("digest").equals(again)
    assert full.table is not None
    assert full.table.num_rows == full.documents.height
    return full.documents.height, full.unreadable.height


@pytest.mark.parametrize("name", FORMATS)
def test_mutated_files_always_balance(tmp_path: Path, name: str) -> None:
    original, path = samples()[name], tmp_path / "in" / name
    path.parent.mkdir()
    chance = random.Random(name)
    for _ in range(100):
        path.write_bytes(mutated(original, chance))
        try:
            assert counted(path) >= (0, 0)
        except CorpusqaError as error:
            assert str(error)
