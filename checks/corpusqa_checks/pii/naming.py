"""The hook for a recogniser of names: any function, named in the configuration."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence

from corpusqa_checks.pii.hits import Hit
from corpusqa_checks.pii.labels import NAMED

from corpusqa.check import Batch

# Its attribute `rests_on`, if it has one, goes to the check's: models and versions besides its code.
# Texts -> for each text the spans (start, end, kind): offsets in code points, kind one of the names in NAMED.
Recogniser = Callable[[Sequence[str]], Sequence[Iterable[tuple[int, int, str]]]]


def recogniser(target: str) -> Recogniser:
    """The function that `module:function` names.

    Raises:
        ValueError: it cannot be imported or called.
    """
    module, _, name = target.partition(":")
    if not (module and name):
        raise ValueError(f"ner = {target!r} should be module:function, for instance corpusqa_checks.pii.presidio:names")
    try:
        function = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"ner = {target!r} cannot be imported: {error}") from error
    if not callable(function):
        raise ValueError(f"ner = {target!r} is a {type(function).__name__}, not a function")
    return function  # type: ignore[no-any-return]


def names(batch: Batch, recognise: Recogniser, source: str) -> dict[int, list[Hit]]:
    """Names by row; what reaches over the end of a part, and kinds that the check does not know, are left out."""
    pieces = batch.parts.select("row", "start", "end").rows()
    texts = [batch.text[row][start:end] for row, start, end in pieces]
    hits: dict[int, list[Hit]] = {}
    for (row, offset, _), text, said in zip(pieces, texts, recognise(texts), strict=True):
        for start, end, kind in said:
            if kind in NAMED and 0 <= start < end <= len(text):
                hit = Hit(offset + start, offset + end, kind, 0.5, source, text[start:end].casefold())
                hits.setdefault(row, []).append(hit)
    return hits
