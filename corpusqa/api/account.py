"""The main job, in order: open a source, scan it, judge the scan. The one place that joins the layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.api.apart import prints_to_stderr, worker_started
from corpusqa.api.extra import own_columns
from corpusqa.api.folders import folder_of, prepare, refuse_file, tidy
from corpusqa.api.gating import scanned_base
from corpusqa.api.last import remember
from corpusqa.api.model import Account, Settings, named
from corpusqa.config import Config
from corpusqa.corpus import Corpus, open_corpus, remove_spool, seen_as
from corpusqa.corpus.place import is_here
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import SERIAL_BYTES, LocalEngine, cpu_count
from corpusqa.engines.lock import Lock, alone
from corpusqa.engines.memory import planned
from corpusqa.gate.catalogue import refuse_slicing
from corpusqa.gate.limits import limits_of
from corpusqa.plugins import Plugin, find, load, select
from corpusqa.policy import Ledger, Policy, Verdicts, judge, make_policy
from corpusqa.readers.listing import refuse_below
from corpusqa.release import empty_after_edits
from corpusqa.scan.against import without_reference
from corpusqa.scan.describe import describe
from corpusqa.scan.known import origin_of
from corpusqa.scan.model import CheckInfo, Scan
from corpusqa.scan.names import private_values, told, unspoken
from corpusqa.scan.run import scan
from corpusqa.scan.sampling import sampled
from corpusqa.scratch import refuse_undecodable


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
    No other run can use the scan until `Account.flow` is closed or goes.

    Raises:
        UsageError: source, configuration, rules or options are wrong; found before any text is read where possible.
        CannotEvaluate: nothing can be said.
    """
    with prints_to_stderr():
        plugins = selected(config)
        with unspoken(plugins):
            return _asked(plugins, config, settings, against is not None).account(source, against, made_of)


@dataclass(frozen=True)
class _Asked:
    """What a run is asked for, held to what the checks declare before anything is read."""

    config: Config
    settings: Settings
    plugins: Sequence[Plugin]
    declared: Mapping[str, CheckInfo]

    def account(self, source: Any, against: Any, made_of: Account | None) -> Account:
        refuse_below(source, self.settings.work, "--work")
        opened = partial(self._opened, source, made_of)
        referred = partial(open_corpus, against, self.config.against, work=self.settings.work)
        corpus = opened()
        try:
            reference = None if against is None else referred()
            here, *beside = self._folders(source)
            lock = alone((here, *beside), self.settings.say)
            try:
                corpus = _after(lock, source, corpus, opened)
                reference = reference and _after(lock, against, reference, referred)
                return self._of(corpus, self._flow(corpus, here, lock), reference, made_of)
            except BaseException:
                lock.release()  # also where the error is kept, and with it all that it met
                raise
        except BaseException:
            remove_spool(corpus)  # a copy of the source does not outlive a run that failed
            raise

    def _opened(self, source: Any, made_of: Account | None) -> Corpus:
        units = planned(self.settings.memory, self.settings.workers or cpu_count())[0].unit
        corpus = open_corpus(source, self.config.input, work=self.settings.work, unit_bytes=units)
        return corpus if made_of is None else seen_as(corpus, made_of.corpus)

    def _folders(self, source: Any) -> list[Path]:
        """The work folder of the source, and that of the base if it is a corpus, which is taken with it."""
        prepare(self.settings.work)
        base = scanned_base(self.config.gate.base)
        return [folder_of(self.settings.work, one, self.settings.sample) for one in (source, base) if one is not None]

    def _flow(self, corpus: Corpus, here: Path, lock: Lock) -> Flow:
        """The engine for a corpus of this size, in its work folder."""
        settings, size = self.settings, sum(unit.bytes for unit in corpus.units)
        memory, most = planned(settings.memory, settings.workers or cpu_count(), size)
        workers = 1 if size < SERIAL_BYTES and settings.workers is None else max(1, min(most, len(corpus.units)))
        engine = LocalEngine(workers, worker_started, here)
        return Flow(engine, here, settings.progress, memory, settings.say, lock)

    def _of(self, corpus: Corpus, flow: Flow, reference: Corpus | None, made_of: Account | None) -> Account:
        policy, settings, plugins = self._policy(corpus), self.settings, self.plugins
        if settings.sample is not None:
            corpus = sampled(corpus, flow, settings.sample)
        corpus = replace(corpus, notes=tuple(told(plugins, pl.Series(corpus.notes, dtype=pl.String))))
        for note in (*self.config.notes, *corpus.notes):
            settings.say(note)
        origin = None if made_of is None else origin_of(made_of.corpus, made_of.flow)
        try:
            scanned, stored = scan(corpus, plugins, flow, reference, origin)
        finally:
            if reference is not None:
                remove_spool(reference)
        scanned = replace(scanned, sources=self.config.source)
        remember(settings.work, flow, corpus, named(plugins, corpus))
        tidy(settings.work)
        verdicts = self._judged(corpus, scanned, policy, flow)
        ledger = Ledger.of(scanned, verdicts).checked()
        return Account(self.config, settings, plugins, corpus, flow, scanned, stored, policy, verdicts, ledger)

    def _policy(self, corpus: Corpus) -> Policy:
        """The rules for this corpus; one whose text holds a private value is shown without it."""
        policy = make_policy(self.config.clean, self.declared, corpus.columns)
        texts = pl.Series([rule.text for rule in policy.drop], dtype=pl.String)
        return policy.shown_without(private_values(self.plugins, [texts]))

    def _judged(self, corpus: Corpus, scanned: Scan, policy: Policy, flow: Flow) -> Verdicts:
        extra = own_columns(corpus, self.plugins, scanned, flow, policy.extra_columns)
        verdicts = judge(scanned, policy, extra, allow_incomplete=self.settings.allow_incomplete)
        return verdicts.with_empty(empty_after_edits(corpus, scanned, verdicts, flow))


def _after(lock: Lock, source: Any, corpus: Corpus, opened: Callable[[], Corpus]) -> Corpus:
    """A corpus as it is once the work folders are ours: files may have come and gone during a wait.

    A copy, such as that of standard input, is of one moment, and is not made twice.
    """
    if not (lock.waited and is_here(source)):
        return corpus
    remove_spool(corpus)
    return opened()


def _asked(plugins: list[Plugin], config: Config, settings: Settings, compares: bool) -> _Asked:
    """Hold rules and limits to what the checks declare: what cannot work is said before an hour of scanning."""
    referred = describe(plugins)
    if not compares:
        plugins = [without_reference(plugin) for plugin in plugins]
    declared = describe(plugins)
    make_policy(config.clean, declared)
    limits_of(config.gate, declared, referred)
    refuse_undecodable(settings.work, "--work")
    refuse_file(settings.work)
    refuse_slicing(config.report.by, declared, "[report] by:")
    return _Asked(config, settings, plugins, declared)
