"""A configuration as TOML that can be read back; what is not written anywhere stands in it as a comment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from typing import Any

from corpusqa.config import Config
from corpusqa.config.load import places_of
from corpusqa.config.reading import LISTS
from corpusqa.gate import BUILT_IN
from corpusqa.policy.policies import POLICIES

_HIDDEN = ("place", "places")


class Showing:
    """Writes the lines.

    Args:
        config: What to show.
        origin: Whether each line says where it comes from: `file:line`, the named policy, or the default.
    """

    def __init__(self, config: Config, *, origin: bool) -> None:
        self._config = config
        self._origin = origin
        self._places = places_of(config.path) if config.path is not None else None

    def lines(self) -> Iterator[str]:
        """Table by table."""
        config = self._config
        yield f"# {config.path or 'no configuration file: these are the defaults'}"
        yield from self._table(("input",), asdict(config.input))
        yield from self._table(("against",), {"text": config.against.text, "id": config.against.id})
        checks = config.checks
        yield from self._table(("checks",), {"select": checks.select, "ignore": checks.ignore, "files": checks.files})
        for name, options in checks.options.items():
            yield from self._table(("checks", name), options)
        yield from self._clean()
        yield from self._gate()
        yield from self._table(("report",), asdict(config.report))
        yield from self._entries("suppress", [asdict(entry) for entry in config.suppress])
        yield from self._table(("card",), config.card)
        yield from self._entries("source", config.source)

    def _clean(self) -> Iterator[str]:
        clean = self._config.clean
        yield from self._table(
            ("clean",), {name: getattr(clean, name) for name in ("policy", "alarm_share", "decisions")}
        )
        for name in LISTS:
            own, named = getattr(clean, name), tuple(getattr(POLICIES[clean.policy], name))
            if own is not None:
                yield self._line(("clean",), name, own)
            elif named:
                yield f"# {name} = {toml(named)}" + (f"  # policy {clean.policy}" if self._origin else "")
        yield from self._table(("clean", "mask_with"), clean.mask_with)

    def _gate(self) -> Iterator[str]:
        gate = self._config.gate
        plain = {field.name: getattr(gate, field.name) for field in fields(gate) if field.name != "limits"}
        yield from self._table(("gate",), plain)
        own = {metric: _given(asdict(limit)) for metric, limit in (gate.limits or {}).items()}
        yield from self._table(("gate", "limits"), own)
        for metric, limit in BUILT_IN.items() if gate.limits is None else ():
            built_in = f'# "{metric}" = {toml(_given(asdict(limit)))}'
            yield built_in + ("  # built in, left out where its check does not run" if self._origin else "")

    def _entries(self, name: str, entries: Any) -> Iterator[str]:
        for number, entry in enumerate(entries):
            yield from ("", f"[[{name}]]")
            for key, value in _given(entry).items():
                yield self._line((name, number), key, value)

    def _table(self, where: tuple[str, ...], values: Mapping[str, Any]) -> Iterator[str]:
        said = _given(values)
        if said:
            yield from ("", f"[{'.'.join(where)}]")
        for key, value in said.items():
            yield self._line(where, key, value)

    def _line(self, where: tuple[str | int, ...], key: str, value: Any) -> str:
        place = self._places.exact(*where, key) if self._places is not None else None
        return f"{_key(key)} = {toml(value)}" + (f"  # {place or 'default'}" if self._origin else "")


def toml(value: Any) -> str:
    """A value as TOML spells it."""
    if isinstance(value, tuple | list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(str(key))} = {toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() and name.isascii() else json.dumps(name)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """What has a value: a key that is not set is not written."""
    return {key: value for key, value in values.items() if key not in _HIDDEN and value not in (None, (), [], {})}
