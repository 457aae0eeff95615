"""Names by Presidio: `[checks.pii] ner = "corpusqa_checks.pii.presidio:names"`; needs presidio and a spaCy model."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache
from typing import Any

_KINDS = {"PERSON": "person", "ORGANIZATION": "organisation", "LOCATION": "location"}


def names(texts: Sequence[str]) -> list[list[tuple[int, int, str]]]:
    """Persons, organisations and places, as Presidio's English engine finds them.

    Args:
        texts: Any texts.

    Returns:
        For each text spans (start, end, kind), offsets in code points.

    Raises:
        ModuleNotFoundError: presidio-analyzer is not installed.
    """
    return [
        [(said.start, said.end, _KINDS[said.entity_type]) for said in _engine().analyze(text, "en", list(_KINDS))]
        for text in texts
    ]


@cache
def _engine() -> Any:
    return importlib.import_module("presidio_analyzer").AnalyzerEngine()
