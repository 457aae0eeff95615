"""Whether a line is a notice, by its sentences: who says that cookies are used, and whether the rest is of the notice.

A line can seed a notice when one of its sentences is one: the site itself speaks ("we use", "this site") of cookies,
or tells the reader of his choice, or the line is a button of hardly more than the words of consent. Reported speech,
quotations, code, tables of strings and whatever is baked never are. A line of which other sentences say something else
is `mixed`: it is never a notice, since a cut takes whole lines.
"""

from __future__ import annotations

import polars as pl
from corpusqa_checks._shared import consent
from corpusqa_checks._shared.consent_stems import GROUPS, notes
from corpusqa_checks._shared.partners import named_with_partners
from corpusqa_checks._shared.words import folded

from corpusqa.check import Frame

JUDGED: dict[str, type[pl.DataType] | pl.DataType] = {
    "score": pl.Float64,
    "seed": pl.Boolean,
    "sure": pl.Boolean,
    "stated": pl.Boolean,
    "needed": pl.Boolean,
    "mixed": pl.Boolean,
    "speaks": pl.Boolean,
    "joins": pl.Boolean,
    "head": pl.Boolean,
    "lone": pl.Boolean,
    "named": pl.Boolean,
    "baked": pl.Boolean,
    "policy_only": pl.Boolean,
}
TOGETHER = 10_000  # lines that are looked at together
# Chosen on the dev rows of the consent data and on half of the project's own pages; judged on the other half.
LEAST = -4.5  # lines of a lower score are no notice and join none
COVER = 0.45  # share of a button within the words of consent
LONE = 0.8  # and of the word for cookies by itself
FOREIGN = 5  # a sentence of so many words with hardly a cue says something else
BELONGING = 10  # unless it has so few and one cue
BETWEEN = 20  # or stands between two sentences of the notice
CUES = 3  # a sentence beside a notice that names no cookies has so many cues, or says something else
CALLER = 30  # characters of a name before a colon
QUOTED = 0.4  # share of a line within quotation marks from which the line is a quotation

_QUOTES = r"\"[^\"]*\"|“[^”]*”|„[^“”\"]*[“”\"]|«[^»]*»|»[^«]*«|”[^”]*”|「[^」]*」|『[^』]*』"
_OPEN = r"^\s*[\"“„«「『]"  # a quotation that ends on another line
# Dashes and > before speech and quotations; keys and values, columns, markup, and calls of programs.
_FRAMED = (
    r"^\s*[>—–―]|\t|^\s*[\w.\-\[\]]+\s*=|^\s*(?:msgid|msgstr|//|/\*|#)|=>|</|/>|;\s*$|^\s*[{}]|\w\((?:\)|[\"'])|\|\|\|"
    r"|^\s*\[?\d{1,2}[:/.]\d{2}"
)
# A stop before a small letter ends an abbreviation, and so does one behind a single letter.
_STOPS = r"((?:[\p{L}\p{M}]{2}|[^\p{L}\s.])[.!?…؟۔।։]+[\"”’»)\]]*)\s+([\p{Lu}\p{Lo}\p{Lt}\p{N}\"“„«¿¡(])"
_BORDERS = r"([。！？：]+[」』”]?)|(:)\s+|\s[|•·]\s"


def judged(text: pl.Series) -> Frame:
    """What each line is.

    Args:
        text: Lines, each different.

    Returns:
        One row per line, columns of JUDGED:
        score: Log-odds of the whole line.
        seed: A sentence of it is a notice, and no other says something else.
        sure: So is one in which the site itself speaks.
        stated: And the line says what for, or where more is said.
        needed: A sentence of it says what these cookies are needed for.
        mixed: A sure notice stands beside sentences that say something else.
        speaks: It may belong to a notice between whose lines it stands.
        joins: It may belong to a notice beside it.
        head: It has a cue, and may be the head or a button of a notice.
        lone: It is the word for cookies by itself.
        named: It names cookies, not baked ones.
        baked: It is about baking.
        policy_only: Its only cue is a privacy policy or the like.
    """
    if text.is_empty():  # the search for stems takes milliseconds to prepare
        return pl.DataFrame(schema=JUDGED)
    # a bounded number at a time: what is known of each stem of each line takes more room than the lines
    return pl.concat([_judged(text.slice(first, TOGETHER)) for first in range(0, len(text), TOGETHER)])


