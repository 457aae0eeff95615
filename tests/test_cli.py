"""The command line as people meet it: what it prints, which code it returns, what it leaves behind."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corpusqa.cli import main
from tests.command import TEXT, Run
from tests.files import SEEDS


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def ledger(run: Run) -> dict[str, int]:
    said = run.report()["ledger"]
    numbers = {name: said[name] for name in ("read", "kept", "edited", "dropped", "unreadable")}
    assert numbers["read"] == sum(numbers[name] for name in ("kept", "edited", "dropped", "unreadable"))
    return numbers


# What is wrong -> exit code and words of the message. Every message says what, where and what to do.
USAGE = {
    "missing path": (["report", "absent/"], 2, ["absent", "no such"]),
    "unknown command": (["repotr", "x"], 2, ["No such command"]),
    "unknown option": (["report", "data.jsonl", "--fast"], 2, ["--fast"]),
    "unknown check": (["report", "data.jsonl", "--select", "langage"], 2, ["langage", "did you mean language"]),
    "missing config": (["report", "data.jsonl", "--config", "absent.toml"], 2, ["absent.toml"]),
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage_is_said_and_leaves_nothing(case: str, run: Run) -> None:
    args, code, words = USAGE[case]
    run.jsonl("data.jsonl", {"text": TEXT})
    done = run(*args)

    assert done.returncode == code
    assert [word for word in words if word.lower() not in done.stderr.lower()] == []
    assert not (run.folder / "corpusqa-report").exists()


CONFIGS = {
    "unknown table": ("[chekcs]\nselect = ['pii']\n", ["corpusqa.toml:1", "checks"]),
    "unknown key": ("[checks]\nselct = ['pii']\n", ["corpusqa.toml:2", "select"]),
    "unknown option": ("[checks.pii]\nreservd = true\n", ["pii", "reserved"]),
    "wrong type": ("[report]\nby = 3\n", ["corpusqa.toml:2", "by"]),
    "not toml": ("[checks\n", ["corpusqa.toml"]),
    "rule with an unknown name": (
        "[clean]\ndrop = ['boilerplate.ration > 0.5']\n",
        ["boilerplate.ration", "boilerplate.ratio"],
    ),
    "rule with a call": ("[clean]\ndrop = ['max(boilerplate.ratio) > 0.5']\n", ["max"]),
    "rule that is no condition": ("[clean]\ndrop = ['boilerplate.ratio']\n", ["boilerplate.ratio"]),
    "unknown label": ("[clean]\ncut = ['cookie_text.notise']\n", ["cookie_text.notise", "cookie_text.notice"]),
    "unknown metric": ("[gate.limits]\n'pii.email.per_mp' = { error = 1 }\n", ["pii.email.per_mp"]),
}


@pytest.mark.parametrize("command", ["report", "gate"])
@pytest.mark.parametrize("case", CONFIGS)
def test_a_wrong_configuration_is_said_before_anything_runs(case: str, command: str, run: Run) -> None:
    text, words = CONFIGS[case]
    run.jsonl("data.jsonl", {"text": TEXT})
    run.write("corpusqa.toml", text)
    done = run(command, "data.jsonl")

    assert done.returncode == 2, done.stderr + done.stdout
    assert [word for word in words if word not in done.stderr] == [], done.stderr
    assert not (run.folder / "corpusqa-report").exists()


def test_no_text_column_lists_the_columns_and_suggests_one(run: Run) -> None:
    run.jsonl("data.jsonl", {"id": "1", "txt": TEXT, "score": 3})
    done = run("report", "data.jsonl")

    assert done.returncode == 2
    assert "txt" in done.stderr
    assert "score" in done.stderr


@pytest.mark.parametrize("command", ["report", "gate"])
@pytest.mark.parametrize("case", ["empty folder", "empty file", "all unreadable", "pointer file"])
def test_nothing_to_evaluate_is_three(case: str, command: str, run: Run) -> None:
    (run.folder / "data").mkdir()
    if case == "empty file":
        run.write("data/a.jsonl", "")
    elif case == "all unreadable":
        run.write("data/a.jsonl", '{"text": "broken\n{"text": null}\n')
    elif case == "pointer file":
        run.write(
            "data/a.parquet", "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"
        )
    done = run(command, "data")

    assert done.returncode == 3, done.stderr + done.stdout
    assert "error" in done.stderr


def test_broken_rows_are_counted_with_file_line_and_reason(run: Run) -> None:
    good = json.dumps({"id": "a", "text": TEXT}).encode()
    lines = [
        good,
        b'{"id": "b", "text": "cut of',
        b'{"id": "c", "text": null}',
        b'{"id": "d", "text": "\\ud800"}',
        b'{"text": "\xff"}',
        b"",
        good,
    ]
    run.write("data.jsonl", b"\n".join(lines) + b"\n")
    done = run("report", "data.jsonl")
    numbers = ledger(run)

    assert done.returncode == 0, done.stderr
    assert numbers["read"] == 6
    assert numbers["unreadable"] == 4
    places = [(row["file"], row["line"]) for row in run.report()["unreadable"]["rows"]]
    assert places == [("data.jsonl", 2), ("data.jsonl", 3), ("data.jsonl", 4), ("data.jsonl", 5)]
    assert "cut of" not in (run.folder / "corpusqa-report/report.json").read_text()


def test_a_truncated_gzip_loses_only_its_tail(run: Run) -> None:
    rows = b"".join(
        json.dumps({"id": str(n), "text": f"{n} {TEXT}" + os.urandom(30).hex()}).encode() + b"\n" for n in range(400)
    )
    run.write("data.jsonl.gz", gzip.compress(rows)[:-2000])
    done = run("report", "data.jsonl.gz", "--select", "text")
    numbers = ledger(run)

    assert done.returncode == 0, done.stderr
    assert numbers["unreadable"] == 1
    assert numbers["read"] > 300


def test_duplicate_ids_are_one_finding_and_stay_in_the_data(run: Run) -> None:
    run.jsonl(
        "data.jsonl", *({"id": "same", "text": f"{n} {TEXT}"} for n in range(3)), {"id": "other", "text": TEXT * 2}
    )
    run("report", "data.jsonl", "--select", "text")
    found = [row for row in run.report()["findings"] if row["name"] == "corpusqa.duplicate_id"]

    assert len(found) == 1
    assert ledger(run)["read"] == 4


def test_an_unreadable_file_and_a_symlink_loop_cost_nothing_else(run: Run) -> None:
    run.write("data/a/one.txt", TEXT)
    run.write("data/a/bad.txt", b"\xff\xfe\x00 not utf-8")
    (run.folder / "data/a/loop").symlink_to(run.folder / "data")
    (run.folder / "data/a/gone.txt").symlink_to(run.folder / "nowhere")
    done = run("report", "data", "--select", "text")

    assert done.returncode == 0, done.stderr
    assert ledger(run) == {"read": 3, "kept": 1, "edited": 0, "dropped": 0, "unreadable": 2}


def test_parquet_files_with_different_schemas(run: Run) -> None:
    (run.folder / "data").mkdir()
    pl.DataFrame({"text": [TEXT], "n": [1]}).write_parquet(run.folder / "data/a.parquet")
    pl.DataFrame({"text": [f"second {TEXT}"], "n": ["x"]}).write_parquet(run.folder / "data/b.parquet")
    done = run("report", "data", "--select", "text")

    assert done.returncode == 0, done.stderr
    assert ledger(run)["read"] == 2


def test_the_gate_fails_with_one_on_a_broken_limit(run: Run) -> None:
    run.jsonl("data.jsonl", {"text": TEXT})
    run.write("corpusqa.toml", "[gate.limits]\n'documents.count' = { error_below = 2 }\n")
    done = run("gate", "data.jsonl", "--select", "text")

    assert done.returncode == 1
    assert "documents.count" in done.stdout


def test_the_gate_passes_a_clean_corpus_with_the_built_in_limits(run: Run) -> None:
    run.jsonl("data.jsonl", {"text": TEXT})
    done = run("gate", "data.jsonl")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "ledger.unreadable.share" in done.stdout


def test_findings_never_change_the_code_of_a_report(run: Run) -> None:
    run.write("corpusqa.toml", "[checks.pii]\nreserved = true\n")
    run.jsonl("data.jsonl", {"text": "Card: 4111 1111 1111 1111, mail: someone@example.org"})

    assert run("report", "data.jsonl").returncode == 0
    assert run("gate", "data.jsonl").returncode in (0, 1)


def test_the_report_is_the_same_twice_and_the_second_run_scans_nothing(run: Run) -> None:
    run("report", str(SEEDS), "--workers", "1")
    first = (run.folder / "corpusqa-report/report.json").read_bytes()
    run("report", str(SEEDS), "--workers", "2", "--work", "other")

    assert (run.folder / "corpusqa-report/report.json").read_bytes() == first


def test_an_existing_target_is_not_overwritten(run: Run) -> None:
    run.jsonl("data.jsonl", {"id": "a", "text": TEXT})
    run.write("out/precious.txt", "keep me")
    done = run("clean", "data.jsonl", "-o", "out", "--select", "text")

    assert done.returncode == 2
    assert (run.folder / "out/precious.txt").read_text() == "keep me"
    assert sorted(path.name for path in (run.folder / "out").iterdir()) == ["precious.txt"]


def test_an_output_that_cannot_be_written_is_said(run: Run) -> None:
    run.jsonl("data.jsonl", {"text": TEXT})
    run.write("taken", "a file")
    done = run("report", "data.jsonl", "--select", "text", "-o", "taken")

    assert done.returncode == 2
    assert "taken" in done.stderr


def test_checks_are_listed_and_shown(run: Run) -> None:
    listed, shown = run("checks", "list"), run("checks", "show", "pii")

    assert [line.split()[0] for line in listed.stdout.splitlines()] == sorted(
        line.split()[0] for line in listed.stdout.splitlines()
    )
    assert "pii.email" in shown.stdout
    assert "reserved" in shown.stdout


def test_an_error_that_nobody_foresaw_is_no_failed_gate(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def broken(_args: Any) -> int:
        raise KeyError("the text of a document")

    monkeypatch.setattr("corpusqa.cli.run", broken)
    with pytest.raises(SystemExit) as stopped:
        main(["gate", "corpus"])

    said = capsys.readouterr().err
    assert stopped.value.code == 3
    assert "error: KeyError: a fault of corpusqa or of a check" in said
    assert "test_cli.py" in said and "the text" not in said


@pytest.mark.parametrize("out", ["corpus", ".", "corpus/../corpus/"])
def test_a_release_never_takes_the_place_of_its_source(out: str, run: Run) -> None:
    source = run.write("corpus/a.txt", TEXT)

    done = run("clean", "corpus", "-o", out, "--replace")

    assert (done.returncode, source.read_text()) == (2, TEXT)
    assert "is or holds the source itself; choose another -o" in done.stderr
