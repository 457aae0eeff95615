"""CPU time of near-duplicate search: this project's kernels, other libraries, and `wc -w` on the same bytes.

    python benchmarks/duplication.py CORPUS.parquet [--pairs PAIRS.parquet] [--peers PYTHON] [--rounds 3]

CORPUS has the columns id and text, PAIRS id_a, id_b and jaccard (labelled pairs, for recall). PYTHON is an interpreter
of an environment in which other libraries are installed; it may be given more than once, because text-dedup and
datatrove (with spaCy) need an environment of their own each. What no interpreter has is left out. Every engine runs on
one thread in a process of its own, all engines in turn in each round, and the least CPU time (user and system, after
the texts are in memory) counts: quote ratios, not seconds. Ours works in batches, buckets and blocks as a scan does.
text-dedup and datatrove work from files to files, take minutes and run in the first round only. `added_mb` is the peak
of resident memory of the process above what was there before, on Linux, `added_kb` the same by document; of text-dedup,
whose processes are its own, they say nothing. All engines look for pairs of word 5-grams with a Jaccard similarity of
0.8; only ours verifies what it reports. Writes duplication.json beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

THRESHOLD = 0.8
OURS = ("signature", "near")
# Text in a batch or block, and buckets of keys: what is held beside the keys of all documents is a few times the one,
# and what one of the others holds. No time is lost with as little.
BATCH, BUCKETS = 8_000_000, 8
# Engine -> the module that has to be there.
PEERS = {
    "rensa": "rensa",
    "gaoya": "gaoya",
    "datasketch": "datasketch",
    "textdedup": "text_dedup",
    "datatrove": "datatrove",
}
SLOW = ("textdedup", "datatrove")  # they work from files to files, with their own imports in it
WORD = re.compile(r"\w+")


def grams(text: str) -> list[str]:
    found = WORD.findall(text.lower())
    return [" ".join(found[n : n + 5]) for n in range(max(1, len(found) - 4))]


def rensa(texts: list[str]) -> set[tuple[int, int]]:
    from rensa import RMinHash, RMinHashLSH

    made = RMinHash.from_token_sets([grams(text) for text in texts], num_perm=128, seed=42)
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=128, num_bands=16)
    index.insert_many(made)
    found = enumerate(index.query_all(made))
    return {(min(i, j), max(i, j)) for i, row in found for j in row if i != j and made[i].jaccard(made[j]) >= THRESHOLD}


def gaoya(texts: list[str]) -> set[tuple[int, int]]:
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=THRESHOLD,
        num_bands=16,
        band_size=8,
        analyzer="word",
        lowercase=True,
        ngram_range=(5, 5),
    )
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    found = enumerate(index.par_bulk_query(texts))
    return {(min(i, j), max(i, j)) for i, row in found for j in row if i != j}


def datasketch(texts: list[str]) -> set[tuple[int, int]]:
    from datasketch import MinHash, MinHashLSH

    first = MinHash(num_perm=128)
    made = []
    for text in texts:
        one = MinHash(num_perm=128, permutations=first.permutations, scheme=first.scheme)
        one.update_batch([gram.encode() for gram in grams(text)])
        made.append(one)
    index = MinHashLSH(threshold=THRESHOLD, num_perm=128)
    with index.insertion_session() as session:
        for number, one in enumerate(made):
            session.insert(number, one)
    return {
        (i, j) for i, one in enumerate(made) for j in index.query(one) if j > i and one.jaccard(made[j]) >= THRESHOLD
    }


def textdedup(texts: list[str]) -> set[tuple[int, int]]:
    """Its MinHash script, from Parquet to a saved data set; it reports what stays, not pairs."""
    import tempfile

    import pyarrow as pa
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        pq.write_table(pa.table({"id": list(range(len(texts))), "text": texts}), f"{folder}/in.parquet")
        options = {"path": "parquet", "data_files": f"{folder}/in.parquet", "split": "train"}
        options |= {"cache_dir": f"{folder}/cache", "output": f"{folder}/out", "column": "text", "idx_column": "id"}
        options |= {"ngram": "5", "num_perm": "128", "threshold": str(THRESHOLD), "hash_func": "xxh3"}
        options |= {"hash_bits": "32", "min_length": "0", "batch_size": "10000", "num_proc": "1"}
        command = [sys.executable, "-m", "text_dedup.minhash"]
        command += [word for name, value in options.items() for word in (f"--{name}", value)]
        home = {"HF_HUB_OFFLINE": "1", "HF_HOME": f"{folder}/home", "HF_DATASETS_CACHE": f"{folder}/home"}
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, **home})
    return set()


def datatrove(texts: list[str]) -> set[tuple[int, int]]:
    """Its four stages (signatures, buckets, clusters, filter) from JSON lines to JSON lines, 14 buckets of 8 hashes."""
    import tempfile

    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import (
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupFilter,
        MinhashDedupSignature,
    )
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    with tempfile.TemporaryDirectory() as folder:
        source, signatures, buckets, removed, kept = (
            f"{folder}/{name}" for name in ("in", "sig", "buckets", "ids", "out")
        )
        Path(source).mkdir()
        rows = (json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(texts))
        Path(source, "a.jsonl").write_text("".join(rows), "utf-8")
        config = MinhashConfig(num_buckets=14, hashes_per_bucket=8, n_grams=5)
        stages = (
            ([JsonlReader(source), MinhashDedupSignature(output_folder=signatures, config=config)], 1),
            ([MinhashDedupBuckets(input_folder=signatures, output_folder=buckets, config=config)], 14),
            ([MinhashDedupCluster(input_folder=buckets, output_folder=removed, config=config)], 1),
            ([JsonlReader(source), MinhashDedupFilter(input_folder=removed), JsonlWriter(kept, compression=None)], 1),
        )
        for number, (pipeline, tasks) in enumerate(stages):
            LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=f"{folder}/logs{number}").run()
    return set()


def ours(texts: Any, *, whole: bool) -> set[tuple[int, int]]:
    """Keys of all documents, batch by batch; with `whole` also candidates, their blocks verified, and components."""
    import polars as pl
    from corpusqa_checks.duplication.near import near

    from corpusqa.check import Batch
    from corpusqa.scan.candidates import with_same
    from corpusqa.scan.components import components
    from corpusqa.scan.unit import batches
    from corpusqa.scan.verifying import pack

    documents, half, at = pl.DataFrame({"text": texts}), near(THRESHOLD), 0
    buckets: list[list[pl.DataFrame]] = [[] for _ in range(BUCKETS)]
    for part in batches(documents, BATCH):
        keys = half.keys(Batch(part)).select("key", doc=pl.col("row") + at)
        at += part.height
        if whole:
            told = with_same(keys).select("key", "same", doc=pl.col("doc").cast(pl.Int32))
            for number, bucket in enumerate(buckets):
                bucket.append(told.filter(pl.col("key") % BUCKETS == number))
    if not whole:
        return set()
    pairs = candidates(buckets, half.least)
    sizes = documents.select(doc=pl.int_range(pl.len()), bytes=pl.col("text").str.len_bytes())
    found = [pl.DataFrame(schema={"a": pl.Int64, "b": pl.Int64})]
    for block in pack(pairs, sizes, BATCH).partition_by("block"):
        docs = pl.concat([block["a"], block["b"]]).unique().sort()
        inner = pl.DataFrame({side: docs.search_sorted(block[side]).cast(pl.Int64) for side in ("a", "b")})
        said = half.verify(Batch(documents[docs]), inner)
        found.append(said.select(a=docs.gather(said["a"]), b=docs.gather(said["b"])))
    verified = pl.concat(found)
    components(verified)
    return {(min(a, b), max(a, b)) for a, b in verified.rows()}


def candidates(buckets: list[list[Any]], least: int) -> Any:
    """Pairs of documents with so many keys in common, bucket by bucket as in a scan; empties the buckets."""
    import polars as pl

    from corpusqa.scan.pairing import Rules, paired

    found = []
    while buckets:
        rows = pl.concat(buckets.pop()).sort("key", "doc").with_columns(pl.col("doc").cast(pl.Int64))
        found.append(paired(Rules(least), rows)["pairs"].select(pl.col("a", "b", "shared").cast(pl.Int32)))
    every = pl.concat(found, rechunk=False)
    parts = (every.filter(pl.col("b") % BUCKETS == number) for number in range(BUCKETS))
    sums = [part.group_by("a", "b").agg(pl.col("shared").sum()).filter(pl.col("shared") >= least) for part in parts]
    return pl.concat(sums).select(pl.col("a", "b").cast(pl.Int64)).sort("a", "b")


ENGINES: dict[str, Callable[[Any], set[tuple[int, int]]]] = {
    "signature": lambda texts: ours(texts, whole=False),
    "near": lambda texts: ours(texts, whole=True),
    "rensa": rensa,
    "gaoya": gaoya,
    "datasketch": datasketch,
    "textdedup": textdedup,
    "datatrove": datatrove,
}


def load(corpus: Path) -> tuple[list[int], list[str]]:
    import pyarrow.parquet as pq

    table = pq.read_table(corpus, columns=["id", "text"])
    return table["id"].to_pylist(), table["text"].to_pylist()


def cpu() -> float:
    sides = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(side.ru_utime + side.ru_stime for side in sides)


def memory(name: str) -> float:
    """A line of /proc/self/status in MB: VmRSS what is resident, VmHWM its peak."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0]) * 1024 / 1e6


