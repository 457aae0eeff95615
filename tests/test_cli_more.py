"""Commands around a scan: trying rules, showing, explaining, starting, comparing, and other people's CI."""

from __future__ import annotations

import csv
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from corpusqa.api import model as api_model
from corpusqa.cli import run
from corpusqa.engines.parts import MANIFEST, SEAL
from tests.command import TEXT, Run
from tests.files import ROOT, SEEDS, jsonl

CONFIG = str(SEEDS / "corpusqa.toml")


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A folder in which the seeds were reported on."""
    run = Run(tmp_path_factory.mktemp("scanned"))
    done = run("report", str(SEEDS), "--config", CONFIG)
    assert done.returncode == 0, done.stderr
    return run


def test_try_answers_from_the_scan(scanned: Run) -> None:
    done = scanned("try", "drop: boilerplate.ratio > 0.3")
    first = done.stdout.splitlines()[0]

    assert done.returncode == 0, done.stderr
    assert re.search(r": \d+ of 60 documents, \d+ of them by this rule alone", first)
    assert "closest that would be dropped:" in done.stdout
    assert "closest that would stay:" in done.stdout


@pytest.mark.parametrize("rule", ["drop: boilerplate.ration > 0.3", "max(text.words) > 3", "boilerplate.ratio"])
def test_try_refuses_what_is_no_rule(rule: str, scanned: Run) -> None:
    assert scanned("try", rule).returncode == 2


def test_show_prints_a_document_with_masked_text(scanned: Run) -> None:
    done = scanned("show", "people/deploy-notes.md")

    assert done.returncode == 0, done.stderr
    assert "verdict: edit" in done.stdout
    assert "pii.private_key" in done.stdout
    assert "AKIA" not in done.stdout


def test_show_of_an_unknown_document_names_near_ones(scanned: Run) -> None:
    done = scanned("show", "people/deploy-note.md")

    assert done.returncode == 2
    assert "people/deploy-notes.md" in done.stderr


def test_the_review_queue_is_read_back_as_decisions(scanned: Run) -> None:
    assert scanned("show", "--near", "boilerplate.ratio=0.3", "-n", "5", "--csv", "review.csv").returncode == 0
    lines = (scanned.folder / "review.csv").read_text().splitlines()
    assert lines[0] == "id,digest,decision,reason,value"
    assert all(line.split(",")[2] == "" for line in lines[1:])  # nothing is decided before someone has looked
    dropped = lines[1].split(",")[0]
    lines[1] = f"{dropped},,drop,looked at,"
    (scanned.folder / "review.csv").write_text("\n".join(lines) + "\n")
    (scanned.folder / "with.toml").write_text("[clean]\ndecisions = ['review.csv']\n")
    done = scanned("clean", str(SEEDS), "--config", "with.toml", "--verdicts-only", "verdicts.parquet")

    assert done.returncode == 0, done.stderr
    import polars as pl

    verdict = pl.read_parquet(scanned.folder / "verdicts.parquet").filter(id=dropped).row(0, named=True)
    assert verdict["verdict"] == "drop"
    assert "decision" in verdict["reason"]


@pytest.mark.parametrize("place", ["data.jsonl", "folder/verdicts.parquet", "folder"])
def test_a_table_of_verdicts_never_takes_the_place_of_the_source(tmp_path: Path, place: str) -> None:
    run = Run(tmp_path)
    run.jsonl("data.jsonl", {"id": "a", "text": TEXT})
    (tmp_path / "folder").mkdir()
    run.jsonl("folder/data.jsonl", {"id": "a", "text": TEXT})
    source = "folder" if place.startswith("folder/") else "data.jsonl"
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")}
    done = run("clean", source, "--verdicts-only", place, "--select", "text")
    assert done.returncode == 2
    assert place in done.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")} == before


@pytest.mark.parametrize(("asked", "text"), [("row:1", "second"), ("row:0", "first"), ("row:1~", "first")])
def test_show_takes_the_number_of_a_row_for_nothing_else(alike: Run, asked: str, text: str) -> None:
    done = alike("show", asked)
    assert done.returncode == 0, done.stderr
    assert text in done.stdout.rpartition("Text\n")[2]


@pytest.mark.parametrize("asked", ["row:²", "row:2", "row:" + "9" * 5000])
def test_show_says_that_no_row_has_a_number(alike: Run, asked: str) -> None:
    done = alike("show", asked)
    assert done.returncode == 2
    assert "has no document" in done.stderr


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A report on a document with a private id, and one whose id is like what the former is shown as."""
    run = Run(tmp_path_factory.mktemp("alike"))
    run.jsonl(
        "data.jsonl", {"id": "row:1", "text": f"first {TEXT}"}, {"id": "a.b@example.com", "text": f"second {TEXT}"}
    )
    run.write("corpusqa.toml", '[checks]\nselect = ["pii", "text"]\n[checks.pii]\nreserved = true\n')
    assert run("report", "data.jsonl").returncode == 0
    return run


