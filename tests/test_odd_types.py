"""Every type that Arrow has, in a column beside the text: read, measured, and never a crash."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusqa.cli import run
from corpusqa.corpus import open_corpus
from tests.files import read_all


def array(kind: pa.DataType, *values: Any) -> pa.Array:
    return pa.array(values, kind)


FAR = "the column 'x' holds a date or time that no calendar has"
RUNS = pa.RunEndEncodedArray.from_arrays(array(pa.int32(), 1, 3), ["p", "q"])
SPARSE = pa.UnionArray.from_sparse(array(pa.int8(), 0, 1, 0), [pa.array(["x", "y", "z"]), pa.array([1, 2, 3])])
# The values of three rows, of which the second has no text, and why the third cannot be read.
CATEGORIES = pa.DictionaryArray.from_arrays(  # as polars writes them
    pa.array([0, None, 1], pa.uint32()), pa.array(["v", "w"], pa.string_view())
)
TYPES: dict[str, tuple[pa.Array, str | None]] = {
    "views": (array(pa.string_view(), "v" * 20, None, "a"), None),
    "bytes": (array(pa.binary_view(), b"v" * 20, None, b"\xff"), None),
    "views below": (array(pa.list_(pa.struct([("a", pa.string_view())])), [{"a": "b"}], None, [{"a": "c"}]), None),
    "list views": (array(pa.list_view(pa.int64()), [1], None, []), None),
    "list views of views": (array(pa.large_list_view(pa.list_view(pa.string_view())), [["a"]], None, [[], None]), None),
    "list views below": (array(pa.struct([("a", pa.list_view(pa.int64()))]), {"a": [1, 2]}, None, {"a": None}), None),
    "list views in lists": (array(pa.list_(pa.list_view(pa.int64())), [[1], [], [2]], None, [None]), None),
    "list views in a map": (array(pa.map_(pa.string(), pa.list_view(pa.int64())), [("a", [1])], None, []), None),
    "list views of a size": (array(pa.list_(pa.list_view(pa.string_view()), 1), [["a"]], None, [None]), None),
    "views in a map": (array(pa.map_(pa.string_view(), pa.string_view()), [("a", "b")], None, []), None),
    "runs": (RUNS, None),
    "union": (SPARSE, None),
    "map": (array(pa.map_(pa.string(), pa.int64()), [("a", 1)], None, []), None),
    "dictionary below": (array(pa.list_(pa.dictionary(pa.int8(), pa.string())), ["x"], None, ["x"]), None),
    "category": (CATEGORIES, None),
    "category below": (pa.ListArray.from_arrays(pa.array([0, 1, None, 3], pa.int32()), CATEGORIES), None),
    "json": (
        pa.ExtensionArray.from_storage(pa.json_(), pa.array(['{"a": 1}', None, "[" * 500 + "]" * 500])),
        "the column 'x' is not valid JSON",
    ),
    "decimal": (array(pa.decimal256(50, 2), 1, None, 2), None),
    "time": (array(pa.time64("ns"), 1, None, 2), None),
    "interval": (array(pa.month_day_nano_interval(), (1, 2, 3), None, (1, 1, 1)), None),
    "offset": (array(pa.timestamp("s", tz="+05:30"), 1, None, 2), None),
    "unknown zone": (array(pa.timestamp("us", tz="No/Where"), 1, None, 2), None),
    "date": (array(pa.date32(), 1, None, 1 << 30), FAR),
    "milliseconds": (array(pa.date64(), 86_400_000, None, 1 << 62), FAR),
    "part of a day": (array(pa.date64(), 86_400_000, None, 1), None),
    "seconds": (pa.array([1, None, 1 << 30], pa.int32()).view(pa.time32("s")), None),
    "seconds below": (
        pa.array([{"t": [1]}, None, {"t": [1 << 30]}], pa.struct([("t", pa.list_(pa.int32()))])).view(
            pa.struct([("t", pa.list_(pa.time32("s")))])
        ),
        None,
    ),
    "bytes below": (
        pa.array([[b"a"], None, [b"\xff"]], pa.list_(pa.binary())).view(pa.list_(pa.string())),
        "the column 'x' is not valid UTF-8",
    ),
    "timestamp": (array(pa.timestamp("s", tz="Europe/Berlin"), 1, None, 1 << 50), FAR),
    "below": (array(pa.list_(pa.timestamp("s")), [1], None, [1 << 50]), FAR),
    "duration": (array(pa.duration("s"), 1, None, 1 << 62), FAR),
}


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
@pytest.mark.parametrize("name", TYPES)
def test_columns_of_any_type(tmp_path: Path, name: str, ending: str) -> None:
    values, reason = TYPES[name]
    table = pa.table({"text": ["a", None, "c"], "x": values})
    path = tmp_path / f"a.{ending}"
    if ending == "arrow":
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    else:
        try:
            pq.write_table(table, path)
        except pa.ArrowNotImplementedError:
            pytest.skip("Parquet does not have this type")
    corpus = open_corpus(path)
    found = corpus.read(corpus.units[0], full=True)
    lost = [(1, "the text is null or missing")] + [(2, reason)] * (reason is not None)
    assert found.unreadable.select("row", "reason").rows() == lost
    assert found.documents["text"].to_list() == ["a"] + ["c"] * (reason is None)
    assert found.table is not None
    if name != "unknown zone":  # in which Python has no moments
        assert found.table["x"][0].as_py() == values[0].as_py()
    assert corpus.read_some(corpus.units[0], found.documents["row"]).documents["text"].to_list()[0] == "a"


def test_a_far_date_of_a_field_is_none_where_nothing_else_is_read(tmp_path: Path) -> None:
    days = pa.array([date(2024, 1, 2), None, None]).cast(pa.int32()).fill_null(1 << 30).cast(pa.date32())
    pq.write_table(pa.table({"text": ["a", "b", "c"], "published": days}), tmp_path / "a.parquet")
    corpus = open_corpus(tmp_path / "a.parquet")
    assert corpus.read(corpus.units[0]).documents["published"].to_list() == ["2024-01-02", None, None]
    assert read_all(corpus).documents["text"].to_list() == ["a"]


def test_list_views_are_published_as_lists_of_equal_rows(tmp_path: Path) -> None:
    values = [[1], None, [], [2, 3], [None]] * 3
    digests = []
    for name, of in (("views", pa.list_view), ("large", pa.large_list_view), ("lists", pa.list_)):
        kind = of(pa.int64())
        below = array(pa.struct([("a", kind)]), *({"a": value} for value in values))
        pairs = array(pa.list_(kind, 2), *([value, value] for value in values))
        texts = [f"text {n}" for n in range(15)]
        table = pa.table({"text": texts, "x": array(kind, *values), "y": below, "z": pairs}).slice(1)
        with pa.ipc.new_file(tmp_path / f"{name}.arrow", table.schema) as writer:
            writer.write_table(table, max_chunksize=4)
        out = ["--work", str(tmp_path / f"w{name}"), "-o", str(tmp_path / f"o{name}")]
        assert run(["clean", str(tmp_path / f"{name}.arrow"), "-q", "--select", "text", "--policy", "none", *out]) == 0
        published = pa.concat_tables(map(pq.read_table, sorted((tmp_path / f"o{name}").glob("data/*.parquet"))))
        assert published["x"].to_pylist() == values[1:]
        assert published["y"].to_pylist() == [{"a": value} for value in values[1:]]
        assert published["z"].to_pylist() == [[value, value] for value in values[1:]]
        digests.append(read_all(open_corpus(tmp_path / f"{name}.arrow")).documents["digest"].to_list())
    assert digests[0] == digests[1] == digests[2]
