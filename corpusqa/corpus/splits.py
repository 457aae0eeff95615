"""What the places of files say: the split of each, and what `datasets` has saved beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path, PurePosixPath
from typing import Any

from corpusqa.errors import CannotEvaluate
from corpusqa.readers.listing import Listing

SHARD = re.compile(r"-(?P<at>\d{5})-of-(?P<of>\d{5})(?=\.)")  # how `datasets` and the Hub number the files of a split
CACHE = re.compile(r"cache-[0-9a-f]+(_\d{5}_of_\d{5})?\.arrow")  # what `map` and `filter` leave beside a data set
SPLIT = re.compile(r"\w[\w.]*")  # what `datasets` takes for the name of a split
UNNAMED = "data"  # what save_to_disk calls the files of every split
# Names of files and folders that say a split, with the split's name; as `datasets` reads them.
NAMES = {"train": "train", "training": "train", "validation": "validation", "valid": "validation"}
NAMES |= {"val": "validation", "dev": "validation", "test": "test", "testing": "test", "eval": "test"}


@dataclass(frozen=True)
class Splits:
    """What is known of the splits of some files.

    Attributes:
        of: The split of each file that has one.
        doubts: What is odd about them, a sentence each.
    """

    of: Mapping[str, str]
    doubts: tuple[str, ...] = ()


NO_SPLITS = Splits({})


@dataclass(frozen=True)
class Copied:
    """What is known of a source that was copied.

    Attributes:
        splits: The splits of the copies, where the source says them.
        left: Names of the files that were not copied, because they have no reader.
    """

    splits: Splits = NO_SPLITS
    left: tuple[str, ...] = ()


def splits_of(listing: Listing) -> Splits:
    """The splits that places state: in a saved DatasetDict, by numbered shards, by what is called train or test."""
    if listing.format == "text":
        return NO_SPLITS
    saved = _Saved(listing.root)
    noted = cache(partial(_noted, saved))  # of many files in a folder once
    found = {file.path: _named(file.path, saved, noted(_folder(file.path))) for file in listing.files}
    if None in found.values():
        by_folder = {path: split or _by_folder(path) for path, split in found.items()}
        found = by_folder if None not in by_folder.values() else found  # else such a folder may be a source as well
    of = {path: split for path, split in found.items() if split}
    empty = sorted(saved.declared - set(of.values()))
    return Splits(of, (*_doubts(of), *map(holds_no_row, empty)))


def holds_no_row(split: str) -> str:
    """What is said of a split without rows, which no release has."""
    return f"the split {split} holds no row"


def without_caches(listing: Listing) -> Listing:
    """Of what `datasets` has saved or cached, the files of the data set; others are what `map` left beside it.

    Raises:
        CannotEvaluate: if a saved data set lists a file that is not there.
    """
    if listing.format != "arrow":
        return listing
    saved, there = _Saved(listing.root), {file.path for file in listing.files}
    for folder in sorted({_folder(path) for path in there} | saved.folders()):
        missing = sorted(set(saved.listed(folder) or ()) - there)
        if missing:
            path = listing.root / folder / "state.json"
            raise CannotEvaluate(f"{path} names {PurePosixPath(missing[0]).name}, which is not there; save it again")
    return replace(listing, files=tuple(file for file in listing.files if saved.holds(file.path)))


class _Saved:
    """What `save_to_disk` and the cache of `load_dataset` say of the files below a folder."""

    def __init__(self, root: Path) -> None:
        self.declared: set[str] = set()
        self._root = root
        self.splits = cache(self._splits)
        self.listed = cache(self._listed)
        self.cached = cache(self._cached)

    def _splits(self, folder: str) -> list[str]:
        """The splits of a saved DatasetDict."""
        found = _read_json(self._root / folder / "dataset_dict.json").get("splits")
        names = [str(name) for name in found] if isinstance(found, list) else []
        self.declared.update(names)
        return names

    def _listed(self, folder: str) -> list[str] | None:
        """The files of a saved Dataset; None if the folder is none."""
        found = _read_json(self._root / folder / "state.json").get("_data_files")
        if not isinstance(found, list):
            return None
        return [str(PurePosixPath(folder, one["filename"])) for one in found]

    def _cached(self, folder: str) -> list[str]:
        """The splits of a data set in the cache of `load_dataset`."""
        if self.listed(folder) is not None:
            return []
        splits = _read_json(self._root / folder / "dataset_info.json").get("splits")
        return list(splits) if isinstance(splits, dict) else []

    def folders(self) -> set[str]:
        """The folders of the splits of a DatasetDict at the root, also those in which no file is left."""
        return set(self.splits(""))

    def holds(self, path: str) -> bool:
        """Whether a file is one of the data set that is saved in its folder, if one is."""
        listed = self.listed(_folder(path))
        if listed is not None:
            return path in listed
        return not (self.cached(_folder(path)) and CACHE.fullmatch(PurePosixPath(path).name))


def _noted(saved: _Saved, folder: str) -> str | None:
    """The split that `datasets` has noted for a folder or one that it lies in."""
    parts = folder.split("/") if folder else []
    for at in reversed(range(len(parts))):
        if parts[at] in saved.splits("/".join(parts[:at])):
            return parts[at]
    return None


def _named(path: str, saved: _Saved, noted: str | None) -> str | None:
    """The split that `datasets` has noted for a file or its folder, or that its name states."""
    if noted:
        return noted
    name = PurePosixPath(path).name
    shard = SHARD.search(name)
    name = name[: shard.start()] if shard else name.partition(".")[0]
    for split in saved.cached(_folder(path)):
        if name.endswith(f"-{split}"):
            return split
    if shard:
        return name if name != UNNAMED and SPLIT.fullmatch(name) else None
    return NAMES.get(name.lower())


def _by_folder(path: str) -> str | None:
    """The split that the nearest folder states, for files whose names state none."""
    names = (NAMES.get(folder.lower()) for folder in reversed(PurePosixPath(path).parts[:-1]))
    return next((name for name in names if name), None)


def _doubts(of: Mapping[str, str]) -> Iterator[str]:
    """Two ways of naming a split side by side, or numbered shards that lack some.

    Both are what an interrupted download or a second export leaves, and neither can be seen in the rows.
    """
    named: dict[str, dict[str, set[str]]] = {}
    for path, split in of.items():
        way, number = _way(path, split)
        named.setdefault(split, {}).setdefault(way, set()).add(number)
    for split, ways in named.items():
        if len(ways) > 1:
            yield f"the split {split} is named in {len(ways)} ways, all of it is read: {_some(sorted(ways))}"
        for way, numbers in ways.items():
            of_all = int(way[-5:]) if numbers != {""} else 1
            if len(numbers) < of_all:
                yield f"only {len(numbers)} of {of_all} shards of the split {split} are there: {way}"


def _way(path: str, split: str) -> tuple[str, str]:
    """How a file says its split, and its number among those that say it in this way."""
    folder, _, name = path.rpartition("/")
    shard = SHARD.search(name)
    if shard:
        return f"{folder}/{split}-?????-of-{shard['of']}".lstrip("/"), shard["at"]
    if NAMES.get(name.partition(".")[0].lower()) == split or not folder:
        return path, ""
    parts = PurePosixPath(folder).parts
    stated = next((at for at in reversed(range(len(parts))) if NAMES.get(parts[at].lower()) == split), len(parts) - 1)
    return "/".join(parts[: stated + 1]) + "/", ""


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