def test_hostile_ids_neither_steer_a_terminal_nor_run_in_a_spreadsheet(tmp_path: Path) -> None:
    run = Run(tmp_path)
    ids = ["=cmd|' /C calc'!A0", "\x1b[2Jred", "::error::forged", "mail.as.id@example.com", "plain"]
    run.jsonl("data.jsonl", *({"id": name, "source": "\x1b[31m", "text": f"{TEXT} {n}"} for n, name in enumerate(ids)))
    run.write("corpusqa.toml", '[checks]\nselect = ["pii", "text"]\n[checks.pii]\nreserved = true\n')
    assert run("report", "data.jsonl").returncode == 0
    assert run("show", "--near", "text.words=20", "--csv", "review.csv").returncode == 0
    rows = list(csv.DictReader((tmp_path / "review.csv").read_text(encoding="utf-8").splitlines()))
    said = [
        run("try", "text.words > 2"), run("show", "--near", "text.words=20"), run("show", "row:0"),
        run("show", "row:1"), run("show", "plaim"),
    ]  # fmt: skip

    assert [row["id"] for row in rows if row["id"]] == ["::error::forged", "plain"]
    assert all(len(row["digest"]) == 32 for row in rows if not row["id"])
    for done in said:
        assert "\x1b" not in done.stdout + done.stderr
        assert "::error::" not in done.stdout + done.stderr
        assert "mail.as.id" not in done.stdout + done.stderr
    for row in rows:
        row["decision"] = "drop"
    (tmp_path / "review.csv").write_text(
        "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]) + "\n", encoding="utf-8"
    )
    (tmp_path / "corpusqa.toml").write_text(
        '[checks]\nselect = ["pii", "text"]\n[clean]\npolicy = "none"\nalarm_share = 1.0\ndecisions = "review.csv"\n'
    )
    assert "5 dropped" in run("clean", "data.jsonl", "--dry-run").stdout


@pytest.mark.parametrize("name", ["pii", "pii.phone", "boilerplate.ratio", "duplication.near", "pii.phone.per_mb"])
def test_explain_says_what_it_is(name: str, scanned: Run) -> None:
    done = scanned("explain", name)

    assert done.returncode == 0, done.stderr
    for part in ("What it is", "Why it matters", "Example", "False alarms", "How to act", "Options"):
        assert f"\n{part}" in done.stdout, part


def test_explain_picks_what_is_said_of_the_label_and_how_to_accept_it(scanned: Run) -> None:
    said = scanned("explain", "pii.phone").stdout

    assert "phonenumbers calls valid" in said
    assert "issuer range" not in said  # that is of cards
    assert '  "pii.phone.per_mb" = { error' in said
    assert '  [[suppress]]\n  check = "pii.phone"' in said
    assert "[[suppress]]" not in scanned("explain", "boilerplate.nav").stdout  # counted, never a finding


def test_every_built_in_check_says_why_it_matters_and_what_to_do() -> None:
    from corpusqa.plugins import find, load
    from corpusqa.reporting.docs import read_doc

    for name, found in find(()).items():
        doc = read_doc(inspect.getdoc(load(found).function) or "")
        assert all((doc.about, doc.what, doc.why, doc.act, doc.example, doc.errs)), name


def test_explain_of_an_unknown_name_names_near_ones(scanned: Run) -> None:
    done = scanned("explain", "pii.fone")

    assert done.returncode == 2
    assert "phone" in done.stderr


def test_commands_on_a_scan_say_when_there_is_none(tmp_path: Path) -> None:
    run = Run(tmp_path)
    for args in (["try", "text.words > 3"], ["show", "x"]):
        done = run(*args)

        assert done.returncode == 2
        assert "corpusqa report" in done.stderr


