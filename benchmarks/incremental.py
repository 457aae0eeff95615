"""What a scan costs when one document in a hundred has changed, against measuring everything.

    python benchmarks/incremental.py [MEGABYTES | CORPUS.parquet] [CHECKS]

Generated text (see scale.py), or the column `text` of a Parquet file, as JSON Lines; one process, all checks unless
named. Compared are the CPU seconds of the first pass: reading, digests, every check, and what is looked up and written.
Changed documents lie anywhere.
"""

from __future__ import annotations

import json
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
from corpusqa.scan.unit import built

EVERY = 100


def generated(megabytes: int) -> list[str]:
    stream, documents, size = texts(np.random.default_rng(SEED), np.array(words(), dtype=object)), [], 0
    while size < megabytes * 1_000_000:
        documents.append(next(stream))
        size += len(documents[-1].encode())
    return documents


def written(path: Path, documents: list[str]) -> None:
    rows = ({"id": n, "url": f"https://example.org/{n}", "text": text} for n, text in enumerate(documents))
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def main() -> None:
    given = sys.argv[1] if len(sys.argv) > 1 else "10"
    names = sys.argv[2].split(",") if len(sys.argv) > 2 else None
    plugins = [load(check) for check in select(find(), names)]
    documents = generated(int(given)) if given.isdigit() else pl.read_parquet(given)["text"].to_list()
    with tempfile.TemporaryDirectory() as folder:
        path, spent = Path(folder) / "c.jsonl", []
        for changed in (False, True):
            if changed:
                documents = [f"{text} And more." if n % EVERY == 7 else text for n, text in enumerate(documents)]
            written(path, documents)
            flow = Flow(LocalEngine(1), Path(folder) / "work", lambda *_: None)
            built(tuple(plugin.spec for plugin in plugins))
            first = _first_pass(flow)
            scan(open_corpus(path), plugins, flow)
            spent.append(first())
    full, again = spent
    print(f"{len(documents):,} documents: all {full:.2f} s, 1 in {EVERY} changed {again:.2f} s: {again / full:.1%}")


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


if __name__ == "__main__":
    main()
