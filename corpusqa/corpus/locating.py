"""From what the user names to files on this machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpusqa.corpus.hub import is_dataset, spool_dataset
from corpusqa.errors import SourceError
from corpusqa.readers.listing import Listing, list_file, list_folder


@dataclass(frozen=True)
class Located:
    """Where the rows of a source are.

    Attributes:
        name: The source as it is shown.
        listing: The files to read.
        splits: The split of each file that has one by its place.
        spooled: The folder that holds a copy made for this run, or None.
        anonymous: Whether the names of the files mean nothing to the user.
    """

    name: str
    listing: Listing
    splits: Mapping[str, str] = field(default_factory=dict)
    spooled: Path | None = None
    anonymous: bool = False


def locate(source: Any, work: Path | None) -> Located:
    """Find the files of a source; what has no random access is copied into the work folder once.

    Raises:
        SourceError: If there is no such source.
    """
    if is_dataset(source):
        folder = spool_folder(work)
        splits = spool_dataset(source, folder)
        return Located(f"datasets.{type(source).__name__}", list_folder(folder), splits, folder, anonymous=True)
    path = Path(os.fspath(source))
    if not path.exists():
        raise SourceError(f"{path}: no such file or folder")
    return Located(str(source), list_folder(path) if path.is_dir() else list_file(path))


def spool_folder(work: Path | None) -> Path:
    """A new folder that only this user can read."""
    if work is not None:
        work.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="source-", dir=work)).absolute()
