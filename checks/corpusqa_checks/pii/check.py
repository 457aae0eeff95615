"""The check `pii`: its options, what it declares, and how a batch is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial

import polars as pl
from corpusqa_checks._shared.memo import once_per_batch
from corpusqa_checks.pii.allowing import allowing
from corpusqa_checks.pii.detectors import DETECTORS, on_request
from corpusqa_checks.pii.hits import ALLOWED, Hit
from corpusqa_checks.pii.labels import DEFAULT, NAMED, OPT_IN
from corpusqa_checks.pii.naming import Recogniser, names, recogniser
from corpusqa_checks.pii.scanning import Found, found
from corpusqa_checks.pii.settled import settled
from corpusqa_checks.pii.sharing import shared_values, value_keys

from corpusqa.check import Batch, Check, Frame, Groups, Label, Measured, Signal

SIGNALS = {
    "count": Signal(pl.Int64, "personal values and secrets"),
    "severe": Signal(pl.Int64, "values whose label has the severity error: secrets, cards, accounts, identifiers"),
    "spared": Signal(pl.Int64, "reserved, documentation and role values that were left alone"),
    "allowed": Signal(pl.Int64, "values that the option `allow` spared"),
}
SHARED = {"shared_value": Label("a document holds a value that many documents share")}
SUGGEST = {"mask": ["pii.*"], "drop": ["pii.severe > 0"]}
_SPANS = {
    "row": pl.Int64,
    "start": pl.Int64,
    "end": pl.Int64,
    "label": pl.String,
    "score": pl.Float64,
    "why": pl.String,
}


def pii(
    *,
    reserved: bool = False,
    allow: Sequence[str] = (),
    also: Sequence[str] = (),
    ner: str = "",
    shared_documents: int = 5,
) -> Check:
    """Personal data and secrets.

    What counts:
      email            an address with a plausible top-level domain, internationalised ones too
      phone            a number that phonenumbers calls valid, with a country code; without one it has to be valid in a
                       country of the document's language and either stand after a cue ("Tel.") or be grouped as
                       numbers are printed there
      card             Luhn, issuer range and length; printed in groups, or unseparated after a cue ("card", "visa")
      iban             structure of its country and check digits
      national_id      an identifier of some 60 kinds: its localised name within the words before (or in brackets right
                       behind) and its checksum; those with letters and a checksum need no name
      ip               an address that the internet routes; not after "version", "section" and the like
      url_credentials  scheme://user:password@host
      private_key      PEM or PGP armour with a body
      secret           a credential in one of some 150 formats of issuers, or a random-looking value assigned to a
                       telling name

    On request (`also`), with weaker evidence: medical_id, passport, date_of_birth, street_address, obfuscated_email,
    wallet, mac, gps, handle.

    Look-alike digits, odd spaces and invisible marks inside a value do not hide it. A label that stands on the line
    above counts as a cue.

    A value is found whole: the longer of two that overlap takes the other one in, tokens are followed to their end.

    What is refused: accounts on machines (`git@host:dir/file`), message ids, file names, place-holders ("changeme",
    `${TOKEN}`), dates, amounts, ISBN and their like, versions, tables of numbers, identifiers without a name, values
    cut in two by a line end, assigned values of more than 4,096 signs (data rather than credentials).

    Why it matters: models repeat what they were trained on, word for word. A published number or key does harm to
    the person it belongs to, and law and licences forbid it.

    Example: "Tel. 555-0142, write to jane.roe@example.org".

    False alarms: numbers of orders or parts that happen to be valid, and addresses that are meant to be public: list
    those in `allow`.

    Options:
      reserved  true: reserved and documentation values (example.org, 192.0.2.0/24, 555-01xx, test cards, published
                example keys), addresses of an office (info@, press@) and public resolvers count too. False: they are
                only counted in `pii.spared`.
      allow     values that are meant to be public, with * and ?: "desk@example.org", "*@ourpaper.example",
                "+44 20 7946 *". They are counted in `pii.allowed`.
      also      further types, by name.
      ner       module:function of a recogniser of names (persons, organisations, locations): it takes texts and gives
                for each the spans (start, end, "person" | "organisation" | "location").
                "corpusqa_checks.pii.presidio:names" is one, for English: `pip install "corpusqa[presidio]"` and
                an English model of spaCy; nothing is downloaded at run time.
      shared_documents  a value that so many documents hold is marked with `pii.shared_value` in each of them: a desk
                or a footer rather than a person. The mark names the type and the count, never the value.

    How to act: `mask = ["pii.*"]` puts typed placeholders in the place of the values; `drop = ["pii.severe > 0"]`
    removes documents with secrets, cards, accounts and identifiers.
    """
    if shared_documents < 2:
        raise ValueError(f"shared_documents = {shared_documents} should be at least 2")
    labels = DEFAULT | {name: OPT_IN[name] for name in _known(also)} | (NAMED if ner else {})
    recognise = recogniser(ner) if ner else None
    judged = once_per_batch(_judging(labels, also, recognise, ner, allow, reserved=reserved))
    kept = partial(_kept, reserved=reserved)

    def measure(batch: Batch) -> Measured:
        values = judged(batch)
        return Measured(_signals(batch.height, labels, values, kept(values)), _spans(kept(values)))

    return Check(
        signals=SIGNALS,
        labels=labels | SHARED,
        measure=measure,
        corpus={
            "shared": Groups(
                lambda batch: value_keys(kept(judged(batch))), partial(shared_values, least=shared_documents)
            )
        },
        rests_on=list(getattr(recognise, "rests_on", ())),
        suggest=SUGGEST,
    )


def _known(also: Sequence[str]) -> Sequence[str]:
    for name in also:
        if name not in OPT_IN:
            near = get_close_matches(str(name), OPT_IN, 1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"also: there is no type {name!r}{meant} (there are {', '.join(OPT_IN)})")
    return also


def _judging(
    labels: Mapping[str, Label],
    also: Sequence[str],
    recognise: Recogniser | None,
    ner: str,
    allow: Sequence[str],
    *,
    reserved: bool,
) -> Callable[[Batch], list[Found]]:
    """What finds every value of a batch and says which are spared."""
    detectors = DETECTORS | on_request(also)
    spares = allowing(allow) if allow else None

    def marked(batch: Batch, values: list[Found]) -> list[Found]:
        if spares is None:
            return values
        texts = {row: batch.text[row] for row in {v.row for v in values}}  # taken out once: each time is a copy
        return [
            Found(v.row, _allowed(v.hit) if spares(v.hit, texts[v.row][v.hit.start : v.hit.end]) else v.hit)
            for v in values
        ]

    def judged(batch: Batch) -> list[Found]:
        named = names(batch, recognise, ner) if recognise else {}
        values = marked(batch, found(batch, detectors, tuple(labels), named))
        return marked(batch, settled(batch, detectors, tuple(labels), values, partial(_is_reported, reserved=reserved)))

    return judged


def _allowed(hit: Hit) -> Hit:
    return hit._replace(spared=ALLOWED)


def _kept(values: Sequence[Found], *, reserved: bool) -> list[Found]:
    return [value for value in values if _is_reported(value.hit, reserved=reserved)]


def _is_reported(hit: Hit, *, reserved: bool) -> bool:
    """Whether a value counts, and is masked."""
    return not hit.spared or (reserved and hit.spared != ALLOWED)


def _spans(values: Sequence[Found]) -> Frame:
    rows = [(v.row, v.hit.start, v.hit.end, v.hit.label, v.hit.score, v.hit.why) for v in values]
    return pl.DataFrame(rows, schema=_SPANS, orient="row")


def _signals(height: int, labels: Mapping[str, Label], values: Sequence[Found], kept: Sequence[Found]) -> Frame:
    """One row per document."""
    known = set(kept)
    columns = {
        "count": kept,
        "severe": [v for v in kept if labels[v.hit.label].severity == "error"],
        "spared": [v for v in values if v.hit.spared != ALLOWED and v not in known],
        "allowed": [v for v in values if v.hit.spared == ALLOWED],
    }
    return pl.DataFrame({name: _counts(height, several) for name, several in columns.items()})


def _counts(height: int, values: Sequence[Found]) -> pl.Series:
    counts = [0] * height
    for value in values:
        counts[value.row] += 1
    return pl.Series(counts, dtype=pl.Int64)
