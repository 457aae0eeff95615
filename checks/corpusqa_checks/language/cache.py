"""The tables of naive Bayes, built once per machine and kept in the user's cache folder."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
from corpusqa_checks.language.tables import Tables, build, identity, members, profile_names

FOLDER_VARIABLE = "CORPUSQA_CACHE_DIR"
FORMAT = 8  # raise it whenever what `build` makes changes
_LOCK = threading.Lock()


def tables() -> Tables:
    """The tables: in memory, else from the cache folder, else built now (at most a second)."""
    with _LOCK:
        return _tables()


def folder() -> Path:
    """Where caches of this user live: $CORPUSQA_CACHE_DIR, else the folder that the platform has for caches."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "corpusqa" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "corpusqa"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "corpusqa"


@cache
def _tables() -> Tables:
    try:
        path = folder() / f"language-{identity()}-{FORMAT}.npz"
    except RuntimeError:  # no home folder
        return build()
    kept = _read(path)
    if kept is not None:
        return kept
    made = build()
    _write(path, made)
    return made


def _read(path: Path) -> Tables | None:
    """None where there is no file, or one that is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        radix = int(arrays.pop("radix"))
        return Tables(languages=profile_names(), radix=radix, **arrays)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, made: Tables) -> None:
    """Write beside and rename, so that no reader sees half a file; a folder that refuses costs only time."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=path.stem, suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            np.savez(file, radix=np.int64(made.radix), **dict(members(made)))  # type: ignore[arg-type]
        Path(temporary).replace(path)
    except OSError:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
