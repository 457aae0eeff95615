"""A release: the same bytes however the work was cut up, nothing lost, nothing half-done, opened by everyone."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusqa.api.outputs import Target, refuse_target
from corpusqa.corpus import conform, open_corpus
from corpusqa.corpus.arrow import table_digests
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.errors import CannotEvaluate, UsageError
from corpusqa.release import slices
from corpusqa.release.features import outside
from corpusqa.release.manifest import content_id, read_manifest, sealed, verify_files
from corpusqa.release.schema import described, published_schema
from corpusqa.scan.run import scan
from tests.files import jsonl
from tests.release_helpers import ACTIONS, clean, data, expected, rows


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several row groups and files from a corpus of a few kilobytes."""
    monkeypatch.setattr(slices, "GROUP_BYTES", 700)
    monkeypatch.setattr(slices, "FILE_GROUPS", 3)


def test_what_is_said_of_a_release_does_not_follow_from_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, found = jsonl(tmp_path / "c.jsonl", rows()), []
    for name, size in (("one", 64_000_000), ("many", 700)):
        monkeypatch.setattr(slices, "GROUP_BYTES", size)
        monkeypatch.setattr(slices, "FILE_GROUPS", 1)
        release = clean(source, tmp_path / f"w-{name}", tmp_path / name, unit_bytes=10 * size)
        edits = pl.read_parquet(tmp_path / name / "corpusqa/edits.parquet")
        docs = release.docs().drop("file", "row")
        said = {key: release.manifest[key] for key in ("content_id", "measured", "private_left", "ledger")}
        found.append((said, docs.rows(), sorted(edits.rows()), len(release.data_files()["train"])))
    assert found[0][:3] == found[1][:3]
    assert found[0][3] == 1 < found[1][3]


def test_every_row_is_published_edited_or_listed_as_removed(tmp_path: Path, small_files: None) -> None:
    records = rows()
    release = clean(jsonl(tmp_path / "c.jsonl", records, "{broken\n"), tmp_path / "w", tmp_path / "out")
    kept = [r for r in records if not r["id"].endswith("7")]
    for split in ("train", "test"):
        found = pl.concat([pl.read_parquet(path) for path in release.data_files()[split]])
        wanted = [r for r in kept if r["split"] == split]
        assert found["id"].to_list() == [r["id"] for r in wanted]
        assert found["text"].to_list() == [expected(r) for r in wanted]
        assert found["n"].to_list() == [r["n"] for r in wanted]
        assert found["meta"].to_list() == [r["meta"] for r in wanted]
        mixed = [value if value is None else json.loads(value) for value in found["mixed"]]
        assert mixed == [r["mixed"] for r in wanted]
    removed = pl.read_parquet(tmp_path / "out/removed/train-00000-of-00001.parquet")
    assert removed["id"].to_list() == ["d7", "d17", "d27", "d37", "d47", "d57", "row:60"]
    assert set(removed["reason"][:-1]) == {"marks.seven = TRUE"}
    assert removed["reason"][-1].startswith("unreadable: ")
    assert "text" not in removed.columns
    assert release.manifest["ledger"] == {"read": 61, "kept": 20, "edited": 34, "dropped": 6, "unreadable": 1}


def test_the_record_of_edits_leads_from_the_source_to_what_is_published(tmp_path: Path) -> None:
    records = {r["id"]: r["text"] for r in rows()}
    release = clean(jsonl(tmp_path / "c.jsonl", rows()), tmp_path / "w", tmp_path / "out")
    published = {
        row["id"]: row["text"]
        for files in release.data_files().values()
        for path in files
        for row in pl.read_parquet(path).iter_rows(named=True)
    }
    edits = pl.read_parquet(tmp_path / "out/corpusqa/edits.parquet")
    assert set(edits["label"]) == set(ACTIONS)
    for name, text in published.items():
        made = records[name]
        for edit in edits.filter(id=name).sort("start", descending=True).iter_rows(named=True):
            made = made[: edit["start"]] + (edit["replacement"] or "") + made[edit["end"] :]
        assert made == text