def test_a_scan_of_another_version_is_said_and_no_fault(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.jsonl("data.jsonl", {"id": "a", "text": TEXT})
    assert run("report", "data.jsonl", "--select", "text").returncode == 0
    scan = tmp_path / ".corpusqa" / json.loads((tmp_path / ".corpusqa/last.json").read_text())["scan"] / "scan"
    said = json.loads((scan / MANIFEST).read_text())
    said["parts"] = [part for part in said["parts"] if part["table"] != "edges"]  # as if it had not been invented yet
    del said[SEAL]
    seal = sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    (scan / MANIFEST).write_text(json.dumps({**said, SEAL: seal}))
    done = run("try", "text.words > 3")

    assert done.returncode == 2
    assert "another version of corpusqa" in done.stderr


def test_try_says_what_could_not_be_judged_and_refuses_an_unknown_slice(scanned: Run) -> None:
    done = scanned("try", "boilerplate.ratio > 0.3", "--by", "language.label")

    assert "no value on " in done.stdout
    assert "language.label " in done.stdout
    assert "did you mean source" in scanned("try", "text.words > 3", "--by", "sourc").stderr


def test_init_is_green_on_the_same_day_and_red_on_a_worse_one(tmp_path: Path) -> None:
    run = Run(tmp_path)
    shutil.copytree(SEEDS / "people", tmp_path / "data/people")
    shutil.copytree(SEEDS / "tricky", tmp_path / "data/tricky")
    assert run("init", "data", "--ci", "github").returncode == 0
    assert tomllib.loads((tmp_path / "corpusqa.toml").read_text())["gate"]["limits"]
    assert yaml.safe_load((tmp_path / ".github/workflows/corpus.yml").read_text())["jobs"]["gate"]
    assert run("config", "validate").returncode == 0
    assert run("gate", "data").returncode == 0

    shutil.rmtree(tmp_path / "data/tricky")
    assert run("gate", "data").returncode == 1
    assert run("init", "data").returncode == 2


def test_limits_of_init_let_chance_pass_and_catch_what_is_worse(tmp_path: Path) -> None:
    run = Run(tmp_path)
    rows = [{"id": str(n), "text": f"{TEXT} {n} {TEXT[:n]}"} for n in range(40)]
    run.jsonl("data.jsonl", *rows)
    assert run("init", "data.jsonl", "--select", "duplication,pii,text").returncode == 0
    limits = tomllib.loads((tmp_path / "corpusqa.toml").read_text())["gate"]["limits"]

    assert limits["pii.secret.count"] == {"error": 0}
    assert set(limits["pii.email.per_mb"]) == {"error"}  # by rate: one address more in a growing corpus is no news
    assert limits["duplication.exact.share"]["error"] == pytest.approx(3 / 40)
    assert run("gate", "data.jsonl", "--select", "duplication,pii,text").returncode == 0
    run.jsonl("data.jsonl", *rows, {**rows[0], "id": "again"})  # one copy may be chance
    assert run("gate", "data.jsonl", "--select", "duplication,pii,text").returncode == 0
    run.jsonl("data.jsonl", *rows, *({**row, "id": f"again {row['id']}"} for row in rows))
    assert run("gate", "data.jsonl", "--select", "duplication,pii,text").returncode == 1


def test_what_config_show_prints_is_the_same_configuration(tmp_path: Path) -> None:
    from corpusqa.config import load_config

    run = Run(tmp_path)
    first = run.write(
        "corpusqa.toml",
        '[input]\ntext = ["title", "body"]\n[checks]\nselect = ["pii", "text"]\n'
        '[checks.pii]\nallow = ["*@example.org"]\n'
        "[clean]\npolicy = \"none\"\ndrop = [\"text.words < 3 AND source = 'it''s'\"]\ncut = []\n"
        '[clean.mask_with]\n"pii.email" = "mask"\n[gate.limits]\n"pii.email.per_mb" = { error = 5, by = "source" }\n'
        '[[suppress]]\ncheck = "pii.phone"\nreason = "offices"\nexpires = 2027-03-31\n',
    )
    shown = run("config", "show").stdout
    second = run.write("second.toml", shown)

    assert load_config(second, tmp_path) == replace(load_config(first, tmp_path), path=second.resolve())
    origins = run("config", "show", "--origin").stdout
    assert '"pii.email.per_mb" = { error = 5, by = ["source"] }  # corpusqa.toml:14' in origins
    assert "min_documents = 200  # default" in origins
    assert "cut = []  # corpusqa.toml:10" in origins


def test_a_report_is_redrawn_byte_for_byte(scanned: Run) -> None:
    report = scanned.folder / "corpusqa-report/report.json"
    done = scanned("report", "--from", str(report), "--format", "json", "--format", "html:again.html")

    assert done.stdout == report.read_text(encoding="utf-8")
    assert (scanned.folder / "again.html").read_bytes() == report.with_name("report.html").read_bytes()


def test_two_formats_on_stdout_are_refused(scanned: Run) -> None:
    done = scanned("report", str(SEEDS), "--format", "json", "--format", "markdown")

    assert done.returncode == 2
    assert "stdout" in done.stderr


@pytest.mark.parametrize(
    ("content", "words"), [('{"schema": 99}', "schema 99"), ('{"schema": 1', "truncated"), ("[]", "schema")]
)
def test_a_report_that_cannot_be_read_is_three(content: str, words: str, tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.write("report.json", content)
    done = run("report", "--from", "report.json")

    assert done.returncode == 3
    assert words in done.stderr


def test_the_baseline_accepts_what_is_there_and_the_base_has_to_exist(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.write("corpusqa.toml", "[checks.pii]\nreserved = true\n")
    run.jsonl("data.jsonl", {"id": "a", "text": "key AKIAIOSFODNN7EXAMPLE " + TEXT})
    assert run("gate", "data.jsonl").returncode == 1
    assert run("baseline", "update", "data.jsonl").returncode == 0
    assert "AKIA" not in (tmp_path / "corpusqa-baseline.jsonl").read_text()
    assert run("gate", "data.jsonl", "--baseline", "corpusqa-baseline.jsonl").returncode == 0
    assert run("gate", "data.jsonl", "--base", "absent.json").returncode == 3
    assert run("gate", "data.jsonl", "--baseline", "absent.jsonl").returncode in (2, 3)


def test_a_gate_alone_reads_no_document_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a report shows in words is read only where it is drawn, and the gate says the same either way."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    real, seen = api_model.evidence, []
    monkeypatch.setattr(api_model, "evidence", lambda *given: seen.append(1) or real(*given))
    jsonl(tmp_path / "c.jsonl", [{"id": "a", "text": TEXT}])
    command = ["gate", str(tmp_path / "c.jsonl"), "--select", "text", "--work", str(tmp_path / "w"), "-q"]
    run([*command])
    alone = capsys.readouterr().out
    assert not seen
    run([*command, "-o", str(tmp_path / "out")])
    assert capsys.readouterr().out == alone
    assert len(seen) == 1


def test_releases_are_compared_and_their_cards_checked(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.jsonl("one.jsonl", *({"id": str(n), "text": f"{n} {TEXT}"} for n in range(5)))
    run.jsonl("two.jsonl", *({"id": str(n), "text": f"{n} {TEXT}"} for n in range(1, 7)))
    for name in ("one", "two"):
        done = run("clean", f"{name}.jsonl", "--store", "releases", "--select", "text,pii")
        assert done.returncode == 0, done.stderr
    done = run("diff", "releases@v1.0.0", "releases@latest", "--format", "json", "--exit-code")
    said = json.loads(done.stdout)

    assert done.returncode == 1
    assert (said["documents"]["added"], said["documents"]["removed"]) == (2, 1)
    assert run("diff", "releases@latest", "releases@latest", "--exit-code").returncode == 0
    assert run("clean", "two.jsonl", "-o", "out", "--select", "text").returncode == 0
    assert run("card", "out", "--check").returncode == 0
    (tmp_path / "out/README.md").write_text("---\nlanguage: no\n---\n# mine\n")
    assert run("card", "out", "--check").returncode == 1


def command_lines(kind: str) -> str:
    """What a runner of GitHub, or pre-commit, gives to a shell."""
    if kind == "hook":
        [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
        assert (hook["pass_filenames"], hook["language"]) == (False, "python")
        return f"{hook['entry']} data --config corpus.toml"
    [step] = [s for s in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"] if s.get("id") == "gate"]
    assert set(step["env"]) == set(re.findall(r"CORPUSQA_\w+", step["run"]))
    return step["run"]


@pytest.mark.parametrize("kind", ["action", "hook"])
@pytest.mark.parametrize(("change", "code"), [("none", 0), ("worse", 1), ("broken", 3)])
def test_the_command_lines_of_action_and_hook_on_the_seeds(kind: str, change: str, code: int, tmp_path: Path) -> None:
    shutil.copytree(SEEDS, tmp_path / "data")
    config = '[checks]\nselect = ["pii", "dates", "text"]\n' + (SEEDS / "corpusqa.toml").read_text()
    (tmp_path / "corpus.toml").write_text(config)
    if change == "worse":
        (tmp_path / "data/people/leak.txt").write_text((SEEDS / "people/deploy-notes.md").read_text())
    elif change == "broken":
        shutil.rmtree(tmp_path / "data")
        (tmp_path / "data").mkdir()
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "GITHUB_OUTPUT": str(tmp_path / "output"),
        "CORPUSQA_SOURCE": "data", "CORPUSQA_CONFIG": "corpus.toml", "CORPUSQA_BASE": "", "CORPUSQA_BASELINE": "",
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-e", "-c", command_lines(kind)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == code, done.stdout + done.stderr
    if kind == "action":
        assert (tmp_path / "output").read_text() == f"code={code}\n"
        assert (tmp_path / "corpusqa-report/report.html").is_file() == (code != 3)


def test_rules_may_name_any_column_of_the_source(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.jsonl(
        "data.jsonl",
        *({"id": str(n), "text": f"{n} {TEXT}", "row": n, "doc": n, "unit": n, "odd name": n} for n in range(9)),
    )
    rules = "['doc.row < 2', 'doc.doc = 3', 'doc.unit > 7', 'doc.\"odd name\" = 5']"
    run.write("corpusqa.toml", f"[clean]\npolicy = 'none'\ndrop = {rules}\n")
    done = run("clean", "data.jsonl", "--dry-run", "--select", "text")

    assert done.returncode == 0, done.stderr
    assert "9 read = 4 kept + 0 edited + 5 dropped + 0 unreadable" in done.stdout


def test_rules_lead_into_nested_columns(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.jsonl(
        "data.jsonl", *({"id": str(n), "text": f"{n} {TEXT}", "meta": {"score": n, "more": {"a": n}}} for n in range(9))
    )
    run.write("corpusqa.toml", "[clean]\npolicy = 'none'\ndrop = ['doc.meta.score < 2', 'doc.meta.more.a > 7']\n")
    done = run("clean", "data.jsonl", "--dry-run", "--select", "text")

    assert done.returncode == 0, done.stderr
    assert "9 read = 6 kept + 0 edited + 3 dropped + 0 unreadable" in done.stdout


@pytest.mark.parametrize("where", [["-o", "data/out"], ["--store", "data/releases"], ["-o", "data", "--replace"]])
def test_a_release_is_never_written_into_its_source(where: list[str], tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.jsonl("data/a.jsonl", {"id": "a", "text": TEXT})
    done = run("clean", "data", "--select", "text", *where)

    assert done.returncode == 2
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["a.jsonl"]


def test_a_wildcard_never_cuts_lines_of_main_text(tmp_path: Path) -> None:
    from corpusqa.api.account import selected
    from corpusqa.config import CleanOptions, Config
    from corpusqa.errors import RuleError
    from corpusqa.policy import make_policy
    from corpusqa.scan.describe import describe

    declared = describe(selected(Config()))
    wild = make_policy(CleanOptions(policy="none", cut=("boilerplate.*",)), declared).cut
    named = make_policy(CleanOptions(policy="none", cut=("boilerplate.title",)), declared).cut

    assert "boilerplate.nav" in wild
    assert {"boilerplate.title", "boilerplate.repeated"} & set(wild) == set()
    assert named == ("boilerplate.title",)
    dated = make_policy(CleanOptions(policy="none", cut=("dates.*",), mask=("dates.*", "pii.*")), declared)
    assert "dates.sentinel" in dated.cut
    assert {"dates.prose", "dates.label_published"} & {*dated.cut, *dated.mask} == set()
    assert "pii.email" in dated.mask
    with pytest.raises(RuleError, match=r"have to be named: boilerplate\.title"):
        make_policy(CleanOptions(policy="none", cut=("boilerplate.tit*",)), declared)


def test_a_dry_run_says_the_plan_and_a_contradicted_card_fails_the_gate(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.jsonl("data.jsonl", *({"id": str(n), "text": f"{n} {TEXT}", "published": "2021-01-01"} for n in range(5)))
    run.write("take.csv", "id,decision\n3,drop\n77,drop\n")
    run.write("corpusqa.toml", '[clean]\ndecisions = ["take.csv"]\n[card]\nperiod = ["2022-01-01", "2023-01-01"]\n')
    done = run("clean", "data.jsonl", "-o", "out", "--dry-run", "--select", "text")

    assert done.returncode == 0, done.stderr
    assert "would write 4 documents and list 1 in removed/" in done.stdout
    assert "data/train-00000-of-00001.parquet  4 documents" in done.stdout
    assert "1 of 2 decisions by hand match no document: take.csv:3" in done.stderr
    assert not (tmp_path / "out").exists()
    assert run("gate", "data.jsonl", "--select", "text").returncode == 1
    assert "gate on what was written: failed" in run("clean", "data.jsonl", "-o", "out", "--select", "text").stdout


def test_a_card_publishes_no_private_value_that_nothing_spares(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.jsonl("data.jsonl", {"id": "1", "text": TEXT})
    card = '[card]\npretty_name = "Letters of kit@boats-harbour.com"\n'
    run.write("corpusqa.toml", card)
    refused = run("clean", "data.jsonl", "-o", "out", "--select", "pii")

    assert refused.returncode == 2
    assert "[card] pretty_name holds a private value (pii.email)" in refused.stderr
    assert "kit@" not in refused.stderr + refused.stdout
    assert not (tmp_path / "out").exists()

    run.write("corpusqa.toml", card + '[checks.pii]\nallow = ["kit@boats-harbour.com"]\n')
    assert run("clean", "data.jsonl", "-o", "out", "--select", "pii").returncode == 0
    assert "Letters of kit@boats-harbour.com" in (tmp_path / "out" / "README.md").read_text()


@pytest.mark.parametrize(
    "said",
    [
        "write to kit.abernathy\\n@boats-harbour.com",
        "ring +44 20\\n7183 8750",
        "write to kit.abernathy&#64;boats-harbour.com",
        "write to kit.abernathy&commat;\\r\\n  boats-harbour.com",
    ],
)
def test_a_card_publishes_no_private_value_that_a_page_puts_together(tmp_path: Path, said: str) -> None:
    run = Run(tmp_path)
    run.jsonl("data.jsonl", {"id": "1", "text": TEXT})
    run.write("corpusqa.toml", f'[card]\nsummary = "{said}"\n')
    refused = run("clean", "data.jsonl", "-o", "out", "--select", "pii")

    assert refused.returncode == 2
    assert "[card] summary holds a private value" in refused.stderr


@pytest.mark.parametrize("value", ["+44\u00a020\u00a07183\u00a08750", "kit.abernathy\u200b@boats-harbour.com"])
@pytest.mark.parametrize("before", [[], ["report", "x", "--workers"], ["report", "x", "--policy"]])
def test_messages_hold_no_private_value_that_repr_escapes(
    capsys: pytest.CaptureFixture[str], before: list[str], value: str
) -> None:
    assert run([*before, value]) == 2
    said = capsys.readouterr().err
    assert "'<PHONE>'" in said or "'<EMAIL>'" in said
    assert "7183" not in said
    assert "abernathy" not in said


@pytest.mark.skipif(sys.platform != "linux", reason="other systems hold no such names")
def test_a_path_may_hold_bytes_that_are_no_text(tmp_path: Path) -> None:
    run = Run(tmp_path)
    absent = run("report", "x\udcff")
    assert (absent.returncode, absent.stderr) == (2, "error: x\\udcff: no such file or folder\n")

    (tmp_path / "d\udcff").mkdir()
    for name in ("x\udcff.txt", "d\udcff/a.txt"):
        (tmp_path / name).write_text(TEXT)
    for source in ("x\udcff.txt", "d\udcff"):
        done = run("report", source, "--select", "text,pii", "-o", "out")
        assert done.returncode == 0, done.stderr
    for place in (["report", "d\udcff", "--work"], ["clean", "d\udcff", "-o"], ["clean", "d\udcff", "--store"]):
        refused = run(*place, "w\udcff")
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
        assert "w\\udcff: this path is not text in UTF-8, so no table can be written below it" in refused.stderr
    assert not (tmp_path / "w\udcff").exists()


def test_what_a_run_writes_is_not_read_by_the_next(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.write("data/a.txt", TEXT)
    refused = (
        ["report", "data", "-o", "data/out"],
        ["gate", "data", "-o", "data"],
        ["report", "data", "--work", "data/work"],
    )
    for command in refused:
        done = run(*command, "--select", "text")
        assert (done.returncode, done.stdout) == (2, "")
        assert "lies inside the source and would be read as part of it next time; choose another -" in done.stderr
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["a.txt"]
    for _ in range(2):
        done = run("report", "data", "--select", "text", "-o", "data/corpusqa-report", "--work", "data/.corpusqa")
        assert done.stdout.startswith("data  1 document,"), done.stdout + done.stderr
