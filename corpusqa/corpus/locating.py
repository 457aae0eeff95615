"""From what the user names to files on this machine."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpusqa.corpus.hub import is_dataset, spool_dataset
from corpusqa.corpus.piped import spool_stdin
from corpusqa.corpus.remote import MAGIC, fetch, hub_dataset
from corpusqa.corpus.splits import NO_SPLITS, Copied, Splits, splits_of, without_caches
from corpusqa.corpus.web import shown_url
from corpusqa.errors import SourceError
from corpusqa.readers.listing import METADATA, Listing, list_file, list_files, list_folder
from corpusqa.scratch import remove_scratch, scratch_folder

DEEP = re.compile(r"(?:(?<=/)|^)\*\*(?:/|$)")  # a part of a pattern that stands for any number of folders
SPOOL = "source-"  # how folders of copied sources begin
RELEASE = "corpusqa/manifest.json"  # in the folder of a release; its documents are in `data`


@dataclass(frozen=True)
class Located:
    """Where the rows of a source are.

    Attributes:
        name: The source as it is shown.
        listing: The files to read.
        splits: The splits of the files that have one by their place.
        spooled: The folder that holds a copy made for this run, or None.
        anonymous: Whether the names of the files mean nothing to the user.
    """

    name: str
    listing: Listing
    splits: Splits = NO_SPLITS
    spooled: Path | None = None
    anonymous: bool = False


def locate(source: Any, work: Path | None) -> Located:
    """Find the files of a source; what has no random access is copied into the work folder once.

    Raises:
        SourceError: If there is no such source.
    """
    if is_dataset(source):
        return _spooled(f"datasets.{type(source).__name__}", work, lambda to: spool_dataset(source, to), anonymous=True)
    if isinstance(source, Sequence) and not isinstance(source, str):
        return _several([path for one in source for path in _beside_others(_path(one))])
    name = _path(source)
    if name == "-":
        return _spooled("standard input", work, spool_stdin, anonymous=True)
    hub = hub_dataset(name)
    if hub:
        return _spooled(name, work, lambda to: spool_dataset(hub(), to), anonymous=True)
    if "://" in name:
        return _spooled(shown_url(name), work, lambda to: fetch(name, to))
    if not Path(name).exists() and MAGIC.search(name):
        return _several(_matches(name), name)
    return _local(name)


def _path(source: Any) -> str:
    """A path or an address as text; frames and lists of rows are none."""
    if isinstance(source, str | os.PathLike):
        if not os.fspath(source):
            raise SourceError("the name of the source is empty; write . for the working folder")
        return os.fspath(source)
    kind = f"{type(source).__module__.partition('.')[0]}.{type(source).__name__}".removeprefix("builtins.")
    raise SourceError(
        f"{kind} is no source; give paths, addresses or a dataset, which datasets.Dataset.from_polars, from_pandas, "
        "from_list or from_generator makes of what is in memory"
    )


def _beside_others(name: str) -> list[str]:
    """One of several sources: a path, or what a pattern matches; what has to be copied stands alone."""
    if "://" in name or name == "-":
        shown = shown_url(name) if "://" in name else "standard input"
        raise SourceError(f"{shown}: cannot stand in a list; a list holds paths and patterns of files on this machine")
    return [name] if Path(name).exists() or not MAGIC.search(name) else _matches(name)


def _matches(pattern: str) -> list[str]:
    found = sorted(_matching(pattern), key=os.fsencode)
    if not found:
        raise SourceError(f"{pattern}: no file matches")
    return found


def _matching(pattern: str) -> Iterator[str]:
    """What a pattern matches. `**` goes into links too but into no folder twice, unlike that of `glob`."""
    head, *rest = DEEP.split(pattern, maxsplit=1)
    if not rest:
        yield from glob.glob(pattern)  # noqa: PTH207 (absolute and relative alike)
        return
    for start in glob.glob(head) if head else ["."]:  # noqa: PTH207
        if rest == [""]:
            yield start
            continue
        for folder in _folders_below(start):
            yield from _matching(f"{glob.escape(folder.rstrip('/'))}/{rest[0]}")


def _folders_below(start: str) -> Iterator[str]:
    """A folder and those in it without dot names, each once, those that are links last."""
    seen: set[tuple[int, int]] = set()
    for folder, names, _ in os.walk(start, followlinks=True):
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in seen:
            names.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        below = sorted(Path(folder, name) for name in names if not name.startswith("."))
        names[:] = [path.name for path in sorted(below, key=Path.is_symlink)]
        yield folder


def _local(name: str) -> Located:
    listing = _listing(name)
    return Located(name, listing, splits_of(listing))


def _listing(name: str) -> Listing:
    path = Path(name)
    if not path.exists():
        raise SourceError(f"{name}: no such file or folder")
    return _folder(path) if path.is_dir() else list_file(path)


def _folder(path: Path) -> Listing:
    """A folder as what it is: of a release its documents, of what `datasets` saved the files of the data set."""
    return without_caches(list_folder(path / "data" if (path / RELEASE).is_file() else path))


def _several(paths: Sequence[str], pattern: str = "") -> Located:
    """Named files, and folders of them, as one corpus; a pattern matches the caches of a saved data set, too."""
    if not paths:
        raise SourceError("the list of sources is empty")
    if len(paths) == 1:
        return _local(paths[0])
    parts = [_listing(path) for path in paths]
    root = Path(os.path.commonpath([part.root for part in parts]))
    relative = [(part.root.relative_to(root) / file.path).as_posix() for part in parts for file in part.files]
    listing = list_files(root, list(dict.fromkeys(relative)))
    listing = without_caches(listing) if pattern else listing
    described = {part.root for part in parts if part.format == "text" and (part.root / METADATA).is_file()} - {root}
    lost = sorted((folder.relative_to(root) / METADATA).as_posix() for folder in described)
    listing = replace(listing, ignored=tuple(lost))
    return Located(pattern or f"{root}", listing, splits_of(listing))


def _spooled(name: str, work: Path | None, fill: Callable[[Path], Copied], anonymous: bool = False) -> Located:
    """A source of which `fill` makes a copy."""
    folder = spool_folder(work)
    try:
        copied = fill(folder)
        listing = _folder(folder)
        splits = copied.splits if copied.splits.of else splits_of(listing)
    except BaseException:
        remove_scratch(folder)
        raise
    listing = replace(listing, ignored=tuple(sorted({*listing.ignored, *copied.left})))
    return Located(name, listing, splits, folder, anonymous)


def spool_folder(work: Path | None) -> Path:
    """A new folder that only this user can read."""
    return scratch_folder(SPOOL, work)
