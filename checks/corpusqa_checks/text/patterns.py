r"""What damage looks like, as patterns of Rust's regex engine (linear time)."""

from __future__ import annotations

# U+FFFD: a decoder met bytes that it could not read.
REPLACEMENT = "\ufffd+"

# C0 and C1 control characters and DEL, without tab, line feed, form feed and carriage return, which lay text out.
CONTROL = r"[\x{00}-\x{08}\x{0b}\x{0e}-\x{1f}\x{7f}-\x{9f}]+"

# Elements of HTML that extraction should have removed. Only known names count: <T> is a type parameter, <br> is not.
TAGS = (
    "a|abbr|address|article|aside|audio|b|blockquote|body|br|button|canvas|caption|center|cite|code|col|dd|div|dl|dt|em|"
    "fieldset|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|kbd|label|li|link|main|"
    "meta|nav|noscript|object|ol|option|p|picture|pre|s|script|section|select|small|source|span|strong|style|sub|sup|"
    "svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|u|ul|video"
)
# Named entities that editors of web pages type most; numbers cover the rest.
ENTITIES = (
    "nbsp|amp|lt|gt|quot|apos|copy|reg|trade|hellip|ndash|mdash|lsquo|rsquo|ldquo|rdquo|laquo|raquo|bull|middot|times|"
    "euro|pound|sect|deg|shy|ensp|emsp|thinsp|zwnj|zwj|[aeiouyn](?:acute|grave|circ|uml|tilde|ring)|[co]cedil|oslash|"
    "aelig|szlig"
)
# An attribute list of up to 500 characters on one line: a stray "<" does not swallow a paragraph.
TAG = rf"(?i)</?(?:{TAGS})(?:\s[^<>\r\n]{{0,500}})?/?>"
COMMENT = r"<!--[^\r\n]{0,500}?-->"
ENTITY = rf"(?i)&(?:{ENTITIES}|#[0-9]{{2,7}}|#x[0-9a-f]{{2,6}});"
HTML = f"{TAG}|{COMMENT}|{ENTITY}"

# Every text in which ftfy's badness finds something matches this gate, and few others do: 1 % of the bytes of a corpus
# of technical documentation. Mojibake is two neighbours of which the first is a lead byte read as a letter or sign.
_LATIN = r"\x{a1}-\x{24f}\x{192}\x{2c6}-\x{2dd}\x{fb01}\x{fb02}"
_SIGNS = r"\x{2013}-\x{203a}\x{20a7}\x{20ac}\x{2116}\x{2122}\x{2202}-\x{2265}\x{2310}\x{2500}-\x{25ca}\x{f8ff}\x{fffd}"
_ODD = r"\x{a0}-\x{bf}\x{192}\x{2c6}-\x{2dd}" + _SIGNS
_CYRILLIC_GREEK = r"\x{370}-\x{45f}\x{490}\x{491}"
MOJIBAKE_GATE = "|".join(
    (
        r"[\x{80}-\x{9f}]",  # C1: Windows-1252 read as Latin-1
        rf"[{_LATIN}{_SIGNS}][{_LATIN}\x{{a0}}{_SIGNS}]",
        rf"[{_CYRILLIC_GREEK}][\x{{a0}}-\x{{d6}}\x{{d8}}-\x{{dd}}\x{{192}}\x{{2c6}}-\x{{2dd}}]",
        rf"[ВГРСΒΓΞΟ][-{_ODD}][ВГРСΒΓΞΟ]",
        rf"[a-zA-Zα-ω][{_CYRILLIC_GREEK}][{_ODD}]",
        "вЂ|ГўВ|β€",
        r"[a-z]\s?[ÃÂ] |^[ÃÂ] |[Œœ][^A-Za-z]",
    )
)
