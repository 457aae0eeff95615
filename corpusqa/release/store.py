"""A store keeps versions of a release side by side: complete folders, names that point to them, a log.

store.json          format of the store
versions/<id>/      one release each, never changed; <id> is the head of its content_id (and -v1.0.1 if taken)
refs/latest, refs/v1.0.0   one line each: the id; that of a version never changes
log.jsonl           one line per published version
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpusqa.errors import CannotEvaluate, UsageError, near_misses
from corpusqa.release.manifest import origin, read_manifest
from corpusqa.release.parquet import sync
from corpusqa.release.publish import publish

FORMAT = 1
MARK, LOG, LATEST = "store.json", "log.jsonl", "latest"
ID_DIGITS = 16


class Store:
    """Versions of one release.

    Args:
        folder: Made if it does not exist.

    Raises:
        UsageError: the folder holds something else, or a store of a newer format.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        refuse_other(folder)
        if not is_store(folder):
            for place in (folder / "versions", folder / "refs"):
                place.mkdir(parents=True, exist_ok=True)
            write_whole(folder / MARK, json.dumps({"format": FORMAT}) + "\n")

    @property
    def refs(self) -> dict[str, str]:
        """Every name and the id it points to."""
        places = sorted((self.folder / "refs").iterdir())
        return {place.name: place.read_text(encoding="utf-8").strip() for place in places if place.name[0] != "."}

    def find(self, name: str = LATEST) -> Path | None:
        """The folder of a version by name, number (with or without v) or id; None for `latest` of an empty store.

        Raises:
            UsageError: there is no such version, or its folder is gone.
        """
        refs = self.refs
        chosen = refs.get(name) or refs.get(f"v{name}") or name
        if (self.folder / "versions" / chosen / "corpusqa").is_dir():
            return self.folder / "versions" / chosen
        if chosen != name:
            raise UsageError(f"{self.folder / 'versions' / chosen}: {name} is gone; restore this folder from a copy")
        if name == LATEST:
            return None
        raise UsageError(f"{self.folder}: no version {name!r}{near_misses(name, refs)} (there are: {', '.join(refs)})")

    def finished(self) -> Path | None:
        """The latest version, after what a killed run began is at its end: a child of the latest becomes the latest.

        Raises:
            UsageError: there are versions, but nothing says which is the latest.
        """
        with self.locked():
            latest = self.find()
            while child := self._child(latest):
                self._enrol(child)
                latest = child
            if latest is None and self._places():
                raise UsageError(f"{self.folder}: there are versions, but no refs/{LATEST}; restore refs from a copy")
        return latest

    def add(self, made: Path, manifest: dict[str, Any], made_of: str) -> Path | None:
        """Take a finished folder in and let the names point to it; None if the latest was made of the same things.

        Raises:
            UsageError: another version was published since this one was begun, or its number is taken.
        """
        with self.locked():
            latest = self.find()
            if latest is not None and _lineage(read_manifest(latest)) != manifest["parent"]:
                if origin(latest) == made_of:
                    return None
                raise UsageError(
                    f"{self.folder}: another version was published while this one was made; run the command again"
                )
            self._refuse_taken(manifest["version"], "")
            place = self.folder / "versions" / str(manifest["content_id"])[:ID_DIGITS]
            if place.exists():
                place = place.with_name(f"{place.name}-v{manifest['version']}")
            publish(made, place, replace=False)
            self._enrol(place)
        return place

    def _places(self) -> list[Path]:
        return [place for place in sorted((self.folder / "versions").iterdir()) if place.name[0] != "."]

    def _child(self, latest: Path | None) -> Path | None:
        """A version that follows on the latest one and bears its number; there is one after a run was killed."""
        parent = _lineage(read_manifest(latest)) if latest else None
        refs = self.refs
        for place in self._places():
            try:
                manifest = read_manifest(place)
            except (UsageError, CannotEvaluate):
                continue  # damaged; its number stays taken
            if manifest["parent"] == parent and refs.get(f"v{manifest['version']}", place.name) == place.name:
                return place
        return None

    def _refuse_taken(self, version: str, name: str) -> None:
        if (there := self.refs.get(f"v{version}", name)) != name:
            raise UsageError(f"{self.folder}: version {version} is {there} already; ask for a higher --data-version")

    def _enrol(self, place: Path) -> None:
        """Log a version and let its number and `latest` point to it."""
        manifest = read_manifest(place)
        self._refuse_taken(manifest["version"], place.name)
        said = {**_lineage(manifest), "parent": manifest["parent"]}
        line = json.dumps({"at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), **said}, sort_keys=True)
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(line + "\n")
            log.flush()
            os.fsync(log.fileno())
        write_whole(self.folder / "refs" / f"v{manifest['version']}", place.name + "\n")
        write_whole(self.folder / "refs" / LATEST, place.name + "\n")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one process at a time changes names."""
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _lineage(manifest: dict[str, Any]) -> dict[str, Any]:
    """A version as the next one names it as its parent."""
    return {name: manifest[name] for name in ("version", "content_id", "build_id")}


def is_store(folder: Path) -> bool:
    """Whether a folder is a store."""
    return (folder / MARK).is_file()


def refuse_other(folder: Path) -> None:
    """Refuse a folder that can neither become a store nor is one that is known here.

    Raises:
        UsageError: the folder holds something else, or a store of a newer format.
    """
    if not is_store(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} exists and is no store; choose another folder for --store")
        return
    try:
        found = int(json.loads((folder / MARK).read_text(encoding="utf-8"))["format"])
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{folder / MARK}: not the mark of a store; restore it from a copy") from None
    if found > FORMAT:
        raise UsageError(
            f"{folder}: a store of format {found}, which this corpusqa does not know (it knows {FORMAT}); "
            "install a newer one"
        )


def version_folder(place: str | Path) -> tuple[Path, str]:
    """A folder as it was named, or that of a version of a store (`DIR` for the latest, `DIR@v1.0.0`), and its name.

    Raises:
        UsageError: the store holds no such version, or is of a newer format.
    """
    path, _, version = str(place).rpartition("@") if not Path(place).exists() else (str(place), "", "")
    folder = Path(path or str(place))
    if not is_store(folder):
        return Path(place), Path(place).name
    found = Store(folder).find(version or LATEST)
    if found is None:
        raise UsageError(f"{folder}: the store holds no version yet")
    return found, f"{folder.name}@{version or LATEST}"


def write_whole(path: Path, content: str) -> None:
    """Write a small file whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync(path.parent)
