"""What a corpus is compared with: an earlier report, or an earlier corpus scanned again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from corpusqa.config import GateOptions
from corpusqa.errors import CannotEvaluate
from corpusqa.gate.catalogue import CUT_SHORT, DOCUMENTS, DUPLICATE_IDS, FAILED, UNREADABLE, catalogue
from corpusqa.gate.limits import limits_of
from corpusqa.gate.metrics import METRICS, metrics
from corpusqa.gate.stored import stored_report
from corpusqa.scan.model import Scan

# Where a report lies below what a user names: a report folder, a release.
_PLACES = ("report.json", "corpusqa/report.json")


# Metrics of a source as a whole: comparing them over the documents that are in both would find nothing.
OF_THE_SOURCE = (
    DOCUMENTS,
    f"{CUT_SHORT}.count",
    f"{DUPLICATE_IDS}.count",
    f"ledger.{UNREADABLE}.count",
    f"ledger.{UNREADABLE}.share",
)


class Judged(Protocol):
    """What the gate needs of verdicts: `outcomes` with `doc` and `verdict`."""

    @property
    def outcomes(self) -> pl.DataFrame:
        """One row per document."""


@dataclass(frozen=True)
class Base:
    """What `max_increase` and `max_drop` compare with.

    Attributes:
        name: As the user calls it.
        measured: Columns of METRICS.
        versions: Version of each check that measured it.
        docs: The documents of the present corpus that are in both; None compares the corpora as wholes.
    """

    name: str
    measured: pl.DataFrame
    versions: Mapping[str, str]
    docs: pl.Series | None = field(default=None, compare=False, repr=False)


def find_report(path: Path) -> Path | None:
    """The report.json that a path means: the file, one in a report folder, one in a release; None for anything else."""
    if path.is_file():
        return path if path.suffix == ".json" and path.stem.startswith("report") else None
    return next((path / place for place in _PLACES if (path / place).is_file()), None)


def read_report(path: Path) -> dict[str, Any]:
    """A report.json to compare with.

    Raises:
        CannotEvaluate: it cannot be read, is cut off, is no report, or comes from another version of the schema.
    """
    try:
        return stored_report(path)
    except OSError as error:
        raise CannotEvaluate(f"{path}: the base cannot be read ({error.strerror})") from None
    except CannotEvaluate as error:
        raise CannotEvaluate(f"the base {error}") from None


def base_of_report(report: Mapping[str, Any], name: str) -> Base:
    """An earlier report as a base; the corpora are compared as wholes, since a report does not list its documents.

    Raises:
        CannotEvaluate: the report lacks what every report has.
    """
    try:
        rows = [(metric, "", "", value, None) for metric, value in _whole(report).items()]
        for part in report.get("slices", ()):
            sizes = {DOCUMENTS: part["documents"], **part["metrics"]}
            rows += [(metric, part["by"], part["value"], value, part["documents"]) for metric, value in sizes.items()]
        versions = {check: str(said["version"]) for check, said in report["checks"].items()}
        measured = pl.DataFrame(rows, schema=METRICS, orient="row", strict=False)
    except (KeyError, TypeError, AttributeError) as error:
        raise CannotEvaluate(f"{name}: the base is a damaged report ({type(error).__name__} at {error})") from None
    return Base(name, measured, versions)


def base_of_scan(scan: Scan, base: Scan, verdicts: Judged, options: GateOptions, name: str) -> Base:
    """An earlier corpus as a base: documents that are in both (by public id) are compared.

    New documents are judged by absolute limits alone, so that a stream in which every day differs is not red by
    construction. Numbers of the source itself (documents, unreadable rows, repeated ids) are compared as wholes.

    Args:
        scan: The present corpus.
        base: The earlier one.
        verdicts: Those of the earlier one.
        options: The limits that will be judged.
        name: What the user calls the base.
    """
    limits, _ = limits_of(options, scan.checks)
    by = list(dict.fromkeys(key for limit in limits.values() for key in limit.by))
    known = catalogue(base.checks)
    names = [metric for metric in limits if metric in known]
    earlier = base.take("documents", "id", "doc").rename({"doc": "earlier"})
    both = scan.take("documents", "id", "doc").join(earlier, on="id")
    by = [key for key in by if key in base.held.schema("documents") or key in base.held.schema("signals")]
    common = metrics(base, verdicts.outcomes, by, names=of_documents(names), docs=both["earlier"])
    whole = metrics(base, verdicts.outcomes, by, names=[n for n in names if n not in of_documents(names)])
    versions = {check.name: check.version for check in base.checks.values()}
    return Base(name, pl.concat([whole, common]), versions, both["doc"])


def of_documents(names: Iterable[str]) -> list[str]:
    """Metrics over documents, as opposed to those of a source as a whole."""
    return [name for name in names if name not in OF_THE_SOURCE]


def _whole(report: Mapping[str, Any]) -> dict[str, float | None]:
    """The metrics of the whole corpus that a report holds."""
    ledger, documents = report["ledger"], report["corpus"]["documents"]
    found: dict[str, float | None] = {DOCUMENTS: documents}
    for outcome, count in ledger.items():
        found |= {f"ledger.{outcome}.count": count, f"ledger.{outcome}.share": count / max(ledger["read"], 1)}
    found[f"{FAILED}.count"] = sum(check["failed"] for check in report["checks"].values())
    for check, said in report["checks"].items():
        for name, part in [*said["labels"].items(), *said["signals"].items()]:
            found |= {f"{check}.{name}.{statistic}": value for statistic, value in part["statistics"].items()}
    return found
