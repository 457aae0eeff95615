"""Judging a scan: one verdict per document, from what was measured and never from the text."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from corpusqa.errors import RuleError
from corpusqa.policy import verdicts as v
from corpusqa.policy.decisions import matches
from corpusqa.policy.model import Policy, located
from corpusqa.policy.names import OWN
from corpusqa.policy.rules import Rule
from corpusqa.policy.survivors import removed
from corpusqa.scan.model import Scan

# Sources with fewer documents raise no alarm: half of a handful is soon dropped with reason.
ALARM_DOCUMENTS = 200


@dataclass(frozen=True)
class _Line:
    """A line of the policy and the documents it is true of (null: it cannot be said)."""

    rule: str
    kind: str
    fired: pl.Series


def judge(
    scan: Scan, policy: Policy, extra: pl.DataFrame | None = None, *, allow_incomplete: bool = False
) -> v.Verdicts:
    """Decide on every document.

    Decisions by hand come first, then the drop rules and documents that were not measured, then `one_of` on what is
    left, then cuts and masks. Every drop rule is evaluated on every document.

    Args:
        scan: What was measured.
        policy: From `make_policy`.
        extra: `doc` and the columns of the source that `policy.extra_columns` names.
        allow_incomplete: Judge documents on which a check failed that the policy needs as if it had found nothing;
            otherwise they are dropped, because nobody knows what is in them.

    Raises:
        RuleError: a rule names a column that the source does not have, or compares values of different types.
    """
    frame = _frame(scan, extra)
    lines = [_Line(rule.text, "drop", _fired(rule, frame, policy)) for rule in policy.drop]
    held, incomplete = _held_back(scan, policy, frame)
    if not allow_incomplete:
        lines.append(_Line(v.NOT_MEASURED, "held back", held))
    dropped_by_hand, kept_by_hand, decisions = _by_hand(scan, policy, frame)
    alarms = _alarms(frame, lines, kept_by_hand, policy.alarm_share)
    gone = _any([line.fired for line in lines], frame.height) & ~kept_by_hand | dropped_by_hand
    losers = removed(scan, frame, policy, gone, kept_by_hand)
    lines += [_Line(f"one_of {half}", "one_of", mark) for half, mark in zip(policy.one_of, losers, strict=True)]
    lines.insert(0, _Line(v.BY_HAND, "decision", dropped_by_hand))
    dropped = gone | _any(losers, frame.height)
    edits = _edits(scan, policy, frame.filter(dropped)["doc"])
    judged = _verdicts(frame, lines, dropped, kept_by_hand, edits["doc"].unique())
    notes = [*policy.notes, *_notes(decisions)]
    if allow_incomplete and incomplete:
        notes.append(f"{incomplete:,} documents on which a check failed are judged as if it had found nothing")
    kept = tuple(frame["doc"].filter(kept_by_hand))
    return v.Verdicts(judged, _rules(lines, judged), edits, alarms, decisions, tuple(notes), kept)


def _frame(scan: Scan, extra: pl.DataFrame | None) -> pl.DataFrame:
    """Documents and signals, and the source's own columns under a prefix."""
    if extra is None:
        return scan.frame
    own = extra.rename({name: OWN + name for name in extra.columns if name != "doc" and not name.startswith(OWN)})
    return scan.frame.join(own, on="doc", how="left", maintain_order="left")


def _fired(rule: Rule, frame: pl.DataFrame, policy: Policy) -> pl.Series:
    try:
        return rule.fired(frame)
    except RuleError as error:
        raise RuleError(located(str(error), "drop", policy.places.get(rule.text))) from None


def _held_back(scan: Scan, policy: Policy, frame: pl.DataFrame) -> tuple[pl.Series, int]:
    """Documents on which a check failed that a rule, cut, mask or `one_of` names."""
    failed = scan.failures.filter(pl.col("check").is_in(sorted(policy.checks)))["doc"].unique()
    return frame["doc"].is_in(failed.implode()), failed.len()


def _by_hand(scan: Scan, policy: Policy, frame: pl.DataFrame) -> tuple[pl.Series, pl.Series, pl.DataFrame]:
    """Documents dropped and kept by hand, and the decisions; drop wins where both are said."""
    found = matches(policy.decisions, scan.documents)
    rows = [(d.place, v.DROP if d.drop else v.KEEP, d.reason or None) for d in policy.decisions]
    table = pl.DataFrame(rows, schema=list(v.DECISIONS.items())[:3], orient="row").with_row_index("entry")
    table = table.with_columns(pl.col("entry").cast(pl.Int64))
    counts = found.group_by("entry").agg(documents=pl.len().cast(pl.Int64))
    decisions = table.join(counts, on="entry", how="left", maintain_order="left").with_columns(
        pl.col("documents").fill_null(0)
    )
    said = found.join(table, on="entry")
    drop = frame["doc"].is_in(said.filter(pl.col("decision") == v.DROP)["doc"].implode())
    keep = frame["doc"].is_in(said.filter(pl.col("decision") == v.KEEP)["doc"].implode())
    return drop, keep & ~drop, decisions.select(*v.DECISIONS)


