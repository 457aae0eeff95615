r"""What of a text is language at all: code, markup, tables, addresses and lists of names are taken out first.

Everything here is a pattern of Rust's regex engine over whole columns: linear time, no Python per text. One after the
other they cost a tenth of what they cost as alternatives of one pattern, which outgrows the engine's automaton.
"""

from __future__ import annotations

import polars as pl
from corpusqa_checks.language.characters import class_counts
from corpusqa_checks.language.scripts import BLANK, CLASSES, DIGIT, EAST_ASIAN, SIGN

# Texts up to LONG characters are read whole; of longer ones a window at the head, in the middle and at the tail.
LONG, WINDOW = 3_000, 1_000
# The models read as much of the head, the middle and the tail of the prose: nine hundred characters decide as surely
# as ten thousand.
READ = 300
# Texts with fewer signs and digits than this among the visible characters are prose as they stand: most of them.
SIGN_SHARE, DIGIT_SHARE = 0.04, 0.1
# Capitals per blank from which a text may be a list of names.
CAPITAL_SHARE = 0.7
# So many words, nearly all written like names, are a list and no sentence.
LISTED, LISTED_SHARE = 4, 0.9

CONTROL = r"[\x{00}-\x{08}\x{0b}\x{0c}\x{0e}-\x{1f}\x{7f}]"  # CLD2 refuses texts that hold one
FENCED = r"(?ms)^[ \t]*(?:```|~~~).*?(?:^[ \t]*(?:```|~~~)[ \t]*$|\z)"
TAG = r"(?s)<(?:script|style)\b.*?</(?:script|style)>|</?[A-Za-z!][^<>]{0,500}>|&(?:[a-zA-Z]{2,8}|#x?[0-9a-fA-F]{1,6});"
ADDRESS = (
    r"\b[A-Za-z][A-Za-z0-9+]{1,9}:/{0,3}[^\s/,;]*[./@:][^\s]*",
    r"\b[Ww]{3}\.\S+",
    r"\S+@\S+\.\S+",
    r"(?:^|\s)[~.]?/[\w.+-]+/\S*",
)
MARKUP = (CONTROL, FENCED, TAG, *ADDRESS)
# A line of a program: it ends like a statement, begins with a keyword in its place, calls, assigns or indexes.
_KEYWORD = (
    "def|class|import|from|return|if|elif|else|for|while|try|except|with|assert|raise|print|local|end|fn|let|const|var|function"
    "|public|private|static|void|int|char|struct|enum|package|using|namespace|#include|#define"
)
_CODE = (
    r"[^\n]*[(){}=<>\[\]_\"][^\n]*[;{}]",
    r"[^\n]*\w\([^()\n]*\)[^\n]*[:;{]",
    r"[ \t]*\w[\w.]*\([^\n]*\),?",
    r"[^\n]*\)\s?\{",
    r"[^\n]*(?:=>|->|::|&&|\|\||!=|==|:=|\+=|<<|>>|\\\w+\{)[^\n]*",
    r"[ \t]*[\w.,\[\]'\" ]{1,40} = [^\n]*",
    r"[ \t]*[\w-]+:|[ \t]*- [\w-]+:[^\n]*",  # YAML
    rf"[ \t]*(?:{_KEYWORD})\b[^\n]*[:({{;=>]",
    r"[ \t]*(?:import|from|return) [\w., *]+",
    r"[$>%#] \S[^\n]*",  # prompts
    r"(?:mov|add|cmp|push|pop|jmp|jne|je|call|ret|lea|sub|xor)(?: [^\n]*)?",
    r"(?:SELECT|INSERT INTO|UPDATE|DELETE FROM) [^\n]*",
)
# A row of a table: at least three delimiters of one kind, or cells of numbers; rulers; lines of a log.
_TABLE = (
    r"[^|\n]*(?:\|[^|\n]{0,80}){3,}",
    r"[^\t\n]*(?:\t[^\t\n]{0,60}){3,}",
    r"[^;\n]*(?:;[^;\s\n][^;\n]{0,40}){2,}",
    r"[ -+\--~]{0,40}(?:,[!-+\--~][ -+\--~]{0,40}){2,}",
    r"[-=+| \t:]{4,}",
    r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d[^\n]*",
    r">\w+",  # FASTA
)
LINES = tuple(rf"(?m)^(?:{line})[ \t]*$" for line in (*_CODE, *_TABLE))
# A token that is no word: digits or signs of programs and formulas within it, or far longer than words are.
NO_WORD = (
    r"\S*(?:[0-9_=<>{}|@#$%^&*+~`\\/\[\]]|\p{L}[(.]\p{L}|[a-z][A-Z])\S*",
    r"[A-Za-z']{31,}\S*",
    r"\b[A-Z]{12,}\S*",
)
# Scripts without blanks between words: their tokens are clauses, and only signs of programs are taken out.
UNSPACED = (*EAST_ASIAN, "Thai", "Lao", "Khmer", "Myanmar", "Tibetan")
_UNSPACED = "[" + "".join(rf"\p{{{script}}}" for script in UNSPACED) + "]"
# A word as names are written: a capital, then small letters.
NAME = r"\b\p{Lu}[\p{Ll}\p{M}]*\b"
WORD = r"[\p{L}\p{M}]+"