def one(engine: str, corpus: Path, labelled: Path | None) -> dict[str, Any]:
    """One run of one engine, in this process."""
    ids, strings = load(corpus)
    texts: Any = strings
    if engine in OURS:  # every engine gets the texts in the form that it works on
        import polars as pl

        texts = pl.Series("text", strings)
    if engine not in SLOW:
        ENGINES[engine](texts[:50])  # imports and tables are not what is compared
    size = sum(len(text.encode()) for text in strings)
    del strings
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew: reading the corpus is not what is measured
    before, began = memory("VmRSS"), cpu()
    pairs = ENGINES[engine](texts)
    spent, grown = cpu() - began, memory("VmHWM") - before
    found = {"engine": engine, "cpu": round(spent, 2), "mb": round(size / 1e6, 1), "added_mb": round(grown)}
    found["added_kb"] = round(grown * 1000 / max(1, len(ids)), 2)
    if labelled and pairs:
        import pyarrow.parquet as pq

        place = {key: at for at, key in enumerate(ids)}
        rows = pq.read_table(labelled).to_pylist()
        wanted = [tuple(sorted((place[r["id_a"]], place[r["id_b"]]))) for r in rows if r["jaccard"] >= THRESHOLD]
        found |= {"pairs": len(pairs), "found": sum(pair in pairs for pair in wanted), "labelled": len(wanted)}
    return found


