"""How long a policy and a gate take over a large scan, without any text.

    python benchmarks/judging.py [DOCUMENTS]

Builds a scan of DOCUMENTS (by default a million) from random numbers: 300 sources, three spans to a document, exact and
near clusters over two thirds of them. Prints wall and CPU seconds and the peak memory of each step.
"""

from __future__ import annotations

import dataclasses
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from corpusqa.config import CleanOptions, Config, GateOptions, Limit
from corpusqa.gate import evaluate, metrics
from corpusqa.plugins import find, load, select
from corpusqa.policy import Ledger, judge, make_policy
from corpusqa.scan.describe import describe
from corpusqa.scan.held import InMemory
from corpusqa.scan.model import CLUSTERS, DOCUMENTS, EDGES, FAILURES, SPANS, UNREADABLE, CheckInfo, Scan

CHECKS = ("boilerplate", "cookie_text", "duplication", "language", "pii", "text")
SOURCES, SPANS_EACH, CLUSTER = 300, 3, 9
LABELS = ("pii.email", "pii.phone", "cookie_text.notice", "boilerplate.nav")
LIMIT = Limit(error=1e9, by=("source",))


def documents(count: int) -> pl.DataFrame:
    """Documents in a random order of their ids."""
    rank = pl.col("doc")
    table = pl.DataFrame({"doc": np.random.default_rng(1).permutation(count)}).with_columns(
        id=pl.format("page-{}", rank),
        number=pl.int_range(count),
        row=pl.int_range(count),
        url=pl.format("https://site{}.example.org/{}", rank % 5000, rank),
        source=pl.format("source-{}", rank % SOURCES),
        published=pl.lit("2020-01-31T00:00:00Z"),
        split=pl.lit("train"),
        bytes=pl.lit(3000),
        digest=rank.cast(pl.String).str.pad_start(32, "0"),
    )
    private = {name: pl.lit(value=False) for name in DOCUMENTS if name.endswith("_private")}
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in DOCUMENTS.items() if name not in table.columns]
    return table.with_columns(absent).with_columns(**private).select(pl.col(n).cast(t) for n, t in DOCUMENTS.items())


def signals(docs: pl.Series, checks: dict[str, CheckInfo]) -> pl.DataFrame:
    """Random numbers for every signal of numbers, a word for the others."""
    rng = np.random.default_rng(2)
    make: dict[str, Callable[[], Any]] = {
        "Float64": lambda: rng.random(docs.len()),
        "Int64": lambda: rng.integers(0, 5, docs.len()),
        "Boolean": lambda: rng.random(docs.len()) > 0.5,
        "String": lambda: pl.Series(rng.choice(["de", "en"], docs.len())),
        "Date": lambda: pl.repeat(None, docs.len(), dtype=pl.Date, eager=True),
    }
    columns = {f"{c.name}.{name}": make[s.dtype]() for c in checks.values() for name, s in c.signals.items()}
    return pl.DataFrame({"doc": docs, **columns})


def synthetic(count: int) -> Scan:
    """A scan of `count` documents."""
    checks = describe([load(found) for found in select(find(), CHECKS)])
    table, rng = documents(count), np.random.default_rng(3)
    spans = pl.DataFrame({"doc": rng.integers(0, count, SPANS_EACH * count)}).with_columns(
        start=pl.lit(0, pl.Int64),
        end=pl.lit(5, pl.Int64),
        label=pl.Series(rng.choice(LABELS, SPANS_EACH * count)),
        score=pl.lit(1.0),
        why=pl.lit(None, pl.String),
    )
    tied = pl.DataFrame({"doc": range(count)}).filter(pl.col("doc") % 3 != 0)
    tied = tied.with_columns(cluster=pl.format("page-{}", pl.col("doc") // CLUSTER))
    halves = [tied.with_columns(half=pl.lit(f"duplication.{half}")).select(*CLUSTERS) for half in ("exact", "near")]
    tables = {
        "documents": table,
        "signals": signals(table["doc"], checks),
        "spans": spans.select(*SPANS).sort("doc", "start", "end", "label"),
    }
    return Scan(
        held=InMemory({name: [frame] for name, frame in tables.items()}),
        edges=pl.DataFrame(schema=EDGES),
        clusters=pl.concat(halves),
        unreadable=pl.DataFrame(schema=UNREADABLE),
        failures=pl.DataFrame(schema=FAILURES),
        checks=checks,
        digest="0" * 64,
        read=count,
        duplicate_ids=pl.DataFrame(schema={"id": pl.String, "count": pl.Int64}),
    )


def timed(name: str, step: Callable[[], Any]) -> Any:
    """Run a step and print what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = step()
    spent = f"{time.perf_counter() - wall:6.2f} s wall {time.process_time() - cpu:6.2f} s CPU"
    print(f"{name:28} {spent} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:6} MB peak")
    return result


def main(count: int) -> None:
    """Time every step."""
    scan = synthetic(count)
    print(f"{count:,} documents, {scan.spans.height:,} spans, {scan.clusters.height:,} members of clusters")
    assert scan.frame.height == count
    for name in ("safe", "web"):
        policy = make_policy(dataclasses.replace(CleanOptions(), policy=name), scan.checks)
        verdicts = timed(f"judge, policy {name}", lambda policy=policy: judge(scan, policy))
    timed("ledger", lambda: Ledger.of(scan, verdicts).checked())
    timed("gate, built-in limits", lambda: evaluate(scan, verdicts, Config()))
    limits = {"pii.email.per_mb": LIMIT, "boilerplate.ratio.p90": LIMIT}
    timed("gate, two limits by source", lambda: evaluate(scan, verdicts, Config(gate=GateOptions(limits))))
    timed("all metrics by source", lambda: metrics(scan, verdicts.outcomes, ["source"]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
