"""Every row of the table of exit codes in docs/cli.md, tried."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import TEXT, Done, Run, in_a_process
from tests.files import ROOT

CHECKS = '''
import polars as pl

from corpusqa.check import Batch, Check, Label, Measured, Signal


def odd(*, version: int = 1) -> Check:
    """Odd words."""

    def measure(batch: Batch) -> Measured:
        if batch.text.str.contains("boom").any():
            raise ValueError("boom")
        found = batch.frame.with_row_index("row").filter(pl.col("text").str.contains("ODD"))
        at = pl.col("text").str.find("ODD").cast(pl.Int64)
        spans = found.select(pl.col("row").cast(pl.Int64), start=at, end=at + 3, label=pl.lit("word"))
        return Measured(pl.DataFrame({"never": pl.Series([None] * batch.height, dtype=pl.Float64)}), spans)

    return Check({"never": Signal(pl.Float64, "never measured")}, {"word": Label("an odd word", "error")}, measure)
'''
HEAD = '[checks]\nfiles = ["odd.py"]\nselect = ["odd", "text"]\n[gate.limits]\n'
HOLDS = '"text.words.mean" = { error = 1000 }\n'
BROKEN = '"text.words.mean" = { error = 1 }\n'
CHANGE = '"text.words.mean" = { max_increase = 1 }\n'
UNKNOWN = '"odd.never.mean" = { error = 1 }\n'


class Case:
    """A corpus of two documents, a check and a configuration, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = Run(folder)
        self.run.write("odd.py", CHECKS)
        self.run.jsonl("data.jsonl", {"id": "a", "text": TEXT}, {"id": "b", "text": f"ODD {TEXT}"})

    def gate(self, limits: str, *more: str, source: str = "data.jsonl", rest: str = "") -> Done:
        self.run.write("corpusqa.toml", HEAD + limits + rest)
        return self.run("gate", source, *more)

    def base(self, change: Callable[[dict], None] | None = None, cut: int | None = None) -> Done:
        """A gate on a change, against an earlier report that was tampered with."""
        self.gate(HOLDS, "-o", "earlier")
        report = json.loads((self.folder / "earlier/report.json").read_text())
        if change is not None:
            change(report)
        self.run.write("report-base.json", json.dumps(report)[:cut])
        return self.gate(CHANGE, "--base", "report-base.json")

    def baseline(self, content: str) -> Done:
        self.run.write("accepted.jsonl", content)
        return self.gate(HOLDS, "--baseline", "accepted.jsonl")

    def shell(self, command: str) -> Done:
        """In a process of its own, whose stdout goes where the command says."""
        self.run.write("corpusqa.toml", HEAD + BROKEN)
        line = command.replace("corpusqa", f"{sys.executable} -m corpusqa")
        done = subprocess.run(["bash", "-c", line], cwd=self.folder, capture_output=True, text=True, check=False)
        return Done(done.returncode, done.stdout, done.stderr)


def _without_metric(report: dict) -> None:
    del report["checks"]["text"]["signals"]["words"]


def _other_version(report: dict) -> None:
    report["checks"]["text"]["version"] = "0.0.1"


def _newer(report: dict) -> None:
    report["schema"] = 99


