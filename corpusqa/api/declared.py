"""What people declare of the data, held against what was measured of the documents that would be published."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from corpusqa.card.lint import contradictions as against
from corpusqa.errors import UsageError
from corpusqa.release.measures import measured
from corpusqa.release.tables import private_left
from corpusqa.scan.names import private_kinds

if TYPE_CHECKING:
    from corpusqa.api.model import Account

_LINE_END = re.compile(r"\s*[\r\n]\s*")


def contradictions(found: Account) -> list[str]:
    """Values that `[card]` declares and measurements contradict, one sentence each."""
    if not found.config.card:
        return []
    outcomes = found.verdicts.outcomes
    kept = outcomes.filter(pl.col("verdict") != "drop")["doc"]
    if kept.is_empty():
        return []
    left = private_left(found.scan, kept, found.verdicts.edits)
    return against(found.config.card, {"measured": measured(found.scan, outcomes), "private_left": left})


def refuse_private(found: Account) -> None:
    """Say that the card would publish a private value: what people declare stands in it word for word.

    Raises:
        UsageError: a value under `[card]` or `[[source]]` holds one that no option of its check spares.
    """
    entries = [*_texts("[card]", found.config.card), *_texts("[[source]]", list(found.config.source))]
    forms = list(dict.fromkeys(form for _, text in entries for form in _forms(text)))
    kinds = private_kinds(found.plugins, [pl.Series(forms, dtype=pl.String)])
    for place, text in entries:
        private = [kinds[form] for form in _forms(text) if form in kinds]
        if private:
            labels = list(dict.fromkeys(label for found_in in private for label in found_in))
            held = f" ({', '.join(labels)})" if labels else ""
            raise UsageError(
                f"{place} holds a private value{held}, and cards are published: take it out, or list it in the options"
                " of the check that finds it, such as `allow`, if it is meant to be public"
            )


def _forms(text: str) -> list[str]:
    """A text as it is and as a page shows it: lines run on, with a space or without, and entities are characters."""
    folded = (text, *(_LINE_END.sub(between, text) for between in (" ", "")))
    return list(dict.fromkeys((*folded, *map(html.unescape, folded))))


def _texts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every text with the place where it is declared."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(f"{place} {name}", inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(place, inner)