def _judged(text: pl.Series) -> Frame:
    counted = consent.counts(text)
    score = pl.Series(consent.scores(counted))
    term = (counted["cookie"] > 0) | (counted["phrase"] > 0)
    looked = ((score > LEAST) | term) & (text.str.len_chars() <= consent.HEAD)
    table = counted.with_columns(score=score, text=text, looked=looked).with_row_index("line")
    said = _by_sentences(table.filter("looked").select("line", "text"))
    table = table.join(said, on="line", how="left", maintain_order="left").with_columns(
        pl.col("seed", "sure", "stated", "foreign", "partners", "needed").fill_null(False),
        pl.col("framed").fill_null(True),
    )
    return table.select(
        score=pl.when("looked").then("score").otherwise(consent.FLOOR),
        seed=pl.col("seed") & ~pl.col("foreign") & ~pl.col("framed"),
        sure=pl.col("sure") & ~pl.col("foreign") & ~pl.col("framed"),
        stated=pl.col("stated") & ~pl.col("foreign") & ~pl.col("framed"),
        needed=pl.col("needed"),
        mixed=pl.col("sure") & pl.col("foreign") & ~pl.col("framed"),
        speaks=_speaks(),
        joins=_speaks() & _said(),
        head=~pl.col("framed") & _said() & (pl.col("score") > LEAST) & (pl.col("bake") == 0) & (pl.col("told") == 0),
        lone=(pl.col("cookie") > 0) & (pl.col("cover") >= LONE) & (pl.col("words") <= 2) & ~pl.col("framed"),
        named=(pl.col("cookie") > 0) & (pl.col("bake") == 0),
        baked=(pl.col("bake") > 1) | ((pl.col("bake") > 0) & (pl.col("cookie") > 0)),
        policy_only=(pl.col("policy") > 0) & (pl.sum_horizontal(*GROUPS) == pl.col("policy")),
    )


def _speaks() -> pl.Expr:
    """Lines that may belong to a notice around them: they speak as one does, or say what its cookies do."""
    spoken = pl.col("voice") + pl.col("reader") > 0
    tells = (pl.col("cookie") > 0) & (pl.sum_horizontal("act", "purpose", "trail") >= 2) & (pl.col("news") == 0)
    short = pl.col("words") <= consent.BUTTON_WORDS
    told = (pl.col("told") > 1) | (pl.col("told") > pl.col("voice") + pl.col("reader"))
    other = pl.col("foreign") | pl.col("framed") | (pl.col("bake") > 0) | told
    return (spoken | tells | short | pl.col("partners")) & ~other


def _said() -> pl.Expr:
    """Lines that say what a notice says: "we" and "you can" stand in any letter to a reader, and so may one cue."""
    term = (pl.col("cookie") > 0) | (pl.col("phrase") > 0)
    what = pl.sum_horizontal("act", "purpose", "policy")
    enough = pl.sum_horizontal("voice", "reader", "act", "purpose", "policy", "trail") >= CUES
    sentence = (pl.col("words") >= FOREIGN) & pl.col("text").str.contains(r"[.!?。！？।][\"”’»)\]]*\s*$")
    theirs = (pl.col("reader") > 0) & (pl.col("words") <= 2)  # "Your privacy"
    return term | theirs | ((what > 0) & (enough | ~sentence))


def _by_sentences(lines: Frame) -> Frame:
    """`line` and what `_of_a_line` says, of those lines (`line`, `text`) that have a sentence."""
    split = _sentences(lines)
    counted = consent.counts(split["sentence"], split["line"])
    table = pl.concat([split, counted], how="horizontal")
    named = named_with_partners(pl.col("sentence"))
    said = table.select("line", "framed", "words", caller=_caller(table), partners=_with_partners(named), **_kinds())
    return said.group_by("line").agg(**_of_a_line())


def _sentences(lines: Frame) -> Frame:
    """The sentences of the lines, quotations left out: `line`, `framed` (of the line), `sentence`."""
    bare, size = pl.col("text").str.replace_all(_QUOTES, " "), pl.col("text").str.len_chars()
    quoted = bare.str.contains(_OPEN) | (bare.str.len_chars() < (1 - QUOTED) * size)
    stops = bare.str.replace_all(_STOPS, "${1}\x01${2}")
    split = lines.select(
        "line",
        framed=pl.col("text").str.contains(_FRAMED) | quoted,
        sentence=stops.str.replace_all(_BORDERS, "${1}${2}\x01").str.split("\x01"),
    )
    return split.explode("sentence").filter(pl.col("sentence").str.contains(r"\w"))


