"""The check `language`: its options, what it declares, and how a batch is measured."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import polars as pl
from corpusqa_checks._shared.documents import per_document
from corpusqa_checks._shared.lanes import own_lane
from corpusqa_checks.language.detectors import DETECTORS, NAMED, VOTERS, LanguageDetector, detector, installed
from corpusqa_checks.language.names import code_of, differ

from corpusqa.check import Batch, Check, Frame, Label, Measured, Signal

# Below this confidence a detected language does not speak against the metadata.
SURE = 0.9
# With more of a document in paragraphs of another language its label is not that of the document.
HALF = 0.5
SPANS = {"row": pl.Int64, "start": pl.Int64, "end": pl.Int64, "label": pl.String, "score": pl.Float64, "why": pl.String}


def language(*, expected: Sequence[str] = (), confidence: float = 0.8, vote: str = "auto", model: str = "") -> Check:
    """The language of each document, or an honest "cannot tell".

    Code, markup, tables, addresses and lists of names are set aside first; what is left has to be running text.
    Scripts that one language is written in decide by themselves, and so does Hangul; Chinese and Japanese are told
    apart by kana outside of quotations and by the forms that only one of them writes. Everything else is judged by
    exact naive Bayes over langdetect's profiles (55 languages) and by CLD2, which was trained otherwise and knows about
    a hundred more. Long documents are judged on three windows. `status` says how sure that is:

    - `confident`: the script, or both models, or CLD2 for a language that langdetect lacks.
    - `single_model`: only one model had an answer.
    - `disputed`: the models disagree, or the calibrated confidence is below `confidence`, or Han characters and kana
      speak for Chinese and Japanese or for neither, or the text is in two languages of which neither is that of the
      whole: no label.
    - `unsupported_script`, `too_short`, `no_language`: nothing that a model could judge: no label.

    Paragraphs in another language that beats the document's by a wide margin, and that both models would name, get
    `language.foreign`, and `foreign_share` counts their characters; shorter notices say too little to be judged.

    A metadata language that a confident answer contradicts is the finding `language.metadata_mismatch`; close
    relatives such as Croatian and Serbian do not contradict each other, nor do Asturian and Spanish, because no model
    here knows Asturian. The check feeds the view `language`: other checks read the label, and the document's own
    column where there is none.

    Why it matters: a language that nobody expects is learned badly and costs vocabulary, and a wrong label puts
    documents into the wrong part of a mix.

    Example: a Portuguese page in a folder that is called "es".

    False alarms: short texts full of names, and languages that are close relatives.

    How to act: name the languages in `expected`, correct the metadata, or drop the rest:
    `drop = ["language.label NOT IN ('de', 'en')"]`.

    Options:
        expected: ISO 639-1 codes; documents confidently in another language get `language.unexpected`.
        confidence: Answers below this calibrated probability of being right are withheld; where one model answers
            alone, half of the remaining doubt is too much (0.9 for 0.8).
        vote: The second model: "cld2", "py3langid", "none" for naive Bayes alone, or "auto" for the first of the two
            that is installed; "lingua" and "fasttext" with the extras of these names. The confidence is calibrated for
            CLD2.
        model: The file that "fasttext" reads, such as "models/lid.176.ftz"; nothing is ever downloaded.
    """
    wanted = _codes(expected)
    if not 0 <= confidence <= 1:
        raise ValueError(f"confidence = {confidence} is a probability: choose a number from 0 to 1")
    voter = _voter(vote, model)
    models = ", ".join(_named(one) for one in (DETECTORS["profile_nb"], voter) if one)
    return Check(
        signals={
            "label": Signal(pl.String, f"ISO 639-1 code of the main language, by {models}", view="language"),
            "confidence": Signal(pl.Float64, "calibrated probability that the answer is right, 0 to 1"),
            "status": Signal(pl.String, "confident, single_model, disputed or why there is no answer"),
            "candidates": Signal(pl.String, "at most three codes, likeliest first"),
            "foreign_share": Signal(pl.Float64, "share of the characters in paragraphs of another language"),
            "undecided": Signal(pl.Boolean, "true where the document has no language that could be told"),
        },
        labels={
            "metadata_mismatch": Label("the text is in another language than its metadata say", severity="warning"),
            "unexpected": Label("the text is in none of the expected languages", severity="warning"),
            "foreign": Label("a paragraph in another language than the document", severity="info"),
        },
        measure=partial(_measure, wanted, confidence, voter),
        rests_on=[Path(model)] if model else [],
        suggest={"drop": ["language.status = 'no_language'", "language.label <> 'en'"]},
    )


def _codes(expected: Sequence[str]) -> frozenset[str]:
    codes = {name: code_of(name) for name in expected}
    unknown = [name for name, code in codes.items() if code is None]
    if unknown:
        raise ValueError(
            f"expected names no language: {', '.join(map(repr, unknown))}; write ISO 639-1 codes such as 'en'"
        )
    return frozenset(code for code in codes.values() if code)


def _voter(vote: str, model: str) -> LanguageDetector | None:
    """The second model."""
    if model and vote != "fasttext":
        raise ValueError(f"model = {model!r} is read by vote = 'fasttext' alone, not by {vote!r}")
    if vote == "auto":
        vote = next((name for name in VOTERS if installed(name)), "none")
    if vote == "none":
        return None
    if vote not in (*VOTERS, *NAMED):
        known = ", ".join(map(repr, (*VOTERS, *NAMED)))
        raise ValueError(f"vote = {vote!r} names no second model: choose 'auto', {known} or 'none'")
    if installed(vote) is None:
        how = f"pip install corpusqa[{vote}]" if vote in NAMED else "install its package"
        raise ValueError(f"vote = {vote!r} is not installed; {how}, or choose 'auto'")
    return detector(vote, model)


def _named(one: LanguageDetector) -> str:
    """Name, version and, where there is one, model of a detector."""
    detail = getattr(one, "detail", "")
    return f"{one.name} {installed(one.name)}" + (f" ({detail})" if detail else "")


@own_lane(lambda _wanted, _threshold, _voter, batch: batch.text)
def _measure(wanted: frozenset[str], threshold: float, voter: LanguageDetector | None, batch: Batch) -> Measured:
    from corpusqa_checks.language.routing import detect
    from corpusqa_checks.language.segments import foreign

    vote = voter.detect_batch if voter else None
    found = detect(batch.text, vote, threshold)
    segments = foreign(batch.lines, found["label"].fill_null(found["main"]).to_list(), vote)
    found = _settled(found, _share(batch, segments))
    other = (_share(batch, segments) > HALF).fill_null(False).arg_true()
    if len(other):  # what is foreign there is what was taken for the document's language
        again = foreign(batch.lines.filter(pl.col("row").is_in(other)), found["label"].to_list(), vote)
        segments = pl.concat([segments.filter(~pl.col("row").is_in(other)), again]).sort("row", "start")
    share = _share(batch, segments)
    signals = found.select("label", "confidence", "status", "candidates", undecided=pl.col("label").is_null())
    signals = signals.with_columns(foreign_share=share)
    return Measured(signals, pl.concat([_mismatches(batch, found), _unexpected(found, wanted), _foreign(segments)]))


def _settled(found: Frame, share: pl.Series) -> Frame:
    """Labels by what the paragraphs show.

    A second language that is found in paragraphs leaves the others to the label; but a label is withheld from documents
    that are in another language for the greater part, of which the windows met the smaller one.
    """
    whole = found["main"].is_not_null() & (share > 0) & (share <= HALF)
    found = found.with_columns(
        label=found["label"].zip_with(~whole, found["main"]),
        confidence=found["confidence"].zip_with(~whole, found["main_confidence"]),
        status=pl.when(whole).then(pl.lit("confident")).otherwise("status"),
    )
    return found.with_columns(
        label=pl.when(share <= HALF).then("label"),
        status=pl.when((share > HALF) & pl.col("label").is_not_null()).then(pl.lit("disputed")).otherwise("status"),
    )


def _share(batch: Batch, segments: Frame) -> pl.Series:
    """Characters of foreign paragraphs by the document's; null for an empty document."""
    foreign = segments.group_by("row").agg(width=(pl.col("end") - pl.col("start")).sum())
    both = per_document(batch.height, foreign).with_columns(length=batch.text.str.len_chars())
    share = pl.when(pl.col("length") > 0).then(pl.col("width").fill_null(0) / pl.col("length"))
    return both.select(foreign_share=share).to_series()


