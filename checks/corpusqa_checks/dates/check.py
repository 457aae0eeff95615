"""The check `dates`: its options, what it declares, and how a batch is measured."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import polars as pl
from corpusqa_checks.dates.across import claims_of_copies, orders_of_sources, piled_dates
from corpusqa_checks.dates.claims import Claim, claim, stated, url_date
from corpusqa_checks.dates.mentions import DateMention
from corpusqa_checks.dates.order import order_shown
from corpusqa_checks.dates.parsing import extract_dates
from corpusqa_checks.dates.roles import DATELINE_GATE, DATELINE_HEAD, assigned
from corpusqa_checks.dates.rules import Facts, faults
from corpusqa_checks.dates.skeletons import GATE

from corpusqa.check import Batch, Check, Frame, Label, Measured, Signal

SIGNALS = {
    "claimed": Signal(pl.Date, "the day on which the document says it was published"),
    "claimed_from": Signal(pl.String, "where that stands: metadata, url, label_published, dateline or header_bare"),
    "lower": Signal(pl.Date, "earliest day of publication that the evidence leaves"),
    "upper": Signal(pl.Date, "latest day of publication that the evidence leaves"),
    "published_status": Signal(pl.String, "the metadata date: ok, missing, malformed or sentinel"),
    "mentions": Signal(pl.Int64, "number of full dates in the text"),
    "order_open": Signal(pl.Int64, "numeric dates of which nothing tells day from month"),
    "order_shown": Signal(
        pl.String, "the one order that the document's numeric dates show: day_first or month_first", optional=True
    ),
    "cutoff": Signal(pl.String, "against the option cutoff: after, mentions_after or not_shown", optional=True),
}
# From a corpus half; `measure` does not give it.
SOURCE_ORDER = Signal(pl.String, "where the order is open: the one that the rest of the source shows", optional=True)
LABELS = {
    "impossible_date": Label("a day that does not exist", severity="error"),
    "wrong_weekday": Label("a weekday that does not fit its date", severity="error"),
    "sentinel": Label("a placeholder where a publication date should be", severity="warning"),
    "metadata_malformed": Label("a publication date in the metadata that cannot be read", severity="warning"),
    "metadata_mismatch": Label("a labelled date or dateline that the metadata contradict", severity="warning"),
    "url_mismatch": Label("a URL with another date than the document", severity="warning"),
    "after_crawl": Label("a publication after the collection", severity="warning"),
    "label_conflict": Label("two labelled publication dates that differ", severity="warning"),
    "copies_disagree": Label("copies of one text that claim days more than a month apart", severity="warning"),
    "piled_dates": Label("a day on which the dates of a source pile up", severity="info"),
    "before_web": Label("a web page that claims to be older than the web", severity="info"),
    "render_header": Label("the time at which a page was drawn, no publication date", severity="info"),
    "order_contradiction": Label("numeric dates in both orders, day first and month first", severity="info"),
    # Every date by its role (header_render is the finding render_header): shown in documents, never findings.
    "label_published": Label("a date behind a label such as Published"),
    "label_updated": Label("a date behind a label such as Updated"),
    "dateline": Label("the date of a dateline"),
    "header_bare": Label("a date that stands alone in the head of a page"),
    "quoted": Label("a date in quoted mail"),
    "prose": Label("a date in the running text"),
}


def dates(*, tolerance: int = 2, cutoff: str = "") -> Check:
    """Dates that cannot be, and claims of publication that contradict each other.

    Full dates are read in about thirty-five languages (names from CLDR, tried in the language of the document and in
    English), in numbers where day and month are certain, and in East Asian writing. Errors are only what anybody can
    check on a calendar:

    - `impossible_date`: a day that its month does not have.
    - `wrong_weekday`: a weekday that stands directly beside a full date since 1753 and does not fit it.

    Up to 1923 both are judged by the Julian calendar, too, which Russia and the Balkans kept until then.

    Warnings are claims of publication that disagree: the metadata, the URL, labelled dates in the head of the page
    ("Published: ..."), the dateline. Other dates in a text may differ as they like. Placeholders such as 1970-01-01
    count in metadata and behind labels only. A date beside a clock or the weather is the time at which the page was
    drawn (`render_header`): it bounds the publication from above and never contradicts anything.

    Across documents: copies (clusters of `duplication`) that claim days more than a month apart, and sources of at
    least fifty dated documents that pile up on one day or on firsts of January, as default values do.
    Where a document leaves day and month open, `source_order` says which order the rest of its source shows.

    Every date bears a label with its role: `label_published`, `label_updated`, `dateline`, `header_bare`, `quoted` or
    `prose`. They are shown in documents and counted, and are no findings.

    `claimed` takes the most trusted claim: metadata, URL, label, dateline, bare date in the header; where there is
    none it is null, and `upper` holds what is still known. The text alone never tells the day of writing.

    Why it matters: splits by time and knowledge cut-offs are only as good as the dates. A day of crawling that passes
    for a day of publication lets a model know the future.

    Example: "Published: Monday, 14 March 2024", a day that was a Thursday.

    False alarms: dates in fiction, misprints that the original has, calendars that another country still kept.

    How to act: correct the metadata at the source, or drop what claims nothing:
    `drop = ["dates.published_status = 'sentinel'"]`.

    Options:
        tolerance: Days by which two claims may differ.
        cutoff: A day such as "2024-06-01". The signal `cutoff` is then `after` where a claim is later,
            `mentions_after` where only prose names a later day, else `not_shown`, which proves nothing.
    """
    if tolerance < 0:
        raise ValueError(f"tolerance = {tolerance} days: choose 0 or more")
    limit = stated(cutoff or None)
    if cutoff and limit.date is None:
        raise ValueError(f"cutoff = {cutoff!r} is no day; write it as 2024-06-01")
    return Check(
        signals=SIGNALS | {"source_order": SOURCE_ORDER},
        labels=LABELS,
        measure=partial(_measure, tolerance, limit.date),
        corpus={"piled": piled_dates(), "copies": claims_of_copies(), "orders": orders_of_sources()},
        suggest={"drop": ["dates.published_status = 'sentinel'"]},
    )


def _measure(tolerance: int, cutoff: dt.date | None, batch: Batch) -> Measured:
    rows, spans = [], list[tuple[int, int | None, int | None, str, str | None]]()
    dated = (batch.text.str.contains(GATE) | batch.text.str.head(DATELINE_HEAD).str.contains(DATELINE_GATE)).to_list()
    languages = batch.language.to_list() if any(dated) else [None] * batch.height
    for row, document in enumerate(batch.frame.select("text", "url", "published", "collected").iter_rows()):
        text, url, published, collected = document
        mentions = _mentions(text, languages[row]) if dated[row] else []
        facts = Facts(stated(published), stated(collected), url_date(url), _is_web(url), mentions, tolerance)
        made = claim(facts.published, facts.url, mentions, facts.collected)
        rows.append(_signals(facts, made, cutoff))
        spans += [(row, fault.start, fault.end, fault.label, fault.why) for fault in faults(facts)]
        spans += [(row, m.start, m.end, m.role, None) for m in mentions if m.role in LABELS]
    schema: dict[str, Any] = {name: signal.dtype for name, signal in SIGNALS.items()}
    spanned = {"row": pl.Int64, "start": pl.Int64, "end": pl.Int64, "label": pl.String, "why": pl.String}
    found: Frame = pl.DataFrame(spans, schema=spanned, orient="row")
    return Measured(pl.DataFrame(rows, schema=schema, orient="row"), found)


def _mentions(text: str, language: str | None) -> list[DateMention]:
    return assigned(text, extract_dates(text, language), language)


def _is_web(url: str | None) -> bool:
    return bool(url) and str(url).startswith(("http://", "https://"))


def _signals(facts: Facts, made: Claim, cutoff: dt.date | None) -> tuple[Any, ...]:
    full = [m for m in facts.mentions if m.year is not None]
    return (
        made.date,
        made.role,
        made.lower,
        made.upper,
        facts.published.status,
        len(full),
        sum(m.order_open for m in full),
        order_shown(full),
        None if cutoff is None else _against(cutoff, made, full),
    )


def _against(cutoff: dt.date, made: Claim, mentions: list[DateMention]) -> str:
    """A claim after the cut-off proves it; a date in prose is a hint; nothing proves the contrary."""
    if made.date is not None and made.date > cutoff:
        return "after"
    return "mentions_after" if any(m.date is not None and m.date > cutoff for m in mentions) else "not_shown"
