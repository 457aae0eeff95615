"""Which checks are there: by entry point and, for a project's own, by file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from corpusqa.errors import PluginError, near_misses

GROUP = "corpusqa.checks"
# Names that stand for something else in rules and metrics (corpusqa.check_failed, ledger.kept, doc.edu_score).
RESERVED = frozenset({"corpusqa", "doc", "documents", "gate", "ledger"})
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True)
class Found:
    """A check that exists, not yet imported.

    Attributes:
        name: The name users write.
        origin: The distribution ("corpusqa 0.1.0") or the name of the file that brings it, without its folder: it is
            published.
        target: "module:function", or "path/to/file.py:function".
        version: Version of the distribution; "" for a file.
        distribution: Name of the distribution; "" for a file.
    """

    name: str
    origin: str
    target: str
    version: str = ""
    distribution: str = ""


def find(files: Sequence[str | Path] = ()) -> dict[str, Found]:
    """Every check by name, sorted: installed ones by entry point, then those of the named files.

    Raises:
        PluginError: two origins claim one name, a name is reserved or malformed, a file is missing or broken.
    """
    found: dict[str, Found] = {}
    for check in [*_installed(), *(check for file in files for check in _in_file(Path(file)))]:
        _accept(check, found)
    return dict(sorted(found.items()))


def select(found: Mapping[str, Found], select: Iterable[str] | None = None, ignore: Iterable[str] = ()) -> list[Found]:
    """The checks to run, by name; by default all of them.

    Raises:
        PluginError: a name that no check bears, with the closest ones.
    """
    wanted, unwanted = list(found if select is None else select), set(ignore)
    for name in [*wanted, *unwanted]:
        if name not in found:
            known = ", ".join(found) or "none"
            raise PluginError(f"no check is called {name!r}{near_misses(name, found)} (installed: {known})")
    return [found[name] for name in sorted(set(wanted) - unwanted)]


def _accept(check: Found, found: dict[str, Found]) -> None:
    if not _NAME.match(check.name) or check.name in RESERVED:
        reason = "is reserved" if check.name in RESERVED else "is not in snake_case"
        raise PluginError(f"{check.origin}: the check name {check.name!r} {reason}; rename it in its entry point")
    other = found.get(check.name)
    if other is not None and (other.origin, other.target) != (check.origin, check.target):
        raise PluginError(
            f"two checks are called {check.name!r}: one of {other.origin} ({other.target}), one of {check.origin} "
            f"({check.target}); uninstall one or rename it"
        )
    found[check.name] = check


def _installed() -> Iterable[Found]:
    """Entry points of every distribution on the path; one that is on it twice counts once."""
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        dist = point.dist
        name, version = (dist.metadata["Name"], dist.version) if dist is not None else ("unknown", "")
        yield Found(point.name, f"{name} {version}", point.value, version, name)


def _in_file(path: Path) -> Iterable[Found]:
    """Public functions of a file that say that they return a Check; the file is parsed, not run."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    except OSError as error:
        raise PluginError(f"{path}: cannot be read ({error.strerror}); see `files` under [checks]") from None
    except (SyntaxError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None) or 1
        raise PluginError(
            f"{path}:{line}: not valid Python; mend it or take it out of `files` under [checks]"
        ) from None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _returns_check(node):
            yield Found(node.name, path.name, f"{path.resolve()}:{node.name}")


def _returns_check(node: ast.FunctionDef) -> bool:
    returns = node.returns
    if isinstance(returns, ast.Constant):
        return returns.value == "Check"
    return (isinstance(returns, ast.Name) and returns.id == "Check") or (
        isinstance(returns, ast.Attribute) and returns.attr == "Check"
    )
