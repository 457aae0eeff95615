"""A release of which nothing changed is left alone, whatever its gate compares with and however its source is named."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import pytest

from tests.command import TEXT, Run

# Metrics, and a slice that the base has and the source has no more: those it compares and those that have vanished.
GATE = """[checks]
select = ["pii", "text"]
[gate]
min_documents = 1
base = "{base}"
[gate.limits]
"pii.email.count" = {{ max_increase = {more} }}
"documents.count" = {{ error_below = 1, by = ["source"] }}
"""
OWN_CHECK = """
import polars as pl
from corpusqa.check import Check, Measured, Signal

def shout() -> Check:
    "Counts exclamation marks."
    def measure(batch):
        return Measured(batch.frame.select(marks=pl.col("text").str.count_matches("!").cast(pl.Int64)))
    return Check({"marks": Signal(pl.Int64, "exclamation marks")}, measure=measure)
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def rows(count: int, source: str = "a") -> list[dict[str, str]]:
    """Every second document has an address."""
    mail = ("Write to petra.holloway@boats-and-more.de today.", "")
    return [{"id": f"d{n}", "text": f"{TEXT * 3}{n} {mail[n % 2]}", "source": source} for n in range(count)]


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """What is in a folder and when it was written."""
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != ".lock")
    return {str(file.relative_to(folder)): (file.read_bytes(), file.stat().st_mtime_ns) for file in files}


@pytest.mark.parametrize(
    ("base", "target", "more"),  # 0 breaks until the base is what was written
    [("out", ("-o", "out"), 50), ("out/corpusqa/report.json", ("-o", "out"), 0), ("out@latest", ("--store", "out"), 0)],
)
def test_a_base_that_is_the_release_itself_makes_none_anew(
    run: Run, base: str, target: tuple[str, str], more: int
) -> None:
    run.jsonl("c.jsonl", *rows(6), *rows(2, "gone")[:1])
    assert run("clean", "c.jsonl", *target, "-q").returncode == 0
    run.write("corpusqa.toml", GATE.format(base=base, more=more))
    run.jsonl("c.jsonl", *rows(9))
    replace = ("--replace",) if "-o" in target else ()
    assert run("clean", "c.jsonl", *target, *replace, "-q").returncode == 0
    before = tree(run.folder / "out")
    again = run("clean", "c.jsonl", *target, "-q")
    assert (again.returncode, "was there already" in again.stdout) == (0, True), again.stderr
    assert tree(run.folder / "out") == before


def test_another_limit_or_another_base_is_another_release(run: Run) -> None:
    run.jsonl("c.jsonl", *rows(6))
    run.jsonl("b.jsonl", *rows(4))
    run.jsonl("b2.jsonl", *rows(4))
    made = []
    for base, more in (("b.jsonl", 50), ("b.jsonl", 50), ("b.jsonl", 51), ("b2.jsonl", 51)):
        run.write("corpusqa.toml", GATE.format(base=base, more=more))
        assert run("clean", "c.jsonl", "--store", "out", "-q").returncode == 0
        made.append(len(list((run.folder / "out/versions").glob("[!.]*"))))
    assert made == [1, 1, 2, 3]


def project(folder: Path) -> Run:
    folder.mkdir(parents=True)
    run = Run(folder)
    run.write("my.py", OWN_CHECK)
    run.write("corpusqa.toml", '[checks]\nselect = ["shout", "text"]\nfiles = ["my.py"]\n')
    run.jsonl("c.jsonl", *rows(4))
    return run


def test_a_project_elsewhere_makes_the_same_release_and_publishes_no_path(tmp_path: Path) -> None:
    here, there = project(tmp_path / "here"), project(tmp_path / "there/below")
    assert here("clean", "c.jsonl", "-o", "out", "-q").returncode == 0
    made = {name: content for name, (content, _) in tree(here.folder / "out").items()}
    assert not [name for name, content in made.items() if str(tmp_path).encode() in content]
    assert b"my.py" in made["corpusqa/manifest.json"]
    assert there("clean", "c.jsonl", "-o", "out", "-q").returncode == 0
    assert {name: content for name, (content, _) in tree(there.folder / "out").items()} == made
    copytree(here.folder / "out", there.folder / "copy")
    assert "was there already" in there("clean", "c.jsonl", "-o", "copy", "-q").stdout


def test_a_source_of_many_names_is_one_release(run: Run) -> None:
    (run.folder / "src").mkdir()
    run.jsonl("src/c.jsonl", *rows(4))
    (run.folder / "ln").symlink_to("src")
    assert run("clean", "src", "--store", "out", "-q").returncode == 0
    for name in ("ln", "src/../src/"):
        again = run("clean", name, "--store", "out", "-q")
        assert (again.returncode, "was there already" in again.stdout) == (0, True), name


@pytest.mark.parametrize("name", [".", "below/.."])
def test_the_working_folder_has_the_name_that_it_has_from_outside(tmp_path: Path, name: str) -> None:
    (tmp_path / "src/below").mkdir(parents=True)
    run = Run(tmp_path / "src")
    run.jsonl("c.jsonl", *rows(4))
    assert run("clean", name, "-o", "../out", "-q", "--work", "../w").returncode == 0
    assert json.loads((tmp_path / "out/corpusqa/manifest.json").read_text())["input"]["name"] == "src"
    assert "\n# src\n" in (tmp_path / "out/README.md").read_text()
