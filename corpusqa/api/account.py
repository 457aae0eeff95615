"""The main job, in order: open a source, scan it, judge the scan. The one place that joins the layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.api.apart import prints_to_stderr, worker_started
from corpusqa.api.declared import contradictions
from corpusqa.api.evidence import Evidence, evidence
from corpusqa.api.extra import own_columns
from corpusqa.api.findings import Findings, all_findings
from corpusqa.api.gating import accepted, judged
from corpusqa.api.last import remember
from corpusqa.config import Config
from corpusqa.corpus import Corpus, open_corpus, remove_spool, seen_as
from corpusqa.engines.flow import Flow, Progress, quiet
from corpusqa.engines.local import SERIAL_BYTES, LocalEngine, cpu_count
from corpusqa.engines.memory import Memory, planned
from corpusqa.engines.parts import Stage
from corpusqa.gate import GateResult
from corpusqa.gate.catalogue import refuse_slicing
from corpusqa.gate.limits import limits_of
from corpusqa.plugins import Plugin, find, load, select
from corpusqa.policy import Ledger, Policy, Verdicts, judge, make_policy
from corpusqa.release import empty_after_edits
from corpusqa.scan.against import without_reference
from corpusqa.scan.describe import describe
from corpusqa.scan.known import Origin, origin_of
from corpusqa.scan.model import CheckInfo, Scan
from corpusqa.scan.names import private_values, told, unspoken
from corpusqa.scan.run import scan
from corpusqa.scan.sampling import sampled

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
        shown, at = pl.when("id_private").then(pl.format("row:{}", "number")).otherwise("id"), 0
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
            source=self.source_name,
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
    def shown(self) -> Evidence:
        """The pairs that are shown side by side, the documents that are shown whole and the shared lines, masked."""
        from corpusqa.reporting.clusters import shown_pairs
        from corpusqa.reporting.repeats import repeat_documents, repeat_labels
        from corpusqa.reporting.samples import sample_documents

        sharing = repeat_documents(self.scan)["doc"].to_list()
        pairs, documents = shown_pairs(self.scan), sample_documents(self.scan, self.verdicts)
        edits, labels = self.verdicts.edits, repeat_labels(self.scan)
        return evidence(self.corpus, self.scan, edits, pairs, documents, sharing, labels)


def named(plugins: Sequence[Plugin], corpus: Corpus) -> str:
    """The source as the user named it; nothing where that holds a private value."""
    name = str(corpus.source)
    return "" if private_values(plugins, [pl.Series([name])]) else name


def selected(config: Config) -> list[Plugin]:
    """The checks that a configuration selects, loaded."""
    checks = config.checks
    found = find(checks.files)
    chosen = select(found, checks.select, checks.ignore)
    for name in checks.options:
        select(found, [name])  # options for a check that does not exist are a mistake
    return [load(check, checks.options.get(check.name, {})) for check in chosen]


def account(
    source: Any, config: Config, settings: Settings, against: Any = None, made_of: Account | None = None
) -> Account:
    """Scan and judge a source, and compare it with the items of the source `against`, if one is given.

    Of a source that was written from what is accounted for in `made_of`, only documents that were edited are measured.

    Raises:
        UsageError: source, configuration, rules or options are wrong; found before any text is read where possible.
        CannotEvaluate: nothing can be said.
    """
    with prints_to_stderr():
        return _account(source, config, settings, against, made_of)


def _account(source: Any, config: Config, settings: Settings, against: Any, made_of: Account | None) -> Account:
    plugins = selected(config)
    with unspoken(plugins):
        return _with(plugins, source, config, settings, against, made_of)


def _with(
    plugins: list[Plugin], source: Any, config: Config, settings: Settings, against: Any, made_of: Account | None
) -> Account:
    referred = describe(plugins)
    if against is None:
        plugins = [without_reference(plugin) for plugin in plugins]
    declared = describe(plugins)
    make_policy(config.clean, declared)  # what cannot work is said before an hour of scanning, not after it
    limits_of(config.gate, declared, referred)
    refuse_slicing(config.report.by, declared, "[report] by:")
    wanted = settings.workers or cpu_count()
    units = planned(settings.memory, wanted)[0].unit
    corpus = open_corpus(source, config.input, work=settings.work, unit_bytes=units)
    memory, most = planned(settings.memory, wanted, sum(unit.bytes for unit in corpus.units))
    if made_of is not None:
        corpus = seen_as(corpus, made_of.corpus)
    try:
        reference = None if against is None else open_corpus(against, config.against, work=settings.work)
        return _of(corpus, config, plugins, declared, settings, memory, most, reference, made_of)
    except BaseException:
        remove_spool(corpus)  # a copy of the source does not outlive a run that failed
        raise


def _of(
    corpus: Corpus,
    config: Config,
    plugins: list[Plugin],
    declared: Mapping[str, CheckInfo],
    settings: Settings,
    memory: Memory,
    most: int,
    reference: Corpus | None,
    made_of: Account | None,
) -> Account:
    policy = make_policy(config.clean, declared, corpus.columns)
    policy = policy.shown_without(
        private_values(plugins, [pl.Series([rule.text for rule in policy.drop], dtype=pl.String)])
    )
    work = _folder(settings.work, corpus, settings.sample)
    flow = Flow(_engine(corpus, settings, most, work), work, settings.progress, memory, settings.say)
    if settings.sample is not None:
        corpus = sampled(corpus, flow, settings.sample)
    corpus = replace(corpus, notes=tuple(told(plugins, pl.Series(corpus.notes, dtype=pl.String))))
    for note in (*config.notes, *corpus.notes):
        settings.say(note)
    origin = None if made_of is None else origin_of(made_of.corpus, made_of.flow)
    return _judged(config, plugins, policy, corpus, flow, settings, reference, origin)


def _judged(
    config: Config,
    plugins: list[Plugin],
    policy: Policy,
    corpus: Corpus,
    flow: Flow,
    settings: Settings,
    reference: Corpus | None,
    origin: Origin | None,
) -> Account:
    try:
        scanned, stored = scan(corpus, plugins, flow, reference, origin)
    finally:
        if reference is not None:
            remove_spool(reference)
    scanned = replace(scanned, sources=config.source)
    remember(settings.work, flow, corpus, named(plugins, corpus))
    extra = own_columns(corpus, plugins, scanned, flow, policy.extra_columns)
    verdicts = judge(scanned, policy, extra, allow_incomplete=settings.allow_incomplete)
    verdicts = verdicts.with_empty(empty_after_edits(corpus, scanned, verdicts, flow))
    ledger = Ledger.of(scanned, verdicts).checked()
    return Account(config, settings, plugins, corpus, flow, scanned, stored, policy, verdicts, ledger)


def _engine(corpus: Corpus, settings: Settings, most: int, work: Path) -> LocalEngine:
    small = sum(unit.bytes for unit in corpus.units) < SERIAL_BYTES
    workers = 1 if small and settings.workers is None else min(most, len(corpus.units))
    return LocalEngine(max(1, workers), worker_started, work)


def _folder(work: Path, corpus: Corpus, sample: int | None) -> Path:
    """A folder per source and sample, so that looking at two of them in turn throws nothing away."""
    from corpusqa.engines.hashing import digest_of

    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    ignore = work / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    named = str(corpus.source) if sample is None else (str(corpus.source), sample)
    return (work / f"scan-{digest_of(named)[:12]}").resolve()
