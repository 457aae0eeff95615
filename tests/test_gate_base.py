"""Limits of the change: against an earlier report, and against an earlier corpus."""

from __future__ import annotations

import dataclasses
import json

import polars as pl
import pytest

from corpusqa.config import CleanOptions, Config, GateOptions, Limit, ReportOptions
from corpusqa.errors import CannotEvaluate
from corpusqa.findings.model import FINDINGS
from corpusqa.gate import evaluate
from corpusqa.gate.base import base_of_report, base_of_scan, find_report, read_report
from corpusqa.policy import Ledger, judge, make_policy
from corpusqa.reporting.model import build_report
from tests.small_scan import CHECKS, scan

NOTHING = make_policy(CleanOptions(policy="none"), CHECKS)


def report_of(found, by=("source",)) -> dict:
    """The report.json of a scan, written and read again."""
    verdicts, config = judge(found, NOTHING), Config(report=ReportOptions(by))
    gate = evaluate(found, verdicts, config)
    ledger, findings = Ledger.of(found, verdicts), [pl.DataFrame(schema=FINDINGS)]
    return json.loads(json.dumps(build_report(found, verdicts, ledger, findings, gate, config)))


def changes(found, limits, to, **options) -> tuple[str, list[tuple]]:
    """Status, and `slice`, `base`, `compared`, `ok`, `note` of the limits of the change."""
    config = Config(gate=GateOptions(limits, **options))
    result = evaluate(found, judge(found, NOTHING), config, base=to)
    rows = result.rows.filter(pl.col("op").is_in(["max_increase", "max_drop"]))
    return result.status, rows.select("slice", "base", "compared", "ok", "note").rows()


def ratios(*values, **documents):
    return scan({"id": [f"d{n}" for n in range(len(values))], **documents}, {"boilerplate.ratio": values})


MEAN = "boilerplate.ratio.mean"


@pytest.mark.parametrize(
    ("limit", "now", "status", "ok"),
    [
        (Limit(max_increase=0.1), [0.4, 0.4], "passed", True),
        (Limit(max_increase=0.1), [0.4, 0.41], "failed", False),
        (Limit(max_increase=0), [0.3, 0.3], "passed", True),
        (Limit(max_increase=0), [0.1, 0.1], "passed", True),
        (Limit(max_drop=0.1), [0.2, 0.2], "passed", True),
        (Limit(max_drop=0.1), [0.2, 0.1], "failed", False),
        (Limit(max_drop=0), [0.9, 0.9], "passed", True),
    ],
)
def test_the_change_against_a_report(limit, now, status, ok):
    base = base_of_report(report_of(ratios(0.3, 0.3)), "report.json")
    found, rows = changes(ratios(*now), {MEAN: limit}, base)
    assert found == status
    assert [row[3] for row in rows] == [ok]


def test_an_unchanged_corpus_never_fails_for_the_digits_that_a_report_leaves_out():
    found = ratios(1 / 3, 2 / 7, 1e-11)
    base = base_of_report(report_of(found), "report.json")
    assert changes(found, {MEAN: Limit(max_increase=0, max_drop=0)}, base)[0] == "passed"


def test_every_number_of_a_report_can_be_a_base():
    found = scan(
        {"source": ["a", "b"]},
        {
            "boilerplate.ratio": [0.1, 0.2],
            "pii.count": [1, 2],
            "dates.certain": [True, False],
            "language.label": ["de", "en"],
        },
        spans=[(0, 0, 5, "pii.email")],
        clusters={"duplication.near": [[0, 1]]},
        failures=[(0, "dates")],
        unreadable=1,
    )
    names = [
        "documents.count",
        "ledger.kept.share",
        "ledger.unreadable.count",
        "corpusqa.check_failed.count",
        MEAN,
        "pii.count.p99",
        "dates.certain.share",
        "duplication.near.share",
        "pii.email.per_mb",
        "pii.phone.count",
    ]
    limits = {name: Limit(max_increase=0, max_drop=0, error=9e9) for name in names}
    status, rows = changes(found, limits, base_of_report(report_of(found), "report.json"))
    assert (status, len(rows), {row[3] for row in rows}) == ("passed", 2 * len(names), {True})


def test_slices_are_compared_and_new_ones_wait_for_absolute_limits():
    base = base_of_report(report_of(ratios(0.1, 0.1, 0.5, source=["a", "a", "b"])), "report.json")
    now = ratios(0.3, 0.1, 0.1, 0.9, source=["a", "a", "b", "new"])
    status, rows = changes(now, {MEAN: Limit(max_increase=0.2, by=("source",))}, base, min_documents=1)
    assert status == "passed"
    assert rows[1:] == [
        ("a", 0.1, 0.2, True, None),
        ("b", 0.5, 0.1, True, None),
        ("new", None, 0.9, None, "not in the base: shown, not judged"),
    ]
    assert changes(now, {MEAN: Limit(max_increase=0.05, by=("source",))}, base, min_documents=1)[0] == "failed"
    small, rows = changes(now, {MEAN: Limit(max_increase=0.3, by=("source",))}, base, min_documents=2)
    assert (small, rows[2][4]) == ("passed", "fewer than 2 documents: shown, not judged")


