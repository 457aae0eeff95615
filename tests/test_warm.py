"""Whatever happens to a source between two runs in one work folder, the second one says and writes what a first would.

`test_incremental` does the same for scans of many kinds of pairs; here it is the whole job, to the release.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import corpusqa.api.account as accounts
from corpusqa.api import outputs
from corpusqa.api.account import account
from corpusqa.api.model import Settings
from corpusqa.api.outputs import Target, write_clean
from corpusqa.config import ChecksOptions, CleanOptions, Config, InputOptions
from corpusqa.corpus import open_corpus
from corpusqa.errors import CorpusqaError
from corpusqa.release.manifest import MANIFEST
from corpusqa.reporting.plain import dumped

PLUGINS = (str(Path(__file__).parent / "toy_checks.py"), str(Path(__file__).parent / "release_helpers.py"))
CLEAN = CleanOptions(
    policy="none", drop=("doc.n < 2",), cut=("marks.cookie",), mask=("marks.mail",), one_of=("copies.same",),
    alarm_share=1.0,
)  # fmt: skip
CONFIG = Config(checks=ChecksOptions(("marks", "copies", "duplication"), (), PLUGINS), clean=CLEAN)
SCHEMA = {"id": pl.String, "n": pl.Float64, "text": pl.String, "body": pl.String}
SHORT, LONG = '{"bad":', '{"text": null}' + " " * 40
# What follows from the version that was there before, and not from what was run.
LINEAGE = ("README.md", "croissant.json", MANIFEST, "corpusqa/gone.parquet")
Row = dict[str, Any]
Edit = Callable[["State"], None]


@dataclass
class State:
    """A source in the making, and how it is looked at."""

    chance: random.Random
    lines: bool = True  # else Parquet
    files: dict[str, list[Row]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    against: tuple[str, str] | None = None  # name, text
    made: int = 0

    def row(self) -> Row:
        """A document; what is edited in `text` and in `body` lies at the same places and is not the same."""
        self.made += 1
        four = ("ship", "mill", "lamp", "door", "boat", "rope")
        words = [" ".join(self.chance.choice(four) for _ in range(30)) for _ in range(2)]
        texts = [f"Document {self.made}\nCOOKIE notice\nwrite to {one[0]}@x.test {one}" for one in words]
        named = {"id": f"d{self.chance.randint(0, 30)}"} if self.chance.random() < 0.7 else {}
        return {**named, "n": self.made % 7, "text": texts[0], "body": texts[1]}

    @property
    def places(self) -> list[tuple[str, int]]:
        return [(path, at) for path, rows in self.files.items() for at in range(len(rows))]

    def insert(self, *rows: Row) -> None:
        for row in rows:
            path = self.chance.choice(list(self.files))
            self.files[path].insert(self.chance.randint(0, len(self.files[path])), row)

    def take(self, lost: bool) -> list[Row]:
        """One row out of its place, if there is one that can, or cannot, be read."""
        found = [(path, at) for path, at in self.places if ("lost" in self.files[path][at]) == lost]
        path, at = self.chance.choice(found) if found else ("", 0)
        return [self.files[path].pop(at)] if found else []

    def write(self, folder: Path) -> Path:
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        for name, rows in self.files.items():
            path = folder / (name + (".jsonl" if self.lines else ".parquet"))
            path.parent.mkdir(parents=True, exist_ok=True)
            if self.lines:
                path.write_text("".join((row.get("lost") or json.dumps(row)) + "\n" for row in rows))
            else:
                plain = [{name: row.get(name) for name in SCHEMA} for row in rows]
                pl.DataFrame(plain, schema=SCHEMA).write_parquet(path, row_group_size=3)
        for name in self.unread:
            (folder / name).write_text("x")
        return folder


def lose(state: State) -> None:
    state.insert({"lost": state.chance.choice((SHORT, LONG))})


def move_lost(state: State) -> None:
    state.insert(*state.take(lost=True))


def move_lost_to_the_end(state: State) -> None:
    """Within its file, which keeps its size: every row before it goes up by one."""
    for rows in state.files.values():
        rows.sort(key=lambda row: "lost" in row)


def move_lost_to_the_front(state: State) -> None:
    for rows in state.files.values():
        rows.sort(key=lambda row: "lost" not in row)


def repeat_lost(state: State) -> None:
    taken = state.take(lost=True)
    state.insert(*taken, *taken)


def find_lost(state: State) -> None:
    state.take(lost=True)


def renamed(state: State, old: str, new: str) -> None:
    """Other names in the same order."""
    state.files = {name.replace(old, new): rows for name, rows in state.files.items()}


def rename_file(state: State) -> None:
    first = any("00" in name for name in state.files)
    renamed(state, "00", "0") if first else renamed(state, "0", "00")


def rename_folder(state: State) -> None:
    first = any("news" in name for name in state.files)
    renamed(state, "news", "other") if first else renamed(state, "other", "news")


def rename_split(state: State) -> None:
    first = any("train" in name for name in state.files)
    renamed(state, "train", "validation") if first else renamed(state, "validation", "train")


def add_unread(state: State) -> None:
    state.unread = [] if state.unread else ["notes.pdf"]


def compare(state: State) -> None:
    state.against = None if state.against else ("e", state.row()["text"])


def compare_with_another(state: State) -> None:
    state.against = ("e", state.row()["text"])


def rename_reference(state: State) -> None:
    state.against = ("f", state.against[1]) if state.against else ("e", state.row()["text"])


def other_text(state: State) -> None:
    state.options = {} if state.options else {"text": "body"}


def other_numbers(state: State) -> None:
    """As 1 and as 1.0, of which the digest of a row is the same."""
    for path, at in state.places:
        row = state.files[path][at]
        if "n" in row:
            row["n"] = float(row["n"]) if isinstance(row["n"], int) else int(row["n"])


def add(state: State) -> None:
    state.insert(state.row(), state.row())


def repeat(state: State) -> None:
    path, at = state.chance.choice(state.places)
    state.insert(dict(state.files[path][at]))


def remove(state: State) -> None:
    state.take(lost=False)


def move(state: State) -> None:
    state.insert(*state.take(lost=False))


def nothing(_state: State) -> None:
    """The same command again."""


EDITS: tuple[Edit, ...] = (
    lose, move_lost, move_lost_to_the_end, move_lost_to_the_front, repeat_lost, find_lost, rename_file, rename_folder,
    rename_split, add_unread, compare, compare_with_another, rename_reference, other_text, other_numbers, add, repeat,
    remove, move, nothing,
)  # fmt: skip
PATHS = {"folders": ("news/0", "news/1", "shop/0"), "splits": ("test", "train"), "one": ("0",)}


def run(state: State, folder: Path, work: str, target: Target) -> dict[str, bytes] | str:
    """What report.json and the release hold, or why there is none."""
    config = replace(CONFIG, input=InputOptions(**state.options))
    against = None
    if state.against:
        against = folder / f"{state.against[0]}.jsonl"
        against.write_text(json.dumps({"text": state.against[1]}) + "\n")
    try:
        found = account(state.write(folder / "src"), config, Settings(folder / work, workers=1), against)
        report = dumped(found.report)
        out = write_clean(found, target).folder
    except CorpusqaError as error:
        return str(error)
    files = {str(path.relative_to(out)): path for path in sorted(out.rglob("*")) if path.is_file()}
    return {"report": report} | {name: path.read_bytes() for name, path in files.items() if name not in LINEAGE}


@pytest.fixture(autouse=True)
def _judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scan of what was written has a work folder of its own, which is never warm."""
    monkeypatch.setattr(outputs, "judged_again", lambda *_: {"status": "passed", "limits": []})


