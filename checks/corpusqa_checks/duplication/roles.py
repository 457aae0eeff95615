"""Which parts of a row are compared: a chat repeats its system prompt in every row, which makes no two rows copies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cache

import polars as pl
from corpusqa_checks._shared.memo import once_per_batch

from corpusqa.check import Batch, Frame, Links, Measured

# Names of roles in chats, instruction sets and preference data. A role may be told by a column and a message together,
# as in chosen.assistant: each of the two names counts.
SYSTEM = frozenset({"system", "developer"})
PROMPT = frozenset({"user", "human", "prompter", "prompt", "instruction", "input", "question", "query"})
ANSWER = frozenset(
    {"assistant", "gpt", "bot", "model", "answer", "output", "completion", "response", "chosen", "rejected"}
)

View = Callable[[Batch], Batch]


@cache
def compared(parts: tuple[str, ...]) -> View:
    """A batch -> its main text without the parts that are not compared.

    Args:
        parts: Roles that are compared; without any, all but the system prompt. Text without a role is always compared.
    """
    return once_per_batch(lambda batch: batch.main_without(_others(batch, parts)))


def on(view: View, half: Links) -> Links:
    """The half on what the view shows of a batch."""
    marks = half.marks
    return replace(
        half,
        keys=lambda batch: half.keys(view(batch)),
        verify=lambda batch, *said: half.verify(view(batch), *said),
        marks=marks and (lambda batch: marks(view(batch))),
    )


def said(batch: Batch, roles: Collection[str], but: Collection[str] = ()) -> pl.Series:
    """What the parts with some roles, but not the others, say in each document, line by line; null where none is."""
    text = pl.DataFrame({"row": range(batch.height), "text": batch.text}, schema={"row": pl.Int64, "text": pl.String})
    named = set(_named(batch, roles)) - set(_named(batch, but))
    parts = batch.parts.filter(pl.col("role").is_in(named)).join(text, on="row", maintain_order="left")
    piece = pl.col("text").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
    joined = parts.group_by("row", maintain_order=True).agg(said=piece.str.join("\n"))
    return text.join(joined, on="row", how="left", maintain_order="left")["said"]


def nothing_compared(batch: Batch, parts: tuple[str, ...]) -> Measured:
    """Says of documents with roles that none of these is among `parts`, and which roles are there.

    Roles are names that a source may fill with anything: only well-known ones are repeated.
    """
    role = pl.col("role")
    named = batch.parts.filter(role != "").with_columns(
        wanted=role.is_in(_named(batch, parts)), known=role.is_in(_named(batch, SYSTEM | PROMPT | ANSWER))
    )
    by_row = named.group_by("row").agg(
        wanted=pl.col("wanted").any(),
        roles=role.filter("known").unique().sort().str.join(", "),
        others=(~pl.col("known")).any(),
    )
    there = pl.when(pl.col("roles") == "").then(pl.lit("others")).when("others").then(pl.col("roles") + " and others")
    why = pl.lit("no role is among `parts`; there are ") + there.otherwise("roles")
    whole = pl.lit(None, pl.Int64)
    found = by_row.filter(~pl.col("wanted")).sort("row")
    spans = found.select("row", start=whole, end=whole, label=pl.lit("not_compared"), why=why)
    return Measured(pl.DataFrame(), spans)


def _others(batch: Batch, parts: Sequence[str]) -> Frame:
    """The parts that are not compared."""
    role = pl.col("role")
    if parts:
        return batch.parts.filter((role != "") & ~role.is_in(_named(batch, parts)))
    return batch.parts.filter(role.is_in(_named(batch, SYSTEM)))


def _named(batch: Batch, names: Collection[str]) -> list[str]:
    """The roles in a batch that bear one of the names."""
    wanted = {name.lower() for name in names}
    roles: list[str] = batch.parts["role"].unique().sort().to_list()
    return [role for role in roles if wanted & {role.lower(), *role.lower().split(".")}]
