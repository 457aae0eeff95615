"""The gate: what it measures, what it refuses, and that nothing it could not evaluate passes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, replace

import polars as pl
import pytest

from corpusqa.config import Config, GateOptions, Limit
from corpusqa.errors import CannotEvaluate, ConfigError
from corpusqa.gate import BUILT_IN, catalogue, evaluate, metrics
from corpusqa.gate.evaluate import judge_limits
from tests.files import ROOT
from tests.small_scan import CHECKS, check, scan


@dataclass(frozen=True)
class Judged:
    outcomes: pl.DataFrame


def verdicts(*words: str) -> Judged:
    return Judged(
        pl.DataFrame({"doc": range(len(words)), "verdict": words}, schema={"doc": pl.Int64, "verdict": pl.String})
    )


def kept(found) -> Judged:
    return verdicts(*["keep"] * found.documents.height)


def config(limits=None, **options) -> Config:
    return Config(gate=GateOptions(limits=limits, **options))


def judged(found, limits, **options):
    return evaluate(found, kept(found), config(limits, **options))


SCAN = scan(
    {
        "source": ["a", "a", "b", None],
        "bytes": [1_000_000, 500_000, 250_000, 250_000],
        "language": ["de", "de", "en", "en"],
    },
    {
        "boilerplate.ratio": [0.0, 0.5, 1.0, None],
        "pii.count": [0, 1, 2, 3],
        "dates.certain": [True, False, None, True],
        "language.label": ["de", None, "en", "en"],
    },
    spans=[
        (0, 0, 5, "pii.email"),
        (0, 8, 12, "pii.email"),
        (2, 0, 4, "pii.email"),
        (3, None, None, "dates.wrong_weekday"),
    ],
    clusters={"duplication.near": [[0, 1]]},
    failures=[(1, "pii"), (1, "dates"), (3, "pii")],
    unreadable=1,
    duplicate_ids=[("x", 2)],
)


def values(frame: pl.DataFrame, by: str = "") -> dict[tuple[str, str | None], float | None]:
    rows = frame.filter(pl.col("by") == by).select("metric", "slice", "value").iter_rows()
    return {(metric, key): value for metric, key, value in rows}


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("documents.count", 4),
        ("ledger.kept.count", 1),
        ("ledger.edited.count", 1),
        ("ledger.dropped.count", 2),
        ("ledger.dropped.share", 0.4),  # of the five rows that were read
        ("ledger.unreadable.count", 1),
        ("ledger.unreadable.share", 0.2),
        ("corpusqa.check_failed.count", 3),
        ("corpusqa.check_failed.documents", 2),
        ("corpusqa.check_failed.share", 0.5),
        ("corpusqa.duplicate_id.count", 1),
        ("boilerplate.ratio.mean", 0.5),
        ("boilerplate.ratio.min", 0.0),
        ("boilerplate.ratio.max", 1.0),
        ("boilerplate.ratio.p50", 0.5),
        ("pii.count.p99", 2.97),
        ("pii.count.p01", 0.03),
        ("pii.count.mean", 1.5),
        ("dates.certain.share", 2 / 3),
        ("language.label.share", 0.75),
        ("duplication.near.share", 0.5),
        ("pii.email.count", 3),
        ("pii.email.documents", 2),
        ("pii.email.share", 0.5),
        ("pii.email.per_mb", 1.5),
        ("pii.phone.count", 0),
        ("pii.phone.per_mb", 0),
        ("dates.wrong_weekday.count", 1),
        ("text.mojibake.mean", None),
        ("dates.first.share", 0),
    ],
)
def test_what_is_measured(metric, value):
    found = metrics(SCAN, verdicts("keep", "edit", "drop", "drop").outcomes)
    assert values(found)[metric, ""] == (None if value is None else pytest.approx(value))


def test_every_metric_of_the_catalogue_is_measured_once():
    found = metrics(replace(SCAN, sources=[{"match": "a"}]), kept(SCAN).outcomes)
    assert found["metric"].n_unique() == found.height
    assert set(catalogue(CHECKS)) - set(found["metric"]) == {"corpusqa.contradiction.count"}  # people say it, no scan


def test_documents_from_no_declared_source_are_counted_and_limited():
    declared = replace(SCAN, sources=[{"match": ["a"]}, {"match": "c"}], failures=SCAN.failures.clear())
    found = metrics(declared, kept(SCAN).outcomes, ["source"], names=["documents.undeclared.share"])
    assert values(found) == {("documents.undeclared.share", ""): 0.5}
    assert values(found, "source") == {("documents.undeclared.share", k): v for k, v in (("a", 0), ("b", 1), (None, 1))}
    limited = config({"documents.undeclared.count": Limit(error=1)})
    assert evaluate(declared, kept(SCAN), limited).status == "failed"
    assert evaluate(replace(declared, sources=[{"match": ["a", "b"]}]), kept(SCAN), limited).status == "passed"
    assert "documents.undeclared.count" not in values(metrics(SCAN, kept(SCAN).outcomes))


def test_what_the_card_declares_against_measurements_fails_the_gate():
    declared = replace(config({"documents.count": Limit(error_below=1)}), card={"language": "fr"})
    sound = replace(SCAN, failures=SCAN.failures.clear())
    found = evaluate(sound, kept(SCAN), declared, contradictions=2)
    row = found.rows.filter(metric="corpusqa.contradiction.count").row(0, named=True)
    assert (found.status, row["value"], row["ok"]) == ("failed", 2, False)
    assert evaluate(sound, kept(SCAN), declared).status == "passed"
    silent = evaluate(sound, kept(SCAN), replace(declared, card={}))
    assert "corpusqa.contradiction.count" not in silent.rows["metric"]


def test_slices():
    found = metrics(SCAN, verdicts("keep", "edit", "drop", "drop").outcomes, ["source", "language.label"])
    by_source = values(found, "source")
    assert [by_source["documents.count", key] for key in ("a", "b", None)] == [2, 1, 1]
    assert [by_source["ledger.dropped.share", key] for key in ("a", "b", None)] == [0, 1, 1]
    assert [by_source["pii.email.per_mb", key] for key in ("a", "b", None)] == [pytest.approx(4 / 3), 4, 0]
    assert [by_source["boilerplate.ratio.mean", key] for key in ("a", "b", None)] == [0.25, 1, None]
    assert values(found, "language.label")["documents.count", "en"] == 2
    assert not any(metric.startswith("ledger.unreadable") for metric, _ in by_source)


def test_slicing_by_what_does_not_exist():
    with pytest.raises(ConfigError, match=r"\[report\] by: cannot slice by 'langauge'; did you mean language"):
        metrics(SCAN, kept(SCAN).outcomes, ["langauge"])


def test_accepted_spans_do_not_count():
    accepted = pl.DataFrame(
        [(0, 8, 12, "pii.email"), (3, None, None, "dates.wrong_weekday")],
        schema={"doc": pl.Int64, "start": pl.Int64, "end": pl.Int64, "label": pl.String},
        orient="row",
    )
    found = values(metrics(SCAN, kept(SCAN).outcomes, accepted=accepted))
    assert (found["pii.email.count", ""], found["dates.wrong_weekday.count", ""]) == (2, 0)


def test_a_part_of_the_documents():
    found = values(metrics(SCAN, kept(SCAN).outcomes, docs=pl.Series([0, 2])))
    assert (found["documents.count", ""], found["boilerplate.ratio.mean", ""], found["ledger.kept.share", ""]) == (
        2,
        0.5,
        1,
    )


def test_the_built_in_limits():
    assert judged(scan(3), None).status == "passed"
    secret = judged(scan(3, spans=[(1, 0, 9, "pii.secret")]), None)
    assert secret.status == "failed"
    broken = secret.rows.filter(~pl.col("ok"))
    assert broken.select("metric", "level", "op", "limit", "value", "headroom").rows() == [
        ("pii.secret.count", "error", "max", 0.0, 1.0, -1.0)
    ]
    assert judged(scan(3, failures=[(0, "pii")]), None).status == "failed"
    assert judged(scan(998, unreadable=1), None).status == "failed"
    assert judged(scan(999, unreadable=1), None).status == "passed"
    assert judged(scan(0), None).status == "failed"


def test_built_in_limits_of_checks_that_do_not_run_are_left_out_and_said():
    found = judged(scan(3, checks={"text": CHECKS["text"]}), None)
    assert found.status == "passed"
    assert "pii.secret.count" not in found.rows["metric"].to_list()
    assert any("pii.secret.count is left out: pii does not run" in note for note in found.notes)


def test_own_limits_replace_the_built_in_ones_but_for_those_that_keep_a_gate_closed():
    limits = {"pii.email.per_mb": Limit(error=5)}
    found = judged(scan(3, spans=[(0, 0, 9, "pii.secret")]), limits)
    assert found.status == "passed"
    assert set(found.rows["metric"]) == {
        "documents.count",
        "corpusqa.check_failed.count",
        "corpusqa.cut_short.count",
        "pii.email.per_mb",
    }
    assert judged(scan(3, failures=[(0, "pii")]), limits).status == "failed"
    assert judged(scan(3, failures=[(0, "pii")]), {"corpusqa.check_failed.count": Limit(error=1)}).status == "passed"
    assert judged(scan(0), {}).status == "failed"


@pytest.mark.parametrize(
    ("limit", "status", "oks"),
    [
        (Limit(error=0.5), "passed", [True]),  # a limit may be reached
        (Limit(error=0.49), "failed", [False]),
        (Limit(error=0.9, warn=0.4), "passed", [True, False]),
        (Limit(error_below=0.5), "passed", [True]),
        (Limit(error_below=0.6, warn_below=0.7), "failed", [False, False]),
    ],
)
def test_levels_and_directions(limit, status, oks):
    found = judged(SCAN, {"boilerplate.ratio.mean": limit, "corpusqa.check_failed.count": Limit(error=9)})
    assert found.status == status
    assert found.rows.filter(pl.col("metric") == "boilerplate.ratio.mean")["ok"].to_list() == oks


def test_small_slices_are_shown_and_not_judged():
    sources = ["big"] * 5 + ["small"] * 2
    found = judged(
        scan({"source": sources}, {"boilerplate.ratio": [0.1] * 5 + [0.9] * 2}),
        {"boilerplate.ratio.mean": Limit(error=0.5, by=("source",))},
        min_documents=3,
    )
    rows = found.rows.filter(pl.col("by") == "source").select("slice", "value", "ok", "note").rows()
    assert found.status == "passed"
    assert rows == [
        ("big", pytest.approx(0.1), True, None),
        ("small", pytest.approx(0.9), None, "fewer than 3 documents: shown, not judged"),
    ]
    assert (
        judged(
            scan({"source": sources}, {"boilerplate.ratio": [0.1] * 5 + [0.9] * 2}),
            {"boilerplate.ratio.mean": Limit(error=0.5, by=("source",))},
            min_documents=2,
        ).status
        == "failed"
    )


def test_the_number_of_documents_is_judged_in_small_slices_too():
    found = judged(scan({"source": ["a", "b"]}), {"documents.count": Limit(error_below=2, by=("source",))})
    assert found.rows["ok"].to_list().count(False) == 2


# What cannot be evaluated never passes

LIMITS = {"documents.count": Limit(error_below=1), "pii.email.per_mb": Limit(error=5)}
MEASURED = metrics(SCAN, kept(SCAN).outcomes, names=LIMITS)


def test_a_signal_that_could_not_be_measured_anywhere():
    found = judged(scan(3), {"boilerplate.ratio.mean": Limit(error=0.5)})
    row = found.rows.filter(pl.col("metric") == "boilerplate.ratio.mean")
    assert (found.status, row["ok"].item(), row["note"].item()) == ("not evaluated", None, "could not be measured")


def test_a_broken_limit_wins_over_one_that_could_not_be_evaluated():
    found = judged(scan(3), {"boilerplate.ratio.mean": Limit(error=0.5), "documents.count": Limit(error_below=4)})
    assert found.status == "failed"


def test_a_missing_metric():
    assert judge_limits(LIMITS, MEASURED, 200).status == "passed"
    found = judge_limits(LIMITS, MEASURED.filter(pl.col("metric") != "pii.email.per_mb"), 200)
    assert found.status == "not evaluated"
    assert found.rows.filter(pl.col("ok").is_null())["metric"].to_list() == ["pii.email.per_mb"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), None])
def test_a_value_that_is_no_number(value):
    at = pl.col("metric") == "pii.email.per_mb"
    odd = MEASURED.with_columns(value=pl.when(at).then(pl.lit(value, pl.Float64)).otherwise("value"))
    assert judge_limits(LIMITS, odd, 200).status in ("not evaluated", "failed")
    assert judge_limits({"pii.email.per_mb": Limit(error_below=0)}, odd, 200).status in ("not evaluated", "failed")


def test_nothing_measured():
    assert judge_limits(LIMITS, MEASURED.clear(), 200).status == "not evaluated"


def test_no_limits_at_all():
    with pytest.raises(CannotEvaluate, match="no rows"):
        judge_limits({}, MEASURED, 200)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PANDERA_VALIDATION_ENABLED", "False"),
        ("PANDERA_VALIDATION_DEPTH", "SCHEMA_ONLY"),
        ("PANDERA_USE_NARWHALS_BACKEND", "1"),
    ],
)
def test_no_environment_variable_opens_the_gate(variable, value):
    """In a process of its own: pandera reads its variables when it is imported."""
    code = (
        "from corpusqa.config import Limit\n"
        "from corpusqa.gate.evaluate import judge_limits\n"
        "from corpusqa.gate import METRICS\n"
        "import polars as pl\n"
        "measured = pl.DataFrame([('a.b', '', '', 9.0, 1)], schema=METRICS, orient='row')\n"
        "print(judge_limits({'a.b': Limit(error=5)}, measured, 1).status)\n"
    )
    environment = {**os.environ, variable: value}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.strip() == "failed"


# Configuration


@pytest.mark.parametrize(
    ("metric", "limit", "words"),
    [
        ("pii.emial.per_mb", Limit(error=1), "did you mean pii.email.per_mb"),
        ("pii.email.rate", Limit(error=1), "pii.email has count, documents, share, per_mb"),
        ("boilerplate.ratio.median", Limit(error=1), "boilerplate.ratio has mean, min, max, p01, p10, p50, p90, p99"),
        ("pii.ssn.count", Limit(error=1), "pii.ssn.count is not measured"),
        ("toxicity.score.mean", Limit(error=1), "no selected check is called 'toxicity'"),
        ("documents.share", Limit(error=1), "documents has count"),
        ("ledger.lost.count", Limit(error=1), "ledger.lost.count is not measured"),
        ("pii.email.count", Limit(error=1, by=("sorce",)), "cannot slice by 'sorce'; did you mean source"),
        ("pii.email.count", Limit(error=1, by=("pii.count",)), "cannot slice by 'pii.count'"),
    ],
)
def test_limits_that_name_what_is_not_there(metric, limit, words):
    with pytest.raises(ConfigError) as raised:
        judged(SCAN, {metric: replace(limit, place="corpusqa.toml:7")})
    assert str(raised.value).startswith("corpusqa.toml:7: [gate.limits] ")
    assert words in str(raised.value)


def test_the_built_in_limits_name_what_the_checks_declare():
    assert set(BUILT_IN) <= set(catalogue(CHECKS))


def test_means_do_not_depend_on_the_number_of_threads():
    code = (
        "import random\n"
        "from tests.small_scan import scan\n"
        "from corpusqa.gate import metrics\n"
        "import polars as pl\n"
        "r = random.Random(5)\n"
        "n = 60_000\n"
        "ratios = {'boilerplate.ratio': [r.random() for _ in range(n)]}\n"
        "found = scan({'source': [r.choice('abc') for _ in range(n)]}, ratios)\n"
        "verdicts = pl.DataFrame({'doc': range(n), 'verdict': ['keep'] * n})\n"
        "names = ['boilerplate.ratio.mean', 'boilerplate.ratio.p90']\n"
        "print(metrics(found, verdicts, ['source'], names=names)['value'].to_list())\n"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "POLARS_MAX_THREADS": str(threads)},
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout
        for threads in (1, 2, 5)
    ]
    assert len(set(printed)) == 1


def test_checks_that_share_a_name_between_signal_and_label():
    checks = {"x": check("x", {"near": "Boolean"}, ["near"])}
    found = values(metrics(scan(2, {"x.near": [True, None]}, checks=checks), verdicts("keep", "keep").outcomes))
    assert found["x.near.share", ""] == 1
    assert found["x.near.count", ""] == 0
