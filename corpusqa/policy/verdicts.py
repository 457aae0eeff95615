"""What a policy decides on every document, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from corpusqa.errors import RemovesTooMuch

KEEP, EDIT, DROP = "keep", "edit", "drop"
CUT, MASK = "cut", "mask"
NOT_MEASURED, BY_HAND, EMPTY = "not measured", "decision", "empty after edits"

# One row per document, in source order.
VERDICTS = {
    "doc": pl.Int64,
    "verdict": pl.String,  # keep, edit or drop
    "reason": pl.String,  # the first of `rules` that decided; null where nothing did
    "rules": pl.List(pl.String),  # everything that fired, whether it decided or not
}
# One row per rule of the policy, in its order.
RULES = {
    "rule": pl.String,  # a drop rule word for word, "one_of duplication.exact", "not measured", "decision"
    "kind": pl.String,  # drop, one_of, held back, decision, edits
    "fired": pl.Int64,  # documents on which it fired
    "only": pl.Int64,  # documents that were dropped and on which nothing else fired
    "null": pl.Int64,  # documents on which its comparison was null, which keeps them
}
# Spans to cut or mask, of documents that are not dropped; sorted by doc, start, end, label.
EDITS = {"doc": pl.Int64, "start": pl.Int64, "end": pl.Int64, "label": pl.String, "action": pl.String}
# A rule that drops more of a source than the policy allows.
ALARMS = {
    "rule": pl.String,
    "source": pl.String,  # null for the documents that have none
    "shown": pl.String,  # as it may be shown: a private source is named by the first row that has it
    "documents": pl.Int64,
    "fired": pl.Int64,
}
# Decisions by hand and how many documents each of them meant.
DECISIONS = {"place": pl.String, "decision": pl.String, "reason": pl.String, "documents": pl.Int64}


@dataclass(frozen=True)
class Verdicts:
    """A scan, judged.

    Attributes:
        frame: Columns of VERDICTS.
        rules: Columns of RULES.
        edits: Columns of EDITS.
        alarms: Columns of ALARMS, worst first; `clean` refuses to write while there are any.
        decisions: Columns of DECISIONS.
        notes: What a reader of the verdicts should know, in one line each.
        kept_by_hand: `doc` of the documents that a decision keeps.
    """

    frame: pl.DataFrame
    rules: pl.DataFrame
    edits: pl.DataFrame
    alarms: pl.DataFrame
    decisions: pl.DataFrame
    notes: tuple[str, ...] = ()
    kept_by_hand: tuple[int, ...] = ()

    def with_empty(self, docs: Sequence[int]) -> Verdicts:
        """The verdicts with documents dropped that have no text left after their edits."""
        empty = pl.col("doc").is_in(list(docs)) & (pl.col("verdict") == EDIT)
        frame = self.frame.with_columns(
            verdict=pl.when(empty).then(pl.lit(DROP)).otherwise("verdict"),
            reason=pl.when(empty).then(pl.lit(EMPTY)).otherwise("reason"),
            rules=pl.when(empty).then(pl.concat_list("rules", pl.lit(EMPTY))).otherwise("rules"),
        )
        dropped = frame.filter(pl.col("reason") == EMPTY)
        only = dropped.filter(pl.col("rules").list.len() == 1).height
        row = pl.DataFrame([(EMPTY, "edits", dropped.height, only, 0)], schema=RULES, orient="row")
        rules = pl.concat([self.rules.filter(pl.col("rule") != EMPTY), row.filter(pl.col("fired") > 0)])
        edits = self.edits.join(dropped, on="doc", how="anti", maintain_order="left")
        return replace(self, frame=frame, edits=edits, rules=rules)

    def refuse_alarms(self) -> None:
        """Stop before anything is written when a rule would drop too much of a source.

        Raises:
            RemovesTooMuch: names the rule, the source and the numbers.
        """
        if self.alarms.height:
            rule, _, shown, documents, fired = self.alarms.row(0)
            where = f"the source {shown!r}" if shown is not None else "those without a source"
            more = f" ({self.alarms.height - 1} more such cases)" if self.alarms.height > 1 else ""
            raise RemovesTooMuch(
                f"the rule `{rule}` would drop {fired:,} of {documents:,} documents of {where}{more}. "
                "Nothing was written. Look at what it drops, then mend the rule or raise alarm_share under [clean]"
            )
