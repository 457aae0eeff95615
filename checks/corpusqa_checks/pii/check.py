"""The check `pii`."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from corpusqa_checks.pii.allowing import allowing
from corpusqa_checks.pii.cards import cards
from corpusqa_checks.pii.emails import emails
from corpusqa_checks.pii.hits import ALLOWED, RESERVED, ROLE, Detector
from corpusqa_checks.pii.ibans import ibans
from corpusqa_checks.pii.labels import DEFAULT
from corpusqa_checks.pii.national_ids import lettered_ids, national_ids
from corpusqa_checks.pii.networks import addresses
from corpusqa_checks.pii.phones import phones
from corpusqa_checks.pii.scanning import Found, found
from corpusqa_checks.pii.secrets import assigned_secrets, secrets
from corpusqa_checks.pii.urls import url_credentials

from corpusqa.check import Batch, Check, Frame, Measured, Signal

DETECTORS: dict[str, Detector] = {
    "url_credentials": url_credentials,
    "secrets": secrets,
    "assigned_secrets": assigned_secrets,
    "emails": emails,
    "ibans": ibans,
    "cards": cards,
    "national_ids": national_ids,
    "lettered_ids": lettered_ids,
    "addresses": addresses,
    "phones": phones,
}
SIGNALS = {
    "count": Signal(pl.Int64, "personal values and secrets"),
    "severe": Signal(pl.Int64, "values whose label has the severity error: secrets, cards, accounts, identifiers"),
    "spared": Signal(pl.Int64, "reserved, documentation and role values that were left alone"),
    "allowed": Signal(pl.Int64, "values that the option `allow` spared"),
}
_SPANS = {
    "row": pl.Int64,
    "start": pl.Int64,
    "end": pl.Int64,
    "label": pl.String,
    "score": pl.Float64,
    "why": pl.String,
}


def pii(*, reserved: bool = False, allow: Sequence[str] = ()) -> Check:
    """Personal data and secrets.

    What counts:
      email            an address with a plausible top-level domain, internationalised ones too
      phone            a number that phonenumbers calls valid, with a country code; without one it has to be valid in a
                       country of the document's language and either stand after a cue ("Tel.") or be grouped as
                       numbers are printed there
      card             Luhn, issuer range and length; printed in groups, or unseparated after a cue ("card", "visa")
      iban             structure of its country and check digits
      national_id      an identifier of some 55 kinds: its localised name within the words before (or in brackets right
                       behind) and its checksum; those with letters and a checksum need no name
      ip               an address that the internet routes; not after "version", "section" and the like
      url_credentials  scheme://user:password@host
      private_key      PEM or PGP armour with a body
      secret           a credential in one of some 140 formats of issuers, or a random-looking value assigned to a
                       telling name

    Look-alike digits, odd spaces and invisible marks inside a value do not hide it. A label that stands on the line
    above counts as a cue.

    What is refused: accounts on machines (`git@host:path`), message ids, file names, place-holders ("changeme",
    `${TOKEN}`), dates, amounts, ISBN and their like, versions, tables of numbers, identifiers without a name, values
    cut in two by a line end.

    Options:
      reserved  true: reserved and documentation values (example.org, 192.0.2.0/24, 555-01xx, test cards, published
                example keys), addresses of an office (info@, press@) and public resolvers count too. False: they are
                only counted in `pii.spared`.
      allow     values that are meant to be public, with * and ?: "desk@example.org", "*@ourpaper.example",
                "+44 20 7946 *". They are counted in `pii.allowed`.

    How to act: `mask = ["pii.*"]` puts typed placeholders in the place of the values; `drop = ["pii.severe > 0"]`
    removes documents with secrets, cards, accounts and identifiers.
    """
    spare = allowing(allow)

    def measure(batch: Batch) -> Measured:
        values = found(batch, DETECTORS, tuple(DEFAULT))
        texts = batch.text
        judged = [
            value._replace(hit=value.hit._replace(spared=ALLOWED))
            if spare(value.hit, texts[value.row][value.hit.start : value.hit.end])
            else value
            for value in values
        ]
        kept = [
            value for value in judged if not value.hit.spared or (reserved and value.hit.spared in (RESERVED, ROLE))
        ]
        return Measured(_signals(batch.height, judged, kept), _spans(kept))

    return Check(signals=SIGNALS, labels=DEFAULT, measure=measure, suggest=SUGGEST)


SUGGEST = {"mask": ["pii.*"], "drop": ["pii.severe > 0"]}


def _spans(values: Sequence[Found]) -> Frame:
    rows = [(v.row, v.hit.start, v.hit.end, v.hit.label, v.hit.score, v.hit.why) for v in values]
    return pl.DataFrame(rows, schema=_SPANS, orient="row")


def _signals(height: int, values: Sequence[Found], kept: Sequence[Found]) -> Frame:
    """One row per document."""
    severe = [v for v in kept if DEFAULT[v.hit.label].severity == "error"]
    seen = set(kept)
    allowed = [v for v in values if v.hit.spared == ALLOWED]
    spared = [v for v in values if v.hit.spared and v.hit.spared != ALLOWED and v not in seen]
    columns = {"count": kept, "severe": severe, "spared": spared, "allowed": allowed}
    return pl.DataFrame({name: _counts(height, found) for name, found in columns.items()})


def _counts(height: int, values: Sequence[Found]) -> pl.Series:
    counts = [0] * height
    for value in values:
        counts[value.row] += 1
    return pl.Series(counts, dtype=pl.Int64)
