"""A run that is killed at any point is resumed by the same command and ends with the bytes of an undisturbed one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from corpusqa.api import account
from corpusqa.cli import run
from corpusqa.engines.memory import Memory
from tests.files import TOYS, jsonl
from tests.killing import Killing, mostly_slow

SMALL = Memory(unit=3000, batch=2000, bucket=3000)
# From the first read to the last file.
POINTS = [
    ("corpusqa.corpus.rows:assemble", 2),  # read
    ("corpusqa.scan.measuring:measure", 7),  # measure, in the third unit
    ("corpusqa.engines.parts:noted", 3),
    ("corpusqa.engines.parts:commit", 0),
    ("corpusqa.scan.index:index", 0),
    ("corpusqa.engines.local:_spill", 1),  # shuffle, on its way
    ("corpusqa.engines.local:_gather", 1),  # shuffle, arriving
    ("corpusqa.scan.candidates:_families", 0),
    ("corpusqa.scan.pairing:paired", 0),
    ("corpusqa.scan.components:components", 0),
    ("corpusqa.scan.verifying:_verify_block", 0),
    ("corpusqa.scan.clusters:clustered", 0),
    ("corpusqa.scan.store:store", 0),
    ("corpusqa.policy.judge:judge", 0),
    ("corpusqa.findings.find:find", 1),
    ("corpusqa.api.findings:_in_order", 1),
    ("corpusqa.api.outputs:_staged", 1),  # write
    ("corpusqa.api.outputs:_exchange", 1),  # some files are those of the new run, the others of the one before
    ("corpusqa.api.outputs:_exchange", 3),
]
REPORT = (".gitignore", "report.json", "report.html", "findings.parquet", "verdicts.parquet")
FAST = ("noted", "_verify_block")
RUN = Killing(
    """
