"""Import a selected check and call it with its options, which its own signature validates."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import inspect
import sys
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from corpusqa.check import Against, Among, Check, Derive, Groups, Links
from corpusqa.errors import OptionError, PluginError, near_misses
from corpusqa.plugins.find import Found


@dataclass(frozen=True)
class Spec:
    """All that a worker needs to rebuild a check: plain values.

    Attributes:
        stamp: The fingerprint of the check that was built, for what is kept by spec; "" where nothing is.
    """

    name: str
    target: str
    origin: str
    version: str
    options: tuple[tuple[str, Any], ...] = ()
    stamp: str = ""

    @property
    def placeless(self) -> Spec:
        """The same without the folder of its file, for what is kept by spec: that differs from machine to machine."""
        place, _, name = self.target.rpartition(":")
        return replace(self, target=f"{Path(place).name}:{name}") if place.endswith(".py") else self


@dataclass(frozen=True)
class Plugin:
    """A check that was built.

    Attributes:
        spec: How to build it again.
        check: Its value.
        function: The function that made it: docstring and signature document the check.
    """

    spec: Spec
    check: Check
    function: Callable[..., Check]

    @property
    def name(self) -> str:
        """The name users write."""
        return self.spec.name


def load(found: Found, options: Mapping[str, Any] | None = None) -> Plugin:
    """Import and configure a check.

    Raises:
        PluginError: it cannot be imported, fails, or what it returns breaks the contract.
        OptionError: an option is unknown, with the closest name, or has a value that the check refuses.
    """
    return build(Spec(found.name, found.target, found.origin, found.version, tuple(sorted((options or {}).items()))))


def build(spec: Spec) -> Plugin:
    """The check that a spec describes; the same in every process. What its module prints goes to stderr."""
    with contextlib.redirect_stdout(sys.stderr):
        return _built(spec)


def _built(spec: Spec) -> Plugin:
    function = _function(spec)
    options = _validated(spec, function)
    try:
        check = function(**options)
    except (TypeError, ValueError) as error:
        raise OptionError(f"[checks.{spec.name}]: {error}") from error
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"{_where(function)}: check {spec.name!r} cannot be made: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(check, Check):
        raise PluginError(f"{_where(function)}: {spec.name} returned {type(check).__name__}, not a Check")
    _declared(spec.name, check, function)
    return Plugin(spec, check, function)


def _function(spec: Spec) -> Callable[..., Check]:
    place, _, name = spec.target.rpartition(":")
    try:
        module = _from_file(Path(place)) if place.endswith(".py") else importlib.import_module(place)
        function = getattr(module, name)
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"check {spec.name!r} of {spec.origin} cannot be imported from {spec.target}: "
            f"{type(error).__name__}: {error}"
        ) from error
    return typing.cast("Callable[..., Check]", function)


def _from_file(path: Path) -> ModuleType:
    """A module from a path, under a name of its own, loaded once per content."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    name = f"corpusqa_local_{path.stem}_{digest}"
    if name in sys.modules:
        return sys.modules[name]
    described = importlib.util.spec_from_file_location(name, path)
    if described is None or described.loader is None:
        raise PluginError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(described)
    sys.modules[name] = module
    try:
        described.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _validated(spec: Spec, function: Callable[..., Check]) -> dict[str, Any]:
    known = {name: p for name, p in inspect.signature(function).parameters.items() if p.kind is p.KEYWORD_ONLY}
    hints = typing.get_type_hints(function)
    for name, value in spec.options:
        if name not in known:
            takes = f"it takes {', '.join(known)}" if known else "it takes no options"
            raise OptionError(f"[checks.{spec.name}]: unknown option {name!r}{near_misses(name, known)} ({takes})")
        if not _fits(value, hints.get(name, Any)):
            raise OptionError(f"[checks.{spec.name}]: {name} = {value!r} should be {_wanted(hints[name])}")
    return dict(spec.options)


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value of TOML's types fits a simple annotation; what is not simple is left to the check."""
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint in (bool, str):
        return isinstance(value, hint)
    if _is_list(hint):
        strings = typing.get_args(hint)[:1] == (str,)
        return isinstance(value, list | tuple) and not (strings and any(not isinstance(one, str) for one in value))
    return True


def _is_list(hint: Any) -> bool:
    return typing.get_origin(hint) in (list, tuple, set, frozenset) or getattr(hint, "__name__", "") == "Sequence"


def _wanted(hint: Any) -> str:
    """The annotation as whoever writes the configuration knows it."""
    if _is_list(hint):
        return "a list of strings" if typing.get_args(hint)[:1] == (str,) else "a list"
    return inspect.formatannotation(hint)


def _declared(name: str, check: Check, function: Callable[..., Check]) -> None:
    """What can be wrong with a declaration is said before anything runs."""
    where = f"{_where(function)}: check {name!r}"
    for word in [*check.signals, *check.labels, *check.corpus]:
        if not word.isidentifier() or word != word.lower():
            raise PluginError(f"{where} declares {word!r}; names of signals, labels and halves are snake_case")
    for half, kind in check.corpus.items():
        if not isinstance(kind, Links | Among | Groups | Derive | Against):
            raise PluginError(
                f"{where}: the half {half!r} is a {type(kind).__name__}, not Links, Among, Groups, Derive or Against"
            )
        if isinstance(kind, Among) and not isinstance(check.corpus.get(kind.half), Links):
            raise PluginError(f"{where}: the half {half!r} is among {kind.half!r}, which is no Links half of the check")
        if isinstance(kind, Links | Among | Against) and half not in check.signals:
            raise PluginError(f"{where}: the half {half!r} gives the signal {half!r}, which signals do not declare")
    plain = [n for n, s in check.signals.items() if s.expr is None and n not in check.corpus]
    if plain and check.measure is None and not check.corpus:
        raise PluginError(f"{where} declares {', '.join(plain)}, but has neither expressions nor measure for them")
    if isinstance(check.rests_on, str | Path) or not all(isinstance(one, str | Path) for one in check.rests_on):
        raise PluginError(f"{where}: rests_on is a list of paths and strings")
    unknown = set(check.suggest) - {"drop", "cut", "mask", "one_of"}
    if unknown:
        raise PluginError(f"{where} suggests {', '.join(sorted(unknown))}; it may suggest drop, cut, mask and one_of")


def _where(function: Callable[..., Check]) -> str:
    code = inspect.unwrap(function).__code__
    return f"{code.co_filename}:{code.co_firstlineno}"