def _foreign(segments: Frame) -> Frame:
    why = pl.format("this paragraph reads as {}", "language")
    spans = segments.with_columns(label=pl.lit("foreign"), score=pl.lit(None, pl.Float64), why=why)
    return spans.select(*SPANS)


def _mismatches(batch: Batch, found: Frame) -> Frame:
    stated = batch.frame["language"]
    rows = found.select(
        "label", "confidence", row=pl.int_range(pl.len()), stated=stated.replace_strict(_table(stated), default=None)
    ).filter((pl.col("confidence") >= SURE) & (pl.col("stated") != pl.col("label")))
    said = [
        (row, None, None, "metadata_mismatch", sure, f"metadata say {meta}, the text reads as {label}")
        for label, sure, row, meta in rows.iter_rows()
        if differ(meta, label)
    ]
    return pl.DataFrame(said, schema=SPANS, orient="row")


def _table(stated: pl.Series) -> dict[str, str | None]:
    return {name: code_of(name) for name in stated.drop_nulls().unique()} or {"": None}


def _unexpected(found: Frame, wanted: frozenset[str]) -> Frame:
    rows = found.select("label", "confidence", row=pl.int_range(pl.len())).filter(pl.col("label").is_not_null())
    said = [
        (row, None, None, "unexpected", sure, f"the text reads as {label}")
        for label, sure, row in rows.iter_rows()
        if wanted and label not in wanted
    ]
    return pl.DataFrame(said, schema=SPANS, orient="row")
