"""Fit the word weights of the rewrite half: checks/corpusqa_checks/duplication/background.toml.

    python benchmarks/fit_background.py DATA > checks/corpusqa_checks/duplication/background.toml

DATA is the folder of development files (dates_dev, boilerplate_lines, cookie_text, bench_corpus, language_dev). It is
not distributed; only the fitted weights are. Texts are cut into pieces of PIECE words, the size of a short article. A
stem in the share s of a language's pieces weighs max(0, -ln(s) - SHIFT), so that what stands in more than 30 % of them
weighs nothing; stems that come to TOP or more are not listed.
"""

from __future__ import annotations

import math
import random
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
from corpusqa_checks.duplication.stems import stem_strings

PIECE = 300
SHIFT = 1.2
TOP = 5.0
STEP = 0.5
LEAST_PIECES = 40
FUNCTION_WORDS = 60
MOST_PIECES = 150  # of one genre: no genre rules the others
HEADER = """\
# How little a stem says, by language (ISO 639-1): the background against which a shared word is rare.
#
# Fitted by benchmarks/fit_background.py on third-party development texts (posts, news, guides, technical pages, single
# sentences); the texts themselves are not part of the project. The key is the weight of the stems in its list; a stem
# that is not listed weighs 5. A stem is the first five letters of a word. "function" are the most frequent stems, by
# which the language of a text is told.
"""
LANGUAGES = (
    "ar",
    "cs",
    "da",
    "de",
    "el",
    "en",
    "es",
    "fi",
    "fr",
    "hu",
    "id",
    "it",
    "nl",
    "pl",
    "pt",
    "ro",
    "ru",
    "sv",
    "tr",
    "uk",
)


def texts(data: Path) -> Iterator[tuple[str, str, str]]:
    """Language, genre and text of everything that the tables are fitted on."""
    posts = pl.read_parquet(data / "dates_dev.parquet")
    yield from (("en", "posts", text) for text in posts["text"])
    lines = pl.read_parquet(data / "boilerplate_lines.parquet").filter(pl.col("label") == "main")
    for lang, _, text in lines.group_by("lang", "page", maintain_order=True).agg(pl.col("text").str.join(" ")).rows():
        yield lang, "news", text
    guides = pl.read_parquet(data / "cookie_text.parquet").filter(~pl.col("consent"))
    yield from guides.select("lang", "kind", "text").rows()
    pages = pl.read_parquet(data / "bench_corpus.parquet").filter(~pl.col("source").str.starts_with("injected"))
    pages = pages.filter((pl.col("lang") != "en") | (pl.col("id") % 40 == 0))
    yield from ((lang, "pages", text) for lang, text in pages.select("lang", "text").rows())
    sentences = pl.read_parquet(data / "language_dev.parquet")
    sentences = sentences.filter((pl.col("split") == "train") & (pl.col("length_class").is_in(["sentence", "1000"])))
    yield from ((lang, kind, text) for lang, kind, text in sentences.select("lang", "length_class", "text").rows())


def pieces(said: Iterable[tuple[str, str, str]]) -> dict[str, list[set[str]]]:
    """Distinct stems of each piece, by language."""
    running: dict[tuple[str, str], list[str]] = defaultdict(list)
    found: dict[tuple[str, str], list[set[str]]] = defaultdict(list)
    for lang, genre, text in said:
        if lang not in LANGUAGES:
            continue
        words = running[lang, genre]
        words += stem_strings(text)
        while len(words) >= PIECE:
            found[lang, genre].append(set(words[:PIECE]))
            del words[:PIECE]
    rng = random.Random(1)
    chosen: dict[str, list[set[str]]] = defaultdict(list)
    for (lang, _), some in sorted(found.items()):
        chosen[lang] += rng.sample(some, min(len(some), MOST_PIECES))
    return chosen


def table(count: Counter[str], stems: list[set[str]]) -> dict[float, list[str]]:
    """Stems by weight, rounded down to STEP."""
    levels: dict[float, list[str]] = defaultdict(list)
    for stem, n in sorted(count.items()):
        weight = max(0.0, -math.log((n + 1) / (len(stems) + 1)) - SHIFT)
        if n >= 3 and weight < TOP and not any(char.isdigit() for char in stem):
            levels[math.floor(weight / STEP) * STEP].append(stem)
    return dict(sorted(levels.items()))


def main(data: Path) -> None:
    """Print the table."""
    print(HEADER)
    for lang, stems in sorted(pieces(texts(data)).items()):
        if len(stems) < LEAST_PIECES:
            print(f"{lang}: only {len(stems)} pieces", file=sys.stderr)
            continue
        count = Counter(stem for piece in stems for stem in piece)
        levels = table(count, stems)
        print(f"[{lang}] # {len(stems)} pieces of {PIECE} words")
        common = sorted(count, key=lambda stem: (-count[stem], stem))
        lists = {"function": [stem for stem in common if not stem.isdigit()][:FUNCTION_WORDS]} | levels
        for weight, found in lists.items():
            print(f'"{weight}" = """')
            print(textwrap.fill(" ".join(found), 118, break_long_words=False, break_on_hyphens=False))
            print('"""')
        print()
        print(lang, len(stems), {w: len(f) for w, f in levels.items()}, file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