def test_bytes_depend_on_the_rows_alone(tmp_path: Path, small_files: None) -> None:
    source = jsonl(tmp_path / "c.jsonl", rows(200))
    releases = [
        clean(source, tmp_path / "w", tmp_path / f"out-{unit_bytes}", unit_bytes=unit_bytes)
        for unit_bytes in (1 << 26, 3000, 500)
    ]
    assert len(data(releases[0])) > 10
    assert data(releases[0]) == data(releases[1]) == data(releases[2])
    manifests = [json.dumps(release.manifest, sort_keys=True) for release in releases]
    assert manifests[0] == manifests[1] == manifests[2]


@pytest.mark.cluster
def test_bytes_do_not_depend_on_the_number_of_workers(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "c.jsonl", rows(200))
    alone = clean(source, tmp_path / "w", tmp_path / "one", unit_bytes=3000)
    together = clean(source, tmp_path / "w", tmp_path / "two", unit_bytes=3000, workers=2)
    assert data(alone) == data(together)


def test_the_same_rows_from_parquet_in_other_types_and_chunks_give_the_same_bytes(
    tmp_path: Path, small_files: None
) -> None:
    records = [{k: r[k] for k in ("id", "text", "n", "split")} for r in rows(100)]
    table = pa.Table.from_pylist(records)
    kinds = {"plain": pa.string(), "large": pa.large_string(), "view": pa.string_view()}
    found = []
    for name, kind in kinds.items():
        schema = pa.schema([("id", kind), ("text", kind), ("n", pa.int64()), ("split", kind)])
        pq.write_table(table.cast(schema), tmp_path / f"{name}.parquet", row_group_size=len(found) * 13 + 20)
        found.append(data(clean(tmp_path / f"{name}.parquet", tmp_path / "w", tmp_path / name, unit_bytes=4000)))
    found.append(data(clean(jsonl(tmp_path / "c.jsonl", records), tmp_path / "w", tmp_path / "jsonl")))
    assert all(one == found[0] for one in found)


SEE = """
import json, sys, datasets
out, cache = sys.argv[1:3]
found = datasets.load_dataset(out, cache_dir=cache)
removed = datasets.load_dataset(out, "removed", cache_dir=cache)
print(json.dumps({"features": {s: str(d.features) for s, d in found.items()},
                  "rows": {s: list(d) for s, d in found.items()}, "removed": removed["train"].num_rows}))
"""


