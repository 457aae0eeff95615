"""What a check prints is no result: it goes to stderr, where it can steer neither a terminal nor a CI runner."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
from collections.abc import Iterator
from typing import TextIO

from corpusqa.findings.neutral import neutral


class Harmless(io.TextIOBase):
    """A text stream that passes whole or broken lines on with nothing unseen and no CI command in them."""

    def __init__(self, to: TextIO) -> None:
        self._to = to

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Pass the text on."""
        self._to.write("\n".join(neutral(line) for line in text.split("\n")))
        return len(text)

    def flush(self) -> None:
        """Pass it on at once."""
        self._to.flush()


_inside: list[TextIO] = []  # for everybody inside `prints_to_stderr` the stdout of before
_entering = threading.Lock()


@contextlib.contextmanager
def prints_to_stderr() -> Iterator[None]:
    """While a check may run, in whatever thread: its prints go to stderr. The last one out puts stdout back."""
    with _entering:
        _inside.append(_inside[0] if _inside else sys.stdout)
        sys.stdout = Harmless(sys.stderr)
    try:
        yield
    finally:
        with _entering:
            before = _inside.pop()
            if not _inside:
                sys.stdout = before


@contextlib.contextmanager
def descriptor_to_stderr() -> Iterator[None]:
    """The same for what C code and child processes of a check write; for a process whose stdout is ours alone."""
    try:
        ours = sys.stdout.fileno() == 1
    except (OSError, ValueError):  # a notebook, or a test that captures
        ours = False
    if not ours:
        yield
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        _flush_c()
        os.dup2(kept, 1)
        os.close(kept)


def worker_started() -> None:
    """A worker has no results to print: its stdout is stderr for as long as it lives."""
    os.dup2(2, 1)
    sys.stdout = Harmless(sys.stderr)


def _flush_c() -> None:
    """What C code has printed stands in a buffer of its own."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).fflush(None)
