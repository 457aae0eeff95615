"""The limits that a gate holds a corpus to: those of the configuration, or the built-in ones."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corpusqa.config import GateOptions, Limit
from corpusqa.errors import ConfigError, near_misses
from corpusqa.gate.catalogue import CUT_SHORT, DOCUMENTS, FAILED, catalogue, refuse_slicing
from corpusqa.scan.model import CheckInfo

# Limits that hold unless the configuration gives the same metric other ones: without them an empty corpus, a check
# that failed on every document, or half of a file would pass.
ALWAYS: Mapping[str, Limit] = {
    DOCUMENTS: Limit(error_below=1),
    f"{FAILED}.count": Limit(error=0),
    f"{CUT_SHORT}.count": Limit(error=0),  # one unreadable row may be half of a file
}
# Limits without a configuration; those of checks that are not selected are left out, and the run says so.
BUILT_IN: Mapping[str, Limit] = {
    **ALWAYS,
    "ledger.unreadable.share": Limit(error=0.001),  # one row in a thousand: more is a broken export, not noise
    "pii.secret.count": Limit(error=0),  # a credential is to be withdrawn, not averaged
    "pii.private_key.count": Limit(error=0),
}
# The forms of a limit: key of the configuration -> level, operation.
FORMS = {
    "error": ("error", "max"),
    "warn": ("warn", "max"),
    "error_below": ("error", "min"),
    "warn_below": ("warn", "min"),
    "max_increase": ("error", "max_increase"),
    "max_drop": ("error", "max_drop"),
}
CHANGES = ("max_increase", "max_drop")
# One row per metric, slicing and form.
LIMITS = {"metric": pl.String, "by": pl.String, "level": pl.String, "op": pl.String, "limit": pl.Float64}


def limits_of(
    options: GateOptions, checks: Mapping[str, CheckInfo], referred: Mapping[str, CheckInfo] | None = None
) -> tuple[dict[str, Limit], tuple[str, ...]]:
    """The limits to judge, by metric, and what to say about them.

    Args:
        options: What the configuration says.
        checks: The selected checks as they run.
        referred: The same as they are where a reference is named, to tell what only that lacks.

    Raises:
        ConfigError: a limit of the configuration names a metric that no selected check gives, or slices by something
            else than fields, words, and true or false.
    """
    known = catalogue(checks)
    if options.limits is None:
        left_out = [metric for metric in BUILT_IN if metric not in known]
        notes = tuple(f"the built-in limit of {m} is left out: {m.partition('.')[0]} does not run" for m in left_out)
        return {metric: limit for metric, limit in BUILT_IN.items() if metric in known}, notes
    for metric, limit in options.limits.items():
        where = f"{limit.place}: [gate.limits]" if limit.place else "[gate.limits]"
        if metric not in known and metric in catalogue(referred or {}):
            raise ConfigError(
                f"{where} {metric} is measured where a reference is named: add --against REFERENCE, or take it out"
            )
        if metric not in known:
            raise ConfigError(f"{where} {_unknown(metric, known, checks)}")
        refuse_slicing(limit.by, checks, f"{where} {metric}:")
    return {**ALWAYS, **options.limits}, ()


def limit_rows(limits: Mapping[str, Limit]) -> pl.DataFrame:
    """The limits as a frame with the columns of LIMITS, in the order of the limits."""
    rows = [
        (metric, by, level, op, float(value))
        for metric, limit in limits.items()
        for by in ("", *limit.by)
        for form, (level, op) in FORMS.items()
        if (value := getattr(limit, form)) is not None
    ]
    return pl.DataFrame(rows, schema=LIMITS, orient="row").unique(maintain_order=True)


def _unknown(metric: str, known: Mapping[str, object], checks: Mapping[str, CheckInfo]) -> str:
    near = near_misses(metric, known)
    first, _, _ = metric.partition(".")
    subject = metric.rpartition(".")[0]
    if statistics := [name.rpartition(".")[2] for name in known if name.rpartition(".")[0] == subject]:
        return f"{metric}: {subject} has {', '.join(statistics)}{near}"
    if first in checks or any(name.startswith(f"{first}.") for name in known):
        subjects = dict.fromkeys(name.rpartition(".")[0] for name in known if name.startswith(f"{first}."))
        return f"{metric} is not measured{near} (there are {', '.join(subjects)})"
    return (
        f"{metric}: no selected check is called {first!r}{near_misses(first, checks)} (selected: {', '.join(checks)})"
    )
