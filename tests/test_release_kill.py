"""A run that is killed leaves the folder and the store as they were or complete, and the next run ends the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpusqa.release.model import open_release
from corpusqa.release.store import Store
from tests.files import jsonl
from tests.killing import Killing, mostly_slow
from tests.release_helpers import clean, data, rows

# From the plan to the last name of a store.
POINTS = [
    ("corpusqa.release.making:source_schema", 0),
    ("corpusqa.release.writer:write_file", 0),
    ("corpusqa.release.writer:write_file", 1),
    ("corpusqa.release.writer:verify", 0),
    ("corpusqa.release.making:write_frame", 0),
    ("corpusqa.release.beside:write_frames", 1),
    ("corpusqa.release.making:card", 0),
    ("corpusqa.release.making:dumped", 0),
    ("corpusqa.release.making:dumped", 2),
    ("corpusqa.release.publish:settle", 0),
    ("corpusqa.release.publish:sync", 0),
    ("corpusqa.release.publish:sync", 3),
    ("corpusqa.release.build:publish", 0),
]
STORE_POINTS = [
    ("corpusqa.release.store:publish", 0),
    ("corpusqa.release.store:write_whole", 0),
    ("corpusqa.release.store:write_whole", 1),
    ("corpusqa.release.store:sync", 0),
    ("corpusqa.release.store:sync", 1),
]

RUN = Killing(
    "from pathlib import Path; from tests.release_helpers import clean",
    """
folder, store = Path(sys.argv[3]), sys.argv[4] == "store"
clean(folder / "c.jsonl", folder / "w", folder / "out", store=store, **({} if store else {"replace": True}))
""",
)


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize(("point", "skip"), mostly_slow(POINTS, ("publish",)))
def test_a_folder_is_the_old_release_or_the_new_one(tmp_path: Path, point: str, skip: int) -> None:
    clean(jsonl(tmp_path / "c.jsonl", rows(20)), tmp_path / "w", tmp_path / "out")
    old = tree(tmp_path / "out")
    reference = clean(jsonl(tmp_path / "new.jsonl", rows(40)), tmp_path / "w2", tmp_path / "reference")
    jsonl(tmp_path / "c.jsonl", rows(40))
    RUN.at(point, skip, str(tmp_path), "folder")
    now = tree(tmp_path / "out")
    assert now == old or data(open_release(tmp_path / "out")) == data(reference)
    again = clean(tmp_path / "c.jsonl", tmp_path / "w", tmp_path / "out", replace=True)
    assert data(again) == data(reference)
    assert again.manifest["version"] == "1.1.0"
    assert again.manifest["content_id"] == reference.manifest["content_id"]
    left = [path.name for path in tmp_path.iterdir() if path.name.startswith(".out.")]
    assert left == []


@pytest.mark.parametrize(("point", "skip"), mostly_slow(STORE_POINTS, ("publish",)))
def test_a_store_holds_the_old_version_or_the_new_one_and_the_next_run_ends_it(
    tmp_path: Path, point: str, skip: int
) -> None:
    clean(jsonl(tmp_path / "c.jsonl", rows(20)), tmp_path / "w", tmp_path / "out", store=True)
    jsonl(tmp_path / "c.jsonl", rows(40))
    RUN.at(point, skip, str(tmp_path), "store")
    latest = Store(tmp_path / "out").find()
    assert latest is not None
    assert open_release(latest).manifest["version"] in ("1.0.0", "1.1.0")
    again = clean(tmp_path / "c.jsonl", tmp_path / "w", tmp_path / "out", store=True)
    assert again.manifest["version"] == "1.1.0"
    assert sorted(Store(tmp_path / "out").refs) == ["latest", "v1.0.0", "v1.1.0"]
    log = [json.loads(line)["version"] for line in (tmp_path / "out/log.jsonl").read_text().splitlines()]
    assert log[0] == "1.0.0"
    assert set(log) == {"1.0.0", "1.1.0"}
