"""What a policy decides on every document, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from corpusqa.errors import RemovesTooMuch
from corpusqa.scan.held import among

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

PART_ROWS = 50_000
# In the order of the letters, so that sorting by it is sorting by the word.
OUTCOME = pl.Enum([DROP, EDIT, KEEP])


@dataclass(frozen=True)
class Verdicts:
    """A scan, judged.

    Attributes:
        docs: `doc` of every document, in source order.
        kinds: What there is of verdicts: `verdict`, `reason` and `rules` of VERDICTS, of which there are few.
        kind: The row of `kinds` for each document: UInt32.
        rules: Columns of RULES.
        edits: Columns of EDITS.
        alarms: Columns of ALARMS, worst first; `clean` refuses to write while there are any.
        decisions: Columns of DECISIONS.
        notes: What a reader of the verdicts should know, in one line each.
        kept_by_hand: `doc` of the documents that a decision keeps.
        emptied: Columns of EDITS: the cuts that left nothing of documents, which are dropped for it.
    """

    docs: pl.Series
    kinds: pl.DataFrame
    kind: pl.Series
    rules: pl.DataFrame
    edits: pl.DataFrame
    alarms: pl.DataFrame
    decisions: pl.DataFrame
    notes: tuple[str, ...] = ()
    kept_by_hand: tuple[int, ...] = ()
    emptied: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=EDITS))

    @property
    def frame(self) -> pl.DataFrame:
        """Columns of VERDICTS: takes much room for a large corpus; `outcomes` and `part` take little."""
        return self.part(0, self.docs.len())

    def part(self, start: int, count: int) -> pl.DataFrame:
        """Columns of VERDICTS of some documents that stand side by side in the source."""
        told = self.kinds.select(pl.all().gather(self.kind.slice(start, count)))
        return told.insert_column(0, self.docs.slice(start, count).alias("doc"))

    def parts(self) -> Iterator[pl.DataFrame]:
        """The rows of `frame`, some at a time, at least once."""
        for start in range(0, max(1, self.docs.len()), PART_ROWS):
            yield self.part(start, PART_ROWS)

    @property
    def outcomes(self) -> pl.DataFrame:
        """`doc` and `verdict` of every document, in source order; the verdict is of the type OUTCOME."""
        return pl.DataFrame({"doc": self.docs, "verdict": self.kinds["verdict"].cast(OUTCOME).gather(self.kind)})

    @property
    def counted(self) -> pl.DataFrame:
        """`kinds` that some document is of, with the number of `documents`."""
        counts = self.kind.value_counts(name="documents").rename({self.kind.name: "kind"})
        table = self.kinds.with_row_index("kind").join(counts, on="kind", maintain_order="left")
        return table.with_columns(pl.col("documents").cast(pl.Int64)).drop("kind")

    def with_empty(self, docs: Sequence[int]) -> Verdicts:
        """The verdicts with documents dropped that have no text left after their edits."""
        edited = self.kinds["verdict"].gather(self.kind) == EDIT
        empty = among(self.docs, pl.Series(docs, dtype=pl.Int64).sort()) & edited
        dropped = self.kinds.with_columns(
            verdict=pl.lit(DROP), reason=pl.lit(EMPTY), rules=pl.concat_list("rules", pl.lit(EMPTY))
        )
        kind = (self.kind + pl.Series([self.kinds.height], dtype=pl.UInt32)).zip_with(empty, self.kind)
        of_empty = among(self.edits["doc"], self.docs.filter(empty).sort())
        edits, emptied = self.edits.filter(~of_empty), self.edits.filter(of_empty)
        judged = replace(self, kinds=pl.concat([self.kinds, dropped]), kind=kind, edits=edits, emptied=emptied)
        counts = judged.counted.filter(pl.col("reason") == EMPTY)
        alone = counts.filter(pl.col("rules").list.len() == 1)
        said = (EMPTY, "edits", int(counts["documents"].sum()), int(alone["documents"].sum()), 0)
        row = pl.DataFrame([said], schema=RULES, orient="row").filter(pl.col("fired") > 0)
        return replace(judged, rules=pl.concat([self.rules.filter(pl.col("rule") != EMPTY), row]))

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
