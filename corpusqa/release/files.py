"""The files of a release in the making, and what its manifest says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.engines.parts import Done
from corpusqa.release.parquet import sha256_of


def tables_of(done: Sequence[Done], folder: Path, name: str) -> Iterator[pl.DataFrame]:
    """A table that the tasks left beside the data, one file of the release after the other."""
    for path in (folder / "parts" / part.name for one in done for part in one.parts if part.table == name):
        yield pl.read_parquet(path, memory_map=False)


def put(folder: Path, path: str, content: bytes) -> None:
    """Write a file by its path in the release."""
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def known_files(done: Sequence[Done]) -> dict[str, dict[str, Any]]:
    """What the tasks said of the data files, which need not be read again for it."""
    parts = [part for one in done for part in one.parts if part.table == "data"]
    return {part.name: {"path": part.name, "bytes": part.bytes, "sha256": part.sha256} for part in parts}


def listed(folder: Path, known: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Path, size and digest of every file but the card, which people may edit, and the manifest itself."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "README.md")
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return [
        known.get(name) or {"path": name, "bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for name, path in names.items()
    ]


def free_name(name: str, taken: list[str]) -> str:
    """The name, with an underscore before it where the source uses it for something else."""
    return name if name not in taken else free_name(f"_{name}", taken)
