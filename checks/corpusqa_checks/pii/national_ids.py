"""National identifiers of persons: the localised name of the identifier before it, its shape and its checksum."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from corpusqa_checks.pii.cues import words_pattern
from corpusqa_checks.pii.documentation import is_specimen_id
from corpusqa_checks.pii.hits import RESERVED, Hit, Line
from corpusqa_checks.pii.tables import table


@dataclass(frozen=True)
class Kind:
    """One identifier of one country.

    Attributes:
        name: Country and identifier, for instance "PL pesel".
        shape: What it looks like, as it is written.
        cues: Names under which texts give it.
        valid: The validator; it takes the value without separators, upper case.
        free: Needs no cue: shape and checksum together are evidence enough.
    """

    name: str
    shape: re.Pattern[str]
    cues: re.Pattern[str]
    valid: Callable[[str], bool]
    free: bool


def national_ids(line: Line) -> Iterator[Hit]:
    """Identifiers with a cue within the words before or right behind, and those that need none."""
    context: str | None = None
    for kind in kinds():
        if kind.free:
            yield from _found(kind, line)
            continue
        if context is None:
            context = f"{line.above}\n{line.text}"
        if kind.cues.search(context):
            yield from _found(kind, line)


def _found(kind: Kind, line: Line) -> Iterator[Hit]:
    for found in kind.shape.finditer(line.text):
        said = _is_said(kind, line, found)
        compact = re.sub(r"[\s.\-/+]", "", found[0]).upper()
        if (said or kind.free) and kind.valid(found[0]):
            spared = RESERVED if is_specimen_id(compact) else ""
            why = f"{kind.name}, " + ("cue" if said else "shape alone")
            yield Hit(*found.span(), "national_id", 0.95 if said else 0.8, why, compact, spared)


def _is_said(kind: Kind, line: Line, found: re.Match[str]) -> bool:
    before = line.before(found.start(), 60)
    if kind.cues.search(before):
        return True
    return re.match(rf"\s?[(\[,–-]\s?(?:{kind.cues.pattern})", line.after(found.end(), 32), re.IGNORECASE) is not None


@cache
def kinds() -> tuple[Kind, ...]:
    """The identifiers of `data/national_ids.toml`."""
    return tuple(
        Kind(
            row["name"],
            re.compile(rf"(?<![\w.\-/])(?:{row['shape']})(?![\w]|[.\-/,]\d)", re.IGNORECASE),
            words_pattern(row["cues"]),
            _validator(row.get("stdnum", "")),
            bool(row.get("free", False)),
        )
        for row in table("national_ids")["id"]
    )


def _validator(module: str) -> Callable[[str], bool]:
    """The validator of a python-stdnum module, imported on first use; without one the shape is all there is."""
    if not module:
        return lambda value: True

    def valid(value: str) -> bool:
        return bool(importlib.import_module(f"stdnum.{module}").is_valid(value))

    return valid
