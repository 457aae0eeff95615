"""One run at a time in a work folder: two would take each other's unfinished stages away."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO
from weakref import WeakValueDictionary


class Lock:
    """A locked file; let go when nothing refers to it any more, or when the process ends in whatever way."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def __del__(self) -> None:
        self._file.close()


_held: WeakValueDictionary[Path, Lock] = WeakValueDictionary()


def alone(folder: Path, say: Callable[[str], None]) -> Lock:
    """Wait until no other process works in a folder; runs of this process share it.

    Args:
        folder: An existing folder.
        say: Told once where there is somebody to wait for.

    Raises:
        OSError: the folder is not writable.
    """
    place = folder.resolve()
    lock = _held.get(place)
    if lock is None:
        lock = _held[place] = Lock((place / "lock").open("w"))
        _wait(lock._file, f"waiting for another run that works in {folder}", say)
    return lock


def _wait(file: IO[str], message: str, say: Callable[[str], None]) -> None:
    with suppress(OSError):  # a file system without locks has none to wait for
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(message)
            fcntl.flock(file, fcntl.LOCK_EX)
