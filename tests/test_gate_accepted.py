"""Suppressions and the baseline: what is accepted, expired or stale, and what never passes in silence."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest

from corpusqa.config import CleanOptions, Config, GateOptions, Limit, Suppress
from corpusqa.errors import CannotEvaluate, ConfigError
from corpusqa.findings.model import FINDINGS
from corpusqa.gate import evaluate
from corpusqa.gate.accepted import accept
from corpusqa.gate.baseline import key_of, read_baseline, updated
from corpusqa.policy import judge, make_policy
from tests.small_scan import CHECKS, scan

TODAY = date(2027, 1, 1)
SCAN = scan(
    {"source": ["a/x", "a/y", "b"], "file": ["1.txt", "2.txt", None]},
    spans=[(0, 0, 5, "pii.email"), (0, 9, 12, "pii.email"), (1, 0, 5, "pii.secret"), (2, 0, 5, "pii.phone")],
)


def findings(found=SCAN, key=""):
    rows = [
        {
            "name": label,
            "check": label.partition(".")[0],
            "severity": "error" if label == "pii.secret" else "warning",
            "doc": doc,
            "document": f"d{doc}",
            "source": found.documents["source"][doc],
            "file": found.documents["file"][doc],
            "start": start,
            "end": end,
            "fingerprint": f"{key}{label}/{doc}/{start}",
        }
        for doc, start, end, label, _, _ in found.spans.iter_rows()
    ]
    return pl.DataFrame(rows, schema=FINDINGS)


def accepted(*entries, baseline=None, found=SCAN, today=TODAY):
    return accept(findings(found), found, entries, baseline, today)


def spans(result) -> list[tuple]:
    return sorted(result.spans.rows())


ALL_EMAIL = [(0, 0, 5, "pii.email"), (0, 9, 12, "pii.email")]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Suppress("pii.email", "known"), ALL_EMAIL),
        (Suppress("pii.*", "known"), [*ALL_EMAIL, (1, 0, 5, "pii.secret"), (2, 0, 5, "pii.phone")]),
        (Suppress("pii.*", "known", source="a/*"), [*ALL_EMAIL, (1, 0, 5, "pii.secret")]),
        (Suppress("pii.*", "known", doc="d2"), [(2, 0, 5, "pii.phone")]),
        (Suppress("pii.*", "known", file="2.*"), [(1, 0, 5, "pii.secret")]),
        (Suppress("pii.*", "known", file="*", source="b"), []),  # a document without a file has no name that fits
        (Suppress("pii.*", "known", fingerprint="pii.email/0/9"), [(0, 9, 12, "pii.email")]),
        (Suppress("pii.email", "known", expires=TODAY), ALL_EMAIL),  # it holds on its last day
    ],
)
def test_what_a_suppression_takes(entry, expected):
    assert spans(accepted(entry)) == sorted(expected)


def test_what_is_suppressed_is_counted_with_its_reason():
    result = accepted(Suppress("pii.email", "public register"))
    assert result.notes == ("2 findings of pii.email are suppressed: public register",)
    assert result.fingerprints.rows() == [
        ("pii.email/0/0", "pii.email", "public register"),
        ("pii.email/0/9", "pii.email", "public register"),
    ]


def test_an_expired_suppression_counts_again_and_says_so():
    result = accepted(Suppress("pii.email", "known", expires=date(2026, 12, 31), place="corpusqa.toml:9"))
    assert spans(result) == []
    assert result.notes == (
        "corpusqa.toml:9: the suppression of pii.email has expired on 2026-12-31; its 2 findings count again",
    )


def test_stale_suppressions_are_reported():
    result = accepted(
        Suppress("pii.private_key", "known", place="corpusqa.toml:9"),
        Suppress("pii.email", "known", source="c", expires=date(2026, 1, 1)),
        Suppress("toxicity.score", "its check does not run here"),
    )
    assert result.notes == (
        "corpusqa.toml:9: the suppression of pii.private_key matches no finding any more; take it out",
        "the suppression of pii.email has expired on 2026-01-01; it matches nothing, take it out",
    )


@pytest.mark.parametrize(("name", "hint"), [("pii.emial", "did you mean pii.email"), ("email", ""), ("pi*", "")])
def test_a_suppression_of_what_no_check_can_find(name, hint):
    entry = Suppress(name, "x", place="corpusqa.toml:9")
    if name == "pi*":
        assert len(spans(accepted(entry))) == 4
        return
    with pytest.raises(ConfigError, match=rf"^corpusqa\.toml:9: \[suppress\] no finding is called '{name}'.*{hint}"):
        accepted(entry)


def test_what_is_accepted_does_not_count_for_limits():
    config = Config(gate=GateOptions({"pii.email.count": Limit(error=1), "pii.secret.count": Limit(error=0)}))
    verdicts = judge(SCAN, make_policy(CleanOptions(policy="none"), CHECKS))
    assert evaluate(SCAN, verdicts, config).status == "failed"
    some = accepted(Suppress("pii.email", "known", fingerprint="pii.email/0/9"), Suppress("pii.secret", "revoked"))
    result = evaluate(SCAN, verdicts, config, accepted=some)
    assert result.status == "passed"
    assert "1 findings of pii.secret are suppressed: revoked" in result.notes


# The baseline


def written(tmp_path, found=SCAN, key=b"", old=None, prune=False):
    path = tmp_path / "corpusqa-baseline.jsonl"
    path.write_bytes(updated(old, findings(found), found, name=path.name, key=key, prune=prune).dumped())
    return path


def test_the_baseline_takes_errors_and_holds_them(tmp_path):
    path = written(tmp_path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines == [
        {"schema": 1, "key": "", "checks": {"pii": "1.0"}},
        {"name": "pii.secret", "fingerprint": "pii.secret/1/0", "digest": f"{1:032x}"[:16]},
    ]
    result = accepted(baseline=read_baseline(path))
    assert spans(result) == [(1, 0, 5, "pii.secret")]
    assert result.notes == ("1 findings are known from the baseline corpusqa-baseline.jsonl",)


def test_a_credential_in_a_document_that_has_changed_is_new(tmp_path):
    baseline = read_baseline(written(tmp_path))
    changed = scan(
        {"source": ["a/x", "a/y", "b"], "file": ["1.txt", "2.txt", None], "digest": ["f" * 32] * 3},
        spans=[(1, 0, 5, "pii.secret")],
    )
    result = accepted(baseline=baseline, found=changed)
    assert spans(result) == []
    assert "1 entries of pii.secret match no finding any more, or a document that has changed" in result.notes[0]


def test_a_baseline_of_another_version_of_the_check_says_so_where_it_no_longer_fits(tmp_path):
    path = written(tmp_path)
    path.write_text(path.read_text().replace('"1.0"', '"0.9"').replace("pii.secret/1/0", "other"))
    assert "(made with pii 0.9, this is 1.0)" in accepted(baseline=read_baseline(path)).notes[0]


def test_no_digest_is_kept_for_values_that_could_be_found_by_trying(tmp_path):
    severe = findings().with_columns(severity=pl.lit("error"))
    entries = updated(None, severe, SCAN, name="b").entries
    digests = dict(entries.select("name", "digest").iter_rows())
    assert digests["pii.secret"]
    assert digests["pii.email"] is digests["pii.phone"] is None
    assert updated(None, severe, SCAN, name="b", key=b"k" * 16).entries["digest"].null_count() == 4


def test_failed_checks_are_never_accepted():
    failed = findings().with_columns(name=pl.lit("corpusqa.check_failed"), severity=pl.lit("error"))
    assert updated(None, failed, SCAN, name="b").entries.is_empty()


def test_reasons_survive_an_update_and_stale_entries_go_only_when_asked(tmp_path):
    path = written(tmp_path)
    lines = path.read_text().splitlines()
    entry = {**json.loads(lines[1]), "reason": "revoked in May"}
    gone = {"name": "pii.secret", "fingerprint": "gone"}
    path.write_text("\n".join([lines[0], json.dumps(gone), json.dumps(entry)]) + "\n")
    old = read_baseline(path)
    assert accepted(baseline=old).fingerprints["reason"].to_list() == ["revoked in May"]
    assert "1 entries of pii.secret match no finding" in accepted(baseline=old).notes[1]
    kept = read_baseline(written(tmp_path, old=old)).entries
    assert kept.select("fingerprint", "reason").rows() == [("gone", None), ("pii.secret/1/0", "revoked in May")]
    pruned = read_baseline(written(tmp_path, old=old, prune=True)).entries
    assert pruned["fingerprint"].to_list() == ["pii.secret/1/0"]


def test_the_same_findings_give_the_same_file(tmp_path):
    first = written(tmp_path).read_bytes()
    again = updated(read_baseline(written(tmp_path)), findings().reverse(), SCAN, name="b").dumped()
    assert first == again


def test_entries_of_checks_that_do_not_run_are_not_called_stale(tmp_path):
    few = scan(3, checks={"text": CHECKS["text"]})
    result = accept(findings(few), few, [], read_baseline(written(tmp_path)), TODAY)
    assert result.notes == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "has no header of schema 1"),
        (b'{"schema": 2}\n', "has no header of schema 1"),
        (b'{"name": "pii.secret", "fingerprint": "x"}\n', "has no header of schema 1"),
        (b'{"schema": 1}\nnot json\n', ":2: the baseline is damaged, this line is no JSON object"),
        (b'{"schema": 1}\n["x"]\n', ":2: the baseline is damaged"),
        (b'{"schema": 1}\n{"name": "x"}\n', "an entry needs `name` and `fingerprint`"),
        (b'{"schema": 1}\n{"name": "x", "fingerprint": "y", "digest": 3}\n', "an entry needs"),
        (b'{"schema": 1}\n\xff\n', "not UTF-8"),
        (b'{"schema": 1, "key": "abcd"}\n', "was made with CORPUSQA_BASELINE_KEY"),
    ],
)
def test_a_baseline_that_cannot_be_trusted_is_no_empty_baseline(tmp_path, content, words):
    path = tmp_path / "b.jsonl"
    path.write_bytes(content)
    with pytest.raises(CannotEvaluate) as raised:
        read_baseline(path)
    assert words in str(raised.value)


def test_a_missing_baseline_is_no_empty_baseline(tmp_path):
    with pytest.raises(CannotEvaluate, match="cannot be read"):
        read_baseline(tmp_path / "none.jsonl")


def test_a_baseline_belongs_to_its_key(tmp_path):
    path = written(tmp_path, key=b"k" * 16)
    assert b"kkk" not in path.read_bytes()
    assert read_baseline(path, b"k" * 16).entries.height == 1
    with pytest.raises(CannotEvaluate, match="with another key"):
        read_baseline(path, b"other key of sixteen")
    with pytest.raises(CannotEvaluate, match="with CORPUSQA_BASELINE_KEY"):
        read_baseline(path)
    with pytest.raises(CannotEvaluate, match="without a key"):
        read_baseline(written(tmp_path), b"k" * 16)


def test_the_key_comes_from_the_environment():
    assert key_of({}) == key_of({"CORPUSQA_BASELINE_KEY": " "}) == b""
    assert key_of({"CORPUSQA_BASELINE_KEY": "k" * 64}) == b"k" * 64
    for key in ("short", "k" * 65):
        with pytest.raises(ConfigError, match=r"it needs 16 to 64"):
            key_of({"CORPUSQA_BASELINE_KEY": key})


def test_versions_merged_line_by_line_are_read(tmp_path):
    path = written(tmp_path)
    merged = path.read_text() + path.read_text() + '{"fingerprint": "z", "name": "pii.secret"}\n'
    path.write_text(merged)
    assert read_baseline(path).entries["fingerprint"].to_list() == ["pii.secret/1/0", "z"]
