"""Findings that the team accepts: `[[suppress]]` in the configuration, and the baseline file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

import polars as pl

from corpusqa.config import Suppress
from corpusqa.errors import ConfigError, near_misses
from corpusqa.gate.baseline import Baseline, entries_of
from corpusqa.gate.catalogue import CONTRADICTIONS, DUPLICATE_IDS, FAILED, PRIVATE_COLUMNS
from corpusqa.scan.model import CheckInfo, Scan

SPANS = {"doc": pl.Int64, "start": pl.Int64, "end": pl.Int64, "label": pl.String}
ASKED = ("name", "doc", "document", "source", "file", "start", "end", "fingerprint")  # of findings
_FIELDS = {"check": "name", "source": "source", "doc": "document", "file": "file"}  # of Suppress -> of a finding


@dataclass(frozen=True)
class Accepted:
    """What does not count.

    Attributes:
        spans: Columns of SPANS: the evidence of the accepted findings.
        fingerprints: Of the accepted findings, with `name` and the `reason`.
        notes: How many findings are accepted and why; what has expired, what is stale; in one line each.
    """

    spans: pl.DataFrame
    fingerprints: pl.DataFrame
    notes: tuple[str, ...] = ()


def accept(
    findings: pl.DataFrame,
    scan: Scan,
    suppress: Sequence[Suppress],
    baseline: Baseline | None,
    today: date,
    unlisted: pl.DataFrame | None = None,
) -> Accepted:
    """The findings that the configuration and the baseline accept.

    Args:
        findings: The columns ASKED.
        scan: The scan they come from.
        suppress: The entries of the configuration.
        baseline: The baseline file, if there is one.
        today: The day on which entries have expired or not.
        unlisted: `name`, `doc`, `document`, `source`, `file` of what counts like a finding and is not listed as one.

    Raises:
        ConfigError: an entry names findings that no selected check can give.
    """
    names = _names(scan)
    every = findings if unlisted is None else pl.concat([findings, unlisted], how="diagonal")
    taken: list[pl.DataFrame] = []
    notes: list[str] = []
    for entry in suppress:
        if not _possible(entry, names, scan.checks):
            continue
        found = every.filter(_fits(entry, every))
        notes.append(_said(entry, found.height, today))
        if not _expired(entry, today):
            taken.append(found.with_columns(reason=pl.lit(entry.reason)))
    if baseline is not None:
        held, stale = entries_of(baseline, findings, scan)
        taken.append(held)
        notes += baseline_notes(held.height, stale, baseline, scan.checks)
    known = pl.concat([findings.clear().with_columns(reason=pl.lit(None, pl.String)), *taken], how="diagonal")
    once = known.drop_nulls("fingerprint").unique("fingerprint", keep="first", maintain_order=True)
    spans = known.select("doc", "start", "end", label="name").unique().filter(pl.col("doc").is_not_null())
    return Accepted(spans, once.select("fingerprint", "name", "reason"), tuple(note for note in notes if note))


def baseline_notes(
    held: int, stale: Mapping[str, int], baseline: Baseline, checks: Mapping[str, CheckInfo]
) -> list[str]:
    """What to say of a baseline: how much it holds, and what in it matches nothing any more."""
    notes = [f"{held:,} findings are known from the baseline {baseline.name}"] if held else []
    for name, count in sorted(stale.items()):
        check = name.partition(".")[0]
        if check in checks:
            then, now = baseline.versions.get(check), checks[check].version
            other = f" (made with {check} {then}, this is {now})" if then not in (None, now) else ""
            notes.append(
                f"{baseline.name}: {count:,} entries of {name} match no finding any more, or a document that has "
                f"changed{other}; look at them, then run `corpusqa baseline update --prune`"
            )
    return notes


def _names(scan: Scan) -> list[str]:
    return [
        *(f"{check.name}.{label}" for check in scan.checks.values() for label in check.labels),
        FAILED,
        DUPLICATE_IDS,
        PRIVATE_COLUMNS,
        CONTRADICTIONS,
    ]


def _possible(entry: Suppress, names: Sequence[str], checks: Iterable[str]) -> bool:
    """Whether findings of such a name can occur; an entry about a check that does not run waits for it."""
    if any(fnmatchcase(name, entry.check) for name in names):
        return True
    first = entry.check.partition(".")[0]
    if first in checks or first == "corpusqa" or "." not in entry.check:
        where = f"{entry.place}: " if entry.place else ""
        raise ConfigError(f"{where}[suppress] no finding is called {entry.check!r}{near_misses(entry.check, names)}")
    return False


def _fits(entry: Suppress, findings: pl.DataFrame) -> pl.Expr:
    fits = pl.lit(value=True)
    for field, column in _FIELDS.items():
        pattern: str | None = getattr(entry, field)
        if pattern is not None:
            values = [value for value in findings[column].drop_nulls().unique() if fnmatchcase(value, pattern)]
            fits = fits & pl.col(column).is_in(values)
    if entry.fingerprint is not None:
        fits = fits & (pl.col("fingerprint") == entry.fingerprint)
    return fits


def _expired(entry: Suppress, today: date) -> bool:
    return entry.expires is not None and entry.expires < today


def _said(entry: Suppress, count: int, today: date) -> str:
    where = f"{entry.place}: " if entry.place else ""
    if _expired(entry, today):
        back = f"; its {count:,} findings count again" if count else "; it matches nothing, take it out"
        return f"{where}the suppression of {entry.check} has expired on {entry.expires}{back}"
    if not count:
        return f"{where}the suppression of {entry.check} matches no finding any more; take it out"
    return f"{count:,} findings of {entry.check} are suppressed: {entry.reason}"
