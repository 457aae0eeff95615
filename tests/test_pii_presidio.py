"""The adapter to Presidio, with the real Presidio on a small pipeline of spaCy: no model has to be downloaded."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from corpusqa_checks.pii import pii

from corpusqa.errors import OptionError
from corpusqa.plugins import Spec, build
from corpusqa.testing import plugin, run

pytest.importorskip("presidio_analyzer", reason='needs the extra: pip install "corpusqa[presidio]"')
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
PATTERNS = [
    {"label": "PERSON", "pattern": "Petra Holloway"},
    {"label": "ORG", "pattern": "Harbour Board"},
    {"label": "GPE", "pattern": "Ostend"},
]


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> str:
    """The option for a recogniser on a pipeline that knows three names."""
    import spacy
    from corpusqa_checks.pii.presidio import recogniser

    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(PATTERNS)  # type: ignore[attr-defined]
    module: Any = ModuleType("some_names")
    module.names = recogniser(nlp)
    monkeypatch.setitem(sys.modules, "some_names", module)
    return "some_names:names"


def found(texts: list[str], ner: str) -> list[tuple[int, str, str]]:
    result = run(plugin(pii, reserved=True, ner=ner), texts)
    assert result.failures.is_empty()
    rows = result.spans.select("row", "start", "end", "label").rows()
    return [(row, label[4:], texts[row][start:end]) for row, start, end, label in rows]


def test_persons_organisations_and_places_are_found_beside_the_rest(named: str) -> None:
    texts = ["", "😀 Petra Holloway of the Harbour Board, Ostend: petra@boats.example.org", "nobody"]
    assert found(texts, named) == [
        (1, "person", "Petra Holloway"),
        (1, "organisation", "Harbour Board"),
        (1, "location", "Ostend"),
        (1, "email", "petra@boats.example.org"),
    ]


def test_a_text_that_is_longer_than_spacy_takes_is_read_in_pieces(named: str) -> None:
    text = "word " * 250_000 + "Petra Holloway"
    assert len(text) > 1_000_000
    assert found([text], named) == [(0, "person", "Petra Holloway")]


def test_without_a_model_the_option_is_refused_and_nothing_is_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    import spacy

    monkeypatch.setattr(spacy.util, "get_installed_models", list)
    spec = Spec("pii", "corpusqa_checks.pii:pii", "corpusqa 0", "0", (("ner", "corpusqa_checks.pii.presidio:names"),))
    with pytest.raises(OptionError, match="no English model of spaCy is installed; python -m spacy download"):
        build(spec)


def test_names_are_masked_in_a_release_like_anything_private(named: str) -> None:
    labels = plugin(pii, ner=named).check.labels
    assert {name: labels[name].private for name in ("person", "organisation", "location")} == {
        "person": True, "organisation": True, "location": True,
    }  # fmt: skip
    spans = run(plugin(pii, ner=named), ["Petra Holloway"]).spans
    assert spans.select(pl.col("label"), pl.col("score")).rows() == [("pii.person", 0.5)]