def test_the_plan_of_files_is_that_of_rows_where_they_are_now(tmp_path: Path) -> None:
    """In a file of the same size a row that cannot be read has moved, and all others with it."""
    (tmp_path / "src").mkdir()
    state = State(random.Random(0), files={"0": []})
    state.insert({"lost": SHORT}, *(state.row() for _ in range(8)))
    runs = []
    for number, (work, edit) in enumerate(
        (("warm", move_lost_to_the_front), ("warm", move_lost_to_the_end), ("cold", nothing))
    ):
        edit(state)
        runs.append(run(state, tmp_path, work, Target(tmp_path / f"out-{number}")))
    assert isinstance(runs[1], dict)
    assert runs[1] == runs[2]


SLOW = [(layout, lines, seed, EDITS) for seed, (layout, lines) in enumerate(product(PATHS, (True, False)), 1)]
# The edits after which something was once taken for what it was before.
FOUND = (move_lost_to_the_end, rename_folder, add_unread, compare, rename_reference, other_text, other_numbers)


@pytest.mark.parametrize(
    ("layout", "lines", "seed", "edits"),
    [
        ("folders", True, 0, FOUND),
        ("splits", False, 0, (rename_split, move_lost_to_the_front)),
        *(pytest.param(*case, marks=pytest.mark.slow) for case in SLOW),
    ],
)
def test_a_second_run_says_and_writes_what_a_first_one_would(
    tmp_path: Path, layout: str, lines: bool, seed: int, edits: Sequence[Edit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        accounts, "open_corpus", lambda *said, **more: open_corpus(*said, **more | {"unit_bytes": size})
    )
    size = 900 if edits is EDITS else 1 << 20  # a source of many units costs several times as much
    (tmp_path / "src").mkdir()
    state = State(random.Random(seed), lines, {name: [] for name in PATHS[layout]})
    state.insert({"lost": SHORT}, *(state.row() for _ in range(8)), {"lost": LONG})
    standing = Target(tmp_path / "standing", replace=True)
    for step, edit in enumerate((move_lost_to_the_front, *random.Random(seed).sample(edits, len(edits)))):
        edit(state)
        fresh = Target(tmp_path / f"warm-{step}")
        warm = run(state, tmp_path, "warm", fresh if edits is EDITS and step % 2 else standing)
        cold = run(state, tmp_path, f"cold-{step}", Target(tmp_path / f"out-{step}"))
        if isinstance(warm, str) or isinstance(cold, str):
            assert warm == cold, edit.__name__
        else:
            assert [name for name in {**warm, **cold} if warm.get(name) != cold.get(name)] == [], edit.__name__
