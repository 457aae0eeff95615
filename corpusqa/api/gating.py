"""The gate of an account: limits, what they compare with, and the findings that the team accepts."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from corpusqa.api.findings import unlisted_findings
from corpusqa.api.folders import folder_of
from corpusqa.api.last import remember
from corpusqa.errors import CannotEvaluate, CorpusqaError
from corpusqa.gate import GateResult, evaluate
from corpusqa.gate.accepted import ASKED, Accepted, accept
from corpusqa.gate.base import Base, base_of_report, base_of_scan, find_report, read_report
from corpusqa.gate.baseline import key_of, read_baseline
from corpusqa.hub import fetch_release
from corpusqa.release.store import version_folder
from corpusqa.scan.names import told
from corpusqa.scratch import scratch

if TYPE_CHECKING:
    from corpusqa.api.model import Account


def judged(found: Account) -> GateResult:
    """The limits of the configuration, judged.

    Raises:
        CannotEvaluate: the base or the baseline that was asked for cannot be read; there is no silent fallback.
    """
    return evaluate(
        found.scan,
        found.verdicts,
        found.config,
        base=_base(found),
        accepted=accepted(found),
        contradictions=len(found.contradictions),
    )


def accepted(found: Account) -> Accepted | None:
    """The findings that the configuration and the baseline accept; None where there is nothing of the kind."""
    suppress, path = found.config.suppress, found.config.gate.baseline
    if not suppress and path is None:
        return None
    baseline = read_baseline(Path(path), key_of(os.environ)) if path is not None else None
    tell = partial(told, found.plugins)
    reasons = tell(pl.Series([entry.reason for entry in suppress], dtype=pl.String))
    shown = [replace(entry, reason=reason) for entry, reason in zip(suppress, reasons, strict=True)]
    findings, rest = found.listed.take(*ASKED), unlisted_findings(found.scan) if suppress else None
    known = accept(findings, found.scan, shown, baseline, datetime.now(UTC).date(), rest)
    return replace(known, fingerprints=known.fingerprints.with_columns(tell(known.fingerprints["reason"])))


def scanned_base(name: str | None) -> str | None:
    """The base that `[gate] base` names, if it is a corpus, which has to be scanned."""
    if name is None or name.startswith("hf://"):
        return None
    try:
        report = find_report(version_folder(name)[0])
    except CorpusqaError:
        return None  # said where the gate asks for it
    return name if report is None and Path(name).exists() else None


def _base(found: Account) -> Base | None:
    name = found.config.gate.base
    if name is None:
        return None
    if name.startswith("hf://"):
        with scratch("corpusqa-base-") as folder:
            report = find_report(fetch_release(name, folder).folder)
            if report is None:
                raise CannotEvaluate(
                    f"{name}: this release was published without its report, which is what the gate compares with; "
                    "publish it with `corpusqa push --include report`, or give a path"
                )
            return base_of_report(read_report(report), name)
    report = find_report(version_folder(name)[0])
    if report is not None:
        return base_of_report(read_report(report), name)
    if not Path(name).exists():
        raise CannotEvaluate(f"{name}: the base is not there; nothing can be compared")
    return _of_corpus(found, name)


def _of_corpus(found: Account, name: str) -> Base:
    """Another corpus, scanned with the same checks; the source itself is not scanned twice.

    Its folder was taken when that of the source was, since two runs that took each other's one would wait for ever.
    """
    from corpusqa.api.account import account

    place = folder_of(found.settings.work, name, found.settings.sample)
    if place == found.flow.work:
        return base_of_scan(found.scan, found.scan, found.verdicts, found.config.gate, name)
    if not found.flow.holds(place):
        raise CannotEvaluate(f"{name}: the base was not there when the run began; run it again")
    alone = replace(found.config, gate=replace(found.config.gate, base=None, limits=None))  # of another corpus
    other = account(name, alone, found.settings)
    remember(found.settings.work, found.flow, found.corpus, found.source_name)  # people ask of the source, not of this
    return base_of_scan(found.scan, other.scan, other.verdicts, found.config.gate, name)
