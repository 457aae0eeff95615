"""How CPU time and memory grow with the corpus: generated text up to 10 GB, one run each.

    python benchmarks/scale.py [MEGABYTES ...] [--command report|clean] [--memory 2GB] [--workers 2] [--select CHECKS]
                               [--work DIR] [--whole DIR]

Each corpus is Parquet of pseudo-words with planted copies, near copies and reserved e-mail addresses; the smaller ones
are the first files of the largest. CPU seconds are those of all processes of `corpusqa report`; the peak is the largest
sum of their proportional memory, looked at twice a second, and beside it are the largest of the driver and of one
worker, and what is held for each document more than at the size before, in bytes. The exponent is the slope between
neighbouring sizes on logarithmic scales: 1 is linear; at the end stands that of all sizes together.

The checks are `text` and `duplication` unless named: one that measures documents at the cost of reading them, and the
one whose halves compare all documents with each other. What grows faster than the text, or is held for every document,
shows with these two. The other checks look at one document at a time and hold nothing; they only take longer. With
`--command clean` the release is written, too, and measured again.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

FILE_MEGABYTES, GROUP_ROWS = 256, 8000
SIZES = [16, 256, 1024, 3072, 10_240]
VOCABULARY, SEED = 60_000, 7
DRAWN, LINE, COPIED = 1 << 20, 60, 2000  # numbers of words, words in a line, documents that are copied
LOOK_SECONDS = 0.5
TICKS = os.sysconf("SC_CLK_TCK")


def words() -> list[str]:
    """Pseudo-words of two to five syllables."""
    chance = np.random.default_rng(SEED)
    syllables = [a + b for a in ("st", "tr", *"bdfgklmnprstvz") for b in ("ai", "ou", *"aeioué")]
    lengths = chance.integers(2, 5, VOCABULARY)
    return ["".join(chance.choice(syllables, n)) for n in lengths]


def texts(chance: np.random.Generator, vocabulary: np.ndarray) -> Iterator[str]:
    """Documents of about 4 kB: 2 % copies, 3 % near copies, 5 % with an address."""
    earlier = ["the first"]
    common = np.minimum(chance.zipf(1.3, DRAWN) - 1, VOCABULARY - 1)
    while True:
        for text in some_texts(chance, pa.array(vocabulary, pa.string()), common):
            kind = chance.random()
            if kind < 0.05:
                old = earlier[int(chance.integers(len(earlier)))]
                first_line = text.partition("\n")[0]
                yield old if kind < 0.02 else f"{old}\n{first_line}"
                continue
            if kind < 0.10:
                words = text.rstrip(".").split(" ")
                text = f"{text} Write to {words[0]}.{words[-1]}@example.org."
            if len(earlier) < COPIED:
                earlier.append(text)
            yield text


def some_texts(chance: np.random.Generator, vocabulary: pa.Array, common: np.ndarray) -> list[str]:
    """GROUP_ROWS texts of lines of sixty words; `common` holds the numbers of words as often as they are common."""
    counts = chance.integers(100, 1100, GROUP_ROWS)
    words = vocabulary.take(pa.array(common[chance.integers(0, len(common), int(counts.sum()))]))
    lines = -(-counts // LINE)
    ends = np.cumsum(counts)
    places = np.arange(int(lines.sum())) - np.repeat(np.cumsum(lines) - lines, lines)
    starts = np.append(np.repeat(ends - counts, lines) + LINE * places, ends[-1])
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(starts, pa.int32()), words), " ")
    closed = pc.binary_join_element_wise(joined, ".", "")
    documents = pa.ListArray.from_arrays(pa.array(np.append(0, np.cumsum(lines)), pa.int32()), closed)
    found: list[str] = pc.binary_join(documents, "\n").to_pylist()
    return found


def write_corpus(folder: Path, size: int) -> int:
    """Parquet files with about `size` bytes of text; returns the number of documents."""
    folder.mkdir(parents=True)
    chance, vocabulary = np.random.default_rng(SEED), np.array(words(), dtype=object)
    stream, number, written, file = texts(chance, vocabulary), 0, 0, 0
    schema = pa.schema({"id": pa.string(), "text": pa.string(), "url": pa.string(), "source": pa.string()})
    while written < size:
        with pq.ParquetWriter(folder / f"part-{file:05}.parquet", schema, compression="zstd") as writer:
            stop = min((file + 1) * FILE_MEGABYTES * 1_000_000, size)
            while written < stop:
                group: list[str] = []
                while len(group) < GROUP_ROWS and written < stop:
                    group.append(next(stream))
                    written += len(group[-1].encode())
                numbers = range(number, number + len(group))
                urls = [f"https://site-{n % 97}.example.org/{n}" for n in numbers]
                columns = [[f"doc-{n:09}" for n in numbers], group, urls, [f"site-{n % 97}" for n in numbers]]
                writer.write_table(pa.table(columns, schema=schema))
                number += len(group)
        file += 1
    return number


def first_files(folder: Path, whole: Path, size: int) -> int:
    """A corpus of about `size` megabytes; returns the number of documents.

    Args:
        folder: Where to put it.
        whole: A larger corpus by `write_corpus`, of which this one is to have the first files.
        size: Less than a file is written anew.
    """
    if size % FILE_MEGABYTES:
        return write_corpus(folder, size * 1_000_000)
    folder.mkdir()
    for file in sorted(whole.iterdir())[: size // FILE_MEGABYTES]:
        os.link(file, folder / file.name)
    return sum(pq.ParquetFile(file).metadata.num_rows for file in folder.iterdir())


def tree(root: int) -> list[int]:
    """A process and everything below it."""
    children: dict[int, list[int]] = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(place.name))
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def look(pid: int) -> tuple[float, int]:
    """CPU seconds of a process so far, and its proportional memory in bytes."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0, 0
    pss = next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return (int(fields[11]) + int(fields[12])) / TICKS, pss * 1024


