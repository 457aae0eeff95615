"""The folders of scans in a work folder: one for each source, and the ones of long ago go."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from corpusqa.corpus.place import place_of
from corpusqa.engines.hashing import digest_of
from corpusqa.engines.lock import NAME as LOCK
from corpusqa.engines.lock import unused
from corpusqa.engines.parts import MANIFEST, read_stage
from corpusqa.errors import UsageError

# docs/decisions/0019: so many scans are kept, of so many bytes together.
MOST, BYTES = 32, 16_000_000_000
_SCAN, _GONE = "scan-", "removed-"  # beginnings of names
# Whole names: folders of the user may begin like ours.
_SCANS, _REMOVED = re.compile(rf"{_SCAN}[0-9a-f]{{12}}"), re.compile(rf"{_GONE}[0-9a-f]{{8}}")


def refuse_file(work: Path) -> None:
    """Say before anything is read that a work folder cannot be one.

    Raises:
        UsageError: it, or what should hold it, is a file.
    """
    there = next(place for place in (work.absolute(), *work.absolute().parents) if place.exists())
    if not there.is_dir():
        raise UsageError(f"{there}: is a file, and the work files need a folder; choose another --work")


def folder_of(work: Path, source: Any, sample: int | None) -> Path:
    """The folder of a source and sample, so that looking at two of them in turn throws nothing away."""
    return work.resolve() / f"{_SCAN}{digest_of(place_of(source), sample)[:12]}"


def prepare(work: Path) -> None:
    """Make the work folder, for this user alone and unseen by git."""
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    ignore = work / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")


def tidy(work: Path, most: int | None = None, limit: int | None = None) -> None:
    """Remove the scans that were not used for the longest time: all but `most` (MOST), of `limit` (BYTES) together.

    One that somebody works in stays, and so does one of which nobody can say. What only looks like a scan stays, too.
    """
    most, limit = MOST if most is None else most, BYTES if limit is None else limit
    for left in _ours(work, _REMOVED):
        _delete(left)
    kept = size = 0
    for folder in _by_last_use(work):
        weight = _weight(folder)
        if (kept < most and size + weight <= limit) or not _removed(folder):
            kept, size = kept + 1, size + weight


def _ours(work: Path, names: re.Pattern[str]) -> Iterator[Path]:
    """Folders with such a name and a mark that only a run leaves: its empty lock, or the manifest of a stage."""
    for folder in work.glob("*"):
        if names.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink() and _has_mark(folder):
            yield folder


def _has_mark(folder: Path) -> bool:
    lock = folder / LOCK
    with suppress(OSError):
        if lock.is_file():
            return lock.stat().st_size == 0
        return any(read_stage(manifest.parent, None) for manifest in folder.glob(f"*/{MANIFEST}"))
    return False


def _delete(folder: Path) -> None:
    """Remove a folder, its lock last: what a killed run leaves of it still has the mark."""
    for path in folder.glob("*"):
        if path.name != LOCK:
            shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _by_last_use(work: Path) -> Iterator[Path]:
    """Scans, the last one first."""
    used = []
    for folder in _ours(work, _SCANS):
        with suppress(OSError):
            lock = folder / LOCK
            used.append(((lock if lock.exists() else folder).stat().st_mtime_ns, folder.name, folder))
    return (folder for *_, folder in sorted(used, reverse=True))


def _weight(folder: Path) -> int:
    """Bytes of all files; of one that goes meanwhile none."""
    size = 0
    for path in folder.glob("*/*"):
        with suppress(OSError):
            size += path.stat().st_size
    return size


def _removed(folder: Path) -> bool:
    """Whether a scan that nobody uses is gone; it goes under its name at once, so that none is half there."""
    with suppress(OSError), unused(folder) as free:
        if free:
            gone = folder.rename(folder.with_name(f"{_GONE}{uuid.uuid4().hex[:8]}"))
            _delete(gone)
        return free
    return False
