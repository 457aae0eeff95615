"""One run at a time in a work folder: two would take each other's unfinished stages away.

A run is a thread: the scans that it makes meanwhile, such as that of a base, share its folders.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

NAME = "lock"  # of the locked file in a folder; its time is that of the last use
Say = Callable[[str], None]


class Lock:
    """Folders of a run; let go by `release`, when nothing refers to this any more, or when the process ends.

    Attributes:
        waited: Whether another run had to be waited for, so that what was looked at before may have changed.
    """

    def __init__(self) -> None:
        self._held: list[_Held] = []
        self.waited = False

    def take(self, folder: Path, say: Say) -> None:
        """Wait for one more folder."""

        def told(line: str) -> None:
            self.waited = True
            say(line)

        self._held.append(_entered(folder, told))

    def holds(self, folder: Path) -> bool:
        """Whether a folder is among those that were taken and not let go."""
        return folder.resolve() in (held.place for held in self._held)

    def release(self) -> None:
        """Let go of everything."""
        while self._held:
            self._held.pop().leave()

    def __del__(self) -> None:
        self.release()


class _Held:
    """A folder that a thread of this process works in, or waits for other processes to leave."""

    def __init__(self, place: Path) -> None:
        self.place, self.thread, self.process = place, threading.current_thread(), os.getpid()
        self.count = 1
        self.file: IO[str] | None = None

    def leave(self) -> None:
        """One user less; the last one unlocks, but not in a child, which shares the locked file with its parent."""
        if os.getpid() != self.process:
            return
        with _changed:
            self.count -= 1
            if self.count:
                return
            del _held[self.place]
            if self.file is not None:
                with suppress(OSError), self.file:
                    os.utime(self.file.fileno())
                    fcntl.flock(self.file, fcntl.LOCK_UN)
            _changed.notify_all()


_held: dict[Path, _Held] = {}
_changed = threading.Condition()


def _forked() -> None:
    """A forked child holds nothing: the folders, and whoever has the condition at this moment, are its parent's.

    The files are closed, which unlocks none, since a child that outlives its parent would else wait for itself.
    """
    global _changed
    _changed = threading.Condition()
    for held in _held.values():
        with suppress(OSError):
            if held.file is not None:
                held.file.close()
    _held.clear()


os.register_at_fork(after_in_child=_forked)


def alone(folders: Iterable[Path], say: Say) -> Lock:
    """Wait until no other run, in this process or another, works in any of some folders.

    Everybody takes them in the same order, so that no two runs wait for each other.

    Args:
        folders: Those that are not there are made, with mode 0700.
        say: Told where there is somebody to wait for.

    Raises:
        OSError: a folder is not writable.
    """
    lock = Lock()
    try:
        for folder in sorted(folders, key=lambda folder: os.fsencode(folder.resolve())):
            lock.take(folder, say)
    except BaseException:
        lock.release()
        raise
    return lock


@contextmanager
def unused(folder: Path) -> Iterator[bool]:
    """Whether nobody works in an existing folder, which stays so for the length of the block; False if unknown."""
    free = False
    with (folder / NAME).open("a") as file:
        with suppress(OSError):  # somebody does, or this file system has no locks
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = _is_there(file, folder)
        yield free


def _entered(folder: Path, say: Say) -> _Held:
    place, waiting = folder.resolve(), f"waiting for another run that works in {folder}"
    with _changed:
        told = False
        while (held := _held.get(place)) and held.thread is not threading.current_thread():
            if not told:
                say(waiting)
            told = True
            _changed.wait()
        if held:
            held.count += 1
            return held
        held = _held[place] = _Held(place)
    try:
        held.file = _locked(place, waiting, say)
    except BaseException:
        held.leave()
        raise
    return held


def _locked(place: Path, waiting: str, say: Say) -> IO[str]:
    while True:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):  # removed as one that nobody used, at this very moment
            file = (place / NAME).open("a")
            _wait(file, waiting, say)
            if _is_there(file, place):
                os.utime(file.fileno())
                return file
            file.close()


def _wait(file: IO[str], message: str, say: Say) -> None:
    with suppress(OSError):  # a file system without locks has none to wait for
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(message)
            fcntl.flock(file, fcntl.LOCK_EX)


def _is_there(file: IO[str], folder: Path) -> bool:
    """Whether this file is still that of the folder: the one before may have been removed while we waited."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), (folder / NAME).stat())
    except OSError:
        return False
