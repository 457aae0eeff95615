"""Folders and files that runs write; those that may hold the source's text do not outlive a run, even a killed one."""

from __future__ import annotations

import fcntl
import glob
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from corpusqa.errors import UsageError

# Ends the names of folders, so that none of the user, whatever it begins with, is taken for one of a dead run.
MARK = ".corpusqa"
# Locked folders of this process; the system lets go of them when the process ends in whatever way.
_held: dict[Path, int] = {}


def refuse_undecodable(place: Path, option: str) -> None:
    """Tables can only be written below a path that is text: the libraries that write them take no other.

    Raises:
        UsageError: the absolute path of `place` is not UTF-8; the message names the option to choose another with.
    """
    try:
        str(place.absolute()).encode()
    except UnicodeEncodeError:
        message = f"{place.absolute()}: this path is not text in UTF-8, so no table can be written below it"
        raise UsageError(f"{message}; choose another {option}") from None


def scratch_folder(prefix: str, where: Path | None = None) -> Path:
    """A new folder with mode 0700; folders with the same prefix whose run is dead are removed.

    Args:
        prefix: Beginning of its name.
        where: Folder to make it in; by default that of the system for temporary files.

    Raises:
        OSError: `where` is not writable or the disk is full.
    """
    base = (where or Path(tempfile.gettempdir())).absolute()
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweep_scratch(prefix, base)
    while True:
        folder = Path(tempfile.mkdtemp(MARK, prefix, dir=base))
        with suppress(OSError):  # a file system without locks
            lock = os.open(folder, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            _held[folder] = lock
        if folder.exists():  # else another run took it for a dead one before it was locked
            return folder
        remove_scratch(folder)


def remove_scratch(folder: Path) -> None:
    """Delete a folder that `scratch_folder` made."""
    shutil.rmtree(folder, ignore_errors=True)
    lock = _held.pop(folder, None)
    if lock is not None:
        os.close(lock)


@contextmanager
def scratch(prefix: str, where: Path | None = None) -> Iterator[Path]:
    """A folder for the length of a block, as of `scratch_folder`."""
    folder = scratch_folder(prefix, where)
    try:
        yield folder
    finally:
        remove_scratch(folder)


@contextmanager
def staged(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file beside `path`, to be written and renamed to it; what was not renamed by the end goes.

    Files for the same `path` whose run is dead are removed.

    Raises:
        OSError: The folder is not writable or the disk is full.
    """
    _sweep_staged(path)
    temporary, file = _locked_beside(path)
    try:
        with file:  # open to the end, for its lock
            yield temporary, file
    finally:
        temporary.unlink(missing_ok=True)


def _locked_beside(path: Path) -> tuple[Path, BinaryIO]:
    while True:
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
        file = temporary.open("wb")
        with suppress(OSError):  # a file system without locks
            fcntl.flock(file, fcntl.LOCK_EX)
        if temporary.exists():  # else another run took it for a dead one before it was locked
            return temporary, file
        file.close()


def _sweep_staged(path: Path) -> None:
    """Remove what dead runs wrote for `path`."""
    ours = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{8}}")
    for left in path.parent.iterdir():
        if ours.fullmatch(left.name):
            with suppress(OSError):
                lock = os.open(left, os.O_RDWR | os.O_NOFOLLOW)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    left.unlink()
                finally:
                    os.close(lock)


def sweep_scratch(prefix: str, base: Path) -> None:
    """Remove the folders that nobody holds any more; those of others are left alone."""
    ours = re.compile(rf"{re.escape(prefix)}[a-z0-9_]{{8}}{re.escape(MARK)}")  # as tempfile.mkdtemp names them
    for folder in base.glob(f"{glob.escape(prefix)}*{MARK}"):
        if not ours.fullmatch(folder.name):
            continue
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
