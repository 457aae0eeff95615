"""Second opinions that are installed on request: fastText with a model of one's own, and lingua.

Neither downloads anything: fastText reads the model file it is given, lingua's models come in its package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from corpusqa_checks.language.names import code_of
from corpusqa_checks.language.votes import RELIABLE, Vote

# Below this probability they are said to have no opinion.
LIKELY = 0.5


class FastText:
    """A fastText model for language identification, such as lid.176.ftz, lid.176.bin or GlotLID.

    Its labels are `__label__` and a code of ISO 639, with or without a script. The model is named by the digest of its
    file, because the same path may hold another one tomorrow.
    """

    name, package = "fasttext", "fasttext-predict"

    def __init__(self, model: str) -> None:
        self.path = Path(model)
        if not self.path.is_file():
            raise ValueError(f"model = {model!r} is no file: give the path of a fastText model for languages")
        self._digest = _digest(self.path, self.path.stat().st_size, self.path.stat().st_mtime_ns)

    @property
    def detail(self) -> str:
        """The model's file name and digest."""
        return f"{self.path.name}, sha256 {self._digest[:12]}"

    def detect_batch(self, texts: Sequence[str]) -> list[Vote]:
        """Its best language for each text; None where that is not likely."""
        model = _fasttext(self.path, self._digest)
        return [self._one(model.predict(" ".join(text.split()), 1)) for text in texts]

    def _one(self, found: tuple[Sequence[str], Sequence[float]]) -> Vote:
        if not len(found[0]) or found[1][0] < LIKELY:
            return Vote(None)
        return Vote(code_of(found[0][0].removeprefix("__label__")), found[1][0] >= RELIABLE, None)


class Lingua:
    """lingua's models of 75 languages, in its mode of low accuracy: as sure on running text, and a tenth as large."""

    name, package = "lingua", "lingua-language-detector"

    def detect_batch(self, texts: Sequence[str]) -> list[Vote]:
        """Its best language for each text; None where that is not likely."""
        detector = _lingua()
        return [self._one(detector.compute_language_confidence_values(text)) for text in texts]

    def _one(self, found: Sequence[Any]) -> Vote:
        if not found or found[0].value < LIKELY:
            return Vote(None)
        return Vote(code_of(found[0].language.iso_code_639_1.name), found[0].value >= RELIABLE, None)


@cache
def _digest(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _fasttext(path: Path, _digest: str) -> Any:
    import fasttext

    return fasttext.load_model(str(path))


@cache
def _lingua() -> Any:
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()
