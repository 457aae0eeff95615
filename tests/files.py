"""What tests read and write: the seeds, the cases, and corpora in folders of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.corpus import Corpus, Rows

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
SHARED = ROOT.parent / "shared"
TOYS = ROOT / "tests" / "toy_checks.py"


def cases(name: str) -> list[dict[str, Any]]:
    """The rows of `tests/cases/<name>.jsonl`."""
    return _rows(ROOT / "tests" / "cases" / f"{name}.jsonl")


def seed_labels() -> list[dict[str, Any]]:
    """What is in each of the seeds, a row a file."""
    return _rows(SEEDS / "labels.jsonl")


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Files by their paths below `root`."""
    for name, content in files.items():
        _written(root / name, content)
    return root


def jsonl(path: Path, rows: Iterable[Mapping[str, Any]], tail: str = "") -> Path:
    """One object a line; a broken end may follow."""
    return _written(path, "".join(json.dumps(row) + "\n" for row in rows) + tail)


def _written(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read_all(corpus: Corpus) -> Rows:
    """All units as one, `row` counted over the whole corpus."""
    parts = [corpus.read(unit, full=True) for unit in corpus.units]
    starts = [sum(part.count for part in parts[:i]) for i in range(len(parts))]
    shifted = [pl.col("row") + start for start in starts]
    return Rows(
        pl.concat([part.documents.with_columns(row) for part, row in zip(parts, shifted, strict=True)]),
        None,
        pl.concat([part.unreadable.with_columns(row) for part, row in zip(parts, shifted, strict=True)]),
        sum(part.count for part in parts),
        sum(part.lines for part in parts),
    )
