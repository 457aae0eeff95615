"""The stems of consent text and of what speaks against it, by language, and which of them a text holds.

A stem counts for the language that uses it: of the words of one line only those of its best language count together,
so that syllables which happen to mean something in another language add up to nothing. Tables: consent.toml,
consent_against.toml.
"""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

import polars as pl
from corpusqa_checks._shared.words import folded, written_forms

from corpusqa.check import Frame

GROUPS = ("cookie", "phrase", "voice", "reader", "act", "purpose", "policy", "use", "trail")
POINTING = ("person", "these", "works")  # no cues by themselves: we and you, these cookies, for the site to work
COUNTER = ("told", "bake")  # what speaks against a notice, in the language of the line
AGAINST = ("tech", "news", "guide")  # and what does in every language
EVERYWHERE = "cookie"  # the cookie word of every language
# Languages whose stems may stand inside a word: compounds, prefixes written together, scripts without spaces. In all
# others a stem begins a word.
COMPOUNDING = ("de", "nl", "af", "sv", "da", "nb", "fi", "et", "is", "lb", "hu", "cs", "sk", "pl")
INSIDE = frozenset((*COMPOUNDING, "ar", "he", "fa", "ur", "th", "ja", "zh", "ko"))
_NO_LANGUAGE = ("against", "gate", "button", "note", "document")


@cache
def table() -> dict[str, dict[str, list[str]]]:
    """The stems by language and group, folded; the tables of _NO_LANGUAGE stand among the languages."""
    found: dict[str, dict[str, list[str]]] = {}
    for name in ("consent.toml", "consent_against.toml"):
        raw = tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))
        for language, groups in raw.items():
            bounded = {group: [_bounded(stem, language, group) for stem in stems] for group, stems in groups.items()}
            found.setdefault(language, {}).update(bounded)
    return found


def _bounded(stem: str, language: str, group: str) -> str:
    """The stem, folded, with the space that ties it to the beginning of a word where its language is written so."""
    low = unicodedata.normalize("NFKC", stem).lower()
    inside = language in INSIDE or group in ("cookie", "words") or language in _NO_LANGUAGE
    return low if inside or low.startswith(" ") else f" {low}"


def languages_of_stems() -> list[str]:
    """The languages of the table, in its order."""
    return [name for name in table() if name not in _NO_LANGUAGE]


@cache
def stems(group: str) -> list[str]:
    """All stems of a group, longest first, so that a leftmost search finds the longest."""
    found = {stem for groups in table().values() for stem in groups.get(group, [])}
    return sorted(found, key=lambda stem: (-len(stem), stem))


@cache
def gate() -> str:
    """Pattern of the words without which no line is consent text by itself, in the cases in which they are written.

    One pattern of all words is searched at twice the speed of the words as a list: its automaton is built as it is
    needed, and most text needs little of it.
    """
    words = _least({stem.strip() for stem in [*stems("cookie"), *stems("phrase"), *stems("words")]})
    return "|".join(sorted(written_forms(words) | {word.title() for word in words}))


@cache
def buttons() -> list[str]:
    """What a button below a notice says by itself, folded, with its spaces."""
    return [f" {word.strip()} " for words in table()["button"].values() for word in words]


@cache
def notes() -> list[str]:
    """What calls for attention before a colon, folded, with its spaces."""
    return [f" {word.strip()} " for words in table()["note"].values() for word in words]


@cache
def documents() -> list[str]:
    """What only the document says that a privacy policy is, folded."""
    return [word for words in table()["document"].values() for word in words]


@cache
def _owners() -> Frame:
    """One row per stem, group and language, as small numbers: `stem`, `group`, `language`, `cue` (what is counted).

    A stem that holds another of its group and language is left out, since it would be counted twice; cookie words stay,
    and count once together.
    """
    rows = []
    for number, language in enumerate(languages_of_stems()):
        for kind, group in enumerate((*GROUPS, *COUNTER, *POINTING)):
            every = set(table()[language].get(group, [])) - {EVERYWHERE}
            rows += [(stem, kind, number) for stem in (every if group == "cookie" else _least(every))]
    schema = {"stem": pl.String, "group": pl.UInt8, "language": pl.UInt8}
    frame = pl.DataFrame(rows, schema=schema, orient="row").sort("stem", "group", "language")
    cue = pl.struct("stem", "group").rle_id() + 1
    return frame.with_columns(cue=pl.when(pl.col("group") > 0).then(cue).otherwise(0).cast(pl.UInt16))


