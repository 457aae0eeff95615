"""Lookup tables of exact naive Bayes over langdetect's own profiles, built once from the installed langdetect.

An n-gram of a profile has the probability p = count / (all n-grams of its length). langdetect smooths it with
alpha / 10000 (alpha 0.5 on average: detector.py, ALPHA_DEFAULT and BASE_FREQ). The weight of an n-gram for a language
is log(1 + 10000 p / alpha): the logarithm of its smoothed probability above that of an unseen n-gram, in steps of
1/SCALE.

At each character of a text its 1-, 2- and 3-gram count together. They are suffixes of one another, so the table holds
the sum of the three for every 3-gram, of two for every 2-gram: one lookup per character finds all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared.arrays import Bools, Ints
from corpusqa_checks.language.glance import leads
from corpusqa_checks.language.scripts import BLANK, DIGIT, LETTER, SCRIPTS, SIGN, SIGNS, UNCOMMON, class_of

ALPHA, BASE = 0.5, 10_000
SCALE = 512  # steps per nat: rounding moves the sum over 1,000 characters by about 0.02 nats
CODES = 0x20000  # code points from here on count as this last one
SURROGATES = range(0xD800, 0xE000)
BLANK_ID, OTHER_ID = 0, 1
SLOTS = 1 << 18  # of the hash table; about a third is taken
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing: 2**64 / golden ratio
EMPTY = 0
ROW_BITS = 20
# The last bits of a slot are a row, and one for the slot itself: a key that should stand here stands further on.
MORE = 1 << (ROW_BITS - 1)
ROW_MASK = MORE - 1


@dataclass(frozen=True)
class Tables:
    """What naive Bayes looks up.

    Attributes:
        languages: Names of the profiles, in the order of the columns of `weights`.
        ids: uint16 of CODES: code point -> identity after langdetect's normalisation (0 blank, 1 in no profile).
        upper: bool of CODES: whether the normalised character is a capital.
        classes: uint8 of CODES: class of the character, see scripts.
        slots: int64 of SLOTS: n-gram keys at their hash places, each with its row of `weights` in the last ROW_BITS,
            and MORE; EMPTY where none.
        singles: int64: row of `weights` for each identity alone.
        weights: uint16, a row for each n-gram, a column for each language and one for the number of n-grams that the
            row stands for; row 0 is all zeros.
        leads: int8, languages x cells: see glance.
        radix: Number of identities, plus one for "no character".
    """

    languages: tuple[str, ...]
    ids: npt.NDArray[np.uint16]
    upper: Bools
    classes: npt.NDArray[np.uint8]
    slots: Ints
    singles: Ints
    weights: npt.NDArray[np.uint16]
    leads: npt.NDArray[np.int8]
    radix: int


@cache
def profile_names() -> tuple[str, ...]:
    """The languages of the installed langdetect, sorted."""
    return tuple(sorted(f.name for f in files("langdetect").joinpath("profiles").iterdir() if "." not in f.name))


@cache
def identity() -> str:
    """Version of langdetect and a digest of its profiles: what the tables depend on."""
    digest = blake2b(digest_size=8)
    for name in profile_names():
        digest.update(name.encode() + b"\0" + files("langdetect").joinpath("profiles", name).read_bytes())
    return f"{version('langdetect')}-{digest.hexdigest()}"


def build() -> Tables:
    """Build the tables from langdetect's profiles and its own normalisation of characters."""
    profiles = [json.loads(files("langdetect").joinpath("profiles", n).read_text("utf-8")) for n in profile_names()]
    normal = _normalised()
    characters = sorted({c for p in profiles for gram in p["freq"] if len(gram) <= 3 for c in gram} - {" "})
    known = {c: number for number, c in enumerate((c for c in characters if not _is_han(c)), 2)} | {" ": BLANK_ID}
    ids = np.fromiter((known.get(c, OTHER_ID) for c in normal), np.uint16, CODES)
    upper = np.fromiter((c.isupper() for c in normal), np.bool_, CODES)
    radix = len(known) + 2
    keys, weights = _grams(profiles, known, radix)
    singles = np.zeros(radix, np.int64)
    alone = np.flatnonzero(keys >= (radix * radix - 1) * radix)
    singles[keys[alone] % radix] = alone + 1
    singles[BLANK_ID] = 0
    return Tables(
        profile_names(), ids, upper, _classes(), _hashed(keys, radix), singles, weights, leads(profiles), radix
    )


def slot_of(keys: Ints) -> Ints:
    """First place of each key in the hash table."""
    spread = keys.astype(np.uint64) * SPREAD
    return (spread >> np.uint64(64 - SLOTS.bit_length() + 1)).astype(np.int64)


