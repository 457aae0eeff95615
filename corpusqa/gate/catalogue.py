"""The names of everything that can be limited, from what the selected checks declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from corpusqa.errors import ConfigError, near_misses
from corpusqa.scan.model import CheckInfo

QUANTILES = {"p01": 0.01, "p10": 0.1, "p50": 0.5, "p90": 0.9, "p99": 0.99}
STATISTICS = {
    "Int64": ("mean", "min", "max", *QUANTILES),
    "Float64": ("mean", "min", "max", *QUANTILES),
    "Boolean": ("share",),  # documents on which it is true, of those on which it could be measured
    "String": ("share",),  # documents that have a value
    "Date": ("share",),
}
LABEL_STATISTICS = ("count", "documents", "share", "per_mb")
OUTCOMES = {"kept": "keep", "edited": "edit", "dropped": "drop"}
UNREADABLE = "unreadable"
# What corpusqa itself counts.
DOCUMENTS = "documents.count"
FAILED, DUPLICATE_IDS = "corpusqa.check_failed", "corpusqa.duplicate_id"
CUT_SHORT = "corpusqa.cut_short"  # files whose rest could not be read: nobody can tell how many rows that was
CONTRADICTIONS = "corpusqa.contradiction"  # declared values of the card that measurements contradict
PRIVATE_COLUMNS = "corpusqa.private_column"  # private values outside the texts, which are published as they are
UNDECLARED = "documents.undeclared"  # documents of which no [[source]] entry speaks
# Fields by which documents can be sliced, besides signals that are words or true and false.
SLICE_FIELDS = ("source", "language", "split")


@dataclass(frozen=True)
class Metric:
    """A number over documents.

    Attributes:
        name: `<check>.<signal>.<statistic>`, `<check>.<label>.<statistic>`, or one of corpusqa's own.
        kind: signal, label, ledger, failed, elsewhere, undeclared, declared (what people say of the whole) or whole.
        subject: Full name of the signal or label, or the outcome.
        statistic: Last part of the name.
        check: The check it comes from; "" for corpusqa's own.
        dtype: Type of a signal.
    """

    name: str
    kind: str
    subject: str
    statistic: str
    check: str = ""
    dtype: str = ""


def catalogue(checks: Mapping[str, CheckInfo]) -> dict[str, Metric]:
    """Every metric by name. A signal stands before a label of the same name (`duplication.near.share`)."""
    found = [Metric(DOCUMENTS, "whole", "documents", "count")]
    found += [_own("ledger", outcome, s) for outcome in (*OUTCOMES, UNREADABLE) for s in ("count", "share")]
    for kind, subject in (("failed", FAILED), ("elsewhere", PRIVATE_COLUMNS)):
        found += [Metric(f"{subject}.{s}", kind, subject, s) for s in ("count", "documents", "share")]
    found += [Metric(f"{subject}.count", "whole", subject, "count") for subject in (CUT_SHORT, DUPLICATE_IDS)]
    found += [Metric(f"{CONTRADICTIONS}.count", "declared", CONTRADICTIONS, "count")]
    found += [Metric(f"{UNDECLARED}.{s}", "undeclared", UNDECLARED, s) for s in ("count", "share")]
    for check in checks.values():
        for label in check.labels:
            subject = f"{check.name}.{label}"
            found += [Metric(f"{subject}.{s}", "label", subject, s, check.name) for s in LABEL_STATISTICS]
        for signal, info in check.signals.items():
            subject = f"{check.name}.{signal}"
            found += [
                Metric(f"{subject}.{s}", "signal", subject, s, check.name, info.dtype) for s in STATISTICS[info.dtype]
            ]
    return {metric.name: metric for metric in found}


def slice_names(checks: Mapping[str, CheckInfo]) -> list[str]:
    """What tables and limits can be split by: fields, and signals that are words or true and false."""
    signals = [
        f"{c.name}.{n}" for c in checks.values() for n, s in c.signals.items() if s.dtype in ("String", "Boolean")
    ]
    return [*SLICE_FIELDS, *signals]


def refuse_slicing(by: Iterable[str], checks: Mapping[str, CheckInfo], where: str) -> None:
    """Refuse to slice by what is no field and no signal of words or true and false.

    Raises:
        ConfigError: begins with `where` and names the closest ones.
    """
    known = slice_names(checks)
    for key in by:
        if key not in known:
            raise ConfigError(f"{where} cannot slice by {key!r}{near_misses(key, known)} (by: {', '.join(known)})")


def _own(kind: str, subject: str, statistic: str) -> Metric:
    return Metric(f"{kind}.{subject}.{statistic}", kind, subject, statistic)
