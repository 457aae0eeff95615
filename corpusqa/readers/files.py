"""Opening files so that what goes wrong is a row of the report and never an exception."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO


def shown(path: str) -> str:
    """A relative path as text; bytes of the name that are not UTF-8 are written as escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        OSError: With a `strerror` to show, for whatever cannot be opened; pipes and devices, which would block.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(0, "not a regular file")
    return path.open("rb")


def why(error: OSError) -> str:
    """The reason in words, without the path."""
    return f"cannot be read: {error.strerror or type(error).__name__}"
