"""Text from a corpus is hostile: what is shown may not steer a terminal, reverse a line or speak to a CI runner."""

from __future__ import annotations

import re

# What a reader cannot see but a program obeys: control characters (C0, DEL, C1), bidirectional controls, line and
# paragraph separators, invisible operators, the byte order mark, interlinear annotation and tag characters. The two
# joiners U+200C and U+200D stay: Persian, Hindi and emoji are written with them.
_UNSEEN = (
    "\x00-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
)
# Code points that are no characters: neither HTML nor XML may hold them.
_NONE = "\ufdd0-\ufdef" + "".join(chr((plane << 16) + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
# `::error::` and `##[error]` command GitHub's runner, `##vso[` that of Azure; a space takes the power away.
_COMMANDS = r":(?=:)|##(?=\[)|##vso(?=\[)"
_ODD = re.compile(f"[{_UNSEEN}{_NONE}]|{_COMMANDS}")
_SIGNS = {"\n": "⏎", "\t": " ", "\r": "␍", "\x7f": "␡", "\u2028": "⏎", "\u2029": "⏎"}


def neutral(text: str) -> str:
    """The text with unseen characters made visible and CI commands broken; ordinary text comes back as it is.

    A line end becomes ⏎, a tab a space, another C0 control its picture (␛), anything else its number (⟨U+202E⟩).
    """
    if "::" not in text and "##" not in text:
        plain = text.replace("\n", "⏎").replace("\t", " ")
        if plain.isprintable():
            return plain  # nearly every text, at a tenth of the time
    return _ODD.sub(_harmless, text)


def neutral_name(text: str | None, longest: int = 200) -> str | None:
    """An id, file or source name to show: harmless and of bounded length."""
    if text is None:
        return None
    shown = neutral(text)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _harmless(match: re.Match[str]) -> str:
    found = match.group()
    if found[0] in ":#":
        return found + " "
    code = ord(found)
    return _SIGNS.get(found) or (chr(0x2400 + code) if code < 0x20 else f"⟨U+{code:04X}⟩")