def prose(text: pl.Series) -> pl.DataFrame:
    """The running text in each text, as the models read it.

    Returns:
        `prose`; `visible`: characters of the windows that are not white space, for the share of the prose that is read;
        `listed`: whether its words are written like names, all of them or nearly.
    """
    windows = _windows(text)
    counts = class_counts(windows["raw"].to_list())
    visible = counts[:, :CLASSES].sum(axis=1) - counts[:, BLANK]
    windows = windows.with_columns(visible=visible, prose=pl.col("raw"), number=pl.int_range(pl.len()))
    odd = (counts[:, SIGN] > visible * SIGN_SHARE) | (counts[:, DIGIT] > visible * DIGIT_SHARE)
    odd |= windows["raw"].str.contains(CONTROL).to_numpy()
    strange = windows.filter(odd)
    cleaned = strange.select("number", prose=_cleaned(strange["raw"]))
    # capitals at nearly every blank: a list of names, or shouting
    tall = (counts[:, CLASSES] >= (counts[:, BLANK] + 1) * CAPITAL_SHARE) | odd
    said = windows.update(cleaned, on="number").with_columns(tall=tall)
    if said.height > len(text):
        said = said.group_by("row", maintain_order=True).agg(
            pl.col("prose").str.join("\n"), pl.col("visible").sum(), pl.col("tall").any()
        )
    return _names(_read(said.select("row", "prose", pl.col("visible").cast(pl.Float64), "tall")))


def _read(said: pl.DataFrame) -> pl.DataFrame:
    """Head, middle and tail of long prose, and the same share of the visible characters."""
    prose, length = pl.col("prose").str, pl.col("length")
    long = said.with_columns(length=prose.len_chars()).filter(length > 3 * READ)
    if long.is_empty():
        return said
    parts = prose.slice(0, READ), prose.slice(length // 2 - READ // 2, READ), prose.slice(-READ)
    cut = long.select("row", prose=pl.concat_str(parts, separator="\n"), visible=pl.col("visible") * 3 * READ / length)
    return said.update(cut, on="row")


def _names(said: pl.DataFrame) -> pl.DataFrame:
    """Marks lists of names; capitals alone become small, because langdetect skips n-grams of capitals."""
    tall = said.filter(pl.col("tall")).select(
        "row",
        "prose",
        words=pl.col("prose").str.count_matches(WORD),
        names=pl.col("prose").str.count_matches(NAME),
        shouted=~pl.col("prose").str.contains(r"\p{Ll}") & pl.col("prose").str.contains(r"\p{Lu}{2}"),
    )
    judged = tall.select(
        "row",
        prose=pl.when(pl.col("shouted")).then(pl.col("prose").str.to_lowercase()).otherwise("prose"),
        listed=(pl.col("words") >= LISTED) & (pl.col("names") >= pl.col("words") * LISTED_SHARE),
    )
    plain = said.select("row", "prose", "visible", listed=pl.lit(False))
    return plain.update(judged, on="row").drop("row")


def _windows(text: pl.Series) -> pl.DataFrame:
    """`row`, `raw`: a short text whole, of a long one three windows."""
    row = pl.int_range(len(text), eager=True)
    table = pl.DataFrame({"row": row, "raw": text})
    long = text.str.len_bytes() > LONG  # cheap gate: no fewer bytes than characters
    length = table.filter(long).select("row", length=pl.col("raw").str.len_chars().cast(pl.Int64))
    long = row.is_in(length.filter(pl.col("length") > LONG)["row"].implode())
    if not long.any():
        return table
    texts = table.filter(long).join(length, on="row", maintain_order="left")
    places = (pl.lit(0), pl.col("length") // 2 - WINDOW // 2, pl.col("length") - WINDOW)
    cut = [texts.select("row", raw=pl.col("raw").str.slice(at, WINDOW)) for at in places]
    return pl.concat([table.filter(~long), *cut]).sort("row", maintain_order=True)


def _cleaned(raw: pl.Series) -> pl.Series:
    """Without what is no language, one pattern after the other."""
    text = raw
    for pattern in MARKUP:
        text = text.str.replace_all(pattern, " ")
    for pattern in LINES:
        text = text.str.replace_all(pattern, "")
    words = text
    for pattern in NO_WORD:
        words = words.str.replace_all(pattern, " ")
    return words.zip_with(~text.str.contains(_UNSPACED), text)
