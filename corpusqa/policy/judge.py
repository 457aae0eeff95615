"""Judging a scan: one verdict per document, from what was measured and never from the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from corpusqa.errors import RuleError
from corpusqa.policy import verdicts as v
from corpusqa.policy.decisions import DECIDED_BY, MEANT, matches
from corpusqa.policy.model import Policy, located
from corpusqa.policy.rows import Rows
from corpusqa.policy.rules import Rule
from corpusqa.policy.survivors import removed
from corpusqa.scan.held import among
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
    rows = Rows(scan, extra)
    docs = rows.docs
    lines = _dropping(rows, policy)
    held, incomplete = _held_back(scan, policy, docs)
    if not allow_incomplete:
        lines.append(_Line(v.NOT_MEASURED, "held back", held))
    dropped_by_hand, kept_by_hand, decisions, contested = _by_hand(scan, policy, docs)
    alarms = _alarms(scan, lines, kept_by_hand, policy.alarm_share)
    gone = _any([line.fired for line in lines], docs.len()) & ~kept_by_hand | dropped_by_hand
    losers = removed(scan, rows, policy, gone, kept_by_hand)
    lines += [_Line(f"one_of {half}", "one_of", mark) for half, mark in zip(policy.one_of, losers, strict=True)]
    lines.insert(0, _Line(v.BY_HAND, "decision", dropped_by_hand))
    dropped = gone | _any(losers, docs.len())
    edits = _edits(scan, policy, docs.filter(dropped).sort())
    kinds, kind = _kinds(lines, dropped, kept_by_hand, among(docs, edits["doc"].unique().sort()))
    notes = [*policy.notes, *_notes(decisions, contested)]
    if allow_incomplete and incomplete:
        notes.append(f"{incomplete:,} documents on which a check failed are judged as if it had found nothing")
    kept = tuple(docs.filter(kept_by_hand))
    judged = v.Verdicts(docs, kinds, kind, pl.DataFrame(schema=v.RULES), edits, alarms, decisions, tuple(notes), kept)
    return replace(judged, rules=_rules(lines, judged.counted))


def _dropping(rows: Rows, policy: Policy) -> list[_Line]:
    """The drop rules, evaluated on every document."""
    if not policy.drop:
        return []
    names = [name.text for rule in policy.drop for name in rule.names if not name.path]
    fired = [[_fired(rule, part, policy) for rule in policy.drop] for part in rows.parts(names)]
    each = zip(policy.drop, zip(*fired, strict=True), strict=True)
    return [_Line(rule.text, "drop", pl.concat(marks)) for rule, marks in each]


def _fired(rule: Rule, part: pl.DataFrame, policy: Policy) -> pl.Series:
    try:
        return rule.fired(part)
    except RuleError as error:
        raise RuleError(located(str(error), "drop", policy.places.get(rule.text))) from None


def _held_back(scan: Scan, policy: Policy, docs: pl.Series) -> tuple[pl.Series, int]:
    """Documents on which a check failed that a rule, cut, mask or `one_of` names."""
    failed = scan.failures.filter(pl.col("check").is_in(sorted(policy.checks)))["doc"].unique().sort()
    return among(docs, failed), failed.len()


def _by_hand(scan: Scan, policy: Policy, docs: pl.Series) -> tuple[pl.Series, pl.Series, pl.DataFrame, list[str]]:
    """Documents dropped and kept by hand, the decisions, and the places of those that say keep where drop wins."""
    parts = scan.held.parts("documents", DECIDED_BY) if policy.decisions else ()
    found = pl.concat([pl.DataFrame(schema=MEANT), *(matches(policy.decisions, part) for part in parts)])
    rows = [(d.place, v.DROP if d.drop else v.KEEP, d.reason or None) for d in policy.decisions]
    table = pl.DataFrame(rows, schema=list(v.DECISIONS.items())[:3], orient="row").with_row_index("entry")
    table = table.with_columns(pl.col("entry").cast(pl.Int64))
    counts = found.group_by("entry").agg(documents=pl.len().cast(pl.Int64))
    decisions = table.join(counts, on="entry", how="left", maintain_order="left").with_columns(
        pl.col("documents").fill_null(0)
    )
    said = found.join(table, on="entry")
    drop = among(docs, said.filter(pl.col("decision") == v.DROP)["doc"].unique().sort())
    keep = among(docs, said.filter(pl.col("decision") == v.KEEP)["doc"].unique().sort())
    dropped = said.filter(pl.col("decision") == v.DROP)
    contested = said.filter(pl.col("decision") == v.KEEP).join(dropped, on="doc", how="semi")
    return drop, keep & ~drop, decisions.select(*v.DECISIONS), contested["place"].unique(maintain_order=True).to_list()


def _alarms(scan: Scan, lines: list[_Line], kept: pl.Series, share: float) -> pl.DataFrame:
    """Lines that drop more than a share of a source of some size; rows without a source count as one."""
    if not lines:
        return pl.DataFrame(schema=v.ALARMS)
    hits = {f"line{n}": line.fired.fill_null(value=False) & ~kept for n, line in enumerate(lines)}
    private = pl.when("source_private").then(pl.format("source:{}", "number")).otherwise("source")
    sums, at = [], 0
    for part in scan.held.parts("documents", ("source", "source_private", "number")):
        here = {name: mark.slice(at, part.height) for name, mark in hits.items()}
        at += part.height
        named = part.select("source", documents=pl.lit(1, pl.Int64), shown=private, **here)
        sums.append(_by_source(named, list(hits)))
    table = _by_source(pl.concat(sums), list(hits))
    long = table.unpivot(list(hits), index=["source", "shown", "documents"], variable_name="rule", value_name="fired")
    loud = long.filter((pl.col("documents") >= ALARM_DOCUMENTS) & (pl.col("fired") > share * pl.col("documents")))
    names = pl.col("rule").replace_strict({f"line{n}": line.rule for n, line in enumerate(lines)})
    worst_first = loud.with_columns(names).sort("fired", "rule", "source", descending=[True, False, False])
    return worst_first.select(pl.col(name).cast(dtype) for name, dtype in v.ALARMS.items())


def _by_source(rows: pl.DataFrame, hits: Sequence[str]) -> pl.DataFrame:
    sums = pl.col("documents", *hits).cast(pl.Int64).sum()
    return rows.group_by("source", maintain_order=True).agg(sums, pl.col("shown").first())


def _edits(scan: Scan, policy: Policy, dropped: pl.Series) -> pl.DataFrame:
    """Spans to cut and mask in documents that stay."""
    labels = {**dict.fromkeys(policy.mask, v.MASK), **dict.fromkeys(policy.cut, v.CUT)}
    found = [pl.DataFrame(schema=v.EDITS)]
    if labels:
        action = pl.col("label").replace_strict(labels, return_dtype=pl.String)
        for part in scan.held.parts("spans", ("doc", "start", "end", "label")):
            spans = part.filter(pl.col("label").is_in(list(labels)) & (pl.col("start") < pl.col("end")))
            spans = spans.filter(~among(spans["doc"], dropped))
            found.append(spans.with_columns(action=action).select(*v.EDITS))
    return pl.concat(found).sort("doc", "start", "end", "label")


def _kinds(
    lines: list[_Line], dropped: pl.Series, kept: pl.Series, edited: pl.Series
) -> tuple[pl.DataFrame, pl.Series]:
    """What there is of verdicts, and which of them each document has: lines fire together in few combinations."""
    marks = [*(line.fired.fill_null(value=False) for line in lines), dropped, kept, edited]
    code = np.zeros(dropped.len(), np.int64)
    for number, mark in enumerate(marks):
        if number % 40 == 39:  # before the bits run out
            code = np.unique(code, return_inverse=True)[1]
        code = 2 * code + mark.to_numpy()
    _, first, kind = np.unique(code, return_index=True, return_inverse=True)
    fired = [pl.when(mark.gather(first)).then(pl.lit(x.rule)) for mark, x in zip(marks, lines, strict=False)]
    table = pl.select(rules=pl.concat_list(fired).list.drop_nulls() if fired else pl.lit([], pl.List(pl.String)))
    table = table.with_columns(dropped.gather(first).alias("dropped"), kept.gather(first).alias("kept"))
    table = table.with_columns(edited.gather(first).alias("edited"))
    verdict = pl.when("dropped").then(pl.lit(v.DROP)).when("edited").then(pl.lit(v.EDIT)).otherwise(pl.lit(v.KEEP))
    # a document that stays although rules fired does so because a person said it
    spared = pl.col("kept") & (pl.col("rules").list.len() > 0)
    reason = pl.when("dropped").then(pl.col("rules").list.first()).when(spared).then(pl.lit(v.BY_HAND))
    kinds = table.select(verdict=verdict, reason=reason, rules="rules")
    return kinds, pl.Series("kind", kind.astype(np.uint32), dtype=pl.UInt32)


def _rules(lines: list[_Line], kinds: pl.DataFrame) -> pl.DataFrame:
    alone = kinds.filter((pl.col("verdict") == v.DROP) & (pl.col("rules").list.len() == 1))
    only = dict(alone.group_by(pl.col("rules").list.first()).agg(pl.col("documents").sum()).iter_rows())
    rows = [(x.rule, x.kind, int(x.fired.sum()), only.get(x.rule, 0), x.fired.null_count()) for x in lines]
    table = pl.DataFrame(rows, schema=v.RULES, orient="row")
    always = pl.col("kind").is_in(["drop", "one_of"])  # a line that did nothing is worth showing, a device is not
    return table.filter(always | (pl.col("fired") > 0))


def _notes(decisions: pl.DataFrame, contested: list[str]) -> list[str]:
    unmatched = decisions.filter(pl.col("documents") == 0)["place"].to_list()
    of = f"of {decisions.height:,} decisions by hand"
    said = {
        f"{len(unmatched):,} {of} match no document": unmatched,
        f"{len(contested):,} {of} keep documents that another one drops, and drop wins": contested,
    }
    return [f"{what}: {_shown(places)}" for what, places in said.items() if places]


def _shown(places: list[str]) -> str:
    return ", ".join(places[:10]) + (f" and {len(places) - 10} more" if len(places) > 10 else "")


def _any(marks: list[pl.Series], height: int) -> pl.Series:
    """True where any of the series is; null counts as false."""
    nothing = pl.repeat(False, height, dtype=pl.Boolean, eager=True)
    return pl.select(pl.any_horizontal(nothing, *(mark.fill_null(value=False) for mark in marks))).to_series()
