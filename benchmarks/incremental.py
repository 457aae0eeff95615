"""What a scan costs when one document in a hundred has changed, against measuring everything.

    python benchmarks/incremental.py [MEGABYTES | CORPUS.parquet] [CHECKS]

Generated text (see scale.py), or the column `text` of a Parquet file, as JSON Lines; all checks unless named, one
thread. Compared are the CPU seconds of the first pass: reading, digests, all checks, what is looked up and written.
The first line is of one process that scans both states of the corpus, so that tables and models are there the second
time; the second of two processes, each of which loads what it needs, with the CPU seconds of the whole of them
(imports, first pass, index, corpus halves) in brackets. Changed documents lie anywhere.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
from scale import SEED, texts, words

from corpusqa.corpus import open_corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.plugins import find, load, select
from corpusqa.scan.run import scan

EVERY = 100


def generated(megabytes: int) -> list[str]:
    stream, documents, size = texts(np.random.default_rng(SEED), np.array(words(), dtype=object)), [], 0
    while size < megabytes * 1_000_000:
        documents.append(next(stream))
        size += len(documents[-1].encode())
    return documents


def written(path: Path, documents: list[str]) -> Path:
    rows = ({"id": n, "url": f"https://example.org/{n}", "text": text} for n, text in enumerate(documents))
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def run(names: str, work: Path, copy: Path, sources: list[Path]) -> None:
    """Scan states of a corpus one after the other; prints the CPU seconds of each: of its first pass, and altogether.

    The work folder is copied after the first.
    """
    plugins = [load(check) for check in select(find(), names.split(",") if names else None)]
    spent = []
    for source in sources:
        flow = Flow(LocalEngine(1), work, lambda *_: None)
        first = _first_pass(flow)
        scan(open_corpus(source), plugins, flow)
        spent.append((first(), time.process_time()))
        if source is sources[0] and not copy.exists():
            shutil.copytree(work, copy)
    print(json.dumps(spent))


def _first_pass(flow: Flow):  # noqa: ANN202
    """CPU seconds until the stage `measure` is there."""
    began, found = time.process_time(), []
    real = flow.map

    def timed(name: str, *args: object, **options: object) -> object:
        stage = real(name, *args, **options)  # type: ignore[arg-type]
        if name == "measure":
            found.append(time.process_time() - began)
        return stage

    flow.map = timed  # type: ignore[method-assign, assignment]
    return lambda: found[0]


def _process(*said: str | Path) -> list[list[float]]:
    command = [sys.executable, __file__, "--run", *map(str, said)]
    env = {**os.environ, "POLARS_MAX_THREADS": "1"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=env)
    found: list[list[float]] = json.loads(done.stdout)
    return found


def main() -> None:
    if "--run" in sys.argv:
        _, _, names, work, copy, *sources = sys.argv
        run(names, Path(work), Path(copy), [Path(source) for source in sources])
        return
    given = sys.argv[1] if len(sys.argv) > 1 else "10"
    names = sys.argv[2] if len(sys.argv) > 2 else ""
    documents = generated(int(given)) if given.isdigit() else pl.read_parquet(given)["text"].to_list()
    changed = [f"{text} And more." if n % EVERY == 7 else text for n, text in enumerate(documents)]
    with tempfile.TemporaryDirectory() as folder:
        before, after = (
            written(Path(folder) / name / "c.jsonl", state) for name, state in (("a", documents), ("b", changed))
        )
        work, copy = Path(folder) / "work", Path(folder) / "copy"
        (full, whole), (again, _) = _process(names, work, copy, before, after)
        ((fresh, all_again),) = _process(names, copy, work, after)
    megabytes = sum(len(text.encode()) for text in documents) / 1e6
    print(f"{len(documents):,} documents, {megabytes:.0f} MB, 1 in {EVERY} changed; CPU seconds")
    print(f"one process:   {full:.2f}, then {again:.2f}: {again / full:.1%}")
    print(f"two processes: {full:.2f} ({whole:.2f}), then {fresh:.2f} ({all_again:.2f}): {fresh / full:.1%}")


if __name__ == "__main__":
    main()
