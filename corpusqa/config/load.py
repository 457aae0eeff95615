"""Find and read the configuration."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpusqa.config.find import NAME, PROJECT, found_files, shown
from corpusqa.config.model import Config
from corpusqa.config.places import Places
from corpusqa.config.reading import Reading
from corpusqa.errors import ConfigError

_TABLE = ("tool", "corpusqa")


def load_config(path: Path | None, start: Path) -> Config:
    """The configuration of a file, or the nearest one.

    Args:
        path: A TOML file; None looks for corpusqa.toml, or a pyproject.toml with [tool.corpusqa], from `start` up to
            the root of the repository that `start` is in (outside a repository in `start` alone).
        start: The working directory; never the source, which may be a stranger's.

    Raises:
        ConfigError: the file is missing, not TOML, or holds a key or value that is not known, with file and line.
    """
    if path is not None:
        return _read(path)
    files = found_files(start)
    if not files:
        return Config()
    config = _read(files[0])
    ignored = [f"{shown(files[0])} is used; [tool.corpusqa] in {shown(file)} is not read" for file in files[1:]]
    return replace(config, notes=tuple(ignored))


def overridden(
    config: Config, *, select: tuple[str, ...] | None, ignore: tuple[str, ...] | None, policy: str | None
) -> Config:
    """The configuration with what the command line says instead; None changes nothing.

    Another policy replaces every rule of the file. Decisions by hand and styles of masks stay: they are no rules.
    """
    checks, clean = config.checks, config.clean
    if select is not None:
        checks = replace(checks, select=select)
    if ignore is not None:
        checks = replace(checks, ignore=ignore)
    if policy is not None:
        clean = replace(clean, policy=policy, drop=None, cut=None, mask=None, one_of=None, prefer=None)
    return replace(config, checks=checks, clean=clean)


def _read(path: Path) -> Config:
    name = shown(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        said = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read ({error.strerror}); see --config") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: not valid TOML: {error}") from None
    project = path.name == PROJECT
    table: Any = _own_table(said, name) if project else said
    places = Places(text, name, _TABLE if project else ())
    return Reading(places, path.resolve().parent).config(table, path.resolve())


def places_of(path: Path) -> Places:
    """Where the keys of a configuration file stand."""
    text = path.read_text(encoding="utf-8-sig")
    return Places(text, shown(path), _TABLE if path.name == PROJECT else ())


def _own_table(said: dict[str, Any], name: str) -> Any:
    table = said.get("tool", {}).get("corpusqa")
    if not isinstance(table, dict):
        raise ConfigError(f"{name}: has no table [tool.corpusqa]; add one, or write a {NAME}")
    return table
