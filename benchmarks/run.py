"""Run the benchmarks that need nothing but the project, one after the other, at sizes that end within minutes.

    python benchmarks/run.py [NAME ...]

Prints what each prints and how it ended; exits with 1 when one of them failed. Those that need other libraries, a
corpus of one's own or an hour stand in benchmarks/README.md with their commands.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# Arguments that make a run short; the figures in README.md come from the sizes given there.
SHORT = {
    "reading": ["20"],
    "boilerplate": [],
    "dates": [],
    "language": [],
    "incremental": ["6"],
    "judging": ["100000"],
    "releasing": ["3000"],
    "scale": ["10", "30", "--select", "text"],
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, all by default; the number of those that failed decides the exit code."""
    unknown = sorted(set(names) - set(SHORT))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(SHORT)}", file=sys.stderr)
        return 2
    failed = []
    for name in names or SHORT:
        print(f"\n== {name}", flush=True)
        before = os.times()
        code = subprocess.run([sys.executable, HERE / f"{name}.py", *SHORT[name]], check=False).returncode
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        print(f"== {name}: {'done' if code == 0 else f'failed with {code}'}, {cpu:.0f} s CPU", flush=True)
        failed += [name] if code else []
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
