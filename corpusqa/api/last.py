"""The last scan of a work folder, for commands that work with a scan without reading the source again."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from pathlib import Path

from polars.exceptions import ColumnNotFoundError

from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.hashing import digest_of
from corpusqa.engines.parts import read_stage
from corpusqa.errors import UsageError
from corpusqa.scan.model import Scan
from corpusqa.scan.store import restore

_FILE = "last.json"


@dataclass(frozen=True)
class Last:
    """A stored scan.

    Attributes:
        scan: The scan.
        source: What was scanned, as the user named it; empty where that holds a private value.
        identity: Mark of what was read.
    """

    scan: Scan
    source: str
    identity: str


def mark(corpus: Corpus) -> str:
    """Says whether a source is the same without its identity, which is a secret of the work files."""
    return digest_of("last", corpus.identity())


def remember(work: Path, flow: Flow, corpus: Corpus, name: str) -> None:
    """Note which scan was the last one in a work folder, and what of: `name` as the user named it, or nothing."""
    said = {"scan": flow.work.name, "source": name, "identity": mark(corpus)}
    temporary = work / f"{_FILE}.{uuid.uuid4().hex[:8]}"
    temporary.write_text(json.dumps(said), encoding="utf-8")
    temporary.replace(work / _FILE)


def last(work: Path) -> Last:
    """The last scan in a work folder.

    Raises:
        UsageError: there is none, or one that another version of corpusqa stored.
    """
    said = _said(work / _FILE)
    stage = None if said is None else read_stage(work / said["scan"] / "scan", None)
    if said is None or stage is None:
        raise UsageError(f"{work}: holds no scan; run `corpusqa report SRC` first, or name its folder with --work")
    try:
        return Last(restore(stage), said["source"], said["identity"])
    except (
        KeyError,
        TypeError,
        ColumnNotFoundError,
    ):  # a table that was not stored then
        raise UsageError(
            f"{work}: the scan was stored by another version of corpusqa; run `corpusqa report "
            f"{said['source'] or 'SRC'}` again"
        ) from None


def _said(path: Path) -> dict[str, str] | None:
    """What `remember` noted; None if there is nothing, or something else."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return {name: str(said[name]) for name in ("scan", "source", "identity")}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
