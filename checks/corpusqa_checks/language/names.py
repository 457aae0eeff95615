"""Names of languages as metadata columns have them, brought to the codes that detection gives."""

from __future__ import annotations

from functools import cache

from corpusqa_checks.language.votes import canonical

# Languages whose written forms detectors and metadata do not tell apart reliably: no contradiction within a group.
KIN = (
    {"bs", "cnr", "hr", "sh", "sr"},
    {"id", "ms", "zsm", "zlm"},
    {"no", "nb", "nn", "da"},
    {"zh", "cmn", "yue", "wuu", "nan", "hak", "gan", "hsn", "lzh"},
    {"fa", "prs", "tg"},
    {"hi", "ur", "bho", "mai", "awa"},
    {"cs", "sk"},
    {"gl", "pt"},
    {"tl", "fil"},
    {"ro", "mo"},
    {"af", "nl"},
)
# Varieties that no model here names, with the codes that `code_of` gives them: their texts read as the nearest
# language that a model knows.
UNNAMED = {
    "ar": "aeb arq ars ary arz",
    "de": "bar gsw ksh nds pdc pdt pfl wae",
    "en": "jam pcm",
    "es": "an ast ext lad",
    "et": "vro",
    "fa": "glk lrc mzn",
    "fi": "fit krl vep",
    "fr": "frp pcd wa",
    "hi": "anp awa bgc mag mwr raj",
    "id": "ban bjn bug min",
    "it": "egl fur lij lmo nap pms rgn sc scn vec",
    "ka": "lzz xmf",
    "ku": "ckb sdh",
    "lv": "ltg",
    "mr": "kok",
    "ms": "bjn min",
    "nl": "li nds vls zea",
    "pl": "csb szl",
    "pt": "mwl",
    "ro": "rup",
    "sq": "aln",
    "uk": "rue",
    "ur": "lah",
}
# Languages that models mix up within a text.
MIXED_UP = {"bg", "mk", "sr"}
# What programs write where there is no value, although Min Nan and Nauru bear these codes.
MISSING = frozenset(["na", "nan"])


@cache
def code_of(name: str) -> str | None:
    """The ISO 639 code of a metadata value such as "en-US", "eng", "English" or "deutsch"; None if it is none.

    Args:
        name: The value as the source states it.
    """
    low = name.partition("(")[0].strip().lower().replace("_", "-")  # "Portuguese (Brazil)"
    if low in MISSING:
        return None
    if low in _WIDELY_USED.split():  # most metadata: no need to load CLDR
        return low
    from babel import Locale
    from babel.core import get_global

    aliases = get_global("language_aliases")
    main = low.split("-")[0]
    main = str(aliases.get(main, main)).split("_")[0].split("-")[0]
    if main in Locale("en").languages and main not in ("und", "mul", "zxx"):
        return canonical(main)
    return _named().get(low)


@cache
def _named() -> dict[str, str]:
    """Names in English and in the languages themselves."""
    from babel import Locale
    from babel.core import UnknownLocaleError

    names: dict[str, str] = {}
    for code, name in Locale("en").languages.items():
        if "_" not in code and "-" not in code:
            names[str(name).lower()] = canonical(code) or code
    for code in _WIDELY_USED.split():
        try:
            own = Locale(code).get_language_name(code)
        except UnknownLocaleError:
            continue
        names[str(own).lower()] = canonical(code) or code
    return names


def differ(stated: str, detected: str) -> bool:
    """Whether two codes contradict each other."""
    if stated == detected or detected in _nearest().get(stated, ()):
        return False
    return not any({stated, detected} <= group for group in KIN)


def mixed_up(one: str, other: str) -> bool:
    """Whether a text in one of two languages may look like a mixture of both."""
    return not differ(one, other) or {one, other} <= MIXED_UP


@cache
def _nearest() -> dict[str, set[str]]:
    """By variety: the languages that its texts read as."""
    nearest: dict[str, set[str]] = {}
    for language, varieties in UNNAMED.items():
        for variety in varieties.split():
            nearest.setdefault(variety, set()).add(language)
    return nearest


# Languages whose own names stand in metadata columns often enough to read them.
_WIDELY_USED = """
    ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv mk nl no pl pt ro ru sk sl sq sr sv sw ta th
    tr uk ur vi zh
"""
