"""The named policies, as data: every line with the reason why it is there.

A line about a check that is not selected, or a label that a check does not have, is left out, and the run says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Lines = Mapping[str, str]  # a line as a configuration would hold it -> why


@dataclass(frozen=True)
class NamedPolicy:
    """The lists of `[clean]` under a name."""

    about: str
    drop: Lines = field(default_factory=dict)
    cut: Lines = field(default_factory=dict)
    mask: Lines = field(default_factory=dict)
    one_of: Lines = field(default_factory=dict)
    prefer: Lines = field(default_factory=dict)


_PREFER = {
    "boilerplate.ratio": "of two copies the one with less page furniture holds more of the article",
    "published": "the earlier one is more often the original",
    "id": "any order, but always the same",
}
_MASK = {
    "pii.*": "every type that is switched on: a trained model repeats addresses, numbers and keys word for word, and a "
    "typed placeholder keeps the sentence; [checks.pii] allow spares addresses that are meant to be public",
}
_CUT_COOKIES = {
    "cookie_text.*": "consent notices say nothing about a page, stand on millions of them and are told apart by their "
    "wording with hardly an error; only their own lines go",
}
_EXACT = {"duplication.exact": "an exact copy adds no text, only weight; one of each stays"}

POLICIES: Mapping[str, NamedPolicy] = {
    "none": NamedPolicy("changes nothing; everything is reported"),
    "safe": NamedPolicy(
        "what hardly anyone wants to keep: copies, cookie notices, personal data in the clear",
        cut=_CUT_COOKIES,
        mask=_MASK,
        one_of=_EXACT,
        prefer=_PREFER,
    ),
    "web": NamedPolicy(
        "for pages from a crawl: also what surrounds articles, near copies and pages that are little else",
        drop={
            "boilerplate.ratio > 0.8": "four words of five are page furniture: what the cuts leave is rarely a text",
            "cookie_text.share > 0.5": "the page is a consent notice",
            "text.letters_share < 0.4": "tables, codes and debris of extraction rather than sentences",
            "text.repeated_lines_share > 0.5": "the same lines over and over: menus, logs, spam",
            "text.mojibake > 20": "decoded wrongly too often to be read",
        },
        cut={
            **_CUT_COOKIES,
            "boilerplate.header": "the date, the weather and the name of the site above every page",
            "boilerplate.nav": "menus and breadcrumbs",
            "boilerplate.social": "share and follow buttons",
            "boilerplate.newsletter": "sign-up boxes",
            "boilerplate.sponsor": "advertising around the article",
            "boilerplate.legal": "copyright lines and terms, the same on every page of a site",
        },
        mask=_MASK,
        one_of={**_EXACT, "duplication.near": "agency copy and reposts: the same text with small changes"},
        prefer=_PREFER,
    ),
}
