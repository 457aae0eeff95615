"""Rows in memory: values of numpy and pandas are kept exactly, and what is not known is refused by name."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import datasets
import numpy as np
import pandas as pd
import pytest

import corpusqa
from corpusqa.corpus import open_corpus, to_dataset
from corpusqa.corpus.in_memory import settled
from corpusqa.corpus.typed import to_table
from corpusqa.errors import CannotEvaluate

NS = np.datetime64("2020-01-01T00:00:00.000000001", "ns")
LARGE = np.arange(1500, dtype=np.float32) / 3


@pytest.mark.parametrize(
    ("value", "kind", "kept"),
    [
        (LARGE, "large_list<item: float>", LARGE.tolist()),
        (np.arange(6, dtype=np.int8).reshape(2, 3), "large_list<item: large_list<item: int8>>", [[0, 1, 2], [3, 4, 5]]),
        (np.array([[True], [False]]), "large_list<item: large_list<item: bool>>", [[True], [False]]),
        (np.array(["a", None], dtype=object), "large_list<item: large_string>", ["a", None]),
        (np.array([b"\xff"]), "large_list<item: large_binary>", [b"\xff"]),
        (np.array(0.25, dtype=np.float16), "halffloat", 0.25),
        (np.ma.masked_array([[1, 2]], [[False, True]]), "large_list<item: large_list<item: int64>>", [[1, None]]),
        (np.ma.masked, "null", None),
        (np.float32(0.1), "float", float(np.float32(0.1))),
        (np.uint64(2**64 - 1), "uint64", 2**64 - 1),
        (np.int64(2**62), "int64", 2**62),
        (np.bool_(True), "bool", True),
        (np.str_("x"), "large_string", "x"),
        (NS, "timestamp[ns]", pd.Timestamp(NS)),
        (np.array([NS, "NaT"], dtype="M8[ns]"), "large_list<item: timestamp[ns]>", [pd.Timestamp(NS), None]),
        (np.datetime64("2020-01"), "date32[day]", datetime.date(2020, 1, 1)),
        (np.timedelta64(3, "h"), "duration[s]", datetime.timedelta(hours=3)),
        (np.datetime64("NaT"), "null", None),
        (pd.NaT, "null", None),
        (pd.NA, "null", None),
        (pd.Timestamp("2020-01-01T00:00:00.000000001"), "timestamp[ns]", pd.Timestamp(NS)),
        (pd.Timestamp("2020-01-01", tz="UTC"), "timestamp[us, tz=UTC]", pd.Timestamp("2020-01-01", tz="UTC")),
        (pd.Timedelta(1, "ns"), "duration[ns]", pd.Timedelta(1, "ns")),
        ({"a": np.float32(0.5), "b": (1, 2)}, "struct<a: float, b: large_list<item: int64>>", {"a": 0.5, "b": [1, 2]}),
        ([np.float32(0.5), 0.1], "large_list<item: double>", [0.5, 0.1]),
        (bytearray(b"\x00"), "large_binary", b"\x00"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_values_of_other_libraries_are_kept_with_their_types(value: Any, kind: str, kept: Any) -> None:
    column = to_table([settled({"v": value}), settled({"v": None})])["v"]
    assert str(column.type) == kind
    assert column.to_pylist() == [kept, None]


@pytest.mark.parametrize("declared", [True, False])
def test_moments_stay_where_zones_are_ignored(monkeypatch: pytest.MonkeyPatch, declared: bool) -> None:
    monkeypatch.setenv("PYARROW_IGNORE_TIMEZONE", "1")  # as pyspark asks for, and pandera sets
    moment = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    features = datasets.Features(text=datasets.Value("string"), at=datasets.Value("timestamp[us, tz=+02:00]"))
    rows = datasets.IterableDataset.from_generator(
        lambda: iter([{"text": "one two three", "at": moment}]), features=features if declared else None
    )
    assert corpusqa.clean(rows, "none", checks=["text"])[0]["at"] == moment


@pytest.mark.parametrize("form", ["numpy", "arrow", "pandas", "polars"])
def test_the_format_of_a_stream_changes_no_value(form: str) -> None:
    rows = datasets.Dataset.from_dict({"text": ["one two", "three"], "score": [None, 2.5], "n": [1, None]})
    cleaned = corpusqa.clean(rows.to_iterable_dataset().with_format(form), "none", checks=["text"])
    assert (cleaned["score"][:], cleaned["n"][:]) == ([None, 2.5], [1, None])


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({1, 2}, "builtins.set, .*list"),
        ([{"deep": frozenset()}], "builtins.frozenset, .*list"),
        (1 + 2j, "builtins.complex, .*remove_columns"),
        (np.array([1j]), r"numpy.ndarray \(complex128\)"),
        (np.array([(1, 2)], dtype="i4,i4"), "numpy.ndarray"),
        (np.longdouble(1), "numpy.longdouble"),
        (np.datetime64(1, "ps"), "numpy.datetime64"),
        (np.datetime64(10**12, "D"), "numpy.datetime64"),
        (Fraction(1, 3), "fractions.Fraction"),
        (Colour.RED, ".*test_in_memory.Colour"),
        ({1: "x"}, "builtins.int as names of fields"),
        (pd.Series([1]), "pandas.*Series"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_not_known_is_refused_by_name(value: Any, said: str) -> None:
    with pytest.raises(CannotEvaluate, match=f"the column 'odd' holds values of the type {said}"):
        settled({"text": "x", "odd": value})


class Tensor:
    """What tensors of torch have in common with this one."""

    __module__ = "torch"
    shape, dtype = (2,), "torch.float32"

    def __init__(self, values: Any) -> None:
        self.values = values

    def detach(self) -> Tensor:
        return self

    cpu = detach

    def numpy(self) -> Any:
        if self.values is None:
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.values


def test_tensors_are_arrays_or_refused() -> None:
    tensor = Tensor(np.array([0.5, 1.5], dtype=np.float32))
    assert str(to_table([settled({"v": tensor})])["v"].type) == "large_list<item: float>"
    with pytest.raises(CannotEvaluate, match=r"torch.Tensor \(torch.float32\)"):
        settled({"v": Tensor(None)})


def test_arrays_in_a_stream_are_read_and_published_as_they_are() -> None:
    def rows() -> Iterator[dict[str, Any]]:
        yield {"text": "hello there", "emb": LARGE, "score": np.float32(0.25), "when": pd.NaT}
        yield {"text": "and more", "emb": LARGE[:0], "score": None, "when": NS}

    found = to_dataset(open_corpus(datasets.IterableDataset.from_generator(rows)))
    assert found.features["emb"] == datasets.List(datasets.Value("float32"))
    assert found.features["score"] == datasets.Value("float32")
    assert found[0]["emb"] == LARGE.tolist()
    assert found["when"] == [None, pd.Timestamp(NS)]


def test_arrays_in_a_stream_with_features_are_read_too() -> None:
    grid = np.ones((2, 3), dtype=np.float32)
    features = datasets.Features({"text": datasets.Value("string"), "grid": datasets.Array2D((2, 3), "float32")})
    rows = datasets.IterableDataset.from_generator(lambda: iter([{"text": "x", "grid": grid}]), features=features)
    assert to_dataset(open_corpus(rows))[0]["grid"] == grid.tolist()
