"""Which check feeds which view: from what the checks declare, never from a check's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import polars as pl

from corpusqa.batch import Batch, Provider
from corpusqa.errors import ContractError, PluginError
from corpusqa.plugins import Plugin
from corpusqa.scan.measuring import Result, measure


class Measuring:
    """The selected checks on one batch, each measured at most once, on first use.

    Args:
        plugins: The selected checks.
        frame: One row per document, as for Batch.
        parts: As for Batch.
    """

    def __init__(self, plugins: Sequence[Plugin], frame: pl.DataFrame, parts: pl.DataFrame | None = None) -> None:
        self._plugins = {plugin.name: plugin for plugin in plugins}
        self._results: dict[str, Result] = {}
        self._running: list[str] = []
        self.batch = Batch(frame, self._providers(), parts)

    def result(self, name: str) -> Result:
        """What the check `name` says of the batch.

        Raises:
            ContractError: the check broke its declarations, or two checks wait for each other's views.
        """
        if name not in self._results:
            with self._turn(name):
                self._results[name] = measure(self._plugins[name], self.batch)
        return self._results[name]

    @contextmanager
    def _turn(self, name: str) -> Iterator[None]:
        if name in self._running:
            chain = " -> ".join([*self._running[self._running.index(name) :], name])
            raise ContractError(
                f"views wait for each other: {chain}; a provider of `main` or `language` may read text only"
            )
        self._running.append(name)
        try:
            yield
        finally:
            self._running.pop()

    def _providers(self) -> Mapping[str, Provider]:
        providers: dict[str, Provider] = {}
        language = [
            (p.name, n) for p in self._plugins.values() for n, s in p.check.signals.items() if s.view == "language"
        ]
        if len(language) > 1:
            both = " and ".join(f"{check}.{signal}" for check, signal in language)
            raise PluginError(f"both {both} feed the view `language`; select one of the two checks")
        if language:
            check, signal = language[0]
            providers["language"] = lambda batch: self._result_for(check, batch).signals.select(f"{check}.{signal}")
        blanking = {
            p.name: [n for n, label in p.check.labels.items() if not label.main] for p in self._plugins.values()
        }
        blanking = {check: labels for check, labels in blanking.items() if labels}
        if blanking:
            providers["main"] = lambda batch: self._blanks(blanking, batch)
        return providers

    def _blanks(self, blanking: Mapping[str, Sequence[str]], batch: Batch) -> pl.DataFrame:
        found = []
        for check, labels in blanking.items():
            full = [f"{check}.{label}" for label in labels]
            spans = self._result_for(check, batch).spans
            found.append(
                spans.filter(pl.col("label").is_in(full) & pl.col("start").is_not_null()).select("row", "start", "end")
            )
        return pl.concat(found).sort("row", "start")

    def _result_for(self, name: str, batch: Batch) -> Result:
        """The memoised result for the whole batch; a part (a failing check is narrowed) is measured anew."""
        if batch is self.batch:
            return self.result(name)
        with self._turn(name):
            return measure(self._plugins[name], batch)
