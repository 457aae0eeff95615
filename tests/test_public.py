"""The Python API: what is larger than a unit, features, arguments, and mistakes in them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import corpusqa
from corpusqa.errors import SourceError, UsageError

QUICK: dict[str, Any] = {"checks": ["text", "pii"], "policy": "safe"}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A saved DatasetDict: one unit a split."""
    whole = datasets.Dataset.from_list([{"text": f"Write to someone{n}@mail.example.de soon."} for n in range(40)])
    datasets.DatasetDict(train=whole.select(range(30)), test=whole.select(range(30, 40))).save_to_disk(tmp_path / "s")
    return tmp_path / "s"


def test_a_report_of_several_units_outlives_its_work_files(saved: Path) -> None:
    found = corpusqa.report(saved, **QUICK)
    assert found.data["ledger"] == {"read": 40, "kept": 0, "edited": 40, "dropped": 0, "unreadable": 0}
    assert found.findings.height == found.spans.height == found.signals["pii.count"].sum() == 40
    assert found.verdicts["id"].to_list() == found.signals["id"].to_list()
    assert "iframe" in found._repr_html_()


def test_what_is_cleaned_has_its_splits(saved: Path) -> None:
    cleaned = corpusqa.clean(saved, **QUICK)
    assert {name: split.num_rows for name, split in cleaned.items()} == {"train": 30, "test": 10}


def test_a_column_of_sources_is_named_like_any_other() -> None:
    rows = datasets.Dataset.from_dict({"text": ["one two three"], "outlet_name": ["Courier"]})
    assert corpusqa.report(rows, source="outlet_name", checks=["text"]).signals["source"].to_list() == ["Courier"]


def test_names_of_classes_are_kept() -> None:
    features = datasets.Features(text=datasets.Value("string"), label=datasets.ClassLabel(names=["neg", "pos"]))
    rows = {"text": ["one two three", "four five six"], "label": [0, 1]}
    cleaned = corpusqa.clean(datasets.Dataset.from_dict(rows, features=features), "none", checks=["text"])
    assert cleaned.features == features | {"id": datasets.Value("string")}
    assert cleaned["label"][:] == [0, 1]


def test_classes_that_splits_number_differently_are_numbers() -> None:
    def labelled(names: list[str]) -> datasets.Dataset:
        features = datasets.Features(text=datasets.Value("string"), label=datasets.ClassLabel(names=names))
        return datasets.Dataset.from_dict({"text": ["one two three"], "label": [1]}, features=features)

    both = datasets.DatasetDict(train=labelled(["neg", "pos"]), test=labelled(["pos", "neg"]))
    assert corpusqa.load(both).features["label"] == datasets.Value("int64")
    assert corpusqa.load(both["train"]).features["label"].names == ["neg", "pos"]


def test_no_copy_of_a_dataset_is_left_in_a_work_folder(tmp_path: Path) -> None:
    rows = datasets.Dataset.from_dict({"text": ["one two three"]})
    corpusqa.report(rows, work=tmp_path, checks=["text"])
    corpusqa.clean(rows, "none", work=tmp_path, checks=["text"])
    assert not list(tmp_path.glob("source-*"))


DAY = datetime.datetime(2024, 1, 2, 3, 4, 5)
MIXED = {"text": "one two three", "img": b"\x89PNG\xff", "day": DAY, "price": Decimal("1.10"), "part": 0.5}
DECLARED = {"img": "binary", "day": "timestamp[ms]", "price": "decimal128(6, 2)", "part": "float32"}


@pytest.mark.parametrize("declared", [True, False])
def test_values_of_an_iterable_dataset_stay_what_they_are(declared: bool) -> None:
    kinds = datasets.Features({name: datasets.Value(kind) for name, kind in {"text": "string", **DECLARED}.items()})
    rows = datasets.IterableDataset.from_generator(lambda: iter([MIXED]), features=kinds if declared else None)
    cleaned = corpusqa.clean(rows, "none", checks=["text"])
    assert {name: cleaned[0][name] for name in MIXED} == MIXED
    if declared:
        assert {name: cleaned.features[name] for name in kinds} == kinds


def test_long_numbers_beside_a_null_in_another_file(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["one two"], "post": [2**60 + 1]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"text": ["two three", "four"], "post": [2.0**60, None]}), tmp_path / "b.parquet")
    assert corpusqa.clean(tmp_path, "none", checks=["text"])["post"][:] == [2**60 + 1, 2**60, None]
    assert corpusqa.load(tmp_path)["post"][:] == [2**60 + 1, 2**60, None]


def test_settings_are_those_of_the_command_line(tmp_path: Path) -> None:
    rows = datasets.Dataset.from_list([{"title": f"t{n}", "body": f"of many words {n}"} for n in range(30)])
    asked = {**QUICK, "text": ["title", "body"], "work": tmp_path / "work", "memory": "1GB"}
    found = corpusqa.report(rows, **asked, sample=7)
    assert found.data["ledger"]["read"] == 7
    assert corpusqa.clean(rows, **asked).num_rows == 30
    assert (tmp_path / "work").is_dir()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"wrk": "w"}, "'wrk' is no argument and no field"),
        ({"txt": "body"}, r"did you mean text"),
        ({"id": 3}, "id = 3: the name of a column"),
        ({"memory": "much"}, "is not a size such as '2GB'"),
        ({"workers": 0}, "workers = 0: at least 1"),
        ({"sample": 0}, "sample = 0: at least 1"),
    ],
)
def test_a_wrong_argument_is_named(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        corpusqa.report(tmp_path, **wrong)


def test_a_list_holds_paths_and_patterns(tmp_path: Path) -> None:
    for name in ("a1", "a2", "b"):
        (tmp_path / f"{name}.jsonl").write_text(f'{{"text": "{name} of many"}}\n')
    assert corpusqa.load([f"{tmp_path}/a*.jsonl", f"{tmp_path}/b.jsonl"])["text"][:] == [
        f"{name} of many" for name in ("a1", "a2", "b")
    ]
    for wrong, said in (
        ([f"{tmp_path}/b.jsonl", "https://me:secret@x.org/b.jsonl?key=1"], r"https://x\.org/b\.jsonl: cannot stand in"),
        ([f"{tmp_path}/c*.jsonl"], r"c\*\.jsonl: no file matches"),
        ([], "the list of sources is empty"),
    ):
        with pytest.raises(SourceError, match=said):
            corpusqa.load(wrong)
