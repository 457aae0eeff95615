"""The code that a module imports from outside of every installed distribution, and the versions of what is installed.

Imports are read from the source, those inside functions too, so that the answer does not hang on what has been imported
so far. What only `importlib` or a path in a string leads to is not seen.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

ABSENT = "absent"
# Parsing a package takes 50 times as long. A docstring that reads like an import names a module too many.
_IMPORT = re.compile(
    rb"(?:^|[:;])[ \t]*(?:from[ \t]+([A-Za-z_]\w*)[\w.]*[ \t]+import\b|import[ \t]+([A-Za-z_][\w., \t]*))", re.MULTILINE
)
_CONTINUED = re.compile(rb"\\\r?\n")
# The one has a digest and the other the version of its own in every fingerprint.
_COUNTED = frozenset({"corpusqa", "polars"})


def imported(files: Iterable[Path]) -> tuple[tuple[Path, ...], tuple[tuple[str, str], ...]]:
    """What some files import, directly and by way of each other.

    Returns:
        The files and those that they import, sorted, of a package all of its code; and by name the versions of what is
        installed of the rest. The standard library is in neither.
    """
    wanted, found, versions = list(files), set[Path](), {}
    while wanted:
        file = wanted.pop()
        if file in found:
            continue
        found.add(file)
        for top in _tops(file.read_bytes()):
            more, release = _module(top)
            wanted += more
            if release:
                versions[top] = release
    return tuple(sorted(found)), tuple(sorted(versions.items()))


def code_of(top: str) -> tuple[tuple[Path, ...], tuple[tuple[str, str], ...]]:
    """The same of a module by its first name: its files where it is nobody's distribution, or its version."""
    files, release = _module(top)
    return imported(files) if not release else ((), ((top, release),))


def installed(distribution: str) -> str:
    """The version of a distribution, or `ABSENT`."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ABSENT


@cache
def _tops(source: bytes) -> frozenset[str]:
    """The first names of the modules that are imported, but for relative ones, which are in the same package."""
    found = set[str]()
    for module, modules in _IMPORT.findall(_CONTINUED.sub(b" ", source)):
        names = [module] if module else [name.strip().split(b" ")[0] for name in modules.split(b",")]
        found |= {name.partition(b".")[0].decode() for name in names if name}
    return frozenset(found) - _COUNTED


def _module(top: str) -> tuple[tuple[Path, ...], str]:
    """The files of a module, or where it is part of a distribution, the version of that; nothing of Python's own."""
    if top in sys.stdlib_module_names:
        return (), ""
    places = _places(top)
    release = _release(top) if any(_holds_distributions(place.parent) for place in places) else ABSENT
    if release != ABSENT:
        return (), release
    return tuple(file for place in places for file in ([place] if place.is_file() else sorted(place.rglob("*.py")))), ""


def _places(top: str) -> list[Path]:
    """The file of a module, or the folders of a package."""
    try:
        found = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        found = None
    if found is None:
        return []
    if found.submodule_search_locations is not None:
        return [Path(place) for place in found.submodule_search_locations]
    return [Path(found.origin)] if found.origin and found.has_location else []


@cache
def _holds_distributions(folder: Path) -> bool:
    """Whether a folder is one that distributions are installed in; in that of an editable one none says so."""
    return any(folder.glob("*.dist-info"))


@cache
def _release(top: str) -> str:
    """The version of the distributions that bring a module, which mostly bear its name."""
    found = installed(top)
    if found != ABSENT:
        return found
    return (
        ", ".join(f"{name} {installed(name)}" for name in sorted(set(packages_distributions().get(top, ())))) or ABSENT
    )