def _foreseen_by_nobody(case: Case) -> Done:
    line = "import corpusqa.api.account as a, corpusqa.cli as c; a.open_corpus = lambda *x, **y: 1 / 0; c.main()"
    case.run.write("corpusqa.toml", HEAD + HOLDS)
    command = [sys.executable, "-c", line, "gate", "data.jsonl"]
    done = subprocess.run(command, cwd=case.folder, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def _another_key(case: Case) -> Done:
    environment = {**os.environ, "CORPUSQA_BASELINE_KEY": "a key of sixteen bytes"}
    case.run.write("corpusqa.toml", HEAD + HOLDS)
    updated = in_a_process(case.folder, "baseline", "update", "data.jsonl", "-o", "accepted.jsonl", env=environment)
    assert updated.returncode == 0, updated.stderr
    return case.gate(HOLDS, "--baseline", "accepted.jsonl")


def _most_of_a_source(case: Case) -> Done:
    case.run.jsonl("many.jsonl", *({"id": str(n), "text": f"{TEXT} {n}"} for n in range(250)))
    case.run.write("corpusqa.toml", f"{HEAD}{HOLDS}[clean]\ndrop = ['text.words > 1']\n")
    return case.run("clean", "many.jsonl", "-o", "out")


def _clean_twice(case: Case) -> Done:
    case.run.write("corpusqa.toml", HEAD + HOLDS)
    case.run.write("out/mine.txt", "not a release")
    return case.run("clean", "data.jsonl", "-o", "out")


def _different(case: Case) -> Done:
    case.run.write("corpusqa.toml", HEAD + HOLDS)
    case.run.jsonl("other.jsonl", {"id": "a", "text": TEXT})
    return case.run("diff", "data.jsonl", "other.jsonl", "--exit-code")


def _sources(case: Case, name: str, content: str) -> Done:
    """`gate` and `report` say the same of what cannot be evaluated."""
    case.run.write(name, content)
    done = case.gate(HOLDS, source=name)
    assert case.run("report", name).returncode == done.returncode
    return done


def _output_is_a_file(case: Case) -> Done:
    case.gate(HOLDS)
    return case.run("report", "data.jsonl", "-o", "odd.py")


def _from(case: Case, content: str) -> Done:
    case.run.write("report.json", content)
    return case.run("report", "--from", "report.json")


SUPPRESS = '[[suppress]]\ncheck = "odd.word"\nreason = "once"\nexpires = 2020-01-31\n'
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"
CASES: dict[str, Callable[[Case], Done]] = {
    "every limit holds": lambda c: c.gate(HOLDS),
    "findings, but no limit on them": lambda c: (c.gate(HOLDS), c.run("report", "data.jsonl"))[1],
    "only a limit of the level warn is broken": lambda c: c.gate(BROKEN.replace("error", "warn")),
    "the reader of stdout goes away (`| head`)": lambda c: c.shell(
        "set -o pipefail; corpusqa gate data.jsonl --format html | head -c 5"
    ),
    "a limit is broken": lambda c: c.gate(BROKEN),
    "one limit is broken, another could not be evaluated": lambda c: c.gate(BROKEN + UNKNOWN),
    "a check failed on a document": lambda c: (
        c.run.jsonl("data.jsonl", {"id": "a", "text": "boom"}), c.gate(HOLDS)
    )[1],
    "a file ends in the middle": lambda c: (
        c.run.write("cut.jsonl", (c.folder / "data.jsonl").read_text()[:-9]), c.gate(HOLDS, source="cut.jsonl")
    )[1],
    "a suppression has expired": lambda c: c.gate('"odd.word.count" = { error = 0 }\n', rest=SUPPRESS),
    "a rule would drop most of a source": _most_of_a_source,
    "something differs": _different,
    "a path that does not exist": lambda c: c.gate(HOLDS, source="nowhere.jsonl"),
    "no column of text": lambda c: (c.run.jsonl("other.jsonl", {"n": 1}), c.gate(HOLDS, source="other.jsonl"))[1],
    "an unknown key": lambda c: c.gate(HOLDS, rest="[gate]\nlimit = 1\n".replace("[gate]", "[report]\n[gate]")),
    "a rule or limit on what is not measured": lambda c: c.gate('"text.word.mean" = { error = 1 }\n'),
    "two formats on stdout": lambda c: c.gate(HOLDS, "--format", "json", "--format", "html"),
    "an output that cannot be written": _output_is_a_file,
    "a target of `clean` that exists": _clean_twice,
    "no document": lambda c: _sources(c, "empty.jsonl", ""),
    "nothing on standard input": lambda c: c.shell("corpusqa gate - < /dev/null"),
    "only rows that cannot be read": lambda c: _sources(c, "bad.jsonl", '{"text": \n{"text"\n'),
    "a file that only points to data (git LFS)": lambda c: _sources(c, "data.parquet", POINTER),
    "a metric without a value": lambda c: c.gate(UNKNOWN),
    "a base that does not exist": lambda c: c.gate(CHANGE, "--base", "nowhere"),
    "a base that is a truncated report.json": lambda c: c.base(cut=500),
    "a base of a newer schema": lambda c: c.base(_newer),
    "a base without the metric": lambda c: c.base(_without_metric),
    "a base made by another version of the check": lambda c: c.base(_other_version),
    "a baseline that does not exist": lambda c: c.gate(HOLDS, "--baseline", "nowhere.jsonl"),
    "a baseline that is damaged": lambda c: c.baseline("{"),
    "a baseline made with another key": _another_key,
    "a truncated report.json": lambda c: _from(c, '{"schema": 1, "corpus": {'),
    "a report.json of a newer schema": lambda c: _from(c, '{"schema": 99}'),
    "the disk is full": lambda c: c.shell("corpusqa gate data.jsonl > /dev/full"),
    "an error that nobody foresaw": _foreseen_by_nobody,
}  # fmt: skip


def rows() -> list[tuple[str, str, str]]:
    """Situation, code and words of every row of the table."""
    text = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    table = text.partition("| situation |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [re.split(r"(?<!\\) *\| *", line.strip("| ")) for line in table]
    return [(row[0].replace("\\", ""), row[2], row[3] if len(row) > 3 else "") for row in cells]


def test_every_row_has_its_case_and_every_case_its_row() -> None:
    assert [situation for situation, _, _ in rows()] == list(CASES)


@pytest.mark.parametrize(("situation", "code", "words"), rows(), ids=[row[0] for row in rows()])
def test_the_code_and_what_is_said(situation: str, code: str, words: str, tmp_path: Path) -> None:
    done = CASES[situation](Case(tmp_path))

    assert done.returncode == int(code if code.isdigit() else 1), done.stdout + done.stderr
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
