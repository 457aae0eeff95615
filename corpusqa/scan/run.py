"""Scan a corpus: one pass that measures, then the corpus halves, then one table of everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.check import Against, Among, Derive, Groups, Links
from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Stage
from corpusqa.errors import EmptyCorpus
from corpusqa.plugins import Plugin, Spec, fingerprint
from corpusqa.plugins.fingerprint import files_digest
from corpusqa.scan.against import match_spans, matches
from corpusqa.scan.clusters import clustered, member_spans
from corpusqa.scan.describe import describe
from corpusqa.scan.estimate import estimate
from corpusqa.scan.groups import derived, grouped, split
from corpusqa.scan.index import index
from corpusqa.scan.known import NAME, Origin, check_keys, known
from corpusqa.scan.links import Scanned, verify
from corpusqa.scan.model import CLUSTERS, EDGES, ELSEWHERE, FAILURES, MATCHES, SPANS, CheckInfo, Scan
from corpusqa.scan.names import any_hidden
from corpusqa.scan.store import restore, store
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
    specs = tuple(plugin.spec for plugin in plugins)
    prints = (_own_code(), *(fingerprint(plugin) for plugin in plugins))
    measured = _measure(corpus, plugins, flow, specs, prints, origin)
    made_of = (prints, measured.digest, reference.identity() if reference else None)
    stored = flow.finished("scan", made_of, len(corpus.units))
    found = None
    if stored is None:
        found = index(flow, corpus, measured)
        scanned = Scanned(corpus, specs, prints, measured, found)
        stored = store(flow, made_of, _halves(scanned, plugins, flow, reference), corpus.units)
    elif any_hidden(stored.frame("documents")):
        found = index(flow, corpus, measured)
    return restore(stored, found.documents if found else None), stored


def _measure(
    corpus: Corpus,
    plugins: Sequence[Plugin],
    flow: Flow,
    specs: tuple[Spec, ...],
    prints: tuple[str, ...],
    origin: Origin | None,
) -> Stage:
    """The first pass; of rows that an earlier one measured with the same checks, its results are used."""
    secret = origin.secret if origin else corpus.secret()
    made_of, earlier, keys = (prints, corpus.identity()), None, check_keys(corpus, plugins, prints[0], secret)
    if not flow.has("measure", made_of, corpus.units):
        earlier = known(flow, keys, origin)
        said = None if earlier else estimate(corpus, plugins, flow.engine.workers)
        if said:
            flow.say(said)
    task = partial(measure_unit, corpus, specs, secret, earlier, flow.memory.batch)
    measured = flow.map("measure", made_of, corpus.units, task, keys)
    flow.drop(NAME)
    return measured


def _halves(scanned: Scanned, plugins: Sequence[Plugin], flow: Flow, reference: Corpus | None) -> Scan:
    """The corpus halves of every check; those that only derive come last, they may read what the others gave."""
    _not_empty(scanned)
    tables = Tables(scanned, plugins)
    halves = [(plugin, half, kind) for plugin in plugins for half, kind in plugin.check.corpus.items()]
    for plugin, half, kind in halves:
        if isinstance(kind, Links):
            found = verify(flow, scanned, plugin, half)
            tables.add_links(plugin, half, *found)
            for closer, among in plugin.check.corpus.items():
                if isinstance(among, Among) and among.half == half:
                    tables.add_links(plugin, closer, found[0].filter(pl.col("similarity") >= among.least), 0)
        elif isinstance(kind, Groups):
            tables.add_rows(plugin, grouped(flow, scanned, plugin, half))
        elif isinstance(kind, Against) and reference is not None:
            tables.add_matches(plugin, half, *matches(flow, scanned, plugin, half, reference), reference)
    for plugin, half, kind in halves:
        if isinstance(kind, Derive):
            tables.add_rows(plugin, derived(plugin, half, tables.frame()))
    return tables.scan(describe(plugins))


def _not_empty(scanned: Scanned) -> None:
    found = scanned.index
    if found.documents.height:
        return
    reasons = found.unreadable["reason"].value_counts(sort=True)
    most = f": all {found.read} rows are unreadable, most of them: {reasons.item(0, 0)}" if reasons.height else ""
    raise EmptyCorpus(f"{scanned.corpus.source}: no document could be read{most}")


def _own_code() -> str:
    """Digest of the engine's own files: a stage made by other code is not reused."""
    return files_digest(tuple(sorted(Path(__file__).parent.parent.rglob("*.py"))))


