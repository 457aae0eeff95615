"""What reading costs before any check, per CPU core, against polars reading the same columns.

    python benchmarks/reading.py [MEGABYTES]

Writes a corpus of generated text as JSON Lines (plain and gzip), CSV and Parquet into a temporary folder and reads it
back: the text and the fields (`brief`), whole rows with their digests, as a scan does (`full`), and what `--sample 100`
does: draw 100 rows by their ids and read them (`sample`). Best of three.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["POLARS_MAX_THREADS"] = "1"  # before polars is imported: the numbers are per core

import polars as pl

from corpusqa.corpus import Corpus, open_corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.scan.sampling import sampled

WORDS = ["harbour", "council", "paper", "éclair", "the", "of", "and", "水", "said", "river", "“market”", "train", "\n"]
COLUMNS = ["id", "text", "url", "source", "language"]
ROUNDS, SAMPLED = 3, 100


def generated(megabytes: int) -> list[dict[str, Any]]:
    """Rows of about 4 kB of text with a little of everything: escapes, accents, CJK."""
    chance = random.Random(0)
    rows: list[dict[str, Any]] = []
    size = 0
    while size < megabytes * 1_000_000:
        text = " ".join(chance.choices(WORDS, k=chance.randint(100, 1200)))
        size += len(text.encode())
        number = len(rows)
        row = {"id": number, "text": text, "url": f"https://a.example/{number}", "source": "a", "language": "en"}
        rows.append(row)
    return rows


def written(folder: Path, rows: list[dict[str, Any]]) -> list[Path]:
    """The rows in every format."""
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "plain.jsonl").write_text(lines)
    (folder / "escaped.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "packed.jsonl.gz").write_bytes(gzip.compress(lines.encode(), 3))
    with (folder / "table.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    pl.DataFrame(rows).write_parquet(folder / "table.parquet", row_group_size=8000)
    return sorted(folder.iterdir())


def seconds(run: Callable[[], object]) -> float:
    """CPU seconds of the best round."""
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        run()
        spent.append(time.process_time() - began)
    return min(spent)


def sample(corpus: Corpus) -> int:
    """Draw rows and read them, with nothing kept of an earlier round."""
    with tempfile.TemporaryDirectory() as work:
        drawn = sampled(open_corpus(corpus.source), Flow(LocalEngine(1), Path(work)), SAMPLED)
        return sum(drawn.read(unit, full=True, table=False).documents.height for unit in drawn.units)


def polars_scan(path: Path) -> Callable[[], object] | None:
    """The same columns read by polars, where it has a reader."""
    scans = {".jsonl": pl.scan_ndjson, ".csv": pl.scan_csv, ".parquet": pl.scan_parquet}
    scan = scans.get(path.suffix)
    return (lambda: scan(path).select(COLUMNS).collect()) if scan else None


def main() -> None:
    rows = generated(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    size = sum(len(row["text"].encode()) for row in rows) / 1e6
    print(f"{len(rows):,} rows, {size:.0f} MB of text; MB of text per CPU second")
    print(f"{'':16} {'brief':>8} {'full':>8} {'sample':>8} {'polars':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for path in written(Path(folder), rows):
            corpus = open_corpus(path)
            brief = seconds(lambda corpus=corpus: sum(corpus.read(unit).count for unit in corpus.units))
            full = seconds(
                lambda corpus=corpus: sum(corpus.read(unit, full=True, table=False).count for unit in corpus.units)
            )
            some = seconds(lambda corpus=corpus: sample(corpus))
            scan = polars_scan(path)
            peer = f"{size / seconds(scan):8.0f}" if scan else " " * 8
            print(f"{path.name:16} {size / brief:8.0f} {size / full:8.0f} {size / some:8.0f} {peer}")


if __name__ == "__main__":
    main()
