"""Progress on stderr: a line that moves on a terminal, one plain line per long stage elsewhere."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from corpusqa.cli.common import on_terminal

# A stage that is over within this time says nothing: its line would only flicker.
PATIENCE_SECONDS = 1.0
REDRAW_SECONDS = 0.5
WIDTH = 30


class Progress:
    """Called by the flow with stage, finished and all tasks, first when a stage begins."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self.moving = on_terminal() and not quiet
        self._stage, self._began, self._first, self._now = "", 0.0, 0, (0, 0)
        self._dirty = False
        self._lock = threading.RLock()

    def say(self, line: str) -> None:
        """A note of its own line."""
        if not self._quiet:
            with self._lock:
                self.clear()
                print(line, file=sys.stderr)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """A stage went on."""
        with self._lock:
            if stage != self._stage:
                self._stage, self._began, self._first = stage, time.monotonic(), done
            self._now = (done, total)
            self.draw()
            if done == total:
                spent = time.monotonic() - self._began
                self.clear()
                self._stage = ""
                if not self._quiet and not self.moving and spent >= PATIENCE_SECONDS:
                    print(f"{stage}: {total} of {total} in {duration(spent)}", file=sys.stderr)

    def draw(self) -> None:
        """The moving line as it is now."""
        with self._lock:
            spent = time.monotonic() - self._began
            if not self.moving or not self._stage or spent < PATIENCE_SECONDS:
                return
            line = moving_line(self._stage, *self._now, spent, self._first)
            line = line[: shutil.get_terminal_size().columns - 1]  # a line that wraps could not be drawn over
            print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)
            self._dirty = True

    def clear(self) -> None:
        """Take the moving line away."""
        with self._lock:
            if self._dirty:
                print("\r\x1b[K", end="", file=sys.stderr, flush=True)
                self._dirty = False


def moving_line(stage: str, done: int, total: int, spent: float, first: int = 0) -> str:
    """Stage, bar, tasks, rate and remaining time; without a finished task there is no rate yet.

    Args:
        stage: Name of the stage.
        done: Finished tasks, with those of an earlier run.
        total: All tasks.
        spent: Seconds since the stage began.
        first: Tasks that were finished when it began: they say nothing of the rate.
    """
    bar = "=" * (WIDTH * done // max(total, 1))
    head = f"{stage:<16} [{bar:<{WIDTH}}] {done}/{total}"
    if done <= first:
        return f"{head}  {duration(spent)} so far"
    rate = (done - first) / spent if spent else float(done)
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
    """Progress for the length of a block; on a terminal the line moves on while a single task takes long."""
    shown, over = Progress(quiet=quiet), threading.Event()

    def redraw() -> None:
        while not over.wait(REDRAW_SECONDS):
            shown.draw()

    if shown.moving:
        threading.Thread(target=redraw, daemon=True).start()
    try:
        yield shown
    finally:
        over.set()
        shown.clear()
