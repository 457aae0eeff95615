"""From what the user names to files on this machine."""

from __future__ import annotations

import glob
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from corpusqa.corpus.hub import is_dataset, spool_dataset
from corpusqa.corpus.piped import spool_stdin
from corpusqa.corpus.remote import MAGIC, fetch, hub_dataset
from corpusqa.corpus.web import shown_url
from corpusqa.errors import SourceError
from corpusqa.readers.listing import Listing, list_file, list_files, list_folder
from corpusqa.scratch import remove_scratch, scratch_folder

DEEP = re.compile(r"(?:(?<=/)|^)\*\*(?:/|$)")  # a part of a pattern that stands for any number of folders
SPOOL = "source-"  # how folders of copied sources begin
RELEASE = "corpusqa/manifest.json"  # in the folder of a release; its documents are in `data`
SHARD = re.compile(
    r"(?P<split>\w[\w.]*?)-(?P<at>\d{5})-of-(?P<of>\d{5})\."
)  # as `datasets` and the Hub name the files of a split
# Names of files that say their split, with the split's name; as `datasets` reads them.
SPLITS = {"train": "train", "training": "train", "validation": "validation", "valid": "validation"}
SPLITS |= {"val": "validation", "dev": "validation", "test": "test", "testing": "test", "eval": "test"}


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
    path = Path(name)
    if not path.exists() and MAGIC.search(name):
        return _several(_matches(name), name)
    return _local(path, name)


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


def _local(path: Path, name: str) -> Located:
    if not path.exists():
        raise SourceError(f"{name}: no such file or folder")
    if not path.is_dir():
        return _with_splits(name, list_file(path))
    listing = list_folder(path / "data" if (path / RELEASE).is_file() else path)
    return _with_splits(name, _without_caches(listing))


def _several(paths: Sequence[str], pattern: str = "") -> Located:
    """Named files, and folders of them, as one corpus."""
    if not paths:
        raise SourceError("the list of sources is empty")
    if len(paths) == 1:
        return _local(Path(paths[0]), paths[0])
    every = [path for name in paths for path in _files(Path(name))]
    root = Path(os.path.commonpath([path.absolute().parent for path in every]))
    relative = [path.absolute().relative_to(root).as_posix() for path in every]
    return _with_splits(pattern or f"{root}", list_files(root, list(dict.fromkeys(relative))))


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise SourceError(f"{path}: no such file or folder")
    if not path.is_dir():
        return [path]
    listing = list_folder(path)
    return [listing.root / file.path for file in listing.files]


def _spooled(
    name: str, work: Path | None, fill: Callable[[Path], Mapping[str, str]], anonymous: bool = False
) -> Located:
    """A source of which `fill` makes a copy and says the splits."""
    folder = spool_folder(work)
    try:
        splits = fill(folder)
        located = _with_splits(name, list_folder(folder))
    except BaseException:
        remove_scratch(folder)
        raise
    return replace(located, splits=splits or located.splits, spooled=folder, anonymous=anonymous)


def spool_folder(work: Path | None) -> Path:
    """A new folder that only this user can read."""
    return scratch_folder(SPOOL, work)


def _with_splits(name: str, listing: Listing) -> Located:
    """The splits that names state: folders of a saved DatasetDict, numbered shards, and files called train or test."""
    if listing.format == "text":
        return Located(name, listing)
    saved = _read_json(listing.root / "dataset_dict.json").get("splits", [])
    found = {file.path: _split(file.path, saved) for file in listing.files}
    return Located(name, listing, {path: split for path, split in found.items() if split})


def _split(path: str, saved: Sequence[str]) -> str | None:
    first, _, _ = path.partition("/")
    if first in saved:
        return first
    name = path.rpartition("/")[2]
    shard = SHARD.match(name)
    if shard:
        return None if shard["split"] == "data" else shard["split"]  # `data` is what save_to_disk calls every file
    return SPLITS.get(name.partition(".")[0].lower())


def split_doubts(located: Located) -> list[str]:
    """What is odd about the files of a split: two ways of naming them side by side, or numbered shards that lack some.

    Both are what an interrupted download or a second export leaves, and neither can be seen in the rows.
    """
    named: dict[str, dict[str, set[str]]] = {}
    for path, split in located.splits.items():
        folder, _, name = path.rpartition("/")
        shard = SHARD.match(name)
        way = f"{split}-?????-of-{shard['of']}" if shard else name
        named.setdefault(split, {}).setdefault(f"{folder}/{way}".lstrip("/"), set()).add(shard["at"] if shard else "")
    said = []
    for split, ways in named.items():
        if len(ways) > 1:
            said.append(f"the split {split} is named in {len(ways)} ways, all of it is read: {_some(sorted(ways))}")
        for way, numbers in ways.items():
            of = int(way[-5:]) if numbers != {""} else 1
            if len(numbers) < of:
                said.append(f"only {len(numbers)} of {of} shards of the split {split} are there: {way}")
    return said


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _without_caches(listing: Listing) -> Listing:
    """Of a dataset that `datasets` has saved, the files that its state lists; others are caches of `map`."""
    if listing.format != "arrow":
        return listing
    kept = []
    for file in listing.files:
        folder, _, name = file.path.rpartition("/")
        listed = _read_json(listing.root / folder / "state.json").get("_data_files")
        if listed is None or {"filename": name} in listed:
            kept.append(file)
    return replace(listing, files=tuple(kept))


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
