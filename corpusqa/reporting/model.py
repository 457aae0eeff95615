"""report.json: everything that a reader of any format sees, and nothing that differs from run to run.

Times, memory and machines are no part of it; sorted keys and rounded numbers make the same corpus give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import PurePath
from typing import Any

import polars as pl

from corpusqa.config import Config
from corpusqa.findings.model import SEVERITIES, private_columns
from corpusqa.findings.neutral import neutral_name
from corpusqa.findings.pairs import PAIRS
from corpusqa.gate import GateResult
from corpusqa.gate.metrics import metrics
from corpusqa.gate.sampled import CONFIDENCE, intervals
from corpusqa.gate.stored import SCHEMA
from corpusqa.policy import Ledger, Verdicts
from corpusqa.reporting.checks import check_sections
from corpusqa.reporting.clusters import cluster_sections
from corpusqa.reporting.found import Found
from corpusqa.reporting.judged import edit_rows, overlap_rows, reason_rows, rule_rows
from corpusqa.reporting.plain import plain, records
from corpusqa.reporting.reference import reference_section
from corpusqa.reporting.repeats import repeat_documents, repeat_sections
from corpusqa.reporting.samples import sample_sections
from corpusqa.reporting.slices import Slices, slice_sections
from corpusqa.scan.model import Scan

FINDINGS_SHOWN = 10_000  # findings.parquet holds all of them
UNREADABLE_SHOWN = 100
NOTE_LENGTH = 1000
FIELDS = ("url", "source", "published", "collected", "language", "split")
_FINDING = (
    "name", "check", "severity", "document", "source", "file", "line", "start", "end", "message", "excerpt",
    "hit_start", "hit_end", "fingerprint", "accepted",
)  # fmt: skip


def build_report(
    scan: Scan,
    verdicts: Verdicts,
    ledger: Ledger,
    findings: Iterable[pl.DataFrame],
    gate: GateResult,
    config: Config,
    *,
    source: str = "",
    pieces: pl.DataFrame | None = None,
    annotated: pl.DataFrame | None = None,
    shared: pl.DataFrame | None = None,
    accepted: pl.DataFrame | None = None,
) -> dict[str, Any]:
    """Everything that was found, as plain values.

    Args:
        scan: The measured corpus.
        verdicts: What the policy says.
        ledger: The account of every row.
        findings: Columns of FINDINGS in the order of `findings.ordered`, some at a time.
        gate: The judged limits.
        config: For the fields to slice by.
        source: What was scanned, as the user named it.
        pieces: The pairs of `clusters.shown_pairs` side by side, from `findings.compare`.
        annotated: The documents of `samples.sample_documents` with their spans, from `findings.annotate`.
        shared: The lines of the documents of `repeats.repeat_documents`, from `findings.shared_lines`.
        accepted: `fingerprint`, `name` and `reason` of findings that the team accepts: they are shown and say so, and
            stand behind the others of their severity.
    """
    slices = Slices.of(scan)
    found = Found.of(findings, accepted, FINDINGS_SHOWN)
    measured = metrics(scan, verdicts.outcomes, tuple(config.report.by))
    report = {
        "schema": SCHEMA,
        "tool": {"name": "corpusqa", "version": version("corpusqa")},
        "corpus": _corpus(scan, source),
        "ledger": _ledger(ledger),
        "checks": check_sections(scan, found, measured.filter(by="")),
        "metrics": _own_metrics(scan, measured.filter(by="")),
        "slices": slice_sections(measured, slices),
        "clusters": cluster_sections(scan, verdicts, pl.DataFrame(schema=PAIRS) if pieces is None else pieces),
        "documents": [] if annotated is None else sample_sections(scan, verdicts, annotated),
        "repeats": [] if shared is None else repeat_sections(repeat_documents(scan), shared),
        "findings": records(found.shown.select(_FINDING)),
        "totals": _totals(found),
        "rules": rule_rows(verdicts),
        "columns": records(private_columns(scan)),
        "overlaps": overlap_rows(verdicts),
        "reasons": reason_rows(verdicts),
        "edits": edit_rows(verdicts),
        "alarms": _alarms(verdicts, slices),
        "gate": {"status": gate.status, "limits": _limits(gate, slices)},
        "unreadable": _unreadable(scan),
        "notes": [neutral_name(note, NOTE_LENGTH) for note in (*scan.notes, *verdicts.notes, *gate.notes)],
        "capped": dict(sorted(scan.capped.items())),
    }
    if scan.of is not None:
        report["sample"] = _sample(scan, measured.filter(by=""))
    if scan.reference:
        report["reference"] = reference_section(scan)
    whole = plain(report)
    assert isinstance(whole, dict)
    return whole


def _corpus(scan: Scan, source: str) -> dict[str, Any]:
    name = source if "://" in source else PurePath(source).name
    hidden, sums = False, {"bytes": 0, "chars": 0, **dict.fromkeys(FIELDS, 0)}
    for part in scan.held.parts("documents", ("file", "file_private", *sums)):
        hidden |= part.filter(pl.col("file_private") & (pl.col("file") == name)).height > 0
        sums |= {size: sums[size] + int(part[size].sum()) for size in ("bytes", "chars")}
        sums |= {field: sums[field] + part.height - part[field].null_count() for field in FIELDS}
    return {
        "name": neutral_name("" if hidden else name),
        "documents": scan.height,
        "bytes": sums["bytes"],
        "characters": sums["chars"],
        "digest": scan.digest,
        "fields": {field: sums[field] for field in FIELDS},
    }


def _own_metrics(scan: Scan, whole: pl.DataFrame) -> dict[str, float | None]:
    """The metrics that belong to no check; those of the checks stand with their signals and labels."""
    own = whole.filter(~pl.col("metric").str.split(".").list.first().is_in(list(scan.checks)))
    return dict(own.select("metric", "value").iter_rows())


def _sample(scan: Scan, whole: pl.DataFrame) -> dict[str, Any]:
    """What the sample says of all rows: `low` and `high` of every metric for which it says anything."""
    found = intervals(scan, whole).drop_nulls("low")
    rows = {metric: {"low": low, "high": high} for metric, low, high in found.select("metric", "low", "high").rows()}
    return {"rows": scan.read, "of": scan.of, "confidence": CONFIDENCE, "intervals": rows}


def _ledger(ledger: Ledger) -> dict[str, int]:
    return {name: getattr(ledger, name) for name in ("read", "kept", "edited", "dropped", "unreadable")}


def _totals(found: Found) -> dict[str, Any]:
    """How many findings there are, however few are shown."""
    severities = found.by("severity")
    return {
        "findings": int(found.counts["count"].sum()),
        "shown": found.shown.height,
        "accepted": int(found.counts.filter("accepted")["count"].sum()),
        "by_name": {name: count for (name,), count in found.by("name").items()},
        "by_severity": {name: severities.get((name,), 0) for name in SEVERITIES},
    }


def _limits(gate: GateResult, slices: Slices) -> list[dict[str, Any]]:
    rows = records(gate.rows)
    for row in rows:
        row["slice"] = slices.shown(row["slice"])
    return rows


def _alarms(verdicts: Verdicts, slices: Slices) -> list[dict[str, Any]]:
    """Rules that drop so much of a source that `clean` refuses to write."""
    rows = records(verdicts.alarms)
    for row in rows:
        row["rule"], row["source"] = neutral_name(row["rule"], 1000), slices.shown(row["source"])
    return rows


def _unreadable(scan: Scan) -> dict[str, Any]:
    """The first rows that could not be read; a private file name is left out, the row's number finds it."""
    rows = scan.unreadable.head(UNREADABLE_SHOWN).with_columns(file=pl.when(~pl.col("file_private")).then("file"))
    listed = records(rows.select("number", "file", "line", "offset", "reason"))
    for row in listed:
        row["file"], row["reason"] = neutral_name(row["file"]), neutral_name(row["reason"])
    reasons = scan.unreadable["reason"].value_counts().sort(["count", "reason"], descending=[True, False])
    counts = [{"reason": neutral_name(reason), "rows": count} for reason, count in reasons.head(20).iter_rows()]
    return {"count": scan.unreadable.height, "reasons": counts, "rows": listed}
