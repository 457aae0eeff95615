"""Scan a corpus: one pass that measures, then the corpus halves, then one table of everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import polars as pl

from corpusqa.check import Against, Among, Derive, Groups, Links
from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.owners import belonging
from corpusqa.engines.parts import Stage
from corpusqa.errors import EmptyCorpus
from corpusqa.plugins import Plugin, Spec, specs_of
from corpusqa.plugins.fingerprint import own_code
from corpusqa.scan.against import matches
from corpusqa.scan.estimate import estimate
from corpusqa.scan.groups import derived, grouped
from corpusqa.scan.index import index
from corpusqa.scan.known import NAME, Origin, check_keys, known, secret_of
from corpusqa.scan.links import linked
from corpusqa.scan.model import Scan
from corpusqa.scan.names import any_hidden
from corpusqa.scan.scanned import Scanned
from corpusqa.scan.store import restore, store
from corpusqa.scan.tables import Tables
from corpusqa.scan.unit import measure_unit


def scan(
    corpus: Corpus,
    plugins: Sequence[Plugin],
    flow: Flow,
    reference: Corpus | None = None,
    origin: Origin | None = None,
) -> tuple[Scan, Stage]:
    """Measure a corpus with the selected checks.

    Args:
        corpus: From `open_corpus`.
        plugins: The selected checks.
        flow: Engine and work folder.
        reference: What Against halves compare the documents with.
        origin: What the corpus was made of; documents that are the same in both are not measured again. The corpus
            halves run on the corpus alone.

    Returns:
        The scan and the stage that stores it, one part per unit.

    Raises:
        EmptyCorpus: no row of the source could be read.
        ContractError: a check broke what it declared.
    """
    specs = specs_of(plugins)
    prints = (own_code(), *(spec.stamp for spec in specs))
    secret = origin.secret if origin else secret_of(corpus, plugins)
    keys = check_keys(corpus, plugins, prints[0], secret)
    measured = _measure(corpus, plugins, flow, specs, prints, keys, secret, origin)
    placeless = [spec.placeless for spec in specs]
    # what was measured says little of the columns that it came from, and nothing of where the checks did
    made_of = (placeless, prints, corpus.identity(), measured.digest, reference.identity() if reference else None)
    stored = flow.finished("scan", made_of, len(corpus.units))
    found = None
    if stored is None:
        found = index(flow, corpus, measured)
        scanned = Scanned(corpus, specs, prints, keys, measured, found, belonging(flow, found.stage))
        stored = store(flow, made_of, _halves(scanned, plugins, flow, reference))
    elif any(any_hidden(stored.part("documents", part)) for part in range(len(corpus.units))):
        found = index(flow, corpus, measured)
    return _named(restore(stored, found.names if found else None), corpus, reference), stored


def _named(restored: Scan, corpus: Corpus, reference: Corpus | None) -> Scan:
    """With what is said of a source and follows from more than is read of it: no stored scan can know that."""
    named = {"name": reference.source} if reference and restored.reference else {}
    return replace(restored, notes=tuple(corpus.notes), reference={**restored.reference, **named})


def _measure(
    corpus: Corpus,
    plugins: Sequence[Plugin],
    flow: Flow,
    specs: tuple[Spec, ...],
    prints: tuple[str, ...],
    keys: dict[str, str],
    secret: bytes,
    origin: Origin | None,
) -> Stage:
    """The first pass; of rows that an earlier one measured with the same checks, its results are used."""
    made_of, earlier = (prints, corpus.identity()), None
    if not flow.has("measure", made_of, corpus.units):
        earlier = known(flow, keys, origin)
        said = None if earlier else estimate(corpus, plugins, flow.engine.workers)
        if said:
            flow.say(said)
    task = partial(measure_unit, corpus, specs, secret, earlier, flow.memory.batch)
    measured = flow.map("measure", made_of, corpus.units, task, keys)
    flow.drop(NAME)
    return measured


def _halves(scanned: Scanned, plugins: Sequence[Plugin], flow: Flow, reference: Corpus | None) -> Tables:
    """The corpus halves of every check; those that only derive come last, they may read what the others gave."""
    _not_empty(scanned)
    tables = Tables(flow, scanned, plugins)
    halves = [(plugin, half, kind) for plugin in plugins for half, kind in plugin.check.corpus.items()]
    pairs = linked(flow, scanned, plugins)
    for plugin, half, kind in halves:
        if isinstance(kind, Links):
            found = pairs[f"{plugin.name}.{half}"]
            tables.add_links(plugin, half, *found)
            for closer, among in plugin.check.corpus.items():
                if isinstance(among, Among) and among.half == half:
                    tables.add_links(plugin, closer, found[0].filter(pl.col("similarity") >= among.least), 0)
        elif isinstance(kind, Groups):
            tables.add_rows(plugin, grouped(flow, scanned, plugin, half))
        elif isinstance(kind, Against) and reference is not None:
            tables.add_matches(plugin, half, *matches(flow, scanned, plugin, half, reference))
    for plugin, half, kind in halves:
        if isinstance(kind, Derive):
            tables.add_rows(plugin, derived(plugin, half, tables.frame(kind), tables.pairs(kind.pairs)))
    return tables


def _not_empty(scanned: Scanned) -> None:
    found = scanned.index
    if found.height:
        return
    reasons = found.unreadable["reason"].value_counts().sort("count", "reason", descending=[True, False])
    why = f": {_said_of(found.read)}: {reasons.item(0, 0)}" if reasons.height else ""
    said = "no document could be read" if found.read else "no documents, for there are no rows in it"
    raise EmptyCorpus(f"{scanned.corpus.source}: {said}{why}")


def _said_of(rows: int) -> str:
    return "its only row is unreadable" if rows == 1 else f"all {rows:,} rows are unreadable, most of them"