def _of_a_line() -> dict[str, pl.Expr]:
    """What a line is, by what its sentences are."""
    # what stands between two sentences that name cookies is of the same notice: other text is glued to an end of it
    named = pl.col("named").cast(pl.Int8)
    between = (named.cum_max() > 0) & (named.cum_max(reverse=True) > 0) & (pl.col("words") <= BETWEEN)
    site = pl.col("site").any() & ((pl.col("others") | pl.col("covered")).any() | (pl.col("spoken").sum() > 1))
    # what may be chosen, and what for, in one sentence; the site speaks in another
    choice = pl.col("choice").any() & pl.col("spoken").any()
    # that cookies are used in one sentence, what the reader agrees to on this site in another
    agreed = pl.col("uses").any() & pl.col("agrees").any()
    return {
        "foreign": ((pl.col("foreign") & ~between) | pl.col("alien")).any(),
        "framed": (pl.col("framed") | pl.col("caller")).any(),
        "seed": site
        | choice
        | agreed
        | pl.any_horizontal("brief", "reader", "these", "button", "phrase", "partners").any(),
        "partners": pl.col("partners").any(),
        "needed": pl.col("needed").any(),
        "sure": (site & pl.col("others").any()) | pl.col("phrase").any(),
        "stated": (site & pl.col("purpose").any()) | pl.col("phrase").any(),
    }


def _caller(table: Frame) -> pl.Expr:
    """Names of speakers and keys of tables: a few words before a colon that have no cue."""
    sentence = pl.col("sentence").str.strip_chars()
    short = sentence.str.contains(r"[:：]$") & (sentence.str.len_chars() <= CALLER)
    noted = pl.Series(folded(table["sentence"])).str.contains_any(notes())
    return short & (pl.sum_horizontal(*GROUPS) == 0) & ~noted


def _with_partners(named: pl.Expr) -> pl.Expr:
    """A site named with its partners that says what their cookies are for, to the reader or for more than one thing."""
    against = pl.sum_horizontal("told", "bake", "guide", "tech", "marks", "news")
    what = pl.sum_horizontal("act", "purpose")
    spoken = pl.sum_horizontal("reader", "person") > 0
    term = (pl.col("cookie") > 0) | (pl.col("phrase") > 0)
    return named & term & (against == 0) & ((what >= 2) | ((what >= 1) & spoken))


def _kinds() -> dict[str, pl.Expr]:
    """What each sentence is: who speaks of cookies in it, and whether it belongs to a notice at all."""
    term = (pl.col("cookie") > 0) | (pl.col("phrase") > 0)
    told, baked, guide = pl.col("told"), pl.col("bake") > 0, pl.col("guide") > 0
    clean = (told == 0) & ~baked & ~guide & (pl.col("tech") == 0) & (pl.col("marks") == 0)
    plain = clean & (pl.col("news") == 0)
    unsaid = (told == 0) & ~baked & (pl.sum_horizontal("tech", "marks", "news") == 0)
    acts = pl.sum_horizontal("act", "purpose", "policy") > 0
    covered = pl.col("cover") >= COVER
    cues = pl.sum_horizontal(*GROUPS, "person")
    few = (cues < 2) & ~((cues == 1) & (pl.col("words") <= BELONGING))
    says = pl.sum_horizontal("act", "purpose", "policy", "trail")
    spoken = pl.col("voice") + pl.col("reader") > 0
    needed = (pl.col("these") > 0) & (pl.col("works") > 0) & plain
    return {
        "needed": needed,
        "these": needed | ((pl.col("these") > 0) & ((says >= 2) | ((says == 1) & spoken)) & plain),
        "spoken": pl.col("voice") > 0,
        "choice": term & (pl.col("act") > 0) & (pl.col("purpose") > 0) & plain,
        "site": term & (pl.col("voice") > 0) & (told < 2) & (told <= pl.col("voice")) & ~baked,
        # "this site uses cookies" and hardly more
        "brief": term & (pl.col("voice") > 0) & (pl.col("use") > 0) & (pl.col("words") <= consent.BUTTON_WORDS) & plain,
        "uses": (pl.col("cookie") > 0) & (pl.col("use") > 0) & covered & plain,
        "agrees": (pl.col("voice") > 0) & (pl.col("reader") > 0) & (pl.col("act") > 0) & clean,
        # "allow cookies for our site" is advice: a choice alone does not make a notice of the site
        "others": (pl.sum_horizontal("phrase", "reader", "purpose", "policy") > 0)
        | (acts & ((pl.col("use") > 0) | (pl.col("voice") > 1) | (pl.col("act") > 1))),
        "purpose": pl.sum_horizontal("purpose", "policy") > 0,
        "covered": covered,
        "reader": term & (pl.col("reader") > 0) & (pl.col("act") > 0) & plain,
        "button": (pl.col("words") <= consent.BUTTON_WORDS) & (pl.col("cookie") > 0) & acts & clean & covered,
        # a phrase may name the browser itself
        "phrase": (pl.col("phrase") > 0) & (plain | (unsaid & (pl.col("guide") <= pl.col("phrase")))),
        "named": term & (told == 0),
        "foreign": ~term & (pl.col("words") >= FOREIGN) & few,
        "alien": baked | (told >= 2),
    }
