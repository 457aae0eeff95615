"""What a source is, however its name is spelled and from wherever: two names of one place are one source."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpusqa.corpus.hub import is_dataset
from corpusqa.corpus.remote import MAGIC
from corpusqa.corpus.web import shown_url

Place = tuple[str, ...]  # a kind, and what tells sources of that kind apart


def place_of(source: Any) -> Place:
    """The place of a source that `open_corpus` takes.

    What is on this machine is told apart by its path with all links followed, patterns by what stands before the first
    part that is one; the order of a list counts for nothing, as files are read by name. Addresses are taken without
    user, password and query, which change from day to day where they are signed. What comes from standard input has no
    place, and objects of `datasets` have no other than their names and splits: whatever comes that way is one source,
    of which the content changes.
    """
    if is_dataset(source):
        return _of_dataset(source)
    if isinstance(source, Sequence) and not isinstance(source, str):
        places = sorted({place_of(one) for one in source})
        return places[0] if len(places) == 1 else ("list", repr(places))
    name = os.fspath(source)
    if name == "-":
        return ("standard input",)
    if "://" in name:
        return ("address", shown_url(name))
    path = Path(name)
    return _of_pattern(path) if not path.exists() and MAGIC.search(name) else ("path", str(path.resolve()))


def is_here(source: Any) -> bool:
    """Whether a source is read where it lies on this machine, so that its files can be listed again at any time."""
    return place_of(source)[0] in ("path", "pattern", "list")


def _of_pattern(path: Path) -> Place:
    parts = path.absolute().parts
    fixed = next(at for at, part in enumerate(parts) if MAGIC.search(part))
    return ("pattern", str(Path(*parts[:fixed]).resolve()), *parts[fixed:])


def _of_dataset(source: Any) -> Place:
    named = source if isinstance(source, Mapping) else {"": source}
    kind, about = type(source).__name__, []
    for split, one in named.items():
        info = getattr(one, "info", None)
        about.append((split or str(getattr(one, "split", "")), *(str(getattr(info, n, "")) for n in _NAMES)))
    return ("datasets", kind, repr(about))


_NAMES = ("dataset_name", "config_name")
