"""Parquet: however a column is stored, its values are what they are."""

from __future__ import annotations

import io
import random
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusqa.corpus import open_corpus
from corpusqa.readers.parquet import BUFFER, open_bit_by_bit
from tests.files import jsonl, read_all

TEXTS = ["one", None, "", "four \U0001f600", "one"]


def store(path: Path, groups: int = 1_000_000, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path, row_group_size=groups)
    return path


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string()), pa.binary()],
    ids=str,
)
def test_the_type_of_the_text_column_does_not_matter(tmp_path: Path, kind: pa.DataType) -> None:
    values = (
        pa.array([t.encode() if t is not None else None for t in TEXTS]) if kind == pa.binary() else pa.array(TEXTS)
    )
    corpus = open_corpus(store(tmp_path / "a.parquet", text=values.cast(kind)))
    rows = read_all(corpus)
    assert rows.documents["text"].to_list() == [text for text in TEXTS if text is not None]
    assert corpus.read_some(corpus.units[0], pl.Series([4, 0])).documents["text"].to_list() == ["one", "one"]
    assert rows.unreadable.rows() == [(1, "a.parquet", None, None, "the text is null or missing", False)]


def test_typed_fields_are_iso_strings(tmp_path: Path) -> None:
    moment = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    path = store(
        tmp_path / "a.parquet",
        text=["x"],
        id=[17],
        published=[date(2020, 2, 29)],
        collected=pa.array([moment], pa.timestamp("us", "UTC")),
    )
    row = read_all(open_corpus(path)).documents.select("id", "published", "collected").row(0)
    assert row == ("17", "2020-02-29", "2024-01-02T03:04:05+00:00")


def test_times_of_96_bits_are_those_that_were_written(tmp_path: Path) -> None:
    days = [datetime(9999, 12, 31), datetime(1, 1, 1), datetime(2024, 1, 2, 3, 4, 5, 678901)]
    table = pa.table({"text": ["a", "b", "c"], "published": pa.array(days, pa.timestamp("us"))})
    pq.write_table(table, tmp_path / "a.parquet", use_deprecated_int96_timestamps=True)
    corpus = open_corpus(tmp_path / "a.parquet")
    rows = corpus.read(corpus.units[0], full=True)
    assert rows.documents["published"].to_list() == [day.isoformat() for day in days]
    assert rows.table is not None
    assert rows.table["published"].to_pylist() == days


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    bad = pa.array([b"fine", b"caf\xe9", b"also fine"]).view(pa.string())
    rows = read_all(open_corpus(store(tmp_path / "a.parquet", text=bad)))
    assert rows.documents["text"].to_list() == ["fine", "also fine"]
    assert rows.unreadable.select("row", "reason").rows() == [(1, "the text is not valid UTF-8")]


def test_units_are_runs_of_row_groups(tmp_path: Path) -> None:
    path = store(tmp_path / "a.parquet", groups=10, text=[f"{i} " + "x" * 100 for i in range(100)])
    whole, parts = open_corpus(path), open_corpus(path, unit_bytes=3000)
    assert (len(whole.units), len(parts.units)) == (1, 5)
    assert read_all(whole).documents.equals(read_all(parts).documents)


def test_files_whose_schemas_differ(tmp_path: Path) -> None:
    store(tmp_path / "a.parquet", text=["a"], n=[1])
    store(tmp_path / "b.parquet", text=["b"], n=["one"])
    store(tmp_path / "c.parquet", body=["c", "d"])
    store(tmp_path / "d.parquet", text=[1.5])
    rows = read_all(open_corpus(tmp_path))
    assert rows.documents["text"].to_list() == ["a", "b"]
    assert rows.unreadable.select("row", "file", "reason").rows() == [
        (2, "c.parquet", "the text is null or missing"),
        (3, "c.parquet", "the text is null or missing"),
        (4, "d.parquet", "the text is a number, not a string"),
    ]