from corpusqa.api import account
from corpusqa.cli import run
from corpusqa.engines.memory import Memory
import corpusqa.api.outputs, corpusqa.findings.find, corpusqa.scan.run
account.planned = lambda *given: (Memory(unit=3000, batch=2000, bucket=3000), given[1])
""",
    "sys.exit(run(sys.argv[3:]))",
)


def corpus(folder: Path, count: int = 160, changed: int = 0) -> Path:
    rows = [{"id": f"d{n}", "text": f"{'SAME' if n % 6 == 0 else f'ROPE {n}'} of words " * 5} for n in range(count)]
    for row in rows[:changed]:
        row["text"] += " and more"
    return jsonl(folder / "c.jsonl", rows)


def command(folder: Path, name: str, workers: int = 1) -> list[str]:
    config = folder / "c.toml"
    config.write_text(f'[checks]\nfiles = ["{TOYS}"]\n[clean]\ndrop = ["shouting.share > 0.9"]\n')
    places = ["--config", str(config), "--work", str(folder / f"w-{name}"), "-o", str(folder / f"out-{name}")]
    options = ["--select", "copies,frame_lines,shouting", "--workers", str(workers), "-q"]
    return ["report", str(folder / "c.jsonl"), *options, *places]


def outputs(folder: Path, name: str) -> dict[str, bytes]:
    """The files of a report."""
    place = folder / f"out-{name}"
    return {path.name: path.read_bytes() for path in sorted(place.iterdir()) if path.name in REPORT}


@pytest.fixture(autouse=True)
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "planned", lambda *given: (SMALL, given[1]))


@pytest.mark.parametrize(("point", "skip"), mostly_slow(POINTS, FAST))
def test_a_killed_run_is_resumed_to_the_same_bytes(tmp_path: Path, point: str, skip: int) -> None:
    corpus(tmp_path)
    assert run(command(tmp_path, "undisturbed")) == 0
    RUN.at(point, skip, *command(tmp_path, "killed"))
    assert run(command(tmp_path, "killed")) == 0

    assert outputs(tmp_path, "killed") == outputs(tmp_path, "undisturbed")
    assert not list((tmp_path / "w-killed").rglob("corpusqa-shuffle-*"))
    assert {p.name for p in (tmp_path / "out-killed").iterdir()} == {*REPORT, "run.json"}


# While an earlier scan is used: in the first pass, as stages are written, and in the index of the halves.
AGAIN = [
    ("corpusqa.scan.reused:_of_checks", 1),
    ("corpusqa.engines.parts:commit", 0),
    ("corpusqa.scan.slots:slots_of", 0),
    ("corpusqa.engines.kept:_changed", 1),
    ("corpusqa.engines.kept:write_segment", 0),
    ("corpusqa.scan.links:_compared", 0),
    ("corpusqa.scan.links:_keep", 0),
]


@pytest.mark.slow
@pytest.mark.parametrize(("point", "skip"), AGAIN)
def test_a_run_that_is_killed_while_it_uses_an_earlier_scan(tmp_path: Path, point: str, skip: int) -> None:
    corpus(tmp_path)
    assert run(command(tmp_path, "killed")) == 0
    corpus(tmp_path, changed=3)
    RUN.at(point, skip, *command(tmp_path, "killed"))
    corpus(tmp_path, changed=2, count=150)  # it goes on from what was killed with yet another corpus
    assert run(command(tmp_path, "killed")) == 0
    assert run(command(tmp_path, "undisturbed")) == 0

    assert outputs(tmp_path, "killed") == outputs(tmp_path, "undisturbed")


ONCE = '''
import os, signal
from pathlib import Path
import polars as pl
from corpusqa.check import Check, Groups, Measured, Signal

def once(*, flag: str = "", where: str = "") -> Check:
    """Kills the worker that runs it, once."""
    def die(place):
        if place == where and not Path(flag).exists():
            Path(flag).touch()
            os.kill(os.getpid(), signal.SIGKILL)
    def measure(batch):
        if batch.text.str.contains("ROPE 77 ").any():
            die("measure")
        return Measured(batch.frame.select(chars=pl.col("text").str.len_chars().cast(pl.Int64)))
    def keys(batch):
        return batch.frame.select(row=pl.int_range(pl.len()), key=pl.col("text").str.len_chars().cast(pl.Int64))
    def reduce(rows):
        die("reduce")
        return rows.select("doc", alike=pl.len().over("key").cast(pl.Int64))
    signals = {"chars": Signal(pl.Int64, "characters"), "alike": Signal(pl.Int64, "documents of that length")}
    return Check(signals, measure=measure, corpus={"lengths": Groups(keys, reduce)})
'''


@pytest.mark.slow
@pytest.mark.parametrize("where", ["measure", "reduce"])
def test_a_worker_that_is_killed_costs_nothing(tmp_path: Path, where: str) -> None:
    corpus(tmp_path)
    (tmp_path / "once.py").write_text(ONCE)
    flag = tmp_path / "flag"
    found = {}
    for name in ("undisturbed", "killed"):
        args = command(tmp_path, name, workers=2)
        options = f'[checks]\nfiles = ["once.py"]\n[checks.once]\nflag = "{flag}"\nwhere = "{where}"\n'
        (tmp_path / "c.toml").write_text(options)
        args[args.index("copies,frame_lines,shouting")] = "once"
        flag.touch() if name == "undisturbed" else flag.unlink()
        assert run(args) == 0
        found[name] = outputs(tmp_path, name)
    assert flag.exists()
    assert found["killed"] == found["undisturbed"]


@pytest.mark.slow
def test_a_driver_that_is_killed_while_its_workers_run(tmp_path: Path) -> None:
    corpus(tmp_path, count=600)
    assert run(command(tmp_path, "undisturbed", workers=2)) == 0
    watched = replace(RUN, run=f"{WATCH}\n{RUN.run}")
    watched.at("corpusqa.scan.store:store", 0, *command(tmp_path, "killed", workers=2))
    assert not list((tmp_path / "w-killed").glob("scan-*/measure/manifest.json"))
    assert run(command(tmp_path, "killed", workers=2)) == 0
    assert outputs(tmp_path, "killed") == outputs(tmp_path, "undisturbed")


WATCH = """
import pathlib, threading, time
def watch():
    work = pathlib.Path(sys.argv[sys.argv.index("--work") + 1])
    while len(list(work.glob("scan-*/measure/finished-*"))) < 3:
        time.sleep(0.001)
    os.kill(os.getpid(), signal.SIGKILL)
threading.Thread(target=watch, daemon=True).start()
"""