def _least(every: set[str]) -> list[str]:
    return [stem for stem in every if not any(other in stem and other != stem for other in every)]


@cache
def _patterns() -> list[str]:
    return sorted({*_owners()["stem"], EVERYWHERE})


def counted_by_language(low: pl.Series, of: pl.Series) -> Frame:
    """Distinct stems of each group in each text, of the language that has most of them.

    Args:
        low: Folded texts.
        of: For each text the number of the whole it belongs to: the language is chosen for the whole.

    Returns:
        `at` (position of the text), one column per group of GROUPS, COUNTER and POINTING, and `covered` (characters
        of the text within its stems, of texts that name cookies). Texts without any stem are left out.
    """
    found = pl.DataFrame(
        {
            "at": pl.int_range(len(low), eager=True, dtype=pl.UInt32),
            "of": of,
            "stem": low.str.extract_many(_patterns(), overlapping=True),
        }
    ).filter(pl.col("stem").list.len() > 0)
    held = found.explode("stem").unique()
    own = _of_their_language(held.join(_owners(), on="stem"))
    every = held.filter(pl.col("stem") == EVERYWHERE).select("at", "stem", group=pl.lit(0, pl.UInt8))
    own = pl.concat([own.select("at", "stem", "group"), every])
    said = own.group_by("at").agg(
        (pl.col("group") == kind).sum().alias(group) for kind, group in enumerate((*GROUPS, *COUNTER, *POINTING))
    )
    cues = own.filter(pl.col("group") < len(GROUPS)).select("at", "stem").unique()
    named = found.select("at", "stem").join(own.filter(pl.col("group") < 2).select("at").unique(), on="at", how="semi")
    if named.is_empty():
        return said.with_columns(covered=pl.lit(0.0))
    start = low.gather(named["at"]).str.find_many(_patterns(), overlapping=True)
    hits = named.with_columns(start=start).explode("stem", "start")
    return said.join(_covered(hits.join(cues, on=["at", "stem"], how="semi")), on="at", how="left")


def _of_their_language(held: Frame) -> Frame:
    """The stems of the language of which each whole has most; of languages with as many, the first of the table."""
    votes = held.select("of", "language", "cue").unique().group_by("of", "language").len()
    order = votes.sort("of", "len", "language", descending=[False, True, False])
    best = order.unique("of", keep="first", maintain_order=True)
    return held.join(best.select("of", "language"), on=["of", "language"], how="semi")


def _covered(hits: Frame) -> Frame:
    """Characters of each text within its stems, the borders of words left out."""
    stem = pl.col("stem").str.strip_chars(" ")
    begin = pl.col("start").cast(pl.Int64) + pl.col("stem").str.starts_with(" ").cast(pl.Int64)
    spans = hits.select(
        "at", begin=begin, end=begin + stem.str.len_bytes(), width=stem.str.len_chars() / stem.str.len_bytes()
    )
    spans = spans.sort("at", "begin", "end")
    before = pl.col("end").cum_max().shift().over("at").fill_null(0)
    new = (pl.col("end") - pl.max_horizontal("begin", before)).clip(lower_bound=0) * pl.col("width")
    return spans.with_columns(new=new).group_by("at", maintain_order=True).agg(covered=pl.col("new").sum())


def of_every_language(low: pl.Series) -> dict[str, pl.Series]:
    """Distinct stems of each group of AGAINST in each text."""
    return {group: low.str.extract_many(stems(group), leftmost=True).list.n_unique() for group in AGAINST}


def folded_head(text: pl.Series, characters: int) -> pl.Series:
    """The beginning of each text, folded."""
    return folded(text.str.slice(0, characters))
