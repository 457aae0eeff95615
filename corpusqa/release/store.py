"""A store keeps versions of a release side by side: complete folders, names that point to them, a log.

store.json          format of the store
versions/<id>/      one release each, never changed; <id> is the head of its content_id
refs/latest, refs/v1.0.0   one line each: the id
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

from corpusqa.errors import UsageError, near_misses
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
            UsageError: there is no such version.
        """
        refs = self.refs
        chosen = refs.get(name) or refs.get(f"v{name}") or name
        if (self.folder / "versions" / chosen / "corpusqa").is_dir():
            return self.folder / "versions" / chosen
        if name == LATEST:
            return None
        raise UsageError(f"{self.folder}: no version {name!r}{near_misses(name, refs)} (there are: {', '.join(refs)})")

    def built(self, identity: str) -> Path | None:
        """The folder of the version that was made of the same things."""
        for place in sorted((self.folder / "versions").iterdir()):
            if not place.name.startswith(".") and origin(place) == identity:
                return place
        return None

    def place(self, content_id: str) -> Path:
        """Where a version of this content belongs."""
        return self.folder / "versions" / content_id[:ID_DIGITS]

    def add(self, made: Path, manifest: dict[str, Any]) -> Path:
        """Take a finished folder in and let the names point to it.

        Raises:
            UsageError: another version was published since this one was begun.
        """
        with self.locked():
            latest = self.find()
            parent = manifest["parent"]
            if latest is not None and read_manifest(latest)["build_id"] != (parent or {}).get("build_id"):
                raise UsageError(
                    f"{self.folder}: another version was published while this one was made; run the command again"
                )
            place = self.place(manifest["content_id"])
            publish(made, place, replace=False)
            self.enrol(place)
        return place

    def enrol(self, place: Path) -> None:
        """Log a version and let its number and `latest` point to it; finishes what a killed run began."""
        manifest = read_manifest(place)
        said = {name: manifest[name] for name in ("version", "content_id", "build_id", "parent")}
        if self.refs.get(LATEST) == place.name:
            return
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
