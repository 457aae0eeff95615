"""Folders that appear whole or not at all: made beside their place, put on the disk, renamed."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import glob
import os
import re
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from corpusqa.errors import UsageError
from corpusqa.release.parquet import sync

_MADE = "corpusqa-"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """A fresh folder beside `out` in which it is made; what is left of it at the end is removed.

    Folders that a killed run left are removed too: a living run holds the lock beside its folder.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    _sweep(out)
    folder = out.parent / f".{out.name}.{_MADE}{uuid.uuid4().hex[:8]}"
    guard = folder.with_name(f"{folder.name}.lock")
    with guard.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder.mkdir()
        try:
            yield folder
        except OSError as error:
            error.filename = error.filename or str(out)  # "no space left" does not say where
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            guard.unlink(missing_ok=True)


def _sweep(out: Path) -> None:
    ours = re.compile(rf"\.{re.escape(out.name)}\.{_MADE}[0-9a-f]{{8}}\.lock")
    for guard in out.parent.glob(f".{glob.escape(out.name)}.{_MADE}*.lock"):
        if not ours.fullmatch(guard.name):
            continue
        with suppress(OSError), guard.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(guard.with_suffix(""), ignore_errors=True)
            guard.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Have every file and name below a folder written to the disk."""
    for place, _, names in os.walk(folder):
        for name in names:
            sync(Path(place) / name)
        sync(Path(place))


def publish(folder: Path, out: Path, *, replace: bool) -> None:
    """Give a finished folder its name.

    Args:
        folder: The finished folder, on the same file system.
        out: Its name. An empty folder of that name gives way.
        replace: Exchange an existing folder in one step; the old one is left under the name of `folder`.

    Raises:
        UsageError: `out` exists and is not to be replaced, or the system cannot exchange folders.
    """
    settle(folder)
    try:
        folder.rename(out)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise
        if not replace:
            raise _exists(out) from None
        _exchange(folder, out)
    sync(out.parent)


def refuse_taken(out: Path) -> None:
    """Refuse to write over something.

    Raises:
        UsageError: `out` is there and not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise _exists(out)


def _exists(out: Path) -> UsageError:
    return UsageError(
        f"{out} exists and is not this release; choose another -o, exchange it with --replace, "
        "or keep versions side by side with --store"
    )


def _exchange(folder: Path, out: Path) -> None:
    """Swap two folders in one step (renameat2 with RENAME_EXCHANGE, Linux 3.15)."""
    library = ctypes.CDLL(None, use_errno=True)
    swap = getattr(library, "renameat2", None) if sys.platform == "linux" else None
    if swap is None:
        raise _cannot_exchange(out)
    names = (ctypes.c_char_p(os.fsencode(folder)), ctypes.c_char_p(os.fsencode(out)))
    if swap(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) != 0:
        number = ctypes.get_errno()
        if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
            raise _cannot_exchange(out)
        raise OSError(number, os.strerror(number), str(out))


def _cannot_exchange(out: Path) -> UsageError:
    return UsageError(
        f"{out}: this system or file system cannot exchange two folders in one step, so --replace would leave a moment "
        "without either; keep versions side by side with --store DIR instead"
    )
