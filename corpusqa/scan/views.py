"""Which check feeds which view: from what the checks declare, never from a check's name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import polars as pl

from corpusqa.batch import Batch, Provider
from corpusqa.check import Groups, Links
from corpusqa.errors import ContractError, PluginError
from corpusqa.plugins import Plugin
from corpusqa.scan.measuring import Keys, Result, keys, measure


def language_signal(plugins: Sequence[Plugin]) -> tuple[str, str] | None:
    """Check and signal that feed the view `language`.

    Raises:
        PluginError: two of them do.
    """
    feeding = [(p.name, n) for p in plugins for n, signal in p.check.signals.items() if signal.view == "language"]
    if len(feeding) > 1:
        both = " and ".join(f"{check}.{signal}" for check, signal in feeding)
        raise PluginError(f"both {both} feed the view `language`; select one of the two checks")
    return feeding[0] if feeding else None


def blanking_labels(plugins: Sequence[Plugin]) -> dict[str, list[str]]:
    """Full names of the labels that take their spans out of `main`, by check."""
    labels = {p.name: [f"{p.name}.{n}" for n, label in p.check.labels.items() if not label.main] for p in plugins}
    return {check: names for check, names in labels.items() if names}


class Measuring:
    """The selected checks on one batch, each measured at most once, on first use.

    Args:
        plugins: The selected checks.
        frame: One row per document, as for Batch.
        parts: As for Batch.

    Attributes:
        batch: The batch.
        seconds: CPU seconds by check; a view counts for the check that provides it.
    """

    def __init__(self, plugins: Sequence[Plugin], frame: pl.DataFrame, parts: pl.DataFrame | None = None) -> None:
        self._plugins = {plugin.name: plugin for plugin in plugins}
        self._results: dict[str, Result] = {}
        self._running: list[str] = []
        self.seconds: dict[str, float] = dict.fromkeys(self._plugins, 0.0)
        self.batch = Batch(frame, self._providers(), parts)

    def result(self, name: str) -> Result:
        """What the check `name` says of the batch.

        Raises:
            ContractError: the check broke its declarations, or checks wait for each other's views.
        """
        if name not in self._results:
            with self._turn(name):
                self._results[name] = measure(self._plugins[name], self.batch)
        return self._results[name]

    def keys(self, name: str, half: str, function: Callable[[Batch], pl.DataFrame] | None = None) -> Keys:
        """The keys of a corpus half of the check `name`, or what another function of the half gives in their form."""
        with self._turn(name):
            return keys(self._plugins[name], half, self.batch, function)

    def halves(self, plugin: Plugin) -> Iterator[tuple[str, Links | Groups, Keys, bool]]:
        """What a check gives for its Links and Groups halves: each half, its keys or marks, and whether it is marks."""
        for half, kind in plugin.check.corpus.items():
            if isinstance(kind, Links | Groups):
                yield half, kind, self.keys(plugin.name, half), False
            if isinstance(kind, Links) and kind.marks:
                yield half, kind, self.keys(plugin.name, half, kind.marks), True

    @contextmanager
    def _turn(self, name: str) -> Iterator[None]:
        """The check's turn: finds checks that wait for each other, and keeps the time of each apart."""
        if name in self._running:
            chain = " -> ".join([*self._running[self._running.index(name) :], name])
            raise ContractError(
                f"views wait for each other: {chain}; a provider of `main` or `language` reads text only"
            )
        began = time.process_time()
        self._running.append(name)
        try:
            yield
        finally:
            self._running.pop()
            spent = time.process_time() - began
            self.seconds[name] += spent
            if self._running:
                self.seconds[self._running[-1]] -= spent

    def _providers(self) -> Mapping[str, Provider]:
        plugins = list(self._plugins.values())
        providers: dict[str, Provider] = {}
        language = language_signal(plugins)
        if language:
            check, signal = language
            providers["language"] = lambda batch: self._result_for(check, batch).signals.select(f"{check}.{signal}")
        blanking = blanking_labels(plugins)
        if blanking:
            providers["main"] = lambda batch: self._blanks(blanking, batch)
        return providers

    def _blanks(self, blanking: Mapping[str, Sequence[str]], batch: Batch) -> pl.DataFrame:
        spans = pl.concat([self._result_for(check, batch).spans for check in blanking])
        labels = [label for names in blanking.values() for label in names]
        blanks = spans.filter(pl.col("label").is_in(labels) & pl.col("start").is_not_null())
        return blanks.select("row", "start", "end").sort("row", "start", "end")

    def _result_for(self, name: str, batch: Batch) -> Result:
        """The memoised result for the whole batch; a part (a failing check is narrowed) is measured anew."""
        if batch is self.batch:
            return self.result(name)
        with self._turn(name):
            return measure(self._plugins[name], batch)
