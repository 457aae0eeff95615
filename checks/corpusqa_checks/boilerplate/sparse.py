"""Pages of short lines: a notice, a job advertisement, minutes, a menu of a restaurant.

The line model learned from articles, whose text is paragraphs; on a page with hardly one it takes short lines for
menus. There the text is told by its runs instead: lines between those that have a cue of the frame, if they hold
sentences, figures, labels ("Weight: 940 g") or items of a list. Where no run holds any, the largest is the text, as
long as the frame is the smaller part of the page.
"""

from __future__ import annotations

import numpy as np
from corpusqa_checks._shared.arrays import Bools, Ints, inside, stretches
from corpusqa_checks.boilerplate.context import Floats, Layout, runs
from corpusqa_checks.boilerplate.features import Columns, Looked
from corpusqa_checks.boilerplate.gaps import measured, silent

# A page of short lines has at most so many, and paragraphs of so many characters in all. Of the development pages one
# in twenty has as little text.
LINES, BODY = 80, 600.0
PARAGRAPH = 60  # characters
SENTENCE_WORDS = 3
ANCHORS = 2  # lines that say text in a run, if it has no paragraph
RANKED = 4  # words of a line with a number before it; a longer one is a headline of a ranking
MENTION = 5  # words of a line from which a word of menus is one among others
FEWEST = 3  # lines of a run without such a line
WORDS = 2.2  # words of its lines, on average: entries of menus have fewer
FRAME = 0.2  # share of the lines with a cue up to which such a run is text; verse that repeats a line may have more
MENU_LINES, MENU_WORDS = 2, 2  # so many entries show that there is a menu; those below the text have so many words
# A menu above the text that no cue shows has so many entries of so many words.
OPENING_LINES, OPENING_WORDS = 3, 3
TITLE_WORDS, TITLE_SCORE = 3, -2.5  # a line of so many words and so high a score may be the title below it
# Words for one of the line model's in scripts whose characters it counts: of an entry, and of a line among whose words
# one of menus is.
DENSE, DENSE_MENTION = 0.4, 0.7
ENTRY = 1.5  # an entry of one word has fewer
# A line that is a date: words at most, share of digits, and lines above it.
MOMENT_WORDS, MOMENT_DIGITS, MOMENT_REACH = 5, 0.3, 3


def pages_of_short_lines(looked: Looked, main: Bools) -> Bools:
    """The lines of such pages; `main` are the lines of main text."""
    layout, size = looked.layout, looked.own["size"][looked.place]
    body = layout.total(layout.running(np.where(main & (size >= PARAGRAPH), size, 0).astype(np.float32)))
    found: Bools = (layout.stop - layout.first <= LINES) & (body <= BODY)
    return found


def sparse(looked: Looked, barred: Bools, below: Bools, dated: Bools, score: Floats) -> Bools:
    """The lines of the text on pages of short lines.

    Args:
        looked: Features of the lines of such pages.
        barred: Lines that are known to be frame.
        below: Lines under a head of the frame, such as "Read also".
        dated: Lines that say who wrote the text and when, if they do not stand within it.
        score: Log-odds of main text.
    """
    layout, own, place = looked.layout, looked.own, looked.place
    size = own["size"][place]
    may = ~barred
    if not may.any():
        return may
    shown, prose = (flags[place] for flags in _says(looked))
    says = (shown | (score > 0)) & ~dated
    starts, stops = runs(may, layout.row)
    count = stops - starts

    def total(values: Floats | Bools) -> Floats:
        """The sum over each run."""
        sums = layout.running(values)
        return (sums[stops] - sums[starts]).astype(np.float32)

    anchors, sentences = total(says), total(prose)
    paragraphs = total(size >= PARAGRAPH)
    told = (anchors >= ANCHORS) | (paragraphs > 0)
    first = layout.first[starts]
    # what stands under a head of the frame, and under text, is a teaser or a comment, if it is no prose
    later = _later(told, first)
    told &= ~(below[starts] & later) | (2 * sentences >= count)
    told |= ~later & (sentences > 0) & (count <= FEWEST)
    words, again = (total(values) for values in (own["words"][place], looked.around["again"] > 0))
    frame = layout.total(layout.running(barred))[starts]
    few = frame <= FRAME * (layout.stop[starts] - first)
    bare = ~_any(told, first) & (few | (again > 0)) & (count >= FEWEST) & ((frame == 0) | (words >= WORDS * count))
    bare &= count == _largest(np.where(bare, count, 0), first)
    chosen = told | bare
    found = inside(starts[chosen], stops[chosen], len(barred))
    above, _ = layout.before_and_after(layout.running(found))
    dated |= _moments(looked)[place] & (above <= MOMENT_REACH)
    asks = (looked.shapes["asks"] > 0)[place]
    told_by = prose & found & ~dated & ~asks
    found &= ~(dated & ~_within(told_by, says, layout))
    return found & ~_menus(found, says, shown, asks, (own["ends"] > 0)[place], _brief(own)[place], score, layout)


