"""A docstring in parts, as pages and `explain` show it."""

from __future__ import annotations

import inspect

from corpusqa.reporting.docs import Block, about_member, read_doc

DOC = inspect.cleandoc("""Things.

    What counts:
      card       a number
                 with a checksum
      phone_no   another
    and more of `card` here.

    - `odd`, `even`: of numbers
    - `big`: above ten

    Why it matters: for a
    reason.

    How to act: one way.

    How to act: another way.

    Options:
        first: what it does
    """)


def test_paragraphs_go_to_their_places() -> None:
    doc = read_doc(DOC)

    assert (doc.about, doc.why, doc.act) == ("Things", "for a reason.", "one way. another way.")
    assert doc.options == "    first: what it does"
    assert doc.errs == doc.example == doc.spares == ""


def test_entries_are_told_from_paragraphs() -> None:
    doc = read_doc("A.\n\nIntro:\n\n- `odd`, `even`: of\n  numbers\n- `big`: above ten\n\nLast `odd`.")

    assert doc.what == (
        Block("Intro:", (("`odd`, `even`", "of numbers"), ("`big`", "above ten"))),
        Block("Last `odd`."),
    )
    assert about_member(doc, "even") == ["of numbers"]
    assert about_member(doc, "odd") == ["of numbers", "Last `odd`."]


def test_a_table_of_words_is_a_list() -> None:
    assert about_member(read_doc(DOC), "phone_no")[0].startswith("another")
    assert about_member(read_doc(DOC), "card") == ["a number with a checksum"]


def test_a_docstring_of_one_line_or_none() -> None:
    assert read_doc("Only this.").about == "Only this"
    assert read_doc("").what == ()
