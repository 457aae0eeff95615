"""National identifiers of persons: the localised name of the identifier before it, its shape and its checksum."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from corpusqa_checks.pii.documentation import is_specimen_id
from corpusqa_checks.pii.hits import RESERVED, Hit, Line
from corpusqa_checks.pii.tables import table
from corpusqa_checks.pii.terms import Terms

# How far before a value its name may stand, and how far behind in brackets.
_BEFORE, _BEHIND = 60, 32
_BRACKET = re.compile(r"\s?[(\[,–\-]\s?")


@dataclass(frozen=True)
class Kind:
    """One identifier of one country.

    Attributes:
        name: Country and identifier, for instance "PL pesel".
        written: What it looks like; `shape` is the pattern, compiled when a text names the identifier.
        valid: The validator.
        free: Needs no name: shape and checksum together are evidence enough.
    """

    name: str
    written: str
    valid: Callable[[str], bool]
    free: bool

    @cached_property
    def shape(self) -> re.Pattern[str]:
        """The pattern of a whole value, in any case."""
        return re.compile(rf"(?<!\w)(?<![.\-/])(?i:{self.written})(?!\w|[.\-/,]\d)")


def national_ids(line: Line) -> Iterator[Hit]:
    """Identifiers with their name before them, or in brackets right behind."""
    for number in sorted(names().within(f"{line.above}\n{line.said}")):
        kind = kinds()[number]
        for found in kind.shape.finditer(line.text):
            if _is_named(number, line, found) and kind.valid(found[0]):
                yield _hit(kind, found, 0.95, "name before it")


def lettered_ids(line: Line) -> Iterator[Hit]:
    """Identifiers that need no name."""
    for kind in kinds():
        if kind.free:
            for found in kind.shape.finditer(line.text):
                if kind.valid(found[0]):
                    yield _hit(kind, found, 0.8, "shape")


def _hit(kind: Kind, found: re.Match[str], score: float, evidence: str) -> Hit:
    compact = re.sub(r"[\s.\-/+]", "", found[0]).upper()
    spared = RESERVED if is_specimen_id(compact) else ""
    return Hit(*found.span(), "national_id", score, f"{kind.name}: checksum, {evidence}", compact, spared)


def _is_named(number: int, line: Line, found: re.Match[str]) -> bool:
    if number in names().within(line.before(found.start(), _BEFORE)):
        return True
    behind = line.after(found.end(), _BEHIND)
    bracket = _BRACKET.match(behind)
    return bracket is not None and number in names().at_start(behind[bracket.end() :])


@cache
def names() -> Terms:
    """The names of the identifiers; each leads to the numbers of the kinds that it stands for."""
    return Terms((word, number) for number, row in enumerate(table("national_ids")["id"]) for word in row["cues"])


@cache
def kinds() -> tuple[Kind, ...]:
    """The identifiers of `data/national_ids.toml`."""
    return tuple(
        Kind(
            row["name"],
            row["shape"],
            _validator(row.get("stdnum", "")),
            bool(row.get("free", False)),
        )
        for row in table("national_ids")["id"]
    )


def _validator(module: str) -> Callable[[str], bool]:
    """The validator of a python-stdnum module, imported on first use; without one the shape is all there is."""

    def valid(value: str) -> bool:
        if not module:
            return True
        is_valid = importlib.import_module(f"stdnum.{module}").is_valid
        return bool(is_valid(value) or is_valid(value.replace(" ", "")))

    return valid
