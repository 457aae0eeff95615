"""Names by Presidio on a spaCy pipeline: `[checks.pii] ner = "corpusqa_checks.pii.presidio:names"`.

Needs `pip install "corpusqa[presidio]"` and an English model of spaCy (`python -m spacy download en_core_web_sm`).
Nothing is downloaded at run time, as Presidio itself would do. For another language write a module:

    names = recogniser(spacy.load("de_core_news_md"), "de")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from importlib.metadata import version
from typing import Any

try:
    import spacy
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer
except ImportError as error:
    raise ImportError(f'{error}; pip install "corpusqa[presidio]"', name=error.name) from None

Names = list[tuple[int, int, str]]
Recogniser = Callable[[Sequence[str]], list[Names]]

_KINDS = {"PERSON": "person", "ORGANIZATION": "organisation", "LOCATION": "location"}
# The English models of spaCy, the better first.
_MODELS = ("en_core_web_trf", "en_core_web_lg", "en_core_web_md", "en_core_web_sm")
# Code points that the pipeline gets at once; spaCy refuses more than a million and takes 1 GB of memory for 100,000.
_LONGEST = 50_000


def __getattr__(name: str) -> Any:
    """`names`: persons, organisations and places with the best English model that is installed.

    Raises:
        ModuleNotFoundError: there is none; said when the option is read, not for each document.
    """
    if name != "names":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    installed = set(spacy.util.get_installed_models())
    model = next((model for model in _MODELS if model in installed), None)
    if model is None:
        raise ModuleNotFoundError(f"no English model of spaCy is installed; python -m spacy download {_MODELS[-1]}")
    found = partial(_with_model, model)
    vars(found)["rests_on"] = _versions(f"{model} {version(model)}")
    return found


def recogniser(nlp: Any, language: str = "en") -> Recogniser:
    """A recogniser for the option `ner`.

    Args:
        nlp: A spaCy pipeline that sets entities.
        language: Its language, ISO 639-1.

    Returns:
        A function of texts: for each the spans (start, end, kind), offsets in code points.
    """

    class Engine(SpacyNlpEngine):  # type: ignore[misc]
        """The given pipeline; Presidio's own would download one."""

        def __init__(self) -> None:
            super().__init__()
            self.nlp = {language: nlp}

    registry = RecognizerRegistry(
        recognizers=[SpacyRecognizer(supported_language=language)], supported_languages=[language]
    )
    engine = AnalyzerEngine(registry=registry, nlp_engine=Engine(), supported_languages=[language])

    def recognise(texts: Sequence[str]) -> list[Names]:
        return [[span for at, piece in _pieces(text) for span in _said(engine, language, at, piece)] for text in texts]

    vars(recognise)["rests_on"] = _versions(" ".join(str(nlp.meta.get(key, "")) for key in ("lang", "name", "version")))
    return recognise


def _versions(model: str) -> tuple[str, ...]:
    """What the names follow from besides this code, for `Check.rests_on`."""
    return (model, f"spacy {version('spacy')}", f"presidio-analyzer {version('presidio-analyzer')}")


def _said(engine: Any, language: str, at: int, text: str) -> Iterator[tuple[int, int, str]]:
    for said in engine.analyze(text, language, list(_KINDS)):
        yield at + said.start, at + said.end, _KINDS[said.entity_type]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The text in pieces that the pipeline takes, cut at the end of a line or a word where there is one."""
    at = 0
    while len(text) - at > _LONGEST:
        ends = (text.rfind(sign, at + _LONGEST // 2, at + _LONGEST) for sign in ("\n", " "))
        end = next((end + 1 for end in ends if end > 0), at + _LONGEST)
        yield at, text[at:end]
        at = end
    yield at, text[at:]


def _with_model(model: str, texts: Sequence[str]) -> list[Names]:
    return _loaded(model)(texts)


@cache
def _loaded(model: str) -> Recogniser:
    return recogniser(spacy.load(model))