def test_datasets_opens_the_folder_as_it_is(tmp_path: Path, small_files: None) -> None:
    records = rows()
    clean(jsonl(tmp_path / "c.jsonl", records), tmp_path / "w", tmp_path / "out")
    offline = {"HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    said = subprocess.run(
        [sys.executable, "-c", SEE, str(tmp_path / "out"), str(tmp_path / "cache")],
        env={**os.environ, **offline}, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    found = json.loads(said.stdout)
    assert "'text': Value('string')" in found["features"]["train"]
    wanted = [dict(r, text=expected(r)) for r in records if r["split"] == "train" and not r["id"].endswith("7")]
    assert found["rows"]["train"] == wanted
    assert found["removed"] == 6


def test_running_again_changes_nothing(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "c.jsonl", rows())
    first = clean(source, tmp_path / "w", tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    second = clean(source, tmp_path / "w", tmp_path / "out")
    assert first.fresh and not second.fresh
    assert first.manifest == second.manifest
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == before


def test_another_folder_is_refused_and_left_alone_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("precious")
    source = jsonl(tmp_path / "c.jsonl", rows())
    with pytest.raises(UsageError, match="--replace"):
        clean(source, tmp_path / "w", out)
    assert (out / "mine.txt").read_text() == "precious"
    clean(source, tmp_path / "w", out, replace=True)
    assert not (out / "mine.txt").exists()
    assert read_manifest(out)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_two_processes_that_make_the_same_release_at_once_both_end_well(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "c.jsonl", rows())

    def meanwhile(folder: Path) -> dict:
        if not (tmp_path / "out").exists():
            clean(source, tmp_path / "w2", tmp_path / "out", second=lambda folder: {})
        return {}

    again = clean(source, tmp_path / "w", tmp_path / "out", second=meanwhile)
    assert not again.fresh
    assert read_manifest(tmp_path / "out") == again.manifest


def test_two_processes_that_make_different_releases_at_once_do_not_mix(tmp_path: Path) -> None:
    source, other = jsonl(tmp_path / "c.jsonl", rows()), jsonl(tmp_path / "o.jsonl", rows(20))

    def meanwhile(folder: Path) -> dict:
        clean(other, tmp_path / "w2", tmp_path / "out")
        return {}

    with pytest.raises(UsageError, match="exists"):
        clean(source, tmp_path / "w", tmp_path / "out", second=meanwhile)
    verify_files(tmp_path / "out", read_manifest(tmp_path / "out")["files"])
    assert read_manifest(tmp_path / "out")["ledger"]["read"] == 20


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("there", [False, True])
def test_a_link_stays_one_and_leads_to_the_release(tmp_path: Path, there: bool, replace: bool) -> None:
    source, real, link = jsonl(tmp_path / "c.jsonl", rows(9)), tmp_path / "disk" / "real", tmp_path / "link"
    (real if there else real.parent).mkdir(parents=True)
    link.symlink_to(real)
    if there and not replace:
        (real / "mine").touch()
        with pytest.raises(UsageError, match="exists"):
            clean(source, tmp_path / "w", link)
        (real / "mine").unlink()
    release = clean(source, tmp_path / "w", link, replace=replace)
    assert link.is_symlink()
    assert data(release) == data(clean(source, tmp_path / "w", real))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.jsonl", "disk", "link", "w"]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (Target(out=Path("src/out")), "lies inside the source"),
        (Target(out=Path("src")), "is or holds the source"),
        (Target(out=Path("src"), replace=True), "is or holds the source"),
        (Target(out=Path("mine")), "exists and is not this release"),
        (Target(store=Path("mine")), "exists and is no store"),
        (Target(store=Path("newer")), "of format 9"),
        (Target(out=Path("locked/out")), "cannot be written to"),
        (Target(store=Path("locked/store")), "cannot be written to"),
        (Target(out=Path("locked/release")), ""),  # which may be this very release, and then nothing is written
        (Target(out=Path("new/deep/out")), ""),
    ],
)
def test_a_place_where_no_release_can_go_is_refused_before_anything_is_read(
    target: Target, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("src/c.jsonl", "mine/notes", "newer/store.json", "locked/release/corpusqa/manifest.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('{"format": 9}')
    monkeypatch.chdir(tmp_path)
    real = os.access  # the user who runs the tests may be one whom no mode of a folder stops
    monkeypatch.setattr(os, "access", lambda path, mode: real(path, mode) and Path(path).name != "locked")
    with pytest.raises(UsageError, match=message) if message else nullcontext():
        refuse_target("src", target)


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("precious")
    with pytest.raises(UsageError, match="exists"):
        clean(jsonl(tmp_path / "c.jsonl", rows()), tmp_path / "w", tmp_path / "out")


def test_documents_that_cuts_leave_without_text_are_dropped(tmp_path: Path) -> None:
    records = [
        {"id": "all", "text": "COOKIE one\n\n \t\nCOOKIE two\n\n"},
        {"id": "some", "text": "COOKIE one\n\ntext"},
        {"id": "blank", "text": " \n"},
    ]
    release = clean(jsonl(tmp_path / "c.jsonl", records), tmp_path / "w", tmp_path / "out")
    removed = pl.read_parquet(tmp_path / "out/removed/train-00000-of-00001.parquet")
    assert removed.select("id", "reason").rows() == [("all", "empty after edits")]
    assert release.manifest["splits"]["train"]["rows"] == 2


def test_ids_are_added_where_the_source_has_none_and_tell_nothing_of_what_was_masked(tmp_path: Path) -> None:
    texts = ["call a@x.test", "call b@x.test", "same", "same", "other"]
    source = jsonl(tmp_path / "c.jsonl", [{"text": text} for text in texts])
    release = clean(source, tmp_path / "w", tmp_path / "out")
    table = pl.read_parquet(release.data_files()["train"])
    assert table.columns == ["id", "text"]
    ids = table["id"].to_list()
    assert len(set(ids)) == 5
    assert ids[1] == f"{ids[0]}-2"  # alike once the addresses are masked, so their names are too
    assert ids[3] == f"{ids[2]}-2"
    scanned = scan(open_corpus(source, None, work=tmp_path / "w"), [], Flow(LocalEngine(1), tmp_path / "again"))
    documents = (scanned[0] if isinstance(scanned, tuple) else scanned).documents
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    for row in documents.head(2).iter_rows(named=True):
        assert row["digest"][:12].encode() not in everything
    again = clean(tmp_path / "out/data", tmp_path / "w2", tmp_path / "out2")
    assert pl.read_parquet(again.data_files()["train"]).equals(table)


def test_repeated_ids_stay_in_the_data_and_are_told_apart_beside_it(tmp_path: Path) -> None:
    records = [{"id": "a", "text": "one b@x.test"}, {"id": "a", "text": "two"}, {"id": "c", "text": "three"}]
    release = clean(jsonl(tmp_path / "c.jsonl", records), tmp_path / "w", tmp_path / "out")
    assert pl.read_parquet(release.data_files()["train"])["id"].to_list() == ["a", "a", "c"]
    names = pl.read_parquet(tmp_path / "out/corpusqa/docs.parquet")["id"].to_list()
    assert names[0].startswith("a#") and names[1].startswith("a#") and names[0] != names[1]
    assert names[2] == "c"


def test_ids_that_hold_private_values_are_row_numbers_beside_the_data(tmp_path: Path) -> None:
    records = [{"id": "me@x.test", "text": "one"}, {"id": "my@x.test", "text": "Document 7"}]
    release = clean(jsonl(tmp_path / "c.jsonl", records), tmp_path / "w", tmp_path / "out")
    assert pl.read_parquet(release.data_files()["train"])["id"].to_list() == ["me@x.test"]
    assert pl.read_parquet(tmp_path / "out/corpusqa/docs.parquet")["id"].to_list() == ["row:0"]
    assert pl.read_parquet(tmp_path / "out/removed/train-00000-of-00001.parquet")["id"].to_list() == ["row:1"]


def test_no_id_of_a_source_is_taken_for_the_number_of_a_row(tmp_path: Path) -> None:
    records = [{"id": "row:1", "text": "one"}, {"id": "me@x.test", "text": "two"}, {"id": "row:x", "text": "three"}]
    release = clean(jsonl(tmp_path / "c.jsonl", records), tmp_path / "w", tmp_path / "out")
    assert pl.read_parquet(release.data_files()["train"])["id"].to_list() == ["row:1", "me@x.test", "row:x"]
    assert release.docs()["id"].to_list() == ["row:1~", "row:1", "row:x"]


def test_every_file_is_in_the_manifest_and_damage_is_named(tmp_path: Path) -> None:
    release = clean(jsonl(tmp_path / "c.jsonl", rows()), tmp_path / "w", tmp_path / "out")
    listed = {file["path"] for file in release.manifest["files"]}
    there = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert there - listed == {"README.md", "corpusqa/manifest.json"}
    verify_files(tmp_path / "out", release.manifest["files"])
    path = release.data_files()["train"][0]
    damaged = bytearray(path.read_bytes())
    damaged[100] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(CannotEvaluate, match=path.name):
        verify_files(tmp_path / "out", release.manifest["files"])


def test_a_release_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "corpusqa").mkdir()
    (tmp_path / "corpusqa/manifest.json").write_text('{"format": 99}')
    with pytest.raises(UsageError, match="newer"):
        read_manifest(tmp_path)
    with pytest.raises(UsageError, match="no release"):
        read_manifest(tmp_path / "corpusqa")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (lambda said: {**said, "gate": {"status": "passed"}}, "changed or damaged"),
        (lambda said: {name: value for name, value in said.items() if name != "seal"}, "changed or damaged"),
        (lambda said: sealed({**said, "files": [{"path": "data/../../x", "bytes": 0, "sha256": ""}]}), "outside"),
    ],
)
def test_a_manifest_that_was_changed_is_refused(tmp_path: Path, changed: Callable[[dict], dict], message: str) -> None:
    source = jsonl(tmp_path / "c.jsonl", rows(9))
    release = clean(source, tmp_path / "w", tmp_path / "out")
    path = release.folder / "corpusqa/manifest.json"
    path.write_text(json.dumps(changed(json.loads(path.read_text()))))
    for use in (lambda: read_manifest(release.folder), lambda: clean(source, tmp_path / "w", tmp_path / "out")):
        with pytest.raises(CannotEvaluate, match=message):
            use()


