"""What writing a release costs on top of reading and writing the same Parquet with pyarrow.

    python benchmarks/releasing.py [DOCUMENTS]

A corpus of generated text (100,000 documents are 500 MB) is scanned with a small check and written as a release, once
with no document edited, once with one in ten and once with two in three, each with a cut line and three masked values.
CPU seconds of one process, all threads; the best of ROUNDS interleaved rounds. pyarrow reads and writes with its
defaults (Snappy), and with the compression and the content-defined chunks of a release. What is added is the release's
time less pyarrow's, as a multiple of pyarrow's; the scan before and the second scan after it are not part of it.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpusqa.check import Batch, Check, Label, Measured
from corpusqa.config import CleanOptions
from corpusqa.corpus import open_corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.policy import judge, make_policy
from corpusqa.release import Recipe, write_release
from corpusqa.scan.run import scan
from corpusqa.testing import plugin

DOCUMENTS, LINES_EACH, LINES, VOCABULARY = 100_000, 8, 20_000, 20_000
GROUP, ROUNDS = 10_000, 2
SHARES = (0.0, 0.1, 2 / 3)
SAME = {"compression": "zstd", "compression_level": 3, "use_content_defined_chunking": True}
POLICY = CleanOptions(policy="none", cut=("planted.notice",), mask=("planted.address",), alarm_share=1.0)


def planted() -> Check:
    """The lines and addresses that `texts` plants."""

    def measure(batch: Batch) -> Measured:
        found = [
            _spans(batch, rf"(?m)^{pattern}", label)
            for pattern, label in ((r"We use [^\n]*$", "notice"), (r"Write to \S+", "address"))
        ]
        return Measured(pl.DataFrame(), pl.concat(found))

    labels = {"notice": Label("a notice", line=True), "address": Label("an address", "warning", private=True)}
    return Check({}, labels, measure=measure)


def _spans(batch: Batch, pattern: str, label: str) -> pl.DataFrame:
    import re

    rows = [
        (row, match.start(), match.end(), label)
        for row, text in enumerate(batch.text)
        for match in re.finditer(pattern, text)
    ]
    schema = {"row": pl.Int64, "start": pl.Int64, "end": pl.Int64, "label": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def texts(count: int, share: float) -> Iterator[str]:
    """Texts of about 5 kB with accents; `share` of them have a notice and three addresses."""
    chance = np.random.default_rng(0)
    letters = np.array(list("eeeeaaaiioouttnnsrrlldcmpgéü"))
    words = np.array(["".join(chance.choice(letters, size)) for size in chance.integers(2, 11, VOCABULARY)])
    # words as frequent as in a language: the nth about 1/n as often as the first; more lines than a compressor sees
    ranks = np.minimum(chance.zipf(1.2, (LINES, 100)), VOCABULARY) - 1
    pool = [" ".join(line) for line in words[ranks].tolist()]
    for number in range(count):
        lines = [pool[at] for at in chance.integers(0, LINES, LINES_EACH).tolist()]
        if chance.random() < share:
            address = f"Write to a{number % 7}@example.org"
            lines[1:1] = [address, "We use cookies to improve this page", ""]
            lines += [address, f"Write to b{number}@example.org"]
        yield "\n".join(lines)


def corpus_file(path: Path, count: int, share: float) -> None:
    """The corpus as Parquet with an id, the text and two further columns."""
    found = texts(count, share)
    schema = pa.schema({"id": pa.string(), "text": pa.string(), "url": pa.string(), "score": pa.float64()})
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, count, GROUP):
            numbers = range(start, min(start + GROUP, count))
            columns = [
                [f"d{n}" for n in numbers],
                [next(found) for _ in numbers],
                [f"https://a.example/{n}" for n in numbers],
                [n / 7 for n in numbers],
            ]
            writer.write_table(pa.table(columns, schema=schema))


def releasing(source: Path, work: Path) -> Callable[[Path], object]:
    """Scans a corpus; what it returns writes the release into a folder."""
    from releasing import planted as check_of  # by the name of its file, under which its code is found

    corpus, flow, check = open_corpus(source, None, work=work), Flow(LocalEngine(1), work / "flow"), plugin(check_of)
    found, _ = scan(corpus, [check], flow)
    verdicts = judge(found, make_policy(POLICY, found.checks), None)
    return lambda out: write_release(corpus, found, verdicts, (check.spec,), flow, out, Recipe())


def plain(source: Path, out: Path, **options: Any) -> None:
    """Read and write the same with pyarrow."""
    pq.write_table(pq.read_table(source), out, **options)


def seconds(run: Callable[[Path], object], out: Path) -> float:
    """CPU seconds of one run."""
    began = time.process_time()
    run(out)
    return time.process_time() - began


def measured(source: Path, folder: Path) -> str:
    """One line of results; in a process of its own, so that its peak of memory is that of the release."""
    release = releasing(source, folder / "work")
    release(folder / "first")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    runs = (partial(plain, source), partial(plain, source, **SAME), release)
    spent = [[seconds(run, folder / f"{number}-{turn}") for number, run in enumerate(runs)] for turn in range(ROUNDS)]
    default, same, ours = map(min, zip(*spent, strict=True))
    return f"{default:7.2f} {same:7.2f} {ours:7.2f}   {ours / default - 1:5.2f}x {ours / same - 1:5.2f}x   {peak:.2f}"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS
    print(f"{count:,} documents; CPU seconds: pyarrow's defaults, pyarrow as a release; the release; added; peak in GB")
    processes = get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        for share in SHARES:
            source, folder = Path(name) / f"{share:.2f}.parquet", Path(name) / f"{share:.2f}"
            for task, arguments in ((corpus_file, (source, count, share)), (measured, (source, folder))):
                with processes.Pool(1) as pool:
                    said = pool.apply(task, arguments)
            print(f"{share:6.0%} edited {said}", flush=True)


if __name__ == "__main__":
    main()