def test_a_slice_that_has_gone_is_a_drop_to_nothing():
    base = base_of_report(report_of(scan({"source": ["a", "a", "b", "b"]})), "report.json")
    limits = {"documents.count": Limit(max_drop=1, by=("source",))}
    status, rows = changes(scan({"source": ["a", "a", "a"]}), limits, base)
    assert status == "failed"
    assert rows[1:] == [("a", 2, 3, True, None), ("b", 2, 0, False, None)]


def test_without_a_base_a_change_is_shown_and_said_not_to_be_judged():
    status, rows = changes(ratios(0.3), {MEAN: Limit(max_increase=0.1)}, None)
    assert (status, rows) == ("passed", [("", None, 0.3, None, "no base was given: shown, not judged")])


def test_a_base_that_the_configuration_asks_for_and_nobody_read_is_no_pass():
    status, rows = changes(ratios(0.3), {MEAN: Limit(max_increase=0.1)}, None, base="main")
    assert (status, rows[0][4]) == ("not evaluated", "the base main was not read")


def test_a_base_of_another_version_of_the_check_is_no_pass():
    report = report_of(ratios(0.3))
    report["checks"]["boilerplate"]["version"] = "0.9"
    status, rows = changes(ratios(0.3), {MEAN: Limit(max_increase=0.1)}, base_of_report(report, "r"))
    assert status == "not evaluated"
    assert rows[0][4] == "the base was measured by boilerplate 0.9, this by 1.0: make the base anew"


def test_a_base_without_the_metric_is_no_pass():
    report = report_of(ratios(0.3))
    del report["checks"]["boilerplate"]
    status, rows = changes(ratios(0.3), {MEAN: Limit(max_increase=0.1)}, base_of_report(report, "r"))
    assert (status, rows[0][4]) == ("not evaluated", "the base does not have it: make the base anew")
    empty = base_of_report(report_of(ratios(None)), "r")
    assert changes(ratios(0.3), {MEAN: Limit(max_increase=0.1)}, empty)[0] == "not evaluated"


def test_a_base_without_the_slicing_is_no_pass():
    base = base_of_report(report_of(ratios(0.3, source=["a"]), by=()), "r")
    status, rows = changes(
        ratios(0.3, source=["a"]), {MEAN: Limit(max_increase=1, by=("source",))}, base, min_documents=1
    )
    assert (status, rows[1][4]) == ("not evaluated", "the base does not have it: make the base anew")


def test_a_broken_absolute_limit_wins():
    found = changes(ratios(0.3), {MEAN: Limit(error=0.2, max_increase=0.1)}, None, base="main")
    assert found[0] == "failed"


# An earlier corpus


def against(now, earlier, limits, **options):
    config = GateOptions(limits, **options)
    base = base_of_scan(now, earlier, judge(earlier, NOTHING), config, "main")
    return changes(now, limits, base, **options)


def named(ids, values, **documents):
    return scan({"id": ids, **documents}, {"boilerplate.ratio": values})


def test_documents_in_both_are_compared_and_new_ones_are_not():
    earlier = named(["a", "b", "c"], [0.1, 0.1, 0.9])
    daily = named(["x", "b", "a"], [1.0, 0.1, 0.1])
    assert against(daily, earlier, {MEAN: Limit(max_increase=0)}) == ("passed", [("", 0.1, 0.1, True, None)])
    worse = named(["x", "b", "a"], [0.0, 0.1, 0.2])
    status, rows = against(worse, earlier, {MEAN: Limit(max_increase=0)})
    assert (status, rows) == ("failed", [("", 0.1, pytest.approx(0.15), False, None)])


def test_numbers_of_the_source_are_compared_as_wholes():
    limits = {"documents.count": Limit(max_drop=1), "ledger.unreadable.count": Limit(max_increase=0)}
    assert against(scan(2), scan(3), limits)[0] == "passed"
    assert against(scan(1), scan(3), limits)[0] == "failed"
    assert against(scan(3, unreadable=1), scan(3), limits)[0] == "failed"


def test_corpora_without_a_common_document_are_not_compared_and_that_is_said():
    status, rows = against(named(["x"], [0.9]), named(["a"], [0.1]), {MEAN: Limit(max_increase=0)})
    assert (status, rows) == ("passed", [("", None, None, None, "no document is in both: shown, not judged")])


