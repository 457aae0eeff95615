"""What the places of files say: splits, what `datasets` saved, releases; the same by path, pattern, list and URL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpusqa.corpus import open_corpus
from corpusqa.errors import CannotEvaluate, SourceError
from tests.test_readers import read_all, write

LINE = '{"text": "x"}\n'


def texts(source: Any) -> list[str]:
    return sorted(read_all(open_corpus(source)).documents["text"])


def splits(source: Any) -> list[tuple[str, str | None]]:
    return sorted(read_all(open_corpus(source)).documents.select("text", "split").rows(), key=str)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A folder of two saved data sets: one with a cache of `map` beside it, one of two splits and an empty one."""
    import datasets

    whole = datasets.Dataset.from_dict({"text": ["a", "b"]})
    whole.save_to_disk(tmp_path / "one", num_shards=2)
    datasets.load_from_disk(tmp_path / "one").map(lambda row: {"text": row["text"] * 2}, load_from_cache_file=False)
    (tmp_path / "more").mkdir()
    parts = {"train": whole, "extra": whole.select([1]), "test": whole.select([])}
    datasets.DatasetDict(parts).save_to_disk(tmp_path / "more" / "two")
    return tmp_path


def test_a_saved_dataset_is_the_same_however_it_is_named(saved: Path) -> None:
    one = saved / "one"
    assert len(list(one.glob("*.arrow"))) > 2
    for source in (one, f"file://{one}", f"{one}/*.arrow", [one, one]):
        assert texts(source) == ["a", "b"], source
    assert texts([one, saved / "more" / "two"]) == ["a", "a", "b", "b", "b"]


def test_splits_of_a_saved_dataset_are_known_from_any_folder_above(saved: Path) -> None:
    expected = [("a", "train"), ("b", "extra"), ("b", "train")]
    two = saved / "more" / "two"
    for source in (two, saved / "more", f"file://{two}", f"{saved}/m*"):
        assert splits(source) == expected, source
    assert splits([two, saved / "one"]) == [("a", "train"), ("a", None), ("b", "extra"), ("b", "train"), ("b", None)]


def test_a_split_without_rows_is_said(saved: Path) -> None:
    import datasets

    whole = datasets.Dataset.from_dict({"text": ["a", "b"]})
    for source in (saved / "more" / "two", datasets.DatasetDict(train=whole, test=whole.select([]))):
        assert "the split test holds no row" in open_corpus(source).notes


def test_a_file_that_a_saved_dataset_lacks_is_no_small_matter(saved: Path) -> None:
    (saved / "one" / "data-00001-of-00002.arrow").unlink()
    for source in (saved / "one", f"file://{saved}/one"):
        with pytest.raises(CannotEvaluate, match=r"state\.json names data-00001-of-00002\.arrow, which is not there"):
            open_corpus(source)


def test_the_cache_of_datasets(saved: Path) -> None:
    import datasets

    write(saved, {"src/train.jsonl": '{"text": "a"}\n', "src/test.jsonl": '{"text": "b"}\n'})
    found = datasets.load_dataset(str(saved / "src"), cache_dir=str(saved / "cache"))
    found["train"].map(lambda row: {"text": row["text"] * 2}, load_from_cache_file=False)
    assert splits(saved / "cache") == [("a", "train"), ("b", "test")]


def test_folders_called_train_and_test_are_splits_if_all_files_have_one(tmp_path: Path) -> None:
    write(tmp_path, {"all/train/x.jsonl": LINE, "all/train/y.jsonl": LINE, "all/Dev/de/z.jsonl": LINE})
    corpus = open_corpus(tmp_path / "all")
    assert splits(tmp_path / "all") == [("x", "train"), ("x", "train"), ("x", "validation")]
    assert corpus.notes[1:] == ("splits: validation, train",)
    write(tmp_path, {"some/test/x.jsonl": LINE, "some/news/y.jsonl": LINE})
    found = read_all(open_corpus(tmp_path / "some")).documents
    assert found.select("split", "source").rows() == [(None, "news"), (None, "test")]


def test_a_split_that_folders_below_divide_is_named_once(tmp_path: Path) -> None:
    write(tmp_path, {f"{split}/{language}/x.jsonl": LINE for split in ("train", "test") for language in ("en", "de")})
    assert open_corpus(tmp_path).notes[1:] == ("splits: test, train",)


def test_a_folder_by_url_has_the_paths_that_it_has_here(tmp_path: Path) -> None:
    write(tmp_path, {"one/test/a.jsonl": LINE, "two/web/a.jsonl": LINE, "three/pages/a.txt": "x"})
    for name, column, value in (("one", "split", "test"), ("two", "source", "web"), ("three", "id", "pages/a.txt")):
        for source in (f"{tmp_path}/{name}", f"file://{tmp_path}/{name}", f"file://{tmp_path}/{name}/"):
            assert read_all(open_corpus(source)).documents[column].to_list() == [value], source


def test_releases_by_url_pattern_and_list(tmp_path: Path) -> None:
    for name in ("rel1", "rel2"):
        write(tmp_path / name, {"corpusqa/manifest.json": "{}", "removed/train-00000-of-00001.jsonl": '{"id": "1"}\n'})
        write(tmp_path / name, {"data/train-00000-of-00001.jsonl": json.dumps({"text": name})})
    assert texts(f"file://{tmp_path}/rel1") == ["rel1"]
    for source in (f"{tmp_path}/rel*", [tmp_path / "rel1", tmp_path / "rel2"]):
        assert texts(source) == ["rel1", "rel2"]


def test_what_a_url_holds_and_nothing_reads_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"in/a.jsonl": LINE, "in/sub/b.jsonl.bz2": "x", "in/.git/c.bin": "x"})
    assert open_corpus(f"file://{tmp_path}/in").notes == ("1 jsonl file; not read: sub/b.jsonl.bz2",)
    with pytest.raises(SourceError, match=r"no reader for b\.jsonl\.bz2; known are \.txt"):
        open_corpus(f"file://{tmp_path}/in/sub/b.jsonl.bz2")


def test_metadata_of_several_folders_is_said_not_to_be_read(tmp_path: Path) -> None:
    for name in ("m1", "m2"):
        write(tmp_path / name, {"a.txt": "x", "metadata.jsonl": '{"file_name": "a.txt", "lang": "en"}\n'})
    said = "2 txt documents in 2 folders; not read: m1/metadata.jsonl, m2/metadata.jsonl"
    assert open_corpus(f"{tmp_path}/m*").notes[0] == said
    assert open_corpus(f"{tmp_path}/m1").columns[-1] == "lang"


def test_a_folder_with_two_names_has_the_one_that_is_no_link(tmp_path: Path) -> None:
    write(tmp_path, {f"in/{name}/x.jsonl": LINE for name in ("b", "y")})
    for name, real in (("a", "b"), ("z", "y"), ("c", "../out"), ("b/d", "../../out")):
        (tmp_path / "in" / name).symlink_to(real)
    write(tmp_path, {"out/x.jsonl": LINE})
    corpus = open_corpus(tmp_path / "in")
    assert [file.path for file in corpus.files] == ["b/d/x.jsonl", "b/x.jsonl", "y/x.jsonl"]
    assert corpus.notes[-1] == "links back into a folder that is read already: a, c, z"