def run(command: list[str], log: Path) -> dict[str, float]:
    """Run a command; CPU seconds and peak memory of all its processes."""
    cpu: dict[int, float] = {}
    peak, driver, worker, began = 0, 0, 0, time.monotonic()
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        while process.poll() is None:
            seen = {pid: look(pid) for pid in tree(process.pid)}
            cpu |= {pid: max(spent, cpu.get(pid, 0.0)) for pid, (spent, _) in seen.items()}
            memory = {pid: held for pid, (_, held) in seen.items()}
            peak, driver = max(peak, sum(memory.values())), max(driver, memory.pop(process.pid, 0))
            worker = max(worker, *memory.values(), 0)
            time.sleep(LOOK_SECONDS)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {process.returncode}\n{log.read_text()[-2000:]}")
    held = {"peak": peak / 1e6, "driver": driver / 1e6, "worker": worker / 1e6}
    return {"cpu": sum(cpu.values()), **held, "wall": time.monotonic() - began}


def slope(points: list[tuple[int, float]]) -> float:
    """Of the straight line that fits points best, both axes logarithmic."""
    return float(np.polyfit(*np.log(points).T, 1)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("megabytes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--command", choices=["report", "clean"], default="report")
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--workers", default="2")
    parser.add_argument("--select", default="text,duplication")
    parser.add_argument("--work", type=Path, help="a folder with room for the corpora and their work files")
    parser.add_argument("--whole", type=Path, help="where the largest corpus is kept, and found again")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="corpusqa-scale-", dir=asked.work))
    options = ["--select", asked.select, "--workers", asked.workers, "--memory", asked.memory]
    points: list[tuple[int, float]] = []
    before: tuple[int, float] | None = None
    try:
        whole = asked.whole or folder / "whole"
        if not whole.exists():
            write_corpus(whole, max(asked.megabytes) * 1_000_000)
        for size in asked.megabytes:
            documents = first_files(folder / f"in-{size}", whole, size)
            places = ["--work", str(folder / "work"), "-o", str(folder / "out")]
            command = [sys.executable, "-m", "corpusqa", asked.command, str(folder / f"in-{size}"), *options, *places]
            found = run(command, folder / f"log-{size}")
            points.append((size, found["cpu"]))
            said = {"megabytes": size, "documents": documents, **{name: round(x, 1) for name, x in found.items()}}
            more = {"exponent": slope(points[-2:]) if points[1:] else None, "bytes_per_document": None}
            if before is not None:
                more["bytes_per_document"] = round((found["peak"] - before[1]) * 1e6 / max(1, documents - before[0]))
            before = documents, found["peak"]
            print(json.dumps({**said, **more}), flush=True)
            shutil.rmtree(folder / f"in-{size}")
            shutil.rmtree(folder / "work")
            shutil.rmtree(folder / "out")
        print(json.dumps({"exponent": slope(points) if points[1:] else None}), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
