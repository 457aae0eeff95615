"""The manifest of a release: what it is made of, what it holds, and the digests that prove both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.errors import CannotEvaluate, UsageError
from corpusqa.release.parquet import sha256_of

MANIFEST = "corpusqa/manifest.json"
DOCS = "corpusqa/docs.parquet"
CROISSANT = "croissant.json"
# What the release was made of, down to a digest of the source. It stays at home: who holds a masked text could try out
# phone numbers until such a digest fits.
ORIGIN = "corpusqa/origin.json"
# Documents that an earlier version removed for good; at home too, since it may name what is private.
GONE = "corpusqa/gone.parquet"
AT_HOME = (ORIGIN, GONE)
FORMAT = 1
SEAL = "seal"


def content_id(columns: Sequence[Sequence[str]], splits: Mapping[str, Iterable[str]]) -> str:
    """What a release holds, whatever wrote it: 64 hex digits.

    Args:
        columns: Name and type of each column, from `described`.
        splits: Per split the digests of its rows in order, each alone or several in one string.
    """
    state = hashlib.sha256(_json({"columns": columns}).encode())
    for split in sorted(splits):
        rows = hashlib.sha256()
        for digest in splits[split]:
            rows.update(bytes.fromhex(digest))
        state.update(_json({"split": split, "rows": rows.hexdigest()}).encode())
    return state.hexdigest()


def identity(made_of: Mapping[str, Any], *tables: Iterable[pl.DataFrame]) -> str:
    """64 hex digits over plain values and tables, whose rows come some at a time, in whatever pieces."""
    state = hashlib.sha256(_json(made_of).encode())
    for table in tables:
        for number, part in enumerate(table):
            flat = part.with_columns(pl.col(pl.List(pl.String)).list.join("\x1f"))
            state.update(flat.write_csv(null_value="\x00", include_header=number == 0).encode())
    return state.hexdigest()


def dumped(value: Mapping[str, Any]) -> bytes:
    """Deterministic JSON for people and programs."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()


def sealed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest with the digest of everything else in it, so that a change of it is seen as one of any other file."""
    rest = {name: value for name, value in manifest.items() if name != SEAL}
    return {**rest, SEAL: hashlib.sha256(_json(rest).encode()).hexdigest()}


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a release.

    Raises:
        UsageError: the folder is no release, or one of a newer format.
        CannotEvaluate: it is not as it was written, or names files that lie elsewhere.
    """
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found = int(manifest["format"])
    except FileNotFoundError:
        raise UsageError(f"{folder}: no release, there is no {MANIFEST}") from None
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise UsageError(f"{path}: not a manifest of a release ({type(error).__name__})") from None
    if found > FORMAT:
        raise UsageError(
            f"{path}: format {found} is newer than this corpusqa, which knows {FORMAT}; install a newer one"
        )
    if manifest != sealed(manifest):
        raise CannotEvaluate(
            f"{path}: was changed or damaged after it was written; take the release from where it came from, or write "
            "it again into another folder"
        )
    for file in manifest["files"]:
        if file["path"].startswith("/") or ".." in file["path"].split("/"):
            raise CannotEvaluate(f"{path}: names a file outside the release; do not use it")
    return manifest


def origin(folder: Path) -> str | None:
    """The identity of all that a release was made of; None where that was not kept."""
    try:
        said = json.loads((folder / ORIGIN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(said.get("identity")) if isinstance(said, dict) else None


def tables_there(folder: Path, manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files beside the data that are in the folder; of a release on a hub only some are fetched."""
    beside = (file for file in manifest["files"] if not file["path"].startswith("data/"))
    return [file for file in beside if (folder / file["path"]).exists()]


def verify_files(folder: Path, files: Sequence[Mapping[str, Any]]) -> None:
    """Compare files of a release with what its manifest says of them.

    Raises:
        CannotEvaluate: a file is missing, has another size or another digest; the message names it.
    """
    for file in files:
        path = folder / file["path"]
        if not path.is_file():
            raise CannotEvaluate(f"{path}: the manifest lists this file, but it is missing")
        if path.stat().st_size != file["bytes"] or sha256_of(path) != file["sha256"]:
            raise CannotEvaluate(f"{path}: differs from the manifest; it was changed or damaged after it was written")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