def _alarms(frame: pl.DataFrame, lines: list[_Line], kept: pl.Series, share: float) -> pl.DataFrame:
    """Lines that drop more than a share of a source of some size; rows without a source count as one."""
    if not lines:
        return pl.DataFrame(schema=v.ALARMS)
    hits = {f"line{n}": line.fired.fill_null(value=False) & ~kept for n, line in enumerate(lines)}
    private = pl.when("source_private").then(pl.format("source:{}", "number")).otherwise("source")
    named = frame.select("source", **hits, shown=private)
    sizes = [pl.len().alias("documents"), pl.col("shown").first()]
    sums = named.group_by("source", maintain_order=True).agg(*sizes, pl.col(*hits).sum())
    long = sums.unpivot(list(hits), index=["source", "shown", "documents"], variable_name="rule", value_name="fired")
    loud = long.filter((pl.col("documents") >= ALARM_DOCUMENTS) & (pl.col("fired") > share * pl.col("documents")))
    names = pl.col("rule").replace_strict({f"line{n}": line.rule for n, line in enumerate(lines)})
    worst_first = loud.with_columns(names).sort("fired", "rule", "source", descending=[True, False, False])
    return worst_first.select(pl.col(name).cast(dtype) for name, dtype in v.ALARMS.items())


def _edits(scan: Scan, policy: Policy, dropped: pl.Series) -> pl.DataFrame:
    """Spans to cut and mask in documents that stay."""
    labels = {**dict.fromkeys(policy.mask, v.MASK), **dict.fromkeys(policy.cut, v.CUT)}
    if not labels:
        return pl.DataFrame(schema=v.EDITS)
    spans = scan.spans.filter(pl.col("label").is_in(list(labels)) & (pl.col("start") < pl.col("end")))
    spans = spans.filter(~pl.col("doc").is_in(dropped.implode()))
    action = pl.col("label").replace_strict(labels, return_dtype=pl.String)
    return spans.with_columns(action=action).select(*v.EDITS).sort("doc", "start", "end", "label")


def _verdicts(
    frame: pl.DataFrame, lines: list[_Line], dropped: pl.Series, kept: pl.Series, edited: pl.Series
) -> pl.DataFrame:
    table = frame.select("doc", rules=_names_of_fired(lines), dropped=dropped, kept=kept)
    edit = pl.col("doc").is_in(edited.implode())
    verdict = pl.when("dropped").then(pl.lit(v.DROP)).when(edit).then(pl.lit(v.EDIT)).otherwise(pl.lit(v.KEEP))
    # a document that stays although rules fired does so because a person said it
    spared = pl.col("kept") & (pl.col("rules").list.len() > 0)
    reason = pl.when("dropped").then(pl.col("rules").list.first()).when(spared).then(pl.lit(v.BY_HAND))
    return table.with_columns(verdict=verdict, reason=reason).select(*v.VERDICTS)


def _names_of_fired(lines: list[_Line]) -> pl.Series:
    """For each document the lines that fired; lists are made once per combination, of which there are few."""
    marks = pl.DataFrame({f"line{n}": line.fired.fill_null(value=False) for n, line in enumerate(lines)})
    fired = [pl.when(f"line{n}").then(pl.lit(line.rule)) for n, line in enumerate(lines)]
    combinations = marks.unique().with_columns(rules=pl.concat_list(fired).list.drop_nulls())
    return marks.join(combinations, on=marks.columns, how="left", maintain_order="left")["rules"]


def _rules(lines: list[_Line], judged: pl.DataFrame) -> pl.DataFrame:
    alone = judged.filter((pl.col("verdict") == v.DROP) & (pl.col("rules").list.len() == 1))
    only = dict(alone.group_by(pl.col("rules").list.first()).len().iter_rows())
    rows = [(x.rule, x.kind, int(x.fired.sum()), only.get(x.rule, 0), x.fired.null_count()) for x in lines]
    table = pl.DataFrame(rows, schema=v.RULES, orient="row")
    always = pl.col("kind").is_in(["drop", "one_of"])  # a line that did nothing is worth showing, a device is not
    return table.filter(always | (pl.col("fired") > 0))


def _notes(decisions: pl.DataFrame) -> list[str]:
    unmatched = decisions.filter(pl.col("documents") == 0)["place"].to_list()
    if not unmatched:
        return []
    shown = ", ".join(unmatched[:10]) + (f" and {len(unmatched) - 10} more" if len(unmatched) > 10 else "")
    return [f"{len(unmatched):,} of {decisions.height:,} decisions by hand match no document: {shown}"]


def _any(marks: list[pl.Series], height: int) -> pl.Series:
    """True where any of the series is; null counts as false."""
    nothing = pl.repeat(False, height, dtype=pl.Boolean, eager=True)
    return pl.select(pl.any_horizontal(nothing, *(mark.fill_null(value=False) for mark in marks))).to_series()
