"""Some rows of a unit, and ids alone, are read as cheaply as can be and are what reading everything gives."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from corpusqa.corpus import Corpus, open_corpus
from corpusqa.corpus.digest import canonical
from corpusqa.corpus.sample import Sample
from corpusqa.readers.json_ids import id_parser
from corpusqa.readers.records import Bad, parse

ROWS = [{"id": f"d{n}", "text": f"text {n}\r\nwith “more”", "n": n} for n in range(40)]
LINES = [json.dumps(row).encode() for row in ROWS]
BROKEN = [*LINES[:9], b"", b"  ", b'{"id": "b", "te', b'{"id": "c", "text": 5}', *LINES[9:]]
TABLE = pa.Table.from_pylist([*ROWS, {"id": "null", "text": None, "n": 1}])
CSV = ["id,text,n", *(f'{row["id"]},"{row["text"]}",{row["n"]}' for row in ROWS)]


def parquet(path: Path) -> None:
    pq.write_table(TABLE, path, row_group_size=7)


def damaged(path: Path) -> None:
    pq.write_table(TABLE, path, row_group_size=7, compression="none", use_dictionary=False)
    path.write_bytes(path.read_bytes().replace(b"text 16", b"\xff\xff\xff\xff\xff\xff\xff"))


def arrow(path: Path) -> None:
    with pa.ipc.new_stream(path, TABLE.schema) as writer:
        writer.write_table(TABLE, max_chunksize=7)


SOURCES: dict[str, Callable[[Path], Any]] = {
    "a.jsonl": lambda path: path.write_bytes(b"\n".join(LINES)),
    "broken.jsonl": lambda path: path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(BROKEN)),
    "torn.jsonl": lambda path: path.write_bytes(b"\n".join(LINES)[:-5]),
    "torn.jsonl.gz": lambda path: path.write_bytes(gzip.compress(b"\n".join(LINES))[:-12]),
    "a.json": lambda path: path.write_text(json.dumps(ROWS)),
    "a.csv": lambda path: path.write_text("\r\n".join(CSV)),
    "blank.csv": lambda path: path.write_text("\n\n".join(CSV) + "\n"),
    "odd.csv": lambda path: path.write_text("\n".join([*CSV[:5], "1", 'a"b,c,d', *CSV[5:], "x"])),
    "a.parquet": parquet,
    "damaged.parquet": damaged,
    "a.arrow": arrow,
    "a.txt": lambda path: path.write_text("text"),
}


@pytest.mark.parametrize("unit_bytes", [300, 1 << 20])
@pytest.mark.parametrize("name", SOURCES)
def test_some_rows_are_those_of_all(tmp_path: Path, name: str, unit_bytes: int) -> None:
    SOURCES[name](tmp_path / name)
    corpus = open_corpus(tmp_path / name, unit_bytes=unit_bytes)
    for unit in corpus.units:
        whole = corpus.read(unit, full=True)
        for rows in ((), (0,), (1, 2, 13), tuple(range(3, 40, 5)), tuple(range(50))):
            wanted = tuple(row for row in rows if row < whole.count)
            found = _sampled(corpus, unit.number, wanted, whole.count, whole.lines).read(unit, full=True)
            assert (found.count, found.lines) == (whole.count, whole.lines)
            for some, every in ((found.documents, whole.documents), (found.unreadable, whole.unreadable)):
                assert_frame_equal(some, every.filter(every["row"].is_in(wanted)))
            assert found.table is not None
            assert found.table.num_rows == found.documents.height


def _sampled(corpus: Corpus, unit: int, rows: tuple[int, ...], count: int, lines: int) -> Corpus:
    return replace(corpus, sample=Sample(count, {unit: rows}, {unit: count}, {unit: lines}))


@pytest.mark.parametrize("name", [name for name in SOURCES if name != "a.txt"])
def test_the_source_begins_with_its_first_documents(tmp_path: Path, name: str) -> None:
    SOURCES[name](tmp_path / name)
    corpus = open_corpus(tmp_path / name)
    texts = [text for documents in corpus.beginning() for text in documents["text"]]
    everything = corpus.read(corpus.units[0]).documents["text"].to_list()
    assert texts == everything[: len(texts)]
    assert len(texts) > 3


VALUE = st.none() | st.integers() | st.text(max_size=6) | st.just({"id": "inner"}) | st.just('", "id": "x"}')
OBJECT = st.lists(st.tuples(st.sampled_from(["id", "text", "a"]), VALUE), unique_by=lambda pair: pair[0]).map(dict)
BLANK = st.sampled_from(["", " ", "\t"])


@given(OBJECT, BLANK, st.booleans())
def test_an_id_that_is_seen_is_the_one_of_the_row(row: dict[str, Any], blank: str, ascii_only: bool) -> None:
    written = json.dumps(row, separators=("," + blank, ":" + blank), ensure_ascii=ascii_only)
    line = (blank + written + blank).encode(errors="surrogatepass")
    try:
        expected = parse(line)
    except Bad:
        return
    assert canonical(id_parser("id")(line).get("id")) == canonical(expected.get("id"))


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        (b'{"id": "a", "text": "' + b"x" * 500, True),  # broken further on
        (b'{"text": "", "id": 12}\r', True),
        (b'{"text": "", "id": "a", "n": 1}', False),  # this place might be inside another object
        (b'{"id": "a\\n"}', False),
        (b'{"id": 1.0}', False),
        (b'{"id": "' + b"\xc3\xa9" + b'"}', True),
    ],
)
def test_which_ids_are_seen_without_parsing(line: bytes, seen: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpusqa.readers.json_ids.parse", lambda _: {})
    assert bool(id_parser("id")(line)) is seen
