"""What must not be shown of each document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from corpusqa.findings.excerpt import Private
from corpusqa.scan.model import CheckInfo


@dataclass(frozen=True)
class Hidden:
    """What must not be shown: private stretches by document, and the documents in which nobody looked for them."""

    stretches: Mapping[int, list[tuple[int | None, int | None, str]]]
    unseen: frozenset[int]
    looked: bool

    @classmethod
    def of(
        cls,
        spans: pl.DataFrame,
        checks: Mapping[str, CheckInfo],
        failures: pl.DataFrame | None,
    ) -> Hidden:
        """What the spans of some documents hide.

        Args:
            spans: Columns of SPANS; those with a private label count.
            checks: The selected checks by name.
            failures: Columns of FAILURES.
        """
        labels = {f"{c.name}.{name}": label for c in checks.values() for name, label in c.labels.items()}
        private = spans.filter(pl.col("label").is_in([name for name, label in labels.items() if label.private]))
        stretches: dict[int, list[tuple[int | None, int | None, str]]] = {}
        for doc, start, end, label in private.select("doc", "start", "end", "label").iter_rows():
            stretches.setdefault(doc, []).append((start, end, label))
        providers = [c.name for c in checks.values() if any(label.private for label in c.labels.values())]
        failed = [] if failures is None else failures.filter(pl.col("check").is_in(providers))["doc"].to_list()
        return cls(stretches, frozenset(failed), bool(providers))

    def in_document(self, doc: int, text: str) -> Private | None:
        """The stretches of one document; a private span without offsets hides all of it."""
        if not self.looked or doc in self.unseen:
            return None
        found = self.stretches.get(doc, [])
        return Private.of([(0, len(text), n) if a is None or b is None else (a, b, n) for a, b, n in found])
