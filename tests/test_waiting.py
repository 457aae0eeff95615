"""Runs that wait for the work folder of another one: what they read is what is there when they have it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest

from corpusqa.api.account import account
from corpusqa.api.folders import folder_of
from corpusqa.api.model import Account, Settings
from corpusqa.engines.lock import alone
from tests.test_work import TEXT, config, source, started

# A child that is forked by the thread that holds a folder, or beside it, waits for its parent, and no longer.
FORKING = """
import os, sys, threading
from pathlib import Path
from corpusqa.engines.lock import alone

def forked(folder, lock):
    waits, told = os.pipe()
    child = os.fork()
    if not child:
        def say(_line):
            print("waiting", flush=True)
            os.write(told, b"1")
        alone([folder], say)
        os.write(told, b"2")
        print("alone", flush=True)
        os._exit(0)
    if os.read(waits, 1) == b"1":
        print("let go", flush=True)
    lock.release()
    os.waitpid(child, 0)

place, locks = Path(sys.argv[1]), []
forked(place / "mine", alone([place / "mine"], print))
other = threading.Thread(target=lambda: locks.append(alone([place / "theirs"], print)))
other.start()
other.join()
forked(place / "theirs", locks.pop())
"""


def waited(asked: Any, meanwhile: Callable[[], Any], against: str | None = None) -> Account:
    """What a run finds that has to wait while something happens."""
    lock, told, found = alone([folder_of(Path("w"), asked, None)], print), threading.Event(), list[Account]()
    settings, checks = Settings(Path("w"), say=lambda _line: told.set()), ("text", "duplication")
    other = started(lambda: found.append(account(asked, config(None, *checks), settings, against)), told)
    told.wait()
    meanwhile()
    lock.release()
    other.join()
    return found[0]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("asked", ["in", "in/*.jsonl", ["in/a.jsonl", "in/[bc].jsonl"]])
def test_what_came_and_went_is_seen(asked: Any) -> None:
    for name in ("in/a", "in/b", "r/a", "r/b"):
        source(Path(f"{name}.jsonl"), f"{TEXT} {name}")

    def change() -> None:
        Path("in/b.jsonl").unlink()
        Path("r/b.jsonl").unlink()
        source(Path("in/c.jsonl"), f"{TEXT} c", f"{TEXT} r/c")
        source(Path("r/c.jsonl"), f"{TEXT} r/c", f"{TEXT} r/d")

    found = waited(asked, change, "r")
    assert (found.ledger.read, found.ledger.unreadable) == (3, 0)
    assert [file.path for file in found.corpus.files] == ["a.jsonl", "c.jsonl"]
    assert found.report["reference"]["compared"] == 3


def test_a_copied_source_is_not_read_again() -> None:
    reads = list[int]()
    rows = datasets.Dataset.from_list([{"text": TEXT}]).to_iterable_dataset()
    found = waited(rows.map(lambda row: reads.append(1) or row), lambda: reads.append(0))
    assert found.ledger.read == 1
    assert reads[0] == 1
    assert reads[-1] == 0


def test_a_forked_child_holds_nothing_of_its_parent(tmp_path: Path) -> None:
    """Not what the thread that forked held, nor, for ever, what another thread did."""
    with subprocess.Popen([sys.executable, "-c", FORKING, str(tmp_path)], stdout=subprocess.PIPE, text=True) as forking:
        said, _ = forking.communicate()
    assert said.splitlines() == ["waiting", "let go", "alone", "waiting", "let go", "alone"]