def frame_cues(looked: Looked) -> Bools:
    """Which texts have a cue of the frame that counts among short lines.

    Words of the calendar, the weather and for "by" do not, and those of menus only in lines of few words: "Come home,
    come home". Numbered heads are of the text, crumbs are not.
    """
    own = looked.own
    quiet, one_cue = silent(own)
    said = (
        own["calendar"]
        + own["weather"]
        + own["byline"]
        + own["nav"] * (measured(own) | (_brief(own, DENSE_MENTION) >= MENTION))
    )
    said += own["account"] * (own["words"] >= MENTION) + own["newsletter"] * measured(own)
    crumbs = (own["crumbs"] > 0) & (own["separators"] > 0) & (own["ends"] == 0)
    found: Bools = ~(quiet | one_cue | (own["cues"] == said)) | (own["legal"] > 0) | crumbs
    found &= looked.shapes["numbered"] == 0
    return found


def _brief(columns: Columns, dense: float = DENSE) -> Floats:
    """Words of short lines as read: in scripts without spaces `dense` for each that the model counts."""
    spaced = columns["size"] <= columns["words"] * columns["word_length"] + 1  # no character counts twice
    return np.where(spaced, columns["words"], dense * columns["words"]).astype(np.float32)


def _menus(
    found: Bools, says: Bools, shown: Bools, asks: Bools, ends: Bools, words: Floats, score: Floats, layout: Layout
) -> Bools:
    """Entries of a menu that no list of cues knows.

    They are lines of a word above the text, or of a few words where there are several, but not the last one above a
    line that says text; and where there are two, lines of two words below the text, too.
    """
    running, texts = layout.running, found & says
    above, _ = layout.before_and_after(running(found & (says | (words >= ENTRY))))
    framed = layout.total(running(~found)) > 0
    headed = layout.shifted((found & shown & ~asks).astype(np.float32), 1) > 0
    entry = found & ~says & (words < ENTRY) & (above == 0)
    titled = (words > OPENING_WORDS) | ((words >= TITLE_WORDS) & (score > TITLE_SCORE))
    ended = found & (says | titled)
    before, _ = layout.before_and_after(running(ended))
    opening = found & ~says & ~headed & ~titled & (before == 0) & (layout.total(running(texts)) > 0)
    opening &= layout.total(running(opening)) >= OPENING_LINES
    opening &= (words < ENTRY) | (layout.shifted(ended.astype(np.float32), 1) == 0)  # the last may be the title
    several = layout.total(running(entry | opening)) >= MENU_LINES
    _, after = layout.before_and_after(running(texts))
    tail = found & (after == 0) & ~ends & (words <= MENU_WORDS) & (layout.total(running(texts)) > 0)
    entries: Bools = (entry & ~headed & (framed | several)) | opening | (tail & several)
    return entries


def _within(prose: Bools, says: Bools, layout: Layout) -> Bools:
    """Lines after a sentence of the text and before a line that says text."""
    before, _ = layout.before_and_after(layout.running(prose))
    _, after = layout.before_and_after(layout.running(says))
    found: Bools = (before > 0) & (after > 0)
    return found


def _moments(looked: Looked) -> Bools:
    """Which texts are short and hold a date, in digits of any script."""
    own = looked.own
    mostly = own["digits"] >= MOMENT_DIGITS
    short = (own["words"] <= MOMENT_WORDS) & (mostly | ((own["ends"] == 0) & (own["pair"] == 0)))
    found: Bools = (looked.shapes["moment"] > 0) & short
    return found


def says_text(looked: Looked) -> Bools:
    """Which lines say that they are text: sentences, figures, labels, items of a list."""
    return _says(looked)[0][looked.place]


def _says(looked: Looked) -> tuple[Bools, Bools]:
    """Which texts say that they are text, and which of them are sentences."""
    own, shapes = looked.own, looked.shapes
    sentence = (own["ends"] > 0) & (own["words"] >= SENTENCE_WORDS)
    ranked = (shapes["ranked"] > 0) & (own["words"] > RANKED)
    counted = (own["brackets"] > 0) & (own["words"] <= RANKED)  # "Sports (604)"
    figure = (own["digits"] > 0) & (own["words"] >= 2) & ~ranked & ~counted
    label = (own["pair"] > 0) | (own["colon"] > 0)
    shown = sentence | figure | label | (own["bullet"] > 0) | (shapes["amount"] > 0) | (shapes["asks"] > 0)
    # a day or year in a label is one of what is listed: "2019: 40 t", "Monday: 9 am"
    listed = (own["pair"] > 0) & (own["digits"] > 0) & (own["cues"] == own["calendar"])
    return (silent(own)[0] | listed) & shown | sentence, sentence


def _later(flags: Bools, document: Ints) -> Bools:
    """Whether a run of the document before a run is flagged."""
    before: Ints = np.cumsum(flags) - flags
    found: Bools = before > before[np.searchsorted(document, document)]
    return found


def _any(flags: Bools, document: Ints) -> Bools:
    """Whether any of the runs of the document of a run is flagged."""
    found: Bools = np.isin(document, document[flags])
    return found


def _largest(values: Ints, document: Ints) -> Ints:
    """The largest value among the runs of the document of a run."""
    starts, stops = stretches(document)
    most: Ints = np.repeat(np.maximum.reduceat(values, starts), stops - starts)
    return most
