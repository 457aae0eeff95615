"""What the selected checks declare, as plain values that are stored with the scan."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from corpusqa.check import Against, Among, Derive, Groups, Links
from corpusqa.plugins import Plugin, fingerprint
from corpusqa.scan.model import CheckInfo, LabelInfo, SignalInfo

_KINDS = {Links: "links", Among: "links", Groups: "groups", Derive: "derive", Against: "against"}


def describe(plugins: Sequence[Plugin]) -> dict[str, CheckInfo]:
    """Every selected check by name."""
    return {plugin.name: _described(plugin) for plugin in plugins}


def _described(plugin: Plugin) -> CheckInfo:
    check, doc = plugin.check, inspect.getdoc(plugin.function) or ""
    defaults = {n: p.default for n, p in inspect.signature(plugin.function).parameters.items()}
    return CheckInfo(
        name=plugin.name,
        version=plugin.spec.version,
        origin=plugin.spec.origin,
        about=doc.split("\n", 1)[0].rstrip("."),
        doc=doc,
        options={**defaults, **dict(plugin.spec.options)},
        fingerprint=fingerprint(plugin),
        signals={n: SignalInfo(s.dtype.__name__, s.about, s.view, s.optional) for n, s in check.signals.items()},
        labels={n: LabelInfo(v.about, v.severity, v.line, v.main, v.private) for n, v in check.labels.items()},
        halves={n: _KINDS[type(half)] for n, half in check.corpus.items()},
        suggest={key: tuple(lines) for key, lines in check.suggest.items()},
    )
