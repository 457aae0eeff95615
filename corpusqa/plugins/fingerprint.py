"""A digest of all that a check's results follow from, so that stored results are reused only while nothing changed."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from corpusqa.plugins.imported import code_of, imported, installed
from corpusqa.plugins.load import Plugin, Spec

_REQUIREMENT = re.compile(r"\A[A-Za-z0-9._-]+")
# How options name a function.
_FUNCTION = re.compile(r"([A-Za-z_]\w*)(?:\.\w+)*:[A-Za-z_]\w*")
# The checks of this distribution never import each other (a contract in CI), so each has a digest of its own.
_OWN = "corpusqa"
_PYTHON = (*sys.version_info[:2], unicodedata.unidata_version)


def fingerprint(plugin: Plugin) -> str:
    """32 hex digits over what a check's results follow from.

    That is its code and data files with the code that these import from outside of every installed distribution, the
    versions of what they require and of installed extras, the options with the functions that they name, what the check
    rests on by its own word, and the version of Python.
    """
    spec = plugin.spec
    place = spec.target.rpartition(":")[0]
    distribution = spec.origin.rpartition(" ")[0]
    own = distribution == _OWN
    if place.endswith(".py"):
        code = _file_code(Path(place))
    else:
        code = files_digest(_module_files(place, own)), None if own else _code_of(place.partition(".")[0])
    options = json.dumps(spec.options, sort_keys=True, default=str)
    named = [(top, _code_of(top)) for top in sorted(_named(spec.options))]
    rests = [_content(one) if isinstance(one, Path) else one for one in plugin.check.rests_on]
    parts = (spec.name, spec.target.rpartition(":")[2], options, _versions(distribution), code, named, rests, _PYTHON)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def specs_of(plugins: Iterable[Plugin]) -> tuple[Spec, ...]:
    """How to build checks again, each stamped with its fingerprint: what was built before it changed is not used."""
    return tuple(replace(plugin.spec, stamp=fingerprint(plugin)) for plugin in plugins)


def _file_code(file: Path) -> object:
    """Of a file of checks: read anew, since each content of it is loaded; what it imports stays as it was imported."""
    files, versions = imported([file])
    here = hashlib.sha256(file.read_bytes()).hexdigest()
    return file.name, here, files_digest(tuple(one for one in files if one != file)), versions


@cache
def _code_of(top: str) -> object:
    """Of a module that an option names; it stays as it was imported."""
    files, versions = code_of(top)
    return files_digest(files), versions, [_versions(top) for _ in versions]


def _named(options: Any) -> Iterator[str]:
    """The first names of the modules of functions that options name as `module:function`."""
    if isinstance(options, str):
        found = _FUNCTION.fullmatch(options)
        if found:
            yield found[1]
    elif isinstance(options, Mapping | list | tuple):
        for one in options.values() if isinstance(options, Mapping) else options:
            yield from _named(one)


def _content(place: Path) -> str:
    """Digest of a file or of the files in a folder; of what is not there, that."""
    files = _files(place) if place.exists() else []
    marks = [(file, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return repr(
        [(file.relative_to(place).as_posix(), _file_digest(*mark)) for file, mark in zip(files, marks, strict=True)]
    )


@cache
def _file_digest(file: Path, _size: int, _changed: int) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
    """Digest of corpusqa's own files and the versions of what it requires: what others have made is not reused."""
    files = files_digest(tuple(sorted(Path(__file__).parent.parent.rglob("*.py"))))
    return hashlib.sha256(repr((files, _versions(_OWN), _PYTHON)).encode()).hexdigest()


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
    """Installed versions of what a distribution requires, of its extras those that are there; empty for a file."""
    try:
        lines = requires(distribution) or [] if distribution else []
    except PackageNotFoundError:
        lines = []
    names = {found[0] for line in lines if (found := _REQUIREMENT.match(line))}
    return tuple((name, installed(name)) for name in sorted(names))
