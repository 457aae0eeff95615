"""What a second run of `duplication` costs when one document in a hundred has changed, against the first.

    python benchmarks/second_run.py [CORPUS.parquet] [--documents 100000] [--changed 100] [--select duplication]

CORPUS has columns id and text; without one the texts are those of scale.py. A corpus with fewer documents than asked
for is repeated with a letter before each word of five letters and more, which leaves lengths and structure and makes no
copies. Every run is a process of its own with one thread; its CPU seconds (user and system, imports included) are those
of a whole scan: first pass, index of the halves, verification, and the tables of the scan. Changed documents lie
anywhere and have one sentence more.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import string
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

GROUP_ROWS = 2000
LONG_WORD = r"\b([A-Za-z]{5,})\b"


def corpus(given: str | None, count: int) -> pl.DataFrame:
    """`id` and `text` of so many documents, in an order without meaning."""
    if given is None:
        import numpy as np
        from scale import SEED, texts, words

        stream = texts(np.random.default_rng(SEED), np.array(words(), dtype=object))
        return pl.DataFrame({"id": [f"d{n}" for n in range(count)], "text": [next(stream) for _ in range(count)]})
    first = pl.read_parquet(given, columns=["id", "text"]).with_columns(pl.col("id").cast(pl.String))
    frames = [first]
    for letter in string.ascii_lowercase[::-1][: -(-count // first.height) - 1]:
        other = pl.col("text").str.replace_all(LONG_WORD, letter + "${1}")
        frames.append(first.with_columns(pl.col("id") + letter, other))
    return pl.concat(frames).head(count).sample(fraction=1, shuffle=True, seed=3)


def run(source: str, work: str, names: str) -> None:
    """One scan; prints its CPU seconds by stage."""
    from corpusqa.corpus import open_corpus
    from corpusqa.engines.flow import Flow
    from corpusqa.engines.local import LocalEngine
    from corpusqa.plugins import find, load, select
    from corpusqa.scan.run import scan

    plugins = [load(check) for check in select(find(), names.split(","))]
    stages: dict[str, float] = {}

    def timed(flow: Flow, name: str, *said: object) -> object:
        began = spent()
        made = real(flow, name, *said)  # type: ignore[arg-type]
        kind = name.partition(".")[0]
        stages[kind] = stages.get(kind, 0.0) + spent() - began
        return made

    real, Flow._stage = Flow._stage, timed  # type: ignore[method-assign, assignment]
    found, _ = scan(open_corpus(Path(source)), plugins, Flow(LocalEngine(1), Path(work)))
    pairs = found.edges.height
    print(json.dumps({"cpu": spent(), "stages": stages, "pairs": pairs}))


def spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?")
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--changed", type=int, default=100, help="one document in so many")
    parser.add_argument("--select", default="duplication")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.run:
        run(*said.run, said.select)
        return
    documents, nth = corpus(said.corpus, said.documents), pl.int_range(pl.len()) % said.changed
    more = pl.col("text") + "\nAnd one more sentence was added to it."
    states = documents, documents.with_columns(pl.when(nth == 7 % said.changed).then(more).otherwise("text"))
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        place, work = Path(folder) / "source", Path(folder) / "work"
        place.mkdir()
        for state in states:
            state.write_parquet(place / "c.parquet", row_group_size=GROUP_ROWS)
            command = [sys.executable, __file__, "--select", said.select, "--run", str(place), str(work)]
            done = subprocess.run(
                command, check=True, capture_output=True, env={**os.environ, "POLARS_MAX_THREADS": "1"}
            )
            figures.append(json.loads(done.stdout))
        found = (path.stat() for path in work.rglob("*") if path.is_file())
        kept = sum({file.st_ino: file.st_size for file in found}.values())  # of files with several names one
    size = documents["text"].str.len_bytes().sum() / 1e6
    print(f"{documents.height:,} documents, {size:.0f} MB; work folder {kept / 1e6:.0f} MB")
    for name, one in zip(("first", "second"), figures, strict=True):
        stages = ", ".join(f"{kind} {cpu:.2f}" for kind, cpu in one["stages"].items() if cpu >= 0.05)
        print(f"{name}: {one['cpu']:.2f} CPU s, {one['pairs']:,} pairs ({stages})")
    print(f"ratio {figures[1]['cpu'] / figures[0]['cpu']:.3f}")


if __name__ == "__main__":
    main()