def test_a_policy_that_drops_everything_publishes_nothing(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "c.jsonl", [{"id": "d7", "text": "Document 7"}])
    with pytest.raises(CannotEvaluate, match="drops every document"):
        clean(source, tmp_path / "w", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_texts_in_parts_are_edited_where_they_lie(tmp_path: Path) -> None:
    records = [
        {"id": "a", "messages": [{"role": "user", "content": "COOKIE x\n\nwrite to me@x.test"},
                                 {"role": "assistant", "content": "Not to ME@x.test\n\nCOOKIE", "extra": 1}]},
        {"id": "b", "messages": [{"role": "user", "content": "COOKIE"}, {"role": "assistant", "content": "COOKIE"}]},
        {"id": "c", "messages": [{"role": "user", "content": "é"}]},
    ]  # fmt: skip
    release = clean(jsonl(tmp_path / "c.jsonl", records), tmp_path / "w", tmp_path / "out")
    (path,) = release.data_files()["train"]
    rows = pq.read_table(path).to_pylist()
    messages = [json.loads(row["messages"]) if isinstance(row["messages"], str) else row["messages"] for row in rows]
    assert [row["id"] for row in rows] == ["a", "c"]
    assert [message["content"] for message in messages[0]] == ["write to <MAIL_1>", "Not to <MAIL_1>\n"]
    assert messages[0][1]["extra"] == 1
    assert messages[1][0]["content"] == "é"
    assert pl.read_parquet(tmp_path / "out/removed/*.parquet")["reason"].to_list() == ["empty after edits"]


def test_splits_that_would_bear_one_name_are_refused(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "c.jsonl", [{"text": "a", "split": "a-b"}, {"text": "b", "split": "a b"}])
    with pytest.raises(UsageError, match="'a_b'"):
        clean(source, tmp_path / "w", tmp_path / "out")


@pytest.mark.parametrize(
    ("split", "name"),
    [(None, "train"), ("dev", "dev"), ("train-clean.100", "train_clean.100"), ("..a", "__a"), ("all", "all_")],
)
def test_split_names_are_those_that_datasets_accepts(split: str | None, name: str) -> None:
    found = slices.split_names([split])[split]
    assert found == name
    import re

    from datasets.naming import _split_re

    assert re.match(_split_re, found)


@pytest.mark.parametrize(
    ("splits", "said"),
    [
        (["a b", "a_b"], "the splits 'a b' and 'a_b' would both be called 'a_b'"),
        ([None, "train"], "rows of the split 'train' and rows that state none would both be the split 'train'"),
        (["train", "test", None], "rows of the split 'train' and rows that state none"),
    ],
)
def test_splits_that_would_meet_are_refused_by_name(splits: list[str | None], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        slices.split_names(splits)


def test_what_is_judged_after_writing_is_in_the_manifest_and_may_stop_the_release(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "c.jsonl", rows())

    def second(folder: Path) -> dict:
        return {"status": "passed", "rows": pl.read_parquet(folder / "data/train-00000-of-00001.parquet").height}

    release = clean(source, tmp_path / "w", tmp_path / "out", second=second)
    assert release.manifest["gate"] == {"status": "passed", "rows": release.manifest["splits"]["train"]["rows"]}

    def stop(folder: Path) -> dict:
        raise CannotEvaluate("no")

    with pytest.raises(CannotEvaluate):
        clean(source, tmp_path / "w", tmp_path / "other", second=stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.jsonl", "out", "w"]


def test_content_ids_are_the_same_for_every_version_of_every_library() -> None:
    columns = [["id", "string"], ["text", "string"], ["at", "timestamp[us, UTC]"], ["t", 'struct<"a": list<int64>>']]
    digests = {"train": ["00" * 16, "ff" * 16], "test": ["0123456789abcdef" * 2]}
    assert content_id(columns, digests) == "85b7e89a3e3e69c4b01467644e73638d80d5b0ab171e607a54482843eb7dd850"


def test_a_table_of_many_types_has_these_digests_under_every_version_of_pyarrow() -> None:
    """Measured under pyarrow 24.0 and 26.0; a release that changes one of them would make every version a new one."""
    day, texts = dt.date(2024, 2, 29), ["", "été\n😀", "x" * 100]
    struct = pa.struct([("k", pa.int64()), ("v", pa.string())])
    table = pa.table(
        {
            "id": pa.array(["a", "b", "c"]),
            "text": pa.array(texts, pa.large_string()),
            "n": pa.array([1, None, -5], pa.int32()),
            "x": pa.array([0.5, 2.0, None]),
            "yes": pa.array([True, None, False]),
            "tags": pa.array([["a"], [], None], pa.list_(pa.string())),
            "meta": pa.array([{"k": 1, "v": "é"}, None, {"k": None, "v": ""}], struct),
            "at": pa.array([dt.datetime(2024, 2, 29, 12, 30, 1), None, dt.datetime(1969, 1, 1)], pa.timestamp("us")),
            "day": pa.array([day, None, day]),
            "cost": pa.array([Decimal("1.20"), None, Decimal("-3.00")], pa.decimal128(10, 2)),
            "raw": pa.array([b"\x00\xff", None, b""]),
            "kind": pa.array(["u", "v", "u"]).dictionary_encode(),
        }
    )
    schema = published_schema(table.schema, "text")
    digests = table_digests(conform(table, schema))
    assert digests == [
        "1ac0de46469a65b29bb4112d3b16137d", "fd4730db7135faa541b28d6b7e4a40fb", "74d3b2795c313780d64782564cd8144e"
    ]  # fmt: skip
    wanted = "1f8d4bea00c928493b4d36a964037c536f6506d4603e8cac57313ab5d779cbb7"
    assert content_id(described(schema), {"train": digests}) == wanted


def test_published_types_read_the_same_in_pyarrow_polars_and_digests() -> None:
    import datetime as dt
    from decimal import Decimal

    source = pa.table(
        {
            "text": pa.array([b"a", "é".encode(), b""], pa.binary()),
            "list": pa.array([["x"], [], None], pa.large_list(pa.large_string())),
            "date": pa.array([dt.date(2024, 2, 29)] * 3),
            "seconds": pa.array([dt.datetime(2024, 2, 29, 1, 2, 3)] * 3, pa.timestamp("s")),
            "zone": pa.array([dt.datetime(2024, 2, 29, 1, 2, 3, 4)] * 3, pa.timestamp("us", "Europe/Paris")),
            "kind": pa.array(["a", "b", None]).dictionary_encode(),
            "money": pa.array([Decimal("1.50"), Decimal("2.00"), None], pa.decimal128(9, 2)),
            "wide": pa.array([{"a": None, "b": 1}, {"a": "x", "b": None}, None]),
            "none": pa.nulls(3),
            "span": pa.array([1, 2, None], pa.duration("s")),
            "small": pa.array([1.5, float("nan"), None], pa.float32()),
            "big": pa.array([2**64 - 1, 0, None], pa.uint64()),
        }
    )
    schema = published_schema(source.schema, "text")
    assert described(schema) == [
        ["text", "string"],
        ["list", "list<string>"],
        ["date", "date"],
        ["seconds", "timestamp[ms]"],
        ["zone", "timestamp[us, Europe/Paris]"],
        ["kind", "string"],
        ["money", "decimal(9, 2)"],
        ["wide", 'struct<"a": string, "b": int64>'],
        ["none", "string"],
        ["span", "json"],
        ["small", "float32"],
        ["big", "uint64"],
    ]

    assert len(set(table_digests(conform(source, schema)))) == 3


@pytest.mark.parametrize("text", ["Document 3 of another length a@x.test", "Document 3"])
def test_a_source_that_changes_meanwhile_stops_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    from corpusqa.release import making

    source = jsonl(tmp_path / "c.jsonl", rows(10))
    schema = making.source_schema

    def meddling(*arguments):
        changed = rows(10)
        changed[3]["text"] = text
        jsonl(source, changed)
        return schema(*arguments)

    monkeypatch.setattr(making, "source_schema", meddling)
    with pytest.raises(CannotEvaluate, match="changed while it was being cleaned"):
        clean(source, tmp_path / "w", tmp_path / "out")
    assert not (tmp_path / "out").exists()


FEATURES = """
import json, sys, datasets
found = datasets.load_dataset(sys.argv[1], cache_dir=sys.argv[2])["train"]
features = {name: repr(feature) for name, feature in found.features.items()}
print(json.dumps({"features": features, "n": found["kind"][:3]}))
"""


def test_files_that_rows_only_name_are_said(tmp_path: Path) -> None:
    kind = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    held = [{"bytes": b"x", "path": "a.png"}, {"bytes": None, "path": "b.png"}, None, {"bytes": None, "path": None}]
    table = pa.table({"text": ["one"] * 4, "image": pa.array(held, kind), "n": [1, 2, 3, 4]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert outside([tmp_path / "a.parquet"], table.schema) == {"image": 1}
    said: list[str] = []
    clean(tmp_path / "a.parquet", tmp_path / "w", tmp_path / "out", say=said.append)
    assert [line for line in said if line.startswith("image: 1 rows name a file")]


def test_features_that_datasets_noted_in_its_files_survive(tmp_path: Path) -> None:
    from datasets import ClassLabel, Features, Image, List, Value

    features = Features(
        {
            "id": Value("string"), "text": Value("string"), "kind": ClassLabel(names=["news", "blog"]),
            "tags": List(ClassLabel(names=["a", "b"])), "at": Value("timestamp[us, tz=Europe/Berlin]"),
            "cost": Value("decimal128(10, 2)"), "none": Value("null"), "day": Value("date64"), "picture": Image(),
        }
    )  # fmt: skip
    count = range(12)
    columns = [
        [f"d{i}" for i in count], [f"Document {i} of the archive" for i in count], [i % 2 for i in count],
        [[i % 2] for i in count], [i * 10**9 for i in count], ["1.25" for _ in count], [None for _ in count],
        [i * 86_400_000 for i in count], [{"bytes": bytes([i]), "path": None} for i in count],
    ]  # fmt: skip
    arrays = [pa.array(c, f.type) if f.name != "cost" else pa.array(c).cast(f.type) for c, f in
              zip(columns, features.arrow_schema, strict=True)]  # fmt: skip
    pq.write_table(pa.table(arrays, schema=features.arrow_schema), tmp_path / "c.parquet")
    release = clean(tmp_path / "c.parquet", tmp_path / "w", tmp_path / "out")
    done = subprocess.run(
        [sys.executable, "-c", FEATURES, str(release.folder), str(tmp_path / "cache")], capture_output=True, text=True,
        env={**os.environ, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1"}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    wanted = {name: repr(feature) for name, feature in features.items()}
    # a column without values is published as strings, whole days as dates
    assert said["features"] == {**wanted, "none": repr(Value("string")), "day": repr(Value("date32"))}
    assert said["n"] == [0, 1, 0]
