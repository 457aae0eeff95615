"""The corpus: fields by name, digests by value, columns without loss, datasets in and out."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.config import InputOptions
from corpusqa.corpus import columns, conform, open_corpus, to_dataset, unify, validate_documents
from corpusqa.corpus.arrow import table_digests
from corpusqa.corpus.digest import digest_records
from corpusqa.corpus.fields import find_fields
from corpusqa.corpus.schema import PROJECTED, document_schema, is_sound
from corpusqa.corpus.typed import to_table
from corpusqa.errors import CannotEvaluate, ContractError, EmptyCorpus, SourceError
from corpusqa.strict import validate_strict
from tests.files import jsonl, read_all, write


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["text"], {"text": "text"}),
        (["Body", "URL", "Title"], {"text": "Body", "url": "URL"}),
        (["maintext", "date_publish", "date_download"], {"published": "date_publish", "collected": "date_download"}),
        (["text", "dump", "date", "url"], {"published": None, "collected": "date"}),
        (
            ["source", "hostname", "date", "filedate", "raw_text", "text"],
            {"text": "text", "url": "source", "source": "hostname", "published": "date", "collected": "filedate"},
        ),
        (["content", "source"], {"text": "content", "source": "source", "id": None}),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, list) else "",
)
def test_fields_are_found_by_the_names_of_common_extractors(names: list[str], expected: dict[str, str | None]) -> None:
    fields = find_fields(dict.fromkeys(names, "text"), None, "test")
    assert {name: getattr(fields, name) for name in expected} == expected


def test_what_the_configuration_names_goes_before() -> None:
    asked = InputOptions(text="story", published="when")
    fields = find_fields(dict.fromkeys(["text", "story", "when"], "text"), asked, "test")
    assert (fields.text, fields.published) == ("story", "when")
    assert fields.note() == "columns: story as text, when as published"


def test_a_name_that_no_column_has() -> None:
    with pytest.raises(SourceError, match=r"no column 'txet', which \[input\] text names; did you mean text\?"):
        find_fields(dict.fromkeys(["text", "id"], "text"), InputOptions(text="txet"), "test")


def test_no_text_column_lists_the_columns_and_suggests_one() -> None:
    with pytest.raises(SourceError, match=r'columns are id, story_content, n\. .*text = "story_content"'):
        find_fields(dict.fromkeys(["id", "story_content", "n"], "text"), None, "test")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda item: st.lists(item, max_size=3) | st.dictionaries(st.text(max_size=3), item, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), min_size=1, max_size=4))
def test_columns_hold_every_json_value_without_loss(records: list[dict[str, Any]]) -> None:
    table = to_table(records)
    for name in table.column_names:
        for value, record in zip(table[name].to_pylist(), records, strict=True):
            assert value == record.get(name) or json.loads(value) == record.get(name)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["2020", "2021-01-01"], "large_string"),
        (["2020", 2021], "extension<arrow.json>"),
        ([1, 0.5], "double"),
        ([2**53 + 1, 0.5], "extension<arrow.json>"),
        ([True, 1], "extension<arrow.json>"),
        ([{"a": 1}, {"b": 1}], "extension<arrow.json>"),
        ([{"a": 1}, {"a": None}], "struct<a: int64>"),
        ([{}], "extension<arrow.json>"),
        ([[], [1]], "large_list<item: int64>"),
        (["x", ["x"]], "extension<arrow.json>"),
        ([2**64], "extension<arrow.json>"),
        ([2**60 + 1, 2.0], "int64"),
    ],
    ids=str,
)
def test_the_type_of_a_column(values: list[Any], kind: str) -> None:
    assert str(to_table([{"v": value} for value in values])["v"].type) == kind


def test_schemas_of_units_unite_without_loss() -> None:
    units = [
        [{"a": None, "n": 1, "m": {"x": 1}, "t": "s"}],
        [{"a": ["x"], "n": 0.5, "m": {"y": 1}, "t": ["s"]}],
        [{"new": 5}],
    ]
    tables = [to_table(unit) for unit in units]
    schema = unify(table.schema for table in tables)
    whole = pa.concat_tables([conform(table, schema) for table in tables])
    assert whole["a"].to_pylist() == [None, ["x"], None]
    assert whole["n"].to_pylist() == [1.0, 0.5, None]
    assert [value and json.loads(value) for value in whole["m"].to_pylist()] == [{"x": 1}, {"y": 1}, None]
    assert [value and json.loads(value) for value in whole["t"].to_pylist()] == ["s", ["s"], None]
    assert whole["new"].to_pylist() == [None, None, 5]


IDS = [2**60 + 1, None]
PIXEL, PATH = {"bytes": b"\xff"}, {"bytes": b"\xfe", "path": "b"}


@pytest.mark.parametrize(
    ("a", "b", "kind", "whole"),
    [
        ([1, 2], [0.5], "double", [1.0, 2.0, 0.5]),
        (IDS, [2.0**60, None], "int64", [2**60 + 1, None, 2**60, None]),
        (IDS, [0.5], "extension<arrow.json>", [str(2**60 + 1), None, "0.5"]),
        (IDS, [float("nan")], "extension<arrow.json>", [str(2**60 + 1), None, "NaN"]),
        ([IDS], [[0.5]], "extension<arrow.json>", [f"[{2**60 + 1}, null]", "[0.5]"]),
        ([PIXEL], [PATH], "struct<bytes: large_binary, path: large_string>", [PIXEL | {"path": None}, PATH]),
        ([[PIXEL]], [[PATH]], None, [[PIXEL | {"path": None}], [PATH]]),
    ],
    ids=str,
)
def test_columns_of_two_files_unite_by_what_they_hold(a: list[Any], b: list[Any], kind: str, whole: Any) -> None:
    tables = [pa.table({"v": a}), pa.table({"v": b})]
    schema = unify([table.schema for table in tables], lambda name: [table[name] for table in tables])
    assert kind is None or str(schema.field("v").type) == kind
    assert pa.concat_tables([conform(table, schema) for table in tables])["v"].to_pylist() == whole


@pytest.mark.parametrize(("a", "b"), [(b"x", "x"), ({"b": b"x", "n": 1}, {"b": b"x", "n": "1"})], ids=str)
def test_bytes_are_never_written_as_their_looks(a: Any, b: Any) -> None:
    with pytest.raises(CannotEvaluate, match=r"'v' holds .* no type holds both"):
        unify([pa.table({"v": [a]}).schema, pa.table({"v": [b]}).schema])
    with pytest.raises(CannotEvaluate, match="the column 'v' holds bytes beside other values"):
        to_table([{"v": a}, {"v": b}])


def test_the_digest_follows_the_values_and_nothing_else() -> None:
    same = [{"a": 1, "b": "x", "n": None, "m": {"p": 1, "q": None}}, {"b": "x", "a": 1.0, "m": {"p": 1}}]
    assert len(set(digest_records(same))) == 1
    other = [
        {"ab": "x"},
        {"a": "bx"},
        {"a": "b", "x": ""},
        {"a": ""},
        {},
        {"a": "1"},
        {"a": 1},
        {"a": True},
        {"a": [1]},
    ]
    assert len(set(digest_records(other))) == len(other)


def test_the_digest_is_the_same_however_a_column_is_cut() -> None:
    rows = {"id": [1, 2, 3, 4, 5], "text": ["a", None, "ccc", "", "é"], "tag": ["x", "y", None, "z", "z"]}
    whole = pa.table(rows)
    cut = pa.concat_tables([whole.slice(0, 2), whole.slice(2, 0), whole.slice(2, 1), whole.slice(3)])
    assert cut["text"].num_chunks > 1
    assert table_digests(cut) == table_digests(whole)
    assert table_digests(cut, [4, 0]) == table_digests(whole, [4, 0])


def test_the_digest_is_the_same_in_every_format(tmp_path: Path) -> None:
    records = [
        {"text": "one\n", "n": 1, "f": 0.25, "b": True, "l": [1, 2], "m": {"k": "é"}, "e": ""},
        {"text": "two", "n": None, "f": 2.0, "b": None, "l": [], "m": None, "e": None},
    ]
    jsonl(tmp_path / "a.jsonl", records)
    table = to_table(records)
    wide = table.cast(
        pa.schema([(f.name, {"n": pa.int16(), "e": pa.string()}.get(f.name, f.type)) for f in table.schema])
    )
    for name, kept in (("plain", table), ("wide", wide), ("turned", table.select(sorted(table.column_names)))):
        pq.write_table(kept, tmp_path / f"{name}.parquet")
    found = [read_all(open_corpus(path)).documents["digest"].to_list() for path in sorted(tmp_path.iterdir())]
    assert all(digests == found[0] for digests in found)


def test_a_corpus_crosses_to_other_processes(tmp_path: Path) -> None:
    corpus = open_corpus(write(tmp_path, {"a/b.txt": "x"}))
    copy = pickle.loads(pickle.dumps(corpus))
    assert copy == corpus
    assert copy.read(copy.units[0]).documents.equals(corpus.read(corpus.units[0]).documents)


def test_the_identity_follows_names_contents_and_fields(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": '{"text": "x", "t": "y"}\n'})
    first = open_corpus(tmp_path).identity()
    assert open_corpus(tmp_path, unit_bytes=5).identity() == first
    assert open_corpus(tmp_path, InputOptions(text="t")).identity() != first
    os.utime(tmp_path / "a.jsonl", (0, 0))
    assert open_corpus(tmp_path).identity() == first
    write(tmp_path, {"a.jsonl": '{"text": "z", "t": "y"}\n'})
    os.utime(tmp_path / "a.jsonl", (0, 0))
    assert open_corpus(tmp_path).identity() != first


def test_columns_of_the_source_for_rules(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": '{"text": "x", "n": 1}\n{"text": null, "n": 2}\n{"text": "y", "n": 3}\n'})
    corpus = open_corpus(tmp_path)
    found = columns(corpus, corpus.units[0], ["n", "absent"])
    assert found.to_dict(as_series=False) == {"row": [0, 2], "doc:n": [1, 3], "doc:absent": [None, None]}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, None], [1, None]),
        ([1, 0.5], [1.0, 0.5]),
        ([2**70, 1], [float(2**70), 1.0]),
        ([True, None], [True, None]),
        (["a", ["b"]], ["a", '["b"]']),
        ([None, None], [None, None]),
    ],
    ids=str,
)
def test_columns_for_rules_can_be_compared(tmp_path: Path, values: list[Any], expected: list[Any]) -> None:
    jsonl(tmp_path / "a.jsonl", ({"text": "x", "v": value} for value in values))
    corpus = open_corpus(tmp_path)
    assert columns(corpus, corpus.units[0], ["v"])["doc:v"].to_list() == expected


def test_documents_obey_the_schema_and_breaches_are_named_without_values(tmp_path: Path) -> None:
    documents = read_all(open_corpus(write(tmp_path, {"a.txt": "é", "b.txt": ""}))).documents
    validate_documents(documents, "the test")
    twice = documents.with_columns(row=pl.lit(0, pl.Int64), id=pl.lit("secret"))
    with pytest.raises(ContractError, match="the test: 2 violations of the document schema; first row") as error:
        validate_documents(twice, "the test")
    assert "secret" not in str(error.value)


BREACHES = {
    "a number that is negative": {"row": -1},
    "no number": {"row": None},
    "a number twice": {"row": 1},
    "no text": {"chars": None, "bytes": None},
    "fewer bytes than characters": {"chars": 3, "bytes": 2},
    "more bytes than characters have": {"chars": 3, "bytes": 13},
    "sizes below nothing": {"chars": -2, "bytes": -2},
    "a digest cut short": {"digest_digits": 31},
    "no digest": {"digest_digits": None},
}


@pytest.mark.parametrize("breach", BREACHES, ids=BREACHES)
def test_each_rule_of_the_schema_is_one_of_polars_too(breach: str) -> None:
    good = {"row": 0, "chars": 3, "bytes": 4, "id_bytes": None, "published_is_iso": None, "collected_is_iso": True}
    rows = [{**good, "digest_digits": 32, "row": row} for row in (0, 1)]
    sound, broken = (
        pl.DataFrame(said, schema=PROJECTED) for said in (rows, [{**rows[0], **BREACHES[breach]}, rows[1]])
    )
    assert is_sound(sound) and validate_strict(document_schema(), sound, what="sound").is_empty()
    assert not is_sound(broken) and not validate_strict(document_schema(), broken, what="broken").is_empty()


def test_an_empty_unit_is_sound_and_another_type_is_not() -> None:
    empty = pl.DataFrame(schema=PROJECTED)
    assert is_sound(empty) and not is_sound(empty.cast({"row": pl.Int32}))


def test_rows_that_cannot_be_read_are_told_when_a_dataset_is_made(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": '{"text": "a"}\n{"text": nothing}\n'})
    with pytest.warns(UserWarning, match=r"1 of 2 rows cannot be read, the first of them: a.jsonl, line 2: not JSON"):
        assert len(to_dataset(open_corpus(tmp_path))) == 1
    write(tmp_path, {"a.jsonl": '{"text": 5}\n'})
    with pytest.raises(EmptyCorpus, match="1 of 1 rows"):
        to_dataset(open_corpus(tmp_path))


def test_a_dataset_has_explicit_features_and_unaltered_values(tmp_path: Path) -> None:
    lines = [{"text": "a", "date": "2020", "m": {"a": 1}}, {"text": None}, {"text": "b", "date": "2021-01-01T00:00Z"}]
    lines.append({"text": "c", "m": {"b": [1, "x"]}})
    write(tmp_path, {"a.jsonl": "".join(json.dumps(line) + "\n" for line in lines)})
    with pytest.warns(UserWarning, match="1 of 4 rows"):
        dataset = to_dataset(open_corpus(tmp_path, unit_bytes=30))
    assert {name: str(kind) for name, kind in dataset.features.items()} == {
        "text": "Value('string')",
        "date": "Value('string')",
        "m": "Json(decode=True)",
    }
    assert dataset[:] == {
        "text": ["a", "b", "c"],
        "date": ["2020", "2021-01-01T00:00Z", None],
        "m": [{"a": 1}, None, {"b": [1, "x"]}],
    }


def test_dataset_objects_are_sources(tmp_path: Path) -> None:
    import datasets

    whole = datasets.Dataset.from_dict({"text": ["a", "b", "c"], "n": [1, 2, 3]})
    both = datasets.DatasetDict({"train": whole, "test": whole.select([1])})
    expected = {"a": None, "b": None, "c": None}
    for source in (whole, whole.to_iterable_dataset()):
        documents = read_all(open_corpus(source, work=tmp_path)).documents
        assert dict(documents.select("text", "split").rows()) == expected
    assert read_all(open_corpus(whole.select([2, 0]), work=tmp_path)).documents["text"].to_list() == ["c", "a"]
    documents = read_all(open_corpus(both, work=tmp_path)).documents
    assert documents.select("text", "split", "file").rows() == [
        *((text, "train", None) for text in "abc"),
        ("b", "test", None),
    ]
    assert all(folder.stat().st_mode & 0o777 == 0o700 for folder in tmp_path.iterdir())


def test_a_dataset_object_keeps_its_features(tmp_path: Path) -> None:
    import datasets

    features = datasets.Features({"text": datasets.Value("string"), "kind": datasets.ClassLabel(names=["x", "y"])})
    source = datasets.Dataset.from_dict({"text": ["a", None, "b"], "kind": [0, 1, 1]}, features=features)
    with pytest.warns(UserWarning, match="1 of 3 rows"):
        found = to_dataset(open_corpus(source, work=tmp_path))
    assert found.features == features
    assert found[:] == {"text": ["a", "b"], "kind": [0, 1]}


def test_types_without_a_feature_are_json(tmp_path: Path) -> None:
    table = pa.table({"text": ["a"], "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64()))})
    pq.write_table(table.append_column("id2", pa.array([b"ab"], pa.binary(2))), tmp_path / "a.parquet")
    assert to_dataset(open_corpus(tmp_path))[0] == {"text": "a", "map": [["k", 1]], "id2": b"ab"}


def test_nothing_but_a_dataset_imports_datasets(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "x"})
    program = (
        "import sys; from corpusqa.corpus import open_corpus; c = open_corpus(sys.argv[1]); c.read(c.units[0], True);"
        "print(*(name for name in ('datasets', 'pandas', 'pandera', 'huggingface_hub') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_the_secret_of_tables_follows_from_their_texts(tmp_path: Path, ending: str) -> None:
    """The files begin with the same numbers, for longer than the secret looks."""

    def secret(word: str, rows: int) -> bytes:
        path = tmp_path / f"{word}-{rows}.{ending}"
        table = pl.DataFrame({"id": range(rows), "text": [f"text {n} with {word}" for n in range(rows)]})
        table.write_parquet(path) if ending == "parquet" else table.write_ipc(path)
        return open_corpus(path).secret()

    assert secret("one", 20_000) != secret("two", 20_000)
    assert secret("one", 20_000) == secret("one", 20_005)
