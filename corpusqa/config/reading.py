"""From parsed TOML to a Config; what is not known or has another type is refused where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from corpusqa.config import keys
from corpusqa.config.model import (
    AgainstOptions,
    ChecksOptions,
    CleanOptions,
    Config,
    GateOptions,
    InputOptions,
    Limit,
    ReportOptions,
    Suppress,
)
from corpusqa.config.places import Places
from corpusqa.errors import ConfigError, near_misses

LISTS = ("drop", "cut", "mask", "one_of", "prefer")
KEY_FILE = "key_file"  # the one entry of [clean.mask_with] that is a path, not a style

Where = tuple[str | int, ...]


@dataclass(frozen=True)
class Reading:
    """Builds the parts of a configuration.

    Attributes:
        places: Where each key stands.
        folder: The folder that relative paths start from.
    """

    places: Places
    folder: Path

    def config(self, said: Mapping[str, Any], path: Path) -> Config:
        """The whole configuration.

        Raises:
            ConfigError: at the first key or value that is wrong.
        """
        self._known(said, keys.TABLES, ())
        parts: dict[str, Callable[[Any], Any]] = {
            "input": self._input,
            "against": self._against,
            "checks": self._checks,
            "clean": self._clean,
            "gate": self._gate,
            "report": self._report,
            "suppress": self._suppress,
            "card": self._card,
            "source": self._sources,
        }
        return Config(**{name: parts[name](value) for name, value in said.items()}, path=path)

    def _input(self, said: Any) -> InputOptions:
        return InputOptions(**self._table(said, keys.INPUT, ("input",)))

    def _against(self, said: Any) -> AgainstOptions:
        return AgainstOptions(**self._table(said, keys.AGAINST, ("against",)))

    def _report(self, said: Any) -> ReportOptions:
        return ReportOptions(**self._table(said, keys.REPORT, ("report",)))

    def _checks(self, said: Any) -> ChecksOptions:
        self._is_table(said, ("checks",))
        options = {name: value for name, value in said.items() if name not in keys.CHECKS and isinstance(value, dict)}
        own = {name: value for name, value in said.items() if name not in options}
        values = self._table(own, keys.CHECKS, ("checks",))
        values["files"] = tuple(self._path(file) for file in values.get("files", ()))
        return ChecksOptions(**values, options=options)

    def _clean(self, said: Any) -> CleanOptions:
        values = self._table(said, keys.CLEAN, ("clean",))
        values["decisions"] = tuple(self._path(file) for file in values.get("decisions", ()))
        values["mask_with"] = self._mask_with(values.get("mask_with", {}))
        lines = [(line, name) for name in LISTS for line in values.get(name, ())]
        return CleanOptions(**values, places={line: self.places.of_item(line, "clean", name) for line, name in lines})

    def _mask_with(self, said: Mapping[str, Any]) -> dict[str, str]:
        where = ("clean", "mask_with")
        for pattern, style in said.items():
            if isinstance(style, dict):
                self._fail(where, f'write the label in quotes: "{pattern}.{next(iter(style), "*")}"', pattern)
            if not keys.TEXT.fits(style):
                self._fail(where, f"{pattern} = {style!r} should be {keys.TEXT.words}", pattern)
        return {name: self._path(style) if name == KEY_FILE else style for name, style in said.items()}

    def _gate(self, said: Any) -> GateOptions:
        values = self._table(said, keys.GATE, ("gate",))
        if "limits" in values:
            values["limits"] = {name: self._limit(name, limit) for name, limit in values["limits"].items()}
        if "baseline" in values:
            values["baseline"] = self._path(values["baseline"])
        return GateOptions(**values)

    def _limit(self, metric: str, said: Any) -> Limit:
        where = ("gate", "limits", metric)
        if not isinstance(said, dict):
            self._fail(("gate", "limits"), f'a limit is a table: "{metric}" = {{ error = {said!r} }}', metric)
        if "." not in metric:
            name = f"{metric}.{next(iter(said), '...')}"
            self._fail(("gate", "limits"), f'write the whole metric in quotes: "{name}" = {{ error = 0 }}', metric)
        values = self._table(said, keys.LIMIT, where)
        if not set(values) - {"by"}:
            self._fail(where, f"sets no limit; give one of {', '.join(name for name in keys.LIMIT if name != 'by')}")
        limit = Limit(**values, place=self.places.of(*where))
        if limit.error is not None and limit.warn is not None and limit.warn > limit.error:
            self._fail(where, f"warn = {limit.warn} is never reached before error = {limit.error}")
        if limit.error_below is not None and limit.warn_below is not None and limit.warn_below < limit.error_below:
            self._fail(where, f"warn_below = {limit.warn_below} is never reached before error_below")
        return limit

    def _suppress(self, said: Any) -> tuple[Suppress, ...]:
        if not isinstance(said, list):
            self._fail(("suppress",), "begins with double brackets: [[suppress]]")
        return tuple(self._suppressed(("suppress", number), table) for number, table in enumerate(said))

    def _suppressed(self, where: Where, said: Any) -> Suppress:
        values = self._table(said, keys.SUPPRESS, where)
        for name in ("check", "reason"):
            if name not in values:
                self._fail(where, f"{name} is missing: {keys.SUPPRESS[name].about}")
        if isinstance(values.get("expires"), str):
            values["expires"] = date.fromisoformat(values["expires"])
        return Suppress(**values, place=self.places.of(*where))

    def _card(self, said: Any) -> dict[str, Any]:
        values = self._table(said, keys.CARD, ("card",))
        if len(values.get("period", ("", ""))) != 2:
            self._fail(("card",), "period holds the first and the last date", "period")
        return {name: list(v) if isinstance(said[name], list) else str(said[name]) for name, v in values.items()}

    def _sources(self, said: Any) -> tuple[dict[str, Any], ...]:
        if not isinstance(said, list):
            self._fail(("source",), "begins with double brackets: [[source]]")
        return tuple(self._source(("source", number), table) for number, table in enumerate(said))

    def _source(self, where: Where, said: Any) -> dict[str, Any]:
        values = self._table(said, keys.SOURCE, where)
        for name in ("name", "match"):
            if name not in values:
                self._fail(where, f"{name} is missing: {keys.SOURCE[name].about}")
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def _table(self, said: Any, known: Mapping[str, keys.Key], where: Where) -> dict[str, Any]:
        """The values of a table; lists become tuples, one string a tuple where a list is taken too."""
        self._is_table(said, where)
        self._known(said, known, where)
        values: dict[str, Any] = {}
        for name, value in said.items():
            kind = known[name].kind
            if not kind.fits(value):
                self._fail(where, f"{name} = {value!r} should be {kind.words}", name)
            one = kind is keys.ONE_OR_MORE and isinstance(value, str)
            values[name] = (value,) if one else tuple(value) if kind in (keys.TEXTS, keys.ONE_OR_MORE) else value
        return values

    def _is_table(self, said: Any, where: Where) -> None:
        if not isinstance(said, dict):
            self._fail(where, f"is {said!r}, but should be a table")

    def _known(self, said: Mapping[str, Any], known: Mapping[str, Any], where: Where) -> None:
        for name in said:
            if name not in known:
                near = near_misses(name.replace("-", "_"), known)
                self._fail(where, f"unknown key {name!r}{near} (known: {', '.join(known)})", name)

    def _path(self, file: str) -> str:
        return str(self.folder / Path(file).expanduser())

    def _fail(self, where: Where, message: str, key: str | None = None) -> NoReturn:
        place = self.places.of(*where, *([key] if key is not None else []))
        names = [f'"{part}"' if "." in part else part for part in where if isinstance(part, str)]
        raise ConfigError(f"{place}: [{'.'.join(names)}] {message}" if names else f"{place}: {message}")
