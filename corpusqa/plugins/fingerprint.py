"""A digest of the code that a check runs, so that stored results are reused only while nothing changed."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from corpusqa.plugins.load import Plugin

_REQUIREMENT = re.compile(r"\A[A-Za-z0-9._-]+")
# The checks of this distribution never import each other (a contract in CI), so each has a digest of its own.
_OWN = "corpusqa"


def fingerprint(plugin: Plugin) -> str:
    """32 hex digits over the check's code and data files, its options and the versions of what it requires."""
    spec = plugin.spec
    place = spec.target.rpartition(":")[0]
    distribution = spec.origin.rpartition(" ")[0]
    files = (Path(place),) if place.endswith(".py") else _module_files(place, own=distribution == _OWN)
    options = json.dumps(spec.options, sort_keys=True, default=str)
    parts = (spec.name, spec.target.rpartition(":")[2], options, _versions(distribution), files_digest(files))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


@cache
def files_digest(files: tuple[Path, ...]) -> str:
    """SHA-256 over names and contents of files."""
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


@cache
def own_code() -> str:
    """Digest of corpusqa's own files: what other code has made is not reused."""
    return files_digest(tuple(sorted(Path(__file__).parent.parent.rglob("*.py"))))


@cache
def _module_files(module: str, own: bool) -> tuple[Path, ...]:
    """Files of the module's top-level package; for a check of ours its folder and the shared private ones."""
    top, _, rest = module.partition(".")
    found = importlib.util.find_spec(top)
    places = list(found.submodule_search_locations or ()) if found else []
    if not places:
        return (Path(found.origin),) if found and found.origin else ()
    root = Path(places[0])
    roots = [root / rest.split(".")[0], *sorted(root.glob("_*"))] if own and (root / rest).is_dir() else [root]
    return tuple(file for place in roots for file in _files(place))


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return [file for file in sorted(place.rglob("*")) if file.is_file() and "__pycache__" not in file.parts]


@cache
def _versions(distribution: str) -> tuple[tuple[str, str], ...]:
    """Installed versions of what a distribution requires; empty for a file."""
    try:
        lines = requires(distribution) or [] if distribution else []
    except PackageNotFoundError:
        lines = []
    names = {found[0] for line in lines if "extra ==" not in line and (found := _REQUIREMENT.match(line))}
    return tuple((name, _installed(name)) for name in sorted(names))


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