class Tables:
    """The tables of a scan while the corpus halves add to them."""

    def __init__(self, scanned: Scanned, plugins: Sequence[Plugin]) -> None:
        self._scanned = scanned
        self._documents = scanned.index.documents
        self._signals = self._declared(plugins, _by_doc(scanned, "signals"))
        self._spans = [_by_doc(scanned, "spans").select(*SPANS)]
        self._edges = [pl.DataFrame(schema=EDGES)]
        self._clusters = [pl.DataFrame(schema=CLUSTERS)]
        self._matches = [pl.DataFrame(schema=MATCHES)]
        self._reference: dict[str, Any] = {}
        self._capped: dict[str, int] = {}

    def add_links(self, plugin: Plugin, half: str, pairs: pl.DataFrame, capped: int) -> None:
        """Verified pairs become edges, clusters, the half's signal and, if a label bears the half's name, spans."""
        name = f"{plugin.name}.{half}"
        edges = pairs.select(pl.lit(name).alias("half"), "a", "b", "similarity", "evidence").cast(EDGES)  # type: ignore[arg-type]
        clusters = clustered(name, pairs, self._documents)
        self._edges.append(edges)
        self._clusters.append(clusters)
        self._put(clusters.select("doc", pl.col("cluster").alias(name)))
        if half in plugin.check.labels:
            self._spans.append(member_spans(name, edges, clusters, self._documents))
        if capped:
            self._capped[f"{name}: keys shared by too many documents to pair all with all"] = capped

    def add_matches(
        self, plugin: Plugin, half: str, found: pl.DataFrame, compared: int, items: int, reference: Corpus
    ) -> None:
        """Items of a reference that documents hold become matches, the half's signal and, if a label fits, spans."""
        name = f"{plugin.name}.{half}"
        self._matches.append(found)
        self._reference = {"name": reference.source, "items": items, "compared": compared}
        counts = found.group_by("doc").agg(pl.col("item").n_unique().cast(pl.Int64).alias(name))
        every = self._documents.select("doc").join(counts, on="doc", how="left", maintain_order="left")
        self._put(every.with_columns(pl.col(name).fill_null(0)))
        if half in plugin.check.labels:
            self._spans.append(match_spans(found))

    def add_rows(self, plugin: Plugin, said: pl.DataFrame) -> None:
        """Rows of a Groups or Derive half: signals replace the column, spans are added."""
        signals, spans = split(plugin, said)
        if signals.width > 1:
            self._put(signals.unique("doc", keep="first", maintain_order=True))
        self._spans.append(spans)

    def frame(self) -> pl.DataFrame:
        """What a Derive half sees."""
        fields = self._documents.select("doc", "id", "url", "source", "published", "collected", "language", "split")
        return pl.concat([fields, self._signals.drop("doc")], how="horizontal")

    def scan(self, checks: Mapping[str, CheckInfo]) -> Scan:
        """The finished scan."""
        found = self._scanned.index
        return Scan(
            documents=self._documents,
            signals=self._signals,
            spans=pl.concat(self._spans).sort("doc", "start", "end", "label", nulls_last=True, maintain_order=True),
            edges=pl.concat(self._edges).sort("half", "a", "b"),
            clusters=pl.concat(self._clusters).sort("half", "cluster", "doc"),
            unreadable=found.unreadable,
            failures=_by_doc(self._scanned, "failures").select(*FAILURES).sort("doc", "check"),
            checks=checks,
            digest=found.digest,
            read=found.read,
            duplicate_ids=found.duplicate_ids,
            matches=pl.concat(self._matches),
            elsewhere=_by_doc(self._scanned, "elsewhere").select(*ELSEWHERE).sort("doc", "column", "label"),
            reference=self._reference,
            capped=self._capped,
            notes=tuple(self._scanned.corpus.notes),
            seconds=self._scanned.measured.seconds,
            of=self._scanned.corpus.sample.of if self._scanned.corpus.sample else None,
        )

    def _declared(self, plugins: Sequence[Plugin], measured: pl.DataFrame) -> pl.DataFrame:
        """A column for every declared signal, in the order of the documents."""
        wanted = {f"{p.name}.{n}": s.dtype for p in plugins for n, s in p.check.signals.items()}
        rows = self._documents.select("doc").join(measured, on="doc", how="left", maintain_order="left")
        missing = [pl.lit(None, dtype).alias(n) for n, dtype in wanted.items() if n not in rows.columns]
        return rows.with_columns(missing).select("doc", *(pl.col(n).cast(t) for n, t in wanted.items()))

    def _put(self, signals: pl.DataFrame) -> None:
        names = [n for n in signals.columns if n != "doc"]
        rest = self._signals.drop(names)
        joined = rest.join(signals, on="doc", how="left", maintain_order="left")
        self._signals = joined.select(self._signals.columns)


def _by_doc(scanned: Scanned, table: str) -> pl.DataFrame:
    """Rows of all units with the document's number in place of the row."""
    measured, index_stage = scanned.measured, scanned.index.stage
    frames = [
        measured.part(table, unit.number).join(index_stage.part("docs", unit.number), on="row", maintain_order="left")
        for unit in scanned.corpus.units
    ]
    return pl.concat(frames, how="diagonal").drop("row")
