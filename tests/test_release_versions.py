"""Versions follow from what changed; a store keeps them side by side."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from corpusqa.errors import CannotEvaluate, UsageError
from corpusqa.hub.outgoing import outgoing
from corpusqa.release import Recipe, Release, open_release
from corpusqa.release.changes import changes
from corpusqa.release.manifest import DOCS, GONE
from corpusqa.release.store import Store, version_folder
from corpusqa.release.versions import answers, next_version
from tests.files import jsonl
from tests.release_helpers import clean, data, rows


@pytest.mark.parametrize(
    ("previous", "change", "asked", "found"),
    [
        (None, "major", None, "1.0.0"),
        ("1.2.3", "patch", None, "1.2.4"),
        ("1.2.3", "minor", None, "1.3.0"),
        ("1.2.3", "major", None, "2.0.0"),
        ("1.2.3", "minor", "5.0.0", "5.0.0"),
        ("1.2.3", "minor", "1.3.0", "1.3.0"),
        (None, "major", "2.5.0", "2.5.0"),
        ("1.2.3", "minor", "date", "2024.02.29"),
        ("2024.02.28", "major", None, "2024.02.29"),
        ("2024.02.29", "major", None, "2024.02.29.1"),
    ],
)
def test_versions_follow_from_changes(
    previous: str | None, change: str, asked: str | None, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1709164800")
    assert next_version(previous, change, asked, {previous} if previous else ()) == found


@pytest.mark.parametrize(
    ("asked", "message"),
    [("1.2", "three numbers"), ("v2.0.0", "three numbers"), ("01.0.0", "three numbers"), ("1.2.9", "at least 2.0.0"),
     ("1.2.3", "exists already")],
)  # fmt: skip
def test_versions_that_lie_are_refused(asked: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        next_version("1.2.3", "major", asked, {"1.2.3"})


def docs(*said: tuple[str, str, str]) -> pl.DataFrame:
    schema = {"id": pl.String, "digest": pl.String, "split": pl.String}
    return pl.DataFrame(said, schema=schema, orient="row").with_columns(source=pl.lit(None, pl.String))


def test_changes_are_told_apart() -> None:
    a = docs(("a", "1", "train"), ("b", "2", "train"), ("c", "3", "train"), ("row:9", "4", "train"))
    same = changes(a, a)
    assert (same.change, same.common) == ("patch", 4)
    renumbered = docs(("a", "1", "train"), ("b", "2", "train"), ("c", "3", "train"), ("row:8", "4", "train"))
    assert changes(a, renumbered).change == "patch"
    more = pl.concat([docs(("z", "0", "train")), a])
    found = changes(a, more)
    assert (found.change, found.added["id"].to_list(), found.reordered) == ("minor", ["z"], False)
    assert changes(a, a.reverse()).reordered
    assert changes(a, a.reverse()).change == "major"
    assert changes(more, a).change == "major"
    assert changes(more, a).removed["id"].to_list() == ["z"]
    edited = a.with_columns(digest=pl.when(pl.col("id") == "b").then(pl.lit("9")).otherwise("digest"))
    assert changes(a, edited).changed.row(0) == ("b", "train", None, "2", "9")
    moved = a.with_columns(split=pl.when(pl.col("id") == "c").then(pl.lit("test")).otherwise("split"))
    assert changes(a, moved).moved.row(0) == ("c", "train", "test")
    assert changes(a, moved).change == "major"
    assert changes(a, a, columns=True).change == "major"
    assert changes(docs(), docs()).change == "patch"


def test_the_number_follows_the_data_when_a_release_is_replaced(tmp_path: Path) -> None:
    source = tmp_path / "c.jsonl"
    found = []
    for count in (50, 60, 55):
        release = clean(jsonl(source, rows(count)), tmp_path / "w", tmp_path / "out", replace=True)
        found.append((release.manifest["version"], release.manifest["changes"]))
    assert [version for version, _ in found] == ["1.0.0", "1.1.0", "2.0.0"]
    assert found[1][1] == {"added": 9, "removed": 0, "changed": 0, "moved": 0, "common": 45, "reordered": False,
                           "columns": False}  # fmt: skip
    assert found[2][1]["removed"] == 4


def test_prose_goes_over_to_the_next_version_and_measures_do_not(tmp_path: Path) -> None:
    source = tmp_path / "c.jsonl"
    english = [{**row, "language": "en"} for row in rows(20)]
    folder = clean(jsonl(source, english), tmp_path / "w", tmp_path / "out").folder
    text = (folder / "README.md").read_text()
    (folder / "README.md").write_text(text.replace("# c.jsonl", "# c.jsonl\n\nWritten by people."))
    french = [{**row, "language": "fr"} for row in rows(20)]
    text = (
        clean(jsonl(source, french), tmp_path / "w", tmp_path / "out", replace=True).folder / "README.md"
    ).read_text()
    assert "Written by people." in text
    assert "language:\n- fr\n" in text
    assert "Against version 1.0.0" in text


def test_a_store_keeps_every_version_and_knows_them_by_name(tmp_path: Path) -> None:
    source, shelf = tmp_path / "c.jsonl", tmp_path / "store"
    releases = [clean(jsonl(source, rows(count)), tmp_path / "w", shelf, store=True) for count in (50, 60, 50)]
    assert all(release.fresh for release in releases)
    assert not clean(source, tmp_path / "w", shelf, store=True).fresh
    store = Store(shelf)
    assert store.find("v1.0.0") == store.find("1.0.0") == releases[0].folder
    assert store.find("v1.1.0") == releases[1].folder
    assert store.find("v2.0.0") == store.find() == releases[2].folder  # the same content again, after the latest
    assert releases[2].manifest["content_id"] == releases[0].manifest["content_id"]
    assert [release.manifest["parent"] and release.manifest["parent"]["version"] for release in releases] == [
        None, "1.0.0", "1.1.0"]  # fmt: skip
    log = [json.loads(line) for line in (shelf / "log.jsonl").read_text().splitlines()]
    assert [line["version"] for line in log] == ["1.0.0", "1.1.0", "2.0.0"]
    assert len(list((shelf / "versions").iterdir())) == 3
    assert data(open_release(releases[0].folder))
    with pytest.raises(UsageError, match=r"did you mean v1\.1\.0"):
        store.find("v1.1.1")


def test_a_store_finishes_what_a_killed_run_began(tmp_path: Path) -> None:
    source, shelf = jsonl(tmp_path / "c.jsonl", rows()), tmp_path / "store"
    first = clean(source, tmp_path / "w", shelf, store=True)
    for name in (shelf / "refs").iterdir():  # as if killed after the folder got its name
        name.unlink()
    again = clean(source, tmp_path / "w", shelf, store=True)
    assert not again.fresh
    assert Store(shelf).refs == {"latest": first.folder.name, "v1.0.0": first.folder.name}


def test_two_processes_that_publish_at_once_do_not_lose_a_version(tmp_path: Path) -> None:
    shelf = tmp_path / "store"
    clean(jsonl(tmp_path / "a.jsonl", rows(20)), tmp_path / "w", shelf, store=True)

    def meanwhile(folder: Path) -> dict:
        clean(jsonl(tmp_path / "b.jsonl", rows(30)), tmp_path / "w2", shelf, store=True)
        return {}

    with pytest.raises(UsageError, match="another version was published"):
        clean(jsonl(tmp_path / "c.jsonl", rows(40)), tmp_path / "w", shelf, store=True, second=meanwhile)
    assert sorted(Store(shelf).refs) == ["latest", "v1.0.0", "v1.1.0"]
    assert clean(tmp_path / "c.jsonl", tmp_path / "w", shelf, store=True).manifest["version"] == "1.2.0"


def test_a_store_of_a_newer_format_or_another_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer/store.json").write_text('{"format": 99}')
    with pytest.raises(UsageError, match="format 99"):
        Store(tmp_path / "newer")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/store.json").write_text("{")
    with pytest.raises(UsageError, match="not the mark"):
        Store(tmp_path / "broken")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/file").touch()
    with pytest.raises(UsageError, match="is no store"):
        Store(tmp_path / "mine")


def test_what_was_removed_for_good_and_is_back_fails_the_gate_on_what_was_written(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "c.jsonl", rows(20))
    judge = {"second": lambda _folder: {"status": "passed"}, "replace": True}
    takedown = tmp_path / "takedown.csv"
    takedown.write_text("id,decision\nd19,drop\n")
    clean(source, tmp_path / "w", tmp_path / "out", decisions=(str(takedown),), **judge)
    jsonl(source, rows(21))
    again = clean(source, tmp_path / "w", tmp_path / "out", **judge)
    assert again.manifest["gate"] == {"status": "failed", "returned": 1}
    assert "1 documents are back" in again.summary
    assert "Documents that are back" in again.card()


def test_what_was_removed_for_good_is_missed_in_every_later_version_until_a_person_keeps_it(tmp_path: Path) -> None:
    """Neither a version that failed for it nor one whose source lacked it makes it forgotten."""
    source, decided = jsonl(tmp_path / "c.jsonl", rows(20)), tmp_path / "takedown.csv"
    judge = {"second": lambda _folder: {"status": "passed"}, "store": True}

    def version(count: int, decision: str = "", first: int = 0) -> Release:
        decided.write_text(f"id,decision\n{decision}")
        jsonl(source, rows(count)[first:])
        return clean(source, tmp_path / "w", tmp_path / "shelf", decisions=(str(decided),), **judge)

    gates = [
        version(20, "d0,drop\n"),
        version(21, first=1),  # the source lacks it
        version(22),
        version(23),  # back for the second time
        version(24, "d0,keep\n"),
        version(25, "d0,keep\n"),
    ]
    said = [(one.manifest["gate"]["status"], one.manifest["gate"].get("returned")) for one in gates]
    assert said == [("passed", None)] * 2 + [("failed", 1)] * 3 + [("passed", None)]
    missed = [pl.read_parquet(one.folder / GONE)["id"].to_list() for one in gates[3:5]]
    assert ["d0" in ids for ids in missed] == [True, False]
    sent = outgoing(gates[3].folder, gates[3].manifest, tmp_path, (), "").files
    assert DOCS in sent
    assert GONE not in sent


def test_going_back_to_earlier_content_misses_what_was_taken_down_since(tmp_path: Path) -> None:
    source, decided = tmp_path / "c.jsonl", tmp_path / "takedown.csv"
    found = []
    for count, decision in ((20, ""), (20, "d3,drop\n"), (20, ""), (21, "")):
        decided.write_text(f"id,decision\n{decision}")
        one = clean(jsonl(source, rows(count)), tmp_path / "w", tmp_path / "shelf", store=True,
                    decisions=(str(decided),), second=lambda _folder: {"status": "passed"})  # fmt: skip
        gate = one.manifest["gate"]
        found.append((one.manifest["version"], gate["status"], gate.get("returned")))
    assert [version for version, _, _ in found] == ["1.0.0", "2.0.0", "2.1.0", "2.2.0"]
    assert [said for _, *said in found] == [["passed", None]] * 2 + [["failed", 1]] * 2


def test_a_number_is_never_given_twice(tmp_path: Path) -> None:
    source, shelf = tmp_path / "c.jsonl", tmp_path / "shelf"
    named: dict[str, str] = {}
    for count in (5, 8, 5, 10):
        clean(jsonl(source, rows(count)), tmp_path / "w", shelf, store=True)
        refs = Store(shelf).refs
        del refs["latest"]
        assert named.items() <= refs.items()
        named = refs
    assert list(named) == ["v1.0.0", "v1.1.0", "v2.0.0", "v2.1.0"]
    assert next_version("1.0.0", "minor", None, {"1.0.0", "1.1.0"}) == "1.2.0"


def test_the_same_rows_under_another_judgement_are_a_patch(tmp_path: Path) -> None:
    source, shelf = jsonl(tmp_path / "c.jsonl", rows(20)), tmp_path / "shelf"
    decided = tmp_path / "takedown.csv"
    decided.write_text("id,decision\n")

    def version(recipe: Recipe, status: str = "passed") -> tuple[str, str, bool]:
        one = clean(source, tmp_path / "w", shelf, store=True, recipe=recipe, decisions=(str(decided),),
                    second=lambda _folder: {"status": status})  # fmt: skip
        return one.manifest["version"], one.manifest["gate"]["status"], one.fresh

    assert version(Recipe()) == ("1.0.0", "passed", True)
    stricter = Recipe(config={"limit": "stricter"})
    assert version(stricter, "failed") == ("1.0.1", "failed", True)
    assert version(stricter, "failed") == ("1.0.1", "failed", False)
    assert version(Recipe(declared={"license": "mit"})) == ("1.0.2", "passed", True)
    assert version(Recipe(report={"gate": {"status": "failed"}}), "failed") == ("1.0.3", "failed", True)
    decided.write_text("id,decision\nd7,drop\n")  # which a rule drops anyway
    assert version(Recipe())[0] == "1.0.4"


@pytest.mark.parametrize("store", [True, False])
def test_a_version_that_is_asked_for_is_made_though_nothing_else_changed(tmp_path: Path, store: bool) -> None:
    source, out = jsonl(tmp_path / "c.jsonl", rows(20)), tmp_path / "out"
    more = {"store": True} if store else {"replace": True}
    for asked, version, fresh in ((None, "1.0.0", True), ("7.0.0", "7.0.0", True), ("7.0.0", "7.0.0", False)):
        made = clean(source, tmp_path / "w", out, version=asked, **more)
        assert (made.manifest["version"], made.fresh) == (version, fresh)
    assert answers("2024.02.29", "date")
    assert not answers("1.0.0", "date")


def test_a_store_whose_latest_version_is_gone_is_refused(tmp_path: Path) -> None:
    source, shelf = jsonl(tmp_path / "c.jsonl", rows(20)), tmp_path / "shelf"
    first = clean(source, tmp_path / "w", shelf, store=True)
    clean(jsonl(source, rows(21)), tmp_path / "w", shelf, store=True)
    shutil.rmtree(first.folder)
    for name in (shelf / "refs").iterdir():
        name.unlink()
    with pytest.raises(UsageError, match="restore refs"):
        clean(source, tmp_path / "w", shelf, store=True)
    (shelf / "refs" / "latest").write_text(first.folder.name)
    with pytest.raises(UsageError, match="latest is gone"):
        clean(source, tmp_path / "w", shelf, store=True)


@pytest.mark.parametrize("store", [True, False])
@pytest.mark.parametrize("kind", ["missing", "changed"])
def test_a_damaged_release_is_never_there_already(tmp_path: Path, store: bool, kind: str) -> None:
    source, out = jsonl(tmp_path / "c.jsonl", rows(20)), tmp_path / "out"
    release = clean(source, tmp_path / "w", out, store=store)
    [path, *_] = release.data_files()["train"]
    whole = path.read_bytes()
    path.unlink() if kind == "missing" else path.write_bytes(whole[:-5] + bytes(5))
    with pytest.raises(CannotEvaluate, match=rf"{path.name}.*{'from a copy' if store else '--replace'}"):
        clean(source, tmp_path / "w", out, store=store)
    if not store:
        assert clean(source, tmp_path / "w", out, replace=True).fresh
    assert store or path.read_bytes() == whole


@pytest.mark.parametrize("more", [{"store": True}, {"replace": True}])
def test_what_was_removed_is_not_forgotten_with_the_table_that_lists_it(tmp_path: Path, more: dict) -> None:
    source, out = jsonl(tmp_path / "c.jsonl", rows(20)), tmp_path / "out"
    release = clean(source, tmp_path / "w", out, **more)
    shutil.rmtree(release.folder / "removed")
    with pytest.raises(CannotEvaluate, match=r"removed/.*from a copy"):
        clean(jsonl(source, rows(21)), tmp_path / "w", out, **more)


def test_a_store_and_its_versions_are_named_where_a_release_is_asked_for(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "c.jsonl", rows(20))
    first = clean(source, tmp_path / "w", tmp_path / "shelf", store=True)
    second = clean(jsonl(source, rows(21)), tmp_path / "w", tmp_path / "shelf", store=True)
    shelf = tmp_path / "shelf"
    assert version_folder(f"{shelf}@v1.0.0") == (first.folder, "shelf@v1.0.0")
    assert version_folder(shelf)[0] == version_folder(f"{shelf}@latest")[0] == second.folder
    assert version_folder(first.folder) == (first.folder, first.folder.name)
    with pytest.raises(UsageError, match=r"no version 'v9\.9\.9'"):
        version_folder(f"{shelf}@v9.9.9")
