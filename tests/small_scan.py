"""Scans of a few documents, built by hand, for tests of what judges and limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corpusqa.scan.held import InMemory
from corpusqa.scan.model import (
    CLUSTERS,
    DOCUMENTS,
    EDGES,
    FAILURES,
    SPANS,
    UNREADABLE,
    CheckInfo,
    LabelInfo,
    Scan,
    SignalInfo,
)


def check(
    name: str,
    signals: Mapping[str, str] | None = None,
    labels: Sequence[str] = (),
    halves: Sequence[str] = (),
    version: str = "1.0",
    private: bool = False,
) -> CheckInfo:
    """A check as declared: signals with the names of their types, labels, Links halves."""
    declared = {**(signals or {}), **dict.fromkeys(halves, "String")}
    return CheckInfo(
        name=name,
        version=version,
        origin=f"corpusqa {version}",
        about=name,
        doc=name,
        options={},
        fingerprint="0",
        signals={n: SignalInfo(dtype, n) for n, dtype in declared.items()},
        labels={n: LabelInfo(n, "warning", line=False, main=True, private=private) for n in (*labels, *halves)},
        halves=dict.fromkeys(halves, "links"),
        suggest={},
    )


CHECKS = {
    c.name: c
    for c in (
        check("boilerplate", {"ratio": "Float64"}, ["header", "nav", "social", "newsletter", "sponsor", "legal"]),
        check("cookie_text", {"share": "Float64"}, ["notice"]),
        check("pii", {"count": "Int64"}, ["email", "phone", "secret", "private_key"], private=True),
        check("duplication", {}, [], ["exact", "near"]),
        check("language", {"label": "String"}),
        check("dates", {"first": "Date", "certain": "Boolean"}, ["wrong_weekday"]),
        check("text", {"letters_share": "Float64", "repeated_lines_share": "Float64", "mojibake": "Float64"}),
    )
}


def scan(
    documents: Mapping[str, Sequence[Any]] | int,
    signals: Mapping[str, Sequence[Any]] | None = None,
    spans: Sequence[tuple[int, int | None, int | None, str]] = (),
    clusters: Mapping[str, Sequence[Sequence[int]]] | None = None,
    failures: Sequence[tuple[int, str]] = (),
    unreadable: int = 0,
    checks: Mapping[str, CheckInfo] = CHECKS,
    duplicate_ids: Sequence[tuple[str, int]] = (),
) -> Scan:
    """A scan of documents numbered from 0, whose ids are `d0`, `d1`, ... unless they are given.

    Args:
        documents: Columns of DOCUMENTS, or a number of documents; what is not given gets a plain value.
        signals: Columns by full name; what is not given is null.
        spans: `doc`, `start`, `end`, `label`.
        clusters: Groups of documents by half.
        failures: `doc`, `check`.
        unreadable: Rows after the documents that cannot be read.
        checks: The selected checks.
        duplicate_ids: `id`, `count`.
    """
    given = {} if isinstance(documents, int) else dict(documents)
    height = documents if isinstance(documents, int) else len(next(iter(given.values())))
    declared = {f"{c.name}.{n}": getattr(pl, s.dtype) for c in checks.values() for n, s in c.signals.items()}
    groups = [
        (half, f"d{min(members)}", doc)
        for half, found in (clusters or {}).items()
        for members in found
        for doc in members
    ]
    tied = pl.DataFrame(groups, schema=CLUSTERS, orient="row")
    values = {name: [None] * height for name in declared} | dict(signals or {})
    for half in clusters or {}:
        named = dict(tied.filter(pl.col("half") == half).select("doc", "cluster").iter_rows())
        values[half] = [named.get(doc) for doc in range(height)]
    measured = pl.DataFrame({"doc": range(height), **values}, schema={"doc": pl.Int64, **declared}, strict=False)
    marked = pl.DataFrame([(*span, None, None) for span in spans], schema=SPANS, orient="row").sort("doc", "start")
    return Scan(
        held=InMemory({"documents": [_documents(given, height)], "signals": [measured], "spans": [marked]}),
        edges=pl.DataFrame(schema=EDGES),
        clusters=tied.sort("half", "cluster", "doc"),
        unreadable=_unreadable(height, unreadable),
        failures=pl.DataFrame([(*f, "ValueError at x.py:1") for f in failures], schema=FAILURES, orient="row"),
        checks=checks,
        digest="0" * 64,
        read=height + unreadable,
        duplicate_ids=pl.DataFrame(list(duplicate_ids), schema={"id": pl.String, "count": pl.Int64}, orient="row"),
    )


def _documents(given: Mapping[str, Sequence[Any]], height: int) -> pl.DataFrame:
    numbers = list(range(height))
    plain: dict[str, Sequence[Any]] = {
        "doc": numbers,
        "id": [f"d{n}" for n in numbers],
        "number": numbers,
        "unit": [0] * height,
        "row": numbers,
        "chars": [1000] * height,
        "bytes": [1000] * height,
        "digest": [f"{n:032x}" for n in numbers],
        **{name: [False] * height for name in DOCUMENTS if name.endswith("_private")},
    }
    values = {name: given.get(name, plain.get(name, [None] * height)) for name in DOCUMENTS}
    return pl.DataFrame(values, schema=DOCUMENTS)


def _unreadable(first: int, count: int) -> pl.DataFrame:
    rows = [{"number": first + n, "reason": "broken", "rest": False, "file_private": False} for n in range(count)]
    return pl.DataFrame(rows, schema=UNREADABLE)
