"""A million copies of one document, and a million near copies of one: CPU time and memory, and what the report limits.

    python benchmarks/families.py [copies near] [--documents 1000000] [--memory 2GB] [--workers 2] [--work DIR]

A document has 80 pseudo-words; of each near copy one or two are changed, so that some pairs are above the threshold of
`near` and most are below it. CPU seconds and memory are measured as in `scale.py`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scale

WORDS, GROUP_ROWS = 80, 20_000


def texts(kind: str, count: int) -> Iterator[str]:
    """Copies or near copies of one text."""
    chance, vocabulary = np.random.default_rng(scale.SEED), scale.words()
    base = [vocabulary[n] for n in chance.integers(0, len(vocabulary), WORDS)]
    for _ in range(count):
        words = list(base)
        if kind == "near":
            for place in chance.integers(0, WORDS, 1 + int(chance.integers(2))):
                words[place] = vocabulary[int(chance.integers(len(vocabulary)))]
        yield " ".join(words) + "."


def write_corpus(path: Path, kind: str, count: int) -> None:
    """One Parquet file."""
    schema, stream = pa.schema({"id": pa.string(), "text": pa.string()}), texts(kind, count)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, count, GROUP_ROWS):
            numbers = range(start, min(count, start + GROUP_ROWS))
            columns = [[f"doc-{n:09}" for n in numbers], [next(stream) for _ in numbers]]
            writer.write_table(pa.table(columns, schema=schema))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", default=["copies", "near"])
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--workers", default="2")
    parser.add_argument("--work", type=Path, help="a folder with room for the corpora and their work files")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="corpusqa-families-", dir=asked.work))
    try:
        for kind in asked.kinds:
            source, out = folder / f"{kind}.parquet", folder / f"out-{kind}"
            write_corpus(source, kind, asked.documents)
            options = ["--select", "text,duplication", "--workers", asked.workers, "--memory", asked.memory]
            places = ["--work", str(folder / f"work-{kind}"), "-o", str(out)]
            command = [sys.executable, "-m", "corpusqa", "report", str(source), *options, *places]
            found = scale.run(command, folder / f"log-{kind}")
            report = json.loads((out / "report.json").read_text())
            said = {name: round(value, 1) for name, value in found.items()}
            print(
                json.dumps({"kind": kind, **said, "ledger": report["ledger"], "capped": report["capped"]}), flush=True
            )
            shutil.rmtree(folder / f"work-{kind}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