NO_TEXT = {
    "a number": [pa.array([1.5, None]), pa.array([1, None], pa.int8()), pa.array([Decimal("1.5"), None])],
    "a truth value": [pa.array([True, None])],
    "a list": [pa.array([[1], None]), pa.array([["a"], None], pa.list_view(pa.string()))],
    "an object": [pa.array([{"a": 1}, None]), pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64()))],
    "a date or time": [pa.array([date(2024, 3, 5), None]), pa.array([1, None], pa.timestamp("ms", "UTC"))],
}


@pytest.mark.parametrize("kind", NO_TEXT)
def test_what_is_no_text_is_told_of_in_the_words_that_rows_of_json_are(tmp_path: Path, kind: str) -> None:
    for values in NO_TEXT[kind]:
        table = pa.table({"text": values})
        with pa.ipc.new_file(str(tmp_path / "b.arrow"), table.schema) as writer:
            writer.write_table(table)
        with pa.ipc.new_file(str(tmp_path / "a.arrow"), pa.schema([("text", pa.string())])) as writer:
            writer.write_table(pa.table({"text": ["good"]}))
        said = read_all(open_corpus(tmp_path)).unreadable["reason"].to_list()
        assert said == [f"the text is {kind}, not a string", "the text is null or missing"]


def test_a_damaged_file_is_a_row_and_a_damaged_group_is_its_rows(tmp_path: Path) -> None:
    good = store(tmp_path / "a.parquet", groups=3, text=[f"text {i} " * 50 for i in range(9)])
    data = bytearray(good.read_bytes())
    start = pq.ParquetFile(good).metadata.row_group(1).column(0).data_page_offset
    data[start : start + 40] = b"\xff" * 40
    (tmp_path / "b.parquet").write_bytes(data)
    (tmp_path / "c.parquet").write_bytes(b"PAR1 this is none" * 100)
    rows = read_all(open_corpus(tmp_path))
    assert rows.documents.height == 15
    assert rows.unreadable.select("row", "file", "reason").rows() == [
        *((row, "b.parquet", "a damaged row group") for row in (12, 13, 14)),
        (18, "c.parquet", "not a Parquet file, or damaged"),
    ]


def test_every_column_travels_along(tmp_path: Path) -> None:
    columns = {"text": ["a", None, "b"], "n": [1, 2, None], "nested": [{"x": [1]}, None, {"x": []}]}
    corpus = open_corpus(store(tmp_path / "a.parquet", **columns))
    table = corpus.read(corpus.units[0], full=True).table
    assert table.to_pydict() == {"text": ["a", "b"], "n": [1, None], "nested": [{"x": [1]}, {"x": []}]}


def test_a_column_without_a_name_counts_in_the_digest_of_a_row(tmp_path: Path) -> None:
    rows = [{"": number, "text": "the same"} for number in (1, 1, 2)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    jsonl(tmp_path / "a.jsonl", rows)
    found = [read_all(open_corpus(tmp_path / f"a.{ending}")).documents["digest"] for ending in ("parquet", "jsonl")]
    assert found[0].to_list() == found[1].to_list()
    assert found[0].n_unique() == 2


class Counted(io.BytesIO):
    """A file that remembers how much was read of it at once."""

    most = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.most = max(self.most, len(data))
        return data


def test_a_large_row_group_is_never_read_at_once() -> None:
    values = [random.Random(n).randbytes(20_000).hex() for n in range(200)]  # 8 MB that nothing makes smaller than 4
    file = Counted()
    pq.write_table(pa.table({"text": values}), file, compression="zstd", data_page_size=100_000, write_batch_size=5)
    assert file.seek(0, io.SEEK_END) > 4_000_000
    batches = open_bit_by_bit(file).iter_batches(5, use_threads=False)
    assert [text for batch in batches for text in batch["text"].to_pylist()] == values
    assert file.most <= BUFFER
