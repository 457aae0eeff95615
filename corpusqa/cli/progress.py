"""Progress on stderr: a line that moves on a terminal, one plain line per long stage elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from corpusqa.cli.common import on_terminal

# A stage that is over within this time says nothing: its line would only flicker.
PATIENCE_SECONDS = 1.0
WIDTH = 30


class Progress:
    """Called by the flow with stage, finished and all tasks."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._moving = on_terminal()
        self._stage, self._began, self._dirty = "", 0.0, False

    def say(self, line: str) -> None:
        """A note of its own line."""
        if not self._quiet:
            self.clear()
            print(line, file=sys.stderr)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """A stage went on."""
        if stage != self._stage:
            self._stage, self._began = stage, time.monotonic()
        spent = time.monotonic() - self._began
        if self._quiet or spent < PATIENCE_SECONDS:
            return
        if self._moving:
            print(f"\r{moving_line(stage, done, total, spent)}\x1b[K", end="", file=sys.stderr, flush=True)
            self._dirty = True
        if done == total:
            self.clear()
            if not self._moving:
                print(f"{stage}: {total} of {total} in {duration(spent)}", file=sys.stderr)

    def clear(self) -> None:
        """Take the moving line away."""
        if self._dirty:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._dirty = False


def moving_line(stage: str, done: int, total: int, spent: float) -> str:
    """Stage, bar, tasks, rate and remaining time; without a finished task there is no rate yet."""
    bar = "=" * (WIDTH * done // max(total, 1))
    head = f"{stage:<16} [{bar:<{WIDTH}}] {done}/{total}"
    if not done:
        return f"{head}  {duration(spent)} so far"
    rate = done / spent if spent else float(done)
    speed = f"{rate:.1f} per s" if rate >= 1 else f"{duration(1 / rate)} each"
    return f"{head}  {speed}, {duration((total - done) / rate)} left"


def duration(seconds: float) -> str:
    """`0.4 s`, `45 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """Progress for the length of a block."""
    shown = Progress(quiet=quiet)
    try:
        yield shown
    finally:
        shown.clear()
