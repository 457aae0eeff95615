"""Folders of text files: which files are documents, and that nothing about them changes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from corpusqa.corpus import open_corpus
from corpusqa.errors import EmptyCorpus, SourceError
from tests.files import read_all, write


def test_documents_are_byte_faithful(tmp_path: Path) -> None:
    texts = {"a.txt": b"\xef\xbb\xbfone\r\ntwo\rthree\n\n", "b.md": b"", "c.txt": "a\x00b \U0001f600\u202e".encode()}
    rows = read_all(open_corpus(write(tmp_path, texts)))
    assert dict(zip(rows.documents["id"], (t.encode() for t in rows.documents["text"]), strict=True)) == texts


def test_files_come_in_the_order_of_their_utf8_path(tmp_path: Path) -> None:
    names = ["b.txt", "a/z.txt", "a.txt", "é.txt", "z.txt", "a/b/c.txt"]
    rows = read_all(open_corpus(write(tmp_path, dict.fromkeys(names, "x"))))
    assert rows.documents["id"].to_list() == sorted(names, key=str.encode)


def test_the_first_folder_is_the_source(tmp_path: Path) -> None:
    rows = read_all(open_corpus(write(tmp_path, {"top.txt": "x", "wire/2020/a.txt": "y"})))
    assert rows.documents["source"].to_list() == [None, "wire"]


def test_what_is_not_a_row_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "x", "b/b.md": "y", "README.md": "r", "LICENSE.txt": "l", "labels.jsonl": "{}"})
    write(tmp_path, {".hidden.txt": "h", ".git/c.txt": "g", "b/README.md": "below the top, a document"})
    corpus = open_corpus(tmp_path)
    assert [file.path for file in corpus.files] == ["a.txt", "b/README.md", "b/b.md"]
    assert corpus.notes == ("3 md and txt documents in 2 folders; not read: LICENSE.txt, README.md, labels.jsonl",)


def test_metadata_is_joined_by_file_name(tmp_path: Path) -> None:
    metadata = '{"file_name": "a/a.txt", "url": "https://a.example/1", "score": 3}\n{"file_name": "gone.txt"}\n'
    write(tmp_path, {"a/a.txt": "x", "b.txt": "y", "metadata.jsonl": metadata})
    corpus = open_corpus(tmp_path)
    table = corpus.read(corpus.units[0], full=True).table
    assert table.select(["id", "url", "score"]).to_pylist() == [
        {"id": "a/a.txt", "url": "https://a.example/1", "score": 3},
        {"id": "b.txt", "url": None, "score": None},
    ]
    assert corpus.read(corpus.units[0]).documents["url"].to_list() == ["https://a.example/1", None]


def test_metadata_never_replaces_a_text_or_takes_an_id_from_another(tmp_path: Path) -> None:
    metadata = [
        {"file_name": "./a/0.txt", "text": "A caption", "id": "zero", "source": "press"},
        {"file_name": "2.txt", "metadata_text": "x"},
        {"file_name": "gone.txt", "text": None, "id": None},
    ]
    files = {"a/0.txt": "Document 0", "a/1.txt": "Document 1", "2.txt": "Document 2"}
    write(tmp_path, files | {"metadata.jsonl": "\n".join(map(json.dumps, metadata))})
    corpus = open_corpus(tmp_path)
    rows = corpus.read(corpus.units[0], full=True)
    assert rows.documents.select("id", "text", "source").rows() == [
        ("2.txt", "Document 2", None),
        ("zero", "Document 0", "press"),
        ("a/1.txt", "Document 1", "a"),
    ]
    assert rows.table["metadata_text_"].to_pylist() == [None, "A caption", None]
    assert rows.table["metadata_text"].to_pylist() == ["x", None, None]
    assert corpus.notes[1] == (
        "metadata.jsonl describes 2 of 3 documents; 1 of its 3 lines name no document (a 'file_name' is a path from "
        "this folder); its column 'text' is 'metadata_text_' here, the text of a document being that of its file"
    )


def test_metadata_that_describes_no_document_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "x", "metadata.jsonl": '{"file_name": "sub/a.txt", "n": 1}\n'})
    assert "describes 0 of 1 documents; 1 of its 1 lines name no document" in open_corpus(tmp_path).notes[1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{broken", "metadata.jsonl:2"),
        ('{"file_name": ["a"]}', "path of a file"),
        ('{"file_name": "b", "n": 1, "n": 2}', "twice"),
        ('{"file": "a.txt"}', "file_name"),
        ('{"file_name": "a.txt"}', "second line"),
    ],
)
def test_broken_metadata_is_an_error_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    write(tmp_path, {"a.txt": "x", "metadata.jsonl": f'{{"file_name": "a.txt"}}\n{line}\n'})
    with pytest.raises(SourceError, match=said):
        open_corpus(tmp_path)


def test_metadata_is_part_of_the_identity(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "x", "metadata.jsonl": '{"file_name": "a.txt", "n": 1}\n'})
    before = open_corpus(tmp_path).identity()
    write(tmp_path, {"metadata.jsonl": '{"file_name": "a.txt", "n": 2}\n'})
    os.utime(tmp_path / "metadata.jsonl", ns=(1, 1))
    assert open_corpus(tmp_path).identity() != before


def test_links_are_followed_once(tmp_path: Path) -> None:
    root = write(tmp_path / "corpus", {"a/x.txt": "x"})
    outside = write(tmp_path / "outside", {"y.txt": "y"})
    (root / "loop").symlink_to(root)
    (root / "a" / "up").symlink_to("..")
    (root / "linked").symlink_to(outside)
    corpus = open_corpus(root)
    assert [file.path for file in corpus.files] == ["a/x.txt", "linked/y.txt"]
    assert corpus.notes[-1] == "links back into a folder that is read already: a/up, loop"


def test_files_that_cannot_be_read_are_rows(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "fine", "b.txt": b"caf\xe9 au lait"})
    (tmp_path / "c.txt").symlink_to("c.txt")
    (tmp_path / "d.txt").symlink_to("nowhere")
    os.mkfifo(tmp_path / "e.txt")
    rows = read_all(open_corpus(tmp_path))
    assert rows.documents["id"].to_list() == ["a.txt"]
    assert rows.unreadable.select("row", "file", "offset", "reason").rows() == [
        (1, "b.txt", 3, "not valid UTF-8"),
        (2, "c.txt", None, "cannot be read: Too many levels of symbolic links"),
        (3, "d.txt", None, "cannot be read: No such file or directory"),
        (4, "e.txt", None, "cannot be read: not a regular file"),
    ]
    assert rows.count == 5


def test_a_name_that_is_not_utf8_is_readable(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    assert read_all(open_corpus(tmp_path)).documents["id"].to_list() == ["caf\\xe9.txt"]


def test_most_files_decide_the_format_and_a_tie_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "x", "b.jsonl": '{"text": "y"}'})
    with pytest.raises(SourceError, match="1 text and 1 jsonl files alike"):
        open_corpus(tmp_path)
    write(tmp_path, {"c.jsonl": '{"text": "z"}'})
    assert open_corpus(tmp_path).notes[0] == "2 jsonl files; not read: a.txt"


def test_no_documents_and_no_source_are_different_errors(tmp_path: Path) -> None:
    with pytest.raises(EmptyCorpus, match="no documents"):
        open_corpus(tmp_path)
    with pytest.raises(SourceError, match="no such file"):
        open_corpus(tmp_path / "absent")
    with pytest.raises(SourceError, match="no reader for this kind of file"):
        open_corpus(write(tmp_path, {"a.docx": "x"}) / "a.docx")


def test_units_do_not_change_the_rows(tmp_path: Path) -> None:
    write(tmp_path, {f"d{i % 3}/{i:02}.txt": "word " * i for i in range(20)})
    whole, parts = open_corpus(tmp_path), open_corpus(tmp_path, unit_bytes=100)
    assert len(parts.units) > 5
    assert read_all(whole).documents.equals(read_all(parts).documents)
