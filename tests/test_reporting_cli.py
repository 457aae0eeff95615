"""Formats on the command line: where they go, what a runner is told, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.command import Done, in_a_process
from tests.files import ROOT, SEEDS, jsonl, seed_labels
from tests.reporting_corpus import CONFIG, PLAIN


class Folder:
    """A repository with a corpus in `data`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / ".git").mkdir()
        (path / "data").mkdir()
        jsonl(path / "data/corpus.jsonl", PLAIN)
        (path / "corpusqa.toml").write_text(CONFIG.format(checks=ROOT / "tests" / "reporting_checks.py"))

    def __call__(self, *args: str, **environment: str) -> Done:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        return in_a_process(self.path, *args, env=clean | environment)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("repository"))


def test_every_format_goes_to_its_file_and_one_to_stdout(folder):
    done = folder(
        "gate", "data", "--format", "markdown",
        "--format", "sarif:out.sarif", "--format", "junit:out.xml", "--format", "html:out.html",
    )  # fmt: skip

    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("## ❌ corpusqa: failed")
    sarif = json.loads((folder.path / "out.sarif").read_text())
    files = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in sarif["runs"][0]["results"]
    }
    assert files == {"data/corpus.jsonl", "corpusqa.toml"}
    assert (folder.path / "out.xml").read_text().startswith("<?xml")
    assert (folder.path / "out.html").read_text().startswith("<!DOCTYPE html>")


def test_on_github_annotations_and_a_summary_come_by_themselves(folder):
    summary = folder.path / "summary.md"
    done = folder("gate", "data", "-q", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))

    commands = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert any(line.startswith("::error file=data/corpus.jsonl,line=3,title=contacts.key::") for line in commands)
    assert summary.read_text().startswith("## ❌ corpusqa")
    assert "GitHub Actions" in done.stderr


def test_elsewhere_and_with_a_format_they_do_not(folder):
    assert "::" not in folder("gate", "data", "-q").stdout
    assert "::" not in folder("gate", "data", "-q", "--format", "terminal", GITHUB_ACTIONS="true").stdout


def test_a_report_is_drawn_again_without_the_corpus(folder):
    first = folder("report", "data", "-o", "out", "-q")
    again = folder("report", "--from", "out", "--format", "html")

    assert (first.returncode, again.returncode) == (0, 0), again.stderr
    assert again.stdout == (folder.path / "out/report.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["gate", "data", "--format", "markdwon"], 2, "did you mean markdown?"),
        (["gate", "data", "--format", "json", "--format", "html"], 2, "cannot both go to stdout"),
        (["gate", "data", "--format", "json:no/such/folder/x.json"], 2, "x.json: cannot be written"),
        (["report", "--from", "nowhere.json"], 2, "nowhere.json: cannot be read"),
        (["report", "--from", "cut.json"], 3, "may be truncated"),
        (["report", "--from", "newer.json"], 3, "schema 99"),
    ],
)
def test_what_cannot_be_done_is_said(folder, arguments, code, said):
    (folder.path / "cut.json").write_text('{"schema": 1, "corpus": {')
    (folder.path / "newer.json").write_text('{"schema": 99}')
    done = folder(*arguments)

    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_trouble(folder):
    done = subprocess.run(
        f"{sys.executable} -m corpusqa gate data -q --format html | head -c 10",
        cwd=folder.path, shell=True, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.stdout == "<!DOCTYPE "
    assert done.stderr == ""


def test_no_planted_value_of_the_seeds_is_in_anything_that_is_written(tmp_path):
    labels = seed_labels()
    planted = {found["value"] for label in labels for found in label["pii"]}
    formats = [part for name in ("markdown", "github", "sarif", "junit") for part in ("--format", f"{name}:{name}.out")]
    done = in_a_process(tmp_path, "report", SEEDS, "--config", SEEDS / "corpusqa.toml", *formats)
    assert done.returncode == 0, done.stderr
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.out")}
    for path in (tmp_path / "corpusqa-report").iterdir():
        table = path.suffix == ".parquet"
        written[path.name] = str(pl.read_parquet(path).to_dicts()) if table else path.read_text(encoding="utf-8")

    assert len(planted) > 30
    assert len(written) >= 9
    for name, text in {**written, "stdout": done.stdout, "stderr": done.stderr}.items():
        assert not [value for value in planted if value in text], name
