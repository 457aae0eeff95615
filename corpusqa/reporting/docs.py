"""A check's docstring in parts: what it looks for, why that matters, how to act, where it errs, its options.

A paragraph that begins with one of MARKS belongs to that part, one that begins with `Options:` or `Args:` to the
options, every other one to what the check looks for. Lines such as `- `html`: tags` or `  phone   a number` are
entries of a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MARKS = {
    "Why it matters": "why",
    "How to act": "act",
    "Example": "example",
    "False alarms": "errs",
    "What is refused": "spares",
    "Left alone": "spares",
}
_OPTIONS = re.compile(r"(?:Options|Args):\n")
_MARK = re.compile(rf"({'|'.join(MARKS)}): *")
_ENTRY = re.compile(r"(?:- +(`[^\n]+?`(?:, `[^\n]+?`)*): *| +(\w+) {2,})(.*)")


@dataclass(frozen=True)
class Block:
    """A paragraph, or a list with what introduces it.

    Attributes:
        text: The paragraph or the introduction, in one line.
        entries: Term and explanation.
    """

    text: str = ""
    entries: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Doc:
    """The parts; what a docstring does not say is empty."""

    about: str = ""
    what: tuple[Block, ...] = ()
    why: str = ""
    act: str = ""
    example: str = ""
    errs: str = ""
    spares: str = ""
    options: str = ""


def read_doc(doc: str) -> Doc:
    """The parts of a docstring as `inspect.getdoc` gives it."""
    about, _, body = doc.partition("\n")
    what: list[Block] = []
    said = dict.fromkeys((*MARKS.values(), "options"), "")
    for paragraph in re.split(r"\n[ \t]*\n", body.strip("\n")):
        mark = _MARK.match(paragraph)
        if mark:
            said[MARKS[mark[1]]] = _joined(said[MARKS[mark[1]]], _line(paragraph[mark.end() :]))
        elif _OPTIONS.match(paragraph):
            said["options"] = paragraph.partition("\n")[2]
        elif paragraph.strip():
            block = _block(paragraph)
            follows = what and not block.text and not what[-1].entries
            what[-1:] = [Block(what[-1].text, block.entries)] if follows else [*what[-1:], block]
    return Doc(about.rstrip("."), tuple(what), **said)


def about_member(doc: Doc, name: str) -> list[str]:
    """What a docstring says of one signal or label: the entries and paragraphs that name it."""
    found = []
    for block in doc.what:
        found += [text for term, text in block.entries if name in term.replace("`", "").split(", ")]
        if not block.entries and f"`{name}`" in block.text:
            found.append(block.text)
    return found


def _block(paragraph: str) -> Block:
    intro: list[str] = []
    entries: list[list[str]] = []
    for line in paragraph.split("\n"):
        entry = _ENTRY.fullmatch(line)
        if entry:
            entries.append([entry[1] or entry[2], entry[3]])
        elif entries:
            entries[-1].append(line)
        else:
            intro.append(line)
    return Block(_line("\n".join(intro)), tuple((term, _line("\n".join(rest))) for term, *rest in entries))


def _line(text: str) -> str:
    return " ".join(text.split())


def _joined(first: str, second: str) -> str:
    return f"{first} {second}".strip()
