"""Broken inputs by the thousand: every row must end as a document or unreadable, and nothing may crash.

    python -m benchmarks.fuzzing [INPUTS [SEED]]

Mutates small files of every format (bytes changed, cut out, doubled, torn off), makes rows whose columns change their
types, and reads them whole and in part. Prints a table of what happened, also when it is interrupted; an input that
does not balance or raises anything but one of our errors is kept and ends the run.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

os.environ["POLARS_MAX_THREADS"] = "1"  # before polars is imported: the frames are tiny

from corpusqa.errors import CorpusqaError
from tests.test_bad_input import FORMATS, counted, mutated, samples

MEMORY = Path("/dev/shm")  # where the system has it, so that no input waits for a disk
ROWS = ("rows.jsonl", "rows.json", "rows.jsonl.gz")
KEYS = ("text", "id", "url", "published", "messages", "content", "role", "source", "")
CHAT = '[{"role": "user", "content": "a \\u00e9"}]'
PLAIN = (
    CHAT,
    CHAT[:-9],
    None,
    True,
    0,
    -1,
    1 << 70,
    0.5,
    1e308,
    "",
    "text",
    "\ud800",
    "\U0001f600",
    "2020-02-30",
    "a\0b",
    "\r\n",
)


def main() -> None:
    inputs = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what `timeout` sends
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell has background commands ignore
    found: Counter[tuple[str, str]] = Counter()
    began = time.monotonic()
    try:
        read(inputs, seed, found)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
    finally:
        print(f"{found.total():,} of {inputs:,} inputs, seed {seed}, {time.monotonic() - began:.0f} s")
        for (name, what), count in sorted(found.items()):
            print(f"{name:14} {what:16} {count:8,}")


def read(inputs: int, seed: int, found: Counter[tuple[str, str]]) -> None:
    """Make and read so many inputs, counting by format and outcome in `found`."""
    chance, originals = random.Random(seed), samples()
    folder = Path(tempfile.mkdtemp(prefix="fuzzing-", dir=MEMORY if MEMORY.is_dir() else None))
    (folder / "in").mkdir()
    for _ in range(inputs):
        name = chance.choice([*FORMATS, *ROWS])
        path = folder / "in" / name
        path.write_bytes(rows(name, chance) if name in ROWS else mutated(originals[name], chance))
        try:
            documents, unreadable = counted(path)
        except CorpusqaError as error:
            found[name, type(error).__name__] += 1
        except BaseException:
            print(f"kept: {path}", file=sys.stderr)
            raise
        else:
            found[name, "nothing readable" if not documents else "some unreadable" if unreadable else "readable"] += 1
        path.unlink()
    shutil.rmtree(folder)


def rows(name: str, chance: random.Random) -> bytes:
    """Rows of values of any type, now and then broken on top of that."""
    found = [{key: value(chance) for key in chance.sample(KEYS, chance.randint(0, 4))} for _ in range(4)]
    whole = json.dumps(found) if name == "rows.json" else "".join(json.dumps(row) + "\n" for row in found)
    data = mutated(whole.encode(), chance) if chance.random() < 0.5 else whole.encode()
    return gzip.compress(data, 1, mtime=0) if name.endswith(".gz") else data


def value(chance: random.Random, depth: int = 0) -> Any:
    """A value of JSON, often of a shape that chats have."""
    kind = chance.randrange(5) if depth < 3 else 0
    if kind < 3:
        return chance.choice(PLAIN)
    values = [value(chance, depth + 1) for _ in range(chance.randint(0, 3))]
    return values if kind == 3 else dict(zip(chance.sample(KEYS, len(values)), values, strict=True))


if __name__ == "__main__":
    main()
