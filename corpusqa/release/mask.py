"""What a masked value becomes: a numbered placeholder, its shape, or a keyed pseudonym."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from corpusqa.errors import ConfigError, near_misses

PLACEHOLDER, SHAPE, PSEUDONYM = "placeholder", "mask", "pseudonym"
STYLES = (PLACEHOLDER, SHAPE, PSEUDONYM)
KEY_VARIABLE, KEY_OPTION = "CORPUSQA_PSEUDONYM_KEY", "key_file"
# A key shorter than this can be guessed (NIST SP 800-107: an HMAC key should have the security strength, 128 bits).
KEY_BYTES = 16
# 64 bits of the HMAC: two of a million values of one type meet with a chance of 3 in 100 million.
PSEUDONYM_DIGITS = 16
# Punctuation that gives a value its look but tells nothing of it; everything else becomes a star.
KEPT = frozenset("@.-+()/:, ")

Canonical = Callable[[str], str]


@dataclass(frozen=True)
class Masking:
    """How values are masked.

    Attributes:
        styles: Style of each label that does not have the default, placeholder.
        key: Secret of the pseudonyms; empty where no label has that style.
        canonical: Per label, the function that brings a value to the form in which equal values are equal.
    """

    styles: Mapping[str, str] = field(default_factory=dict)
    key: bytes = field(default=b"", repr=False)
    canonical: Mapping[str, Canonical] = field(default_factory=dict, repr=False)

    @property
    def identity(self) -> str:
        """16 hex digits that differ when styles or key do; the key cannot be had from them."""
        said = hmac.new(self.key, repr(sorted(self.styles.items())).encode(), hashlib.sha256)
        return said.hexdigest()[:16]


def make_masking(mask_with: Mapping[str, str], labels: Mapping[str, Canonical | None]) -> Masking:
    """The masking that `[clean.mask_with]` describes.

    Args:
        mask_with: Patterns of labels ("pii.email", "pii.*") -> style, the longest pattern that fits decides; the entry
            `key_file` names the file with the secret of the pseudonyms.
        labels: Full names of all labels with their canonical functions.

    Raises:
        ConfigError: a style is unknown, a pattern fits no label of a selected check, or a pseudonym is asked for
            without a key.
    """
    patterns = {pattern: style for pattern, style in mask_with.items() if pattern != KEY_OPTION}
    for pattern, style in patterns.items():
        if style not in STYLES:
            raise ConfigError(
                f"[clean.mask_with] {pattern} = {style!r}: a style is one of {', '.join(STYLES)}"
                f"{near_misses(str(style), STYLES)}"
            )
        selected = pattern.partition(".")[0] in {label.partition(".")[0] for label in labels}
        if selected and not any(fnmatchcase(label, pattern) for label in labels):
            raise ConfigError(f"[clean.mask_with] {pattern!r} fits no label{near_misses(pattern, labels)}")
    styles = {}
    for label in labels:
        fitting = [pattern for pattern in patterns if fnmatchcase(label, pattern)]
        if fitting:
            styles[label] = patterns[max(fitting, key=len)]
    key = _key(mask_with.get(KEY_OPTION)) if PSEUDONYM in styles.values() else b""
    return Masking(styles, key, {label: function for label, function in labels.items() if function})


def _key(file: str | None) -> bytes:
    """The secret, from the file or the environment."""
    where = f"the file {file}" if file else f"the environment variable {KEY_VARIABLE}"
    try:
        key = Path(file).read_bytes().strip() if file else os.environ.get(KEY_VARIABLE, "").encode()
    except OSError as error:
        raise ConfigError(f"[clean.mask_with] {KEY_OPTION} = {file!r}: {error.strerror}") from None
    if len(key) < KEY_BYTES:
        short = "is shorter than that" if key else "is empty or not set"
        raise ConfigError(
            f"[clean.mask_with] the style {PSEUDONYM!r} needs a secret of at least {KEY_BYTES} bytes, and {where} "
            f"{short}; make one with `openssl rand -hex 32` and keep it apart from the data"
        )
    return key


@cache
def kind_of(label: str) -> str:
    """The type of value that a placeholder names: `EMAIL` for `pii.email`."""
    return label.rpartition(".")[2].upper()


class Replacer:
    """Replacements in documents: equal values of a type get equal ones within a document.

    Args:
        masking: How values are masked.
        taken: By document and type, the highest number of a placeholder that the text holds already; it is not given
            to other values.
    """

    def __init__(self, masking: Masking, taken: Mapping[tuple[int, str], int]) -> None:
        self._masking = masking
        self._taken = taken
        self._numbers: dict[tuple[int, str], dict[str, int]] = {}
        self._known: dict[tuple[str, str], tuple[str, str, str | None]] = {}

    def replacements(self, documents: Sequence[int], labels: Sequence[str], values: Sequence[str]) -> list[str]:
        """What stands in place of values, each of a document and a label."""
        new = []
        for document, label, value in zip(documents, labels, values, strict=True):
            kind, form, said = self._known.get((label, value)) or self._looked_at(label, value)
            if said is None:
                numbers = self._numbers.get((document, kind))
                if numbers is None:
                    numbers = self._numbers[document, kind] = {}
                number = numbers.get(form)
                if number is None:
                    number = numbers[form] = self._taken.get((document, kind), 0) + len(numbers) + 1
                said = f"<{kind}_{number}>"
            new.append(said)
        return new

    def _looked_at(self, label: str, value: str) -> tuple[str, str, str | None]:
        """The type of a value, the form in which equal values are equal, its replacement if that is always the same."""
        style, kind, form, said = self._masking.styles.get(label, PLACEHOLDER), kind_of(label), value, None
        if style == SHAPE:
            said = "".join(sign if sign in KEPT else "*" for sign in value)
        else:
            form = self._canonical(label, value)
        if style == PSEUDONYM:
            digest = hmac.new(self._masking.key, f"{label}\0{form}".encode(), hashlib.sha256).hexdigest()
            said = f"<{kind}_{digest[:PSEUDONYM_DIGITS]}>"
        found = self._known[label, value] = kind, form, said
        return found

    def _canonical(self, label: str, value: str) -> str:
        function = self._masking.canonical.get(label)
        if function is None:
            return value
        try:
            return function(value)
        except Exception:  # a stranger's function; without it only values that are written alike are equal
            return value