def key_of(before: Ints | int, last: Ints | int, current: Ints, radix: int) -> Ints:
    """The key of three identities.

    A shorter n-gram is preceded by radix - 1, "no character"; but one that begins with a blank by another blank,
    because whatever stands before a blank belongs to no n-gram.
    """
    return (before * radix + last) * radix + current


def _normalised() -> list[str]:
    from langdetect.utils.ngram import NGram

    plane = [" " if code in SURROGATES else NGram.normalize(chr(code)) for code in range(0x3200)]
    # above, langdetect changes Han (which the script decides) and Hangul (one identity) and nothing else
    plane += [
        "\uac00" if 0xAC00 <= code <= 0xD7AF else " " if code in SURROGATES else chr(code)
        for code in range(0x3200, CODES)
    ]
    return plane


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"


def _grams(profiles: list[dict[str, Any]], known: dict[str, int], radix: int) -> tuple[Ints, npt.NDArray[np.uint16]]:
    """Keys and weights of all n-grams, each with its suffixes added."""
    none = radix - 1
    keys, columns, values = [], [], []
    for column, profile in enumerate(profiles):
        for gram, count in profile["freq"].items():
            if len(gram) <= 3 and all(c in known for c in gram):
                a, b, c = [none] * (3 - len(gram)) + [known[c] for c in gram]
                keys.append((a * radix + b) * radix + c)
                columns.append(column)
                values.append(count / profile["n_words"][len(gram) - 1])
    order, rows = np.unique(np.array(keys, np.int64), return_inverse=True)
    weights = np.zeros((len(order) + 1, len(profiles) + 1))
    weights[rows + 1, columns] = np.log1p(np.array(values) * BASE / ALPHA)
    weights[1:, -1] = 1 / SCALE
    return order, np.rint(_with_suffixes(order, weights, radix) * SCALE).astype(np.uint16)


def _with_suffixes(keys: Ints, weights: npt.NDArray[np.float64], radix: int) -> npt.NDArray[np.float64]:
    none = radix - 1
    full = weights.copy()
    square = radix * radix
    two, three = keys >= none * square, keys < none * square
    single = two & (keys >= (none * radix + none) * radix)
    shorter = none * square + keys % square, (none * radix + none) * radix + keys % radix
    for which, suffixes in ((three, shorter), (two & ~single, shorter[1:])):
        for suffix in suffixes:
            at = np.minimum(np.searchsorted(keys, suffix), len(keys) - 1)
            hit = which & (keys[at] == suffix)
            full[1:][hit] += weights[1:][at[hit]]
    return full


def _hashed(keys: Ints, radix: int) -> Ints:
    """Open addressing with linear probing; all keys advance one place at a time until they find theirs."""
    after_blank = (keys // radix == (radix - 1) * radix + BLANK_ID) * (radix - 1) * radix * radix
    entries = (keys - after_blank) << ROW_BITS | np.arange(1, len(keys) + 1)
    slots = np.full(SLOTS, EMPTY, np.int64)
    homes = slot_of(keys - after_blank)
    waiting, at = np.arange(len(keys)), homes
    while len(waiting):
        free = np.flatnonzero(slots[at] == EMPTY)
        taken, first = np.unique(at[free], return_index=True)
        chosen = free[first]
        slots[taken] = entries[waiting[chosen]]
        left = np.setdiff1d(np.arange(len(waiting)), chosen, assume_unique=True)
        waiting, at = waiting[left], (at[left] + 1) % SLOTS
        slots[homes[waiting]] |= MORE
    return slots


def _classes() -> npt.NDArray[np.uint8]:
    """Class of each code point, by the Unicode properties that polars' regular expressions know."""
    codes = np.array([code for code in range(CODES) if code not in SURROGATES])
    characters = pl.Series(map(chr, codes.tolist()), dtype=pl.String)
    classes = np.zeros(CODES, np.uint8)

    def mark(pattern: str, number: int) -> None:
        classes[codes[characters.str.contains(pattern).to_numpy()]] = number

    mark(r"\s", BLANK)
    mark(r"\p{Nd}", DIGIT)
    classes[[ord(sign) for sign in SIGNS]] = SIGN
    mark(r"[\p{L}&&[^\p{Common}\p{Inherited}]]", LETTER)
    for script in SCRIPTS:
        mark(rf"[\p{{{script}}}&&[\p{{L}}\p{{M}}]]", class_of(script))
    for codes_of_few in UNCOMMON:
        classes[list(codes_of_few)] = LETTER
    return classes


def members(tables: Tables) -> Iterable[tuple[str, npt.NDArray[np.generic]]]:
    """The arrays by name, for storing."""
    for name in ("ids", "upper", "classes", "slots", "singles", "weights", "leads"):
        yield name, getattr(tables, name)
