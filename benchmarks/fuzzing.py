"""Broken inputs by the thousand: every row must end as a document or unreadable, and nothing may crash.

    python -m benchmarks.fuzzing [INPUTS [SEED]]

Mutates small files of every format (bytes changed, cut out, doubled, torn off) and reads them. Prints a table of what
happened; an input that does not balance or raises anything but one of our errors is kept and ends the run.
"""

from __future__ import annotations

import random
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
    chance, originals, began = random.Random(seed), samples(), time.monotonic()
    found: Counter[tuple[str, str]] = Counter()
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
        except BaseException:
            print(f"kept: {path}", file=sys.stderr)
            raise
        path.unlink()
    print(f"{inputs:,} inputs, seed {seed}, {time.monotonic() - began:.0f} s")
    for (name, what), count in sorted(found.items()):
        print(f"{name:14} {what:14} {count:8,}")


if __name__ == "__main__":
    main()
