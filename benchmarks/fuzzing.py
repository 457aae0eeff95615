"""Broken inputs by the thousand: every row must end as a document or unreadable, and nothing may crash.

    python -m benchmarks.fuzzing [INPUTS [SEED]]

Mutates small files of every format (bytes changed, cut out, doubled, torn off) and reads them. Prints a table of what
happened, also when it is interrupted; an input that does not balance or raises anything but one of our errors is kept
and ends the run.
"""

from __future__ import annotations

import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from corpusqa.errors import CorpusqaError
from tests.test_bad_input import FORMATS, balanced, mutated, samples


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
            print(f"{name:14} {what:14} {count:8,}")


def read(inputs: int, seed: int, found: Counter[tuple[str, str]]) -> None:
    """Mutate and read so many inputs, counting by format and outcome in `found`."""
    chance, originals = random.Random(seed), samples()
    folder = Path(tempfile.mkdtemp(prefix="fuzzing-"))
    (folder / "in").mkdir()
    for _ in range(inputs):
        name = chance.choice(FORMATS)
        path = folder / "in" / name
        path.write_bytes(mutated(originals[name], chance))
        try:
            if not balanced(path):
                raise AssertionError(f"does not balance: {path}")
            found[name, "balanced"] += 1
        except CorpusqaError as error:
            found[name, type(error).__name__] += 1
        except Exception:
            print(f"kept: {path}", file=sys.stderr)
            raise
        path.unlink()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
