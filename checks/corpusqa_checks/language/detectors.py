"""Language detectors by name: the one that decides, the second opinions, and the reference.

Each takes a batch of texts and answers with a language or None; none of them knows of gates, scripts or confidence
(see routing). `langdetect` is the original that `profile_nb` is held against.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.extras import FastText, Lingua
from corpusqa_checks.language.profile_nb import score
from corpusqa_checks.language.prose import LONG, READ, three_windows
from corpusqa_checks.language.votes import RELIABLE, Vote, canonical, cld2

_LOCK = threading.Lock()


class LanguageDetector(Protocol):
    """A model that names languages.

    Attributes:
        name: How it is chosen and reported.
        package: The distribution that brings it.
    """

    name: str
    package: str

    def detect_batch(self, texts: Sequence[str]) -> list[Vote]:
        """What it says of each text, in order."""
        ...


class ProfileNB:
    """Exact naive Bayes over langdetect's profiles."""

    name, package = "profile_nb", "langdetect"

    def detect_batch(self, texts: Sequence[str]) -> list[Vote]:
        """The best profile of each text, of a long one by three windows; None where no n-gram is known."""
        scores = score([three_windows(text, READ) if len(text) > LONG else text for text in texts])
        order = (-scores.nats).argsort(axis=1, kind="stable")[:, :2]
        names = [canonical(name) for name in tables().languages]
        found = []
        for place, (best, second) in enumerate(order.tolist()):
            margin = float(scores.nats[place, best] - scores.nats[place, second])
            found.append(Vote(names[best], margin > 0) if scores.grams[place] else Vote(None))
        return found


class Langdetect:
    """The original, seeded and warmed under a lock; its own probability is near 1 nearly always."""

    name, package = "langdetect", "langdetect"

    def detect_batch(self, texts: Sequence[str]) -> list[Vote]:
        """Its answer for each text; None where it finds no features."""
        factory = _langdetect()
        return [self._one(factory, text) for text in texts]

    def _one(self, factory: Any, text: str) -> Vote:
        from langdetect.lang_detect_exception import LangDetectException

        detector = factory.create()
        detector.seed = 0  # its own draws are repeatable; the process-wide seed is left alone
        detector.append(text)
        try:
            found = detector.get_probabilities()
        except LangDetectException:
            return Vote(None)
        return Vote(canonical(found[0].lang), found[0].prob > 0.99) if found else Vote(None)


class Cld2:
    """Google's CLD2, by pycld2."""

    name, package = "cld2", "pycld2"

    def detect_batch(self, texts: Sequence[str]) -> list[Vote]:
        """Its first language for each text."""
        return cld2(texts)


class Py3langid:
    """py3langid, pure NumPy: the second opinion where pycld2 has no wheel."""

    name, package = "py3langid", "py3langid"

    def detect_batch(self, texts: Sequence[str]) -> list[Vote]:
        """Its best language for each text; None where it is less than RELIABLE sure."""
        identifier = _py3langid()
        found = (identifier.classify(text) for text in texts)
        return [Vote(canonical(code), True) if sure >= RELIABLE else Vote(None) for code, sure in found]


DETECTORS: dict[str, LanguageDetector] = {d.name: d for d in (ProfileNB(), Langdetect(), Cld2(), Py3langid(), Lingua())}
# Second opinions, best first; the first that is installed is used. The others are used where they are named.
VOTERS = ("cld2", "py3langid")
NAMED = ("lingua", "fasttext")


def detector(name: str, model: str = "") -> LanguageDetector:
    """A detector by name; `model` is the file that "fasttext" reads.

    Raises:
        ValueError: the model is no file.
    """
    return FastText(model) if name == FastText.name else DETECTORS[name]


def installed(name: str) -> str | None:
    """The version of the package behind a detector; None where it is not installed."""
    try:
        return version(FastText.package if name == FastText.name else DETECTORS[name].package)
    except PackageNotFoundError:
        return None


@cache
def _langdetect() -> Any:
    """A factory of our own: langdetect publishes its global one before the profiles are loaded, a race."""
    with _LOCK:
        from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

        factory = DetectorFactory()
        factory.load_profile(PROFILES_DIRECTORY)
        return factory


@cache
def _py3langid() -> Any:
    with _LOCK:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
