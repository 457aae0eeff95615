"""What a run is asked for and what it gives: settings, and an account of a corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any

import polars as pl

from corpusqa.api.declared import contradictions
from corpusqa.api.evidence import Evidence, evidence
from corpusqa.api.findings import Findings, all_findings
from corpusqa.api.gating import accepted, judged
from corpusqa.config import Config
from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow, Progress, quiet
from corpusqa.engines.parts import Stage
from corpusqa.errors import ConfigError
from corpusqa.gate import GateResult
from corpusqa.plugins import Plugin
from corpusqa.policy import Ledger, Policy, Verdicts
from corpusqa.release.mask import Masking, make_masking
from corpusqa.scan.ids import row_name
from corpusqa.scan.model import Scan
from corpusqa.scan.names import is_text, private_values

Say = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """How to run, as opposed to what to find: nothing here changes a result."""

    work: Path = Path(".corpusqa")
    workers: int | None = None
    progress: Progress = quiet
    say: Say = lambda _line: None
    allow_incomplete: bool = False
    memory: int | None = None  # bytes that all processes of the run may take together
    sample: int | None = None  # rows to look at; the one setting that says what is looked at


@dataclass(frozen=True)
class Account:
    """A true account of a corpus: everything that report, gate and clean are drawn from."""

    config: Config
    settings: Settings
    plugins: Sequence[Plugin]
    corpus: Corpus
    flow: Flow
    scan: Scan
    stored: Stage
    policy: Policy
    verdicts: Verdicts
    ledger: Ledger

    @cached_property
    def listed(self) -> Findings:
        """Every finding, masked, in the work folder."""
        return all_findings(self.corpus, self.scan, self.stored, self.flow, self.contradictions)

    @cached_property
    def findings(self) -> pl.DataFrame:
        """Every finding, masked; errors first, then by fingerprint. Takes much room where there are many."""
        return self.listed.take()

    @cached_property
    def contradictions(self) -> list[str]:
        """Values that `[card]` declares and measurements contradict, one sentence each."""
        return contradictions(self)

    @cached_property
    def verdict_table(self) -> pl.DataFrame:
        """One row per document: `id`, `verdict`, `reason`, `rules`; private ids are named by their row."""
        return pl.concat(self.verdict_parts())

    def verdict_parts(self) -> Iterator[pl.DataFrame]:
        """The rows of `verdict_table`, some at a time."""
        shown, at = pl.when("id_private").then(row_name()).otherwise("id"), 0
        for part in self.scan.held.parts("documents", ("id", "number", "id_private")):
            told = self.verdicts.part(at, part.height).drop("doc")
            at += part.height
            yield pl.concat([part.select(id=shown), told], how="horizontal")

    @cached_property
    def gate(self) -> GateResult:
        """The limits, judged."""
        return judged(self)

    @cached_property
    def report(self) -> dict[str, Any]:
        """report.json as a mapping."""
        return self._report(self.shown)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """report.json without what it shows in words, for which documents would have to be read again."""
        return self._report(None)

    def _report(self, shown: Evidence | None) -> dict[str, Any]:
        from corpusqa.reporting.model import build_report

        known = accepted(self)
        return build_report(
            self.scan,
            self.verdicts,
            self.ledger,
            self.listed.parts(),
            self.gate,
            self.config,
            source=self.source_title,
            pieces=shown and shown.pairs,
            annotated=shown and shown.documents,
            shared=shown and shown.shared,
            accepted=None if known is None else known.fingerprints,
        )

    @cached_property
    def source_name(self) -> str:
        """What the source is called; nothing where its name holds a private value."""
        return named(self.plugins, self.corpus)

    @property
    def source_title(self) -> str:
        """What a report and a release call the source: `.` and the like by the folder that they mean."""
        name = self.source_name
        if not name or "://" in name or PurePath(name).name not in ("", ".."):
            return name
        folder = Path(name).resolve().name
        return folder if is_text(folder) and not private_values(self.plugins, [pl.Series([folder])]) else ""

    @property
    def shown(self) -> Evidence:
        """The pairs that are shown side by side, the documents that are shown whole and the shared lines, masked."""
        from corpusqa.reporting.clusters import shown_pairs
        from corpusqa.reporting.repeats import repeat_documents, repeat_labels
        from corpusqa.reporting.samples import sample_documents

        sharing = repeat_documents(self.scan)["doc"].to_list()
        pairs, documents = shown_pairs(self.scan), sample_documents(self.scan, self.verdicts)
        edits = pl.concat([self.verdicts.edits, self.verdicts.emptied])
        labels = repeat_labels(self.scan)
        return evidence(self.corpus, self.scan, edits, pairs, documents, sharing, labels, self._masking)

    @property
    def _masking(self) -> Masking:
        """What a release would put in place of masked values; pseudonyms need a key, and are not shown without."""
        wanted = self.config.clean.mask_with
        try:
            canonical = {
                f"{plugin.name}.{name}": label.canonical
                for plugin in self.plugins
                for name, label in plugin.check.labels.items()
            }
            return make_masking(wanted, canonical)
        except ConfigError:
            return Masking()


def named(plugins: Sequence[Plugin], corpus: Corpus) -> str:
    """The source as the user named it; nothing where that holds a private value or bytes that are no text."""
    name = str(corpus.source)
    if not is_text(name):
        return ""
    return "" if private_values(plugins, [pl.Series([name])]) else name
