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
            left = spent / done * (total - done)
            bar = "=" * (WIDTH * done // total)
            print(
                f"\r{stage:<24} [{bar:<{WIDTH}}] {done}/{total}  {left:.0f} s left\x1b[K",
                end="",
                file=sys.stderr,
                flush=True,
            )
            self._dirty = True
        if done == total:
            self.clear()
            if not self._moving:
                print(f"{stage}: {total} of {total} in {spent:.1f} s", file=sys.stderr)

    def clear(self) -> None:
        """Take the moving line away."""
        if self._dirty:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._dirty = False


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """Progress for the length of a block."""
    shown = Progress(quiet=quiet)
    try:
        yield shown
    finally:
        shown.clear()
