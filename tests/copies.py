"""Scans of texts by the check `duplication`, and what it ties together in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.corpus import open_corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.plugins import find, load
from corpusqa.scan.model import Scan
from corpusqa.scan.run import scan

ALL = {"also": ["passage"]}  # options with which every half runs


def scanned(folder: Path, texts: Sequence[str], names: Sequence[str] = ("duplication",), **options: Any) -> Scan:
    """The scan of texts, whose ids are their positions; options are those of the check, every half asked for."""
    options = {**ALL, **options}
    folder.mkdir(exist_ok=True)
    source = folder / "corpus.parquet"
    pl.DataFrame({"id": [f"{n:05d}" for n in range(len(texts))], "text": list(texts)}).write_parquet(source)
    plugins = [load(find()[name], options if name == "duplication" else None) for name in names]
    return scan(open_corpus(source), plugins, Flow(LocalEngine(1), folder / "work"))[0]


def edges(found: Scan, half: str) -> dict[tuple[int, int], float]:
    """The verified pairs of a half, with their similarity."""
    rows = found.edges.filter(pl.col("half") == f"duplication.{half}").select("a", "b", "similarity").rows()
    return {(a, b): similarity for a, b, similarity in rows}