def test_slices_of_documents_in_both():
    earlier = named(["a", "b"], [0.1, 0.2], source=["s", "t"])
    now = named(["a", "b", "c"], [0.1, 0.4, 0.9], source=["s", "t", "u"])
    status, rows = against(now, earlier, {MEAN: Limit(max_increase=0.1, by=("source",))}, min_documents=1)
    assert status == "failed"
    assert rows[1:] == [
        ("s", 0.1, 0.1, True, None),
        ("t", 0.2, 0.4, False, None),
        ("u", None, None, None, "no document is in both: shown, not judged"),
    ]


def test_a_source_that_has_gone_since_an_earlier_corpus():
    limits = {"documents.count": Limit(max_drop=1, by=("source",))}
    status, rows = against(scan({"source": ["a"]}), scan({"source": ["a", "b", "b"]}), limits)
    assert status == "failed"
    assert rows[1:] == [("a", 1, 1, True, None), ("b", 2, 0, False, None)]


def test_an_earlier_corpus_measured_by_fewer_checks_is_no_pass():
    few = {name: info for name, info in CHECKS.items() if name != "boilerplate"}
    earlier = scan(1, checks=few)
    config = GateOptions({MEAN: Limit(max_increase=1)})
    verdicts = judge(earlier, make_policy(CleanOptions(policy="none"), few))
    base = base_of_scan(ratios(0.1), earlier, verdicts, config, "main")
    assert changes(ratios(0.1), config.limits, base)[0] == "not evaluated"


def test_what_was_compared_is_said():
    config = Config(gate=GateOptions({MEAN: Limit(max_increase=1)}))
    now, earlier = named(["a", "b"], [0.1, 0.1]), named(["b", "c"], [0.1, 0.1])
    verdicts = judge(now, NOTHING)
    whole = evaluate(now, verdicts, config, base=base_of_report(report_of(earlier), "old/report.json"))
    assert whole.notes == ("changes are measured against old/report.json, the corpora compared as wholes",)
    common = evaluate(
        now, verdicts, config, base=base_of_scan(now, earlier, judge(earlier, NOTHING), config.gate, "main")
    )
    assert common.notes == ("changes are measured against main, over the 1 documents that are in both",)
    assert (
        evaluate(now, verdicts, Config(gate=GateOptions({})), base=base_of_report(report_of(earlier), "r")).notes == ()
    )


# Reading a base


def test_where_a_report_is_found(tmp_path):
    (tmp_path / "release" / "corpusqa").mkdir(parents=True)
    for place in ("report.json", "release/corpusqa/report.json"):
        (tmp_path / place).write_text(json.dumps(report_of(ratios(0.3))))
    assert find_report(tmp_path) == find_report(tmp_path / "report.json") == tmp_path / "report.json"
    assert find_report(tmp_path / "release") == tmp_path / "release" / "corpusqa" / "report.json"
    (tmp_path / "data.jsonl").write_text("{}")
    assert find_report(tmp_path / "data.jsonl") is None
    assert find_report(tmp_path / "nothing") is None
    assert base_of_report(read_report(tmp_path / "report.json"), "r").versions["pii"] == "1.0"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the base .*not whole JSON"),
        (b'{"schema": 1, "checks"', "the base .*not whole JSON"),
        (b"\xff\xfe", "the base .*not whole JSON"),
        (b"[]", "no report of corpusqa"),
        (b'{"schema": 1}', "it lacks corpus, ledger, checks"),
        (b'{"schema": 2, "checks": {}, "corpus": {}, "ledger": {}}', "the base .*of a newer corpusqa"),
    ],
)
def test_reports_that_cannot_be_a_base(tmp_path, content, words):
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(CannotEvaluate, match=words):
        read_report(path)


def test_missing_and_damaged_reports(tmp_path):
    with pytest.raises(CannotEvaluate, match="cannot be read"):
        read_report(tmp_path / "report.json")
    for damage in ({"checks": {"pii": {}}}, {"ledger": {"kept": 3}}, {"corpus": {}}, {"checks": []}):
        with pytest.raises(CannotEvaluate, match="r: the base is a damaged report"):
            base_of_report({**report_of(ratios(0.3)), **damage}, "r")


def test_versions_of_the_base_are_those_of_its_checks():
    old = {**CHECKS, "pii": dataclasses.replace(CHECKS["pii"], version="0.1")}
    base = base_of_scan(scan(1), scan(1, checks=old), judge(scan(1), NOTHING), GateOptions({}), "main")
    assert (base.versions["pii"], base.versions["text"]) == ("0.1", "1.0")