def counted(corpus: Path) -> dict[str, Any]:
    """CPU of `wc -w` on the same texts in one file."""
    text = "\n".join(load(corpus)[1]).encode()
    file = Path(os.environ.get("TMPDIR", "/tmp")) / f"duplication-{os.getpid()}.txt"
    file.write_bytes(text)
    began = cpu()
    subprocess.run(["wc", "-w", str(file)], check=True, capture_output=True)
    spent = cpu() - began
    file.unlink()
    return {"engine": "wc -w", "cpu": round(spent, 2), "mb": round(len(text) / 1e6, 1)}


@cache
def interpreter(engine: str, pythons: tuple[str, ...]) -> str | None:
    """The first of the interpreters that has the engine."""
    command = ["-c", f"import importlib.util, sys; sys.exit(not importlib.util.find_spec({PEERS[engine]!r}))"]
    found = (python for python in pythons if subprocess.run([python, *command], check=False).returncode == 0)
    return next(found, None)


def rounds(args: argparse.Namespace) -> list[dict[str, Any]]:
    """The best of each engine over all rounds."""
    best: dict[str, dict[str, Any]] = {}
    threads = dict.fromkeys(("POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    for number in range(args.rounds):
        results = [counted(args.corpus)]
        for engine in args.engines.split(","):
            if number and engine in SLOW:
                continue
            python = sys.executable if engine in OURS else interpreter(engine, tuple(args.peers))
            if python is None:
                continue
            command = [python, __file__, str(args.corpus), "--engine", engine]
            command += ["--pairs", str(args.pairs)] if args.pairs else []
            done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **threads})
            if done.returncode:
                print(f"{engine}: left out ({done.stderr.strip().splitlines()[-1][:150]})", file=sys.stderr)
                continue
            results.append(json.loads(done.stdout.strip().splitlines()[-1]))
            print(results[-1], file=sys.stderr, flush=True)
        for result in results:
            if result["engine"] not in best or result["cpu"] < best[result["engine"]]["cpu"]:
                best[result["engine"]] = result
    return list(best.values())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("corpus", type=Path)
    options.add_argument("--pairs", type=Path)
    options.add_argument("--peers", action="append", default=[])
    options.add_argument("--engines", default=",".join((*OURS, *PEERS)))
    options.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"))
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--engine", help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.engine:
        print("\n" + json.dumps(one(args.engine, args.corpus, args.pairs)))
        return
    best = rounds(args)
    speed = {row["engine"]: row["mb"] / row["cpu"] for row in best}
    for row in best:
        row["mb_per_cpu_s"] = round(speed[row["engine"]], 1)
        row["of_wc"] = round(speed[row["engine"]] / speed["wc -w"], 3)
        row["cpu_of_near"] = round(speed["near"] / speed[row["engine"]], 2)
    result = {"date": time.strftime("%Y-%m-%d"), "corpus": args.corpus.name, "engines": best}
    args.output.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
