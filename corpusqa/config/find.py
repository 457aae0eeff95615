"""Where a configuration may lie."""

from __future__ import annotations

import tomllib
from pathlib import Path

NAME = "corpusqa.toml"
PROJECT = "pyproject.toml"


def found_files(start: Path) -> list[Path]:
    """The files of the nearest folder that has any, the one that counts first.

    Looks from `start` up to the root of its repository (the folder with `.git`); outside a repository in `start` alone,
    so that a file far above, of another project or person, never decides.
    """
    start = start.resolve()
    above = [start, *start.parents]
    root = next((number for number, folder in enumerate(above) if (folder / ".git").exists()), 0)
    for folder in above[: root + 1]:
        files = [folder / NAME] if (folder / NAME).is_file() else []
        if _has_table(folder / PROJECT):
            files.append(folder / PROJECT)
        if files:
            return files
    return []


def shown(path: Path) -> str:
    """The path as messages call it: relative to the working directory where it lies below it."""
    here, there = Path.cwd(), path.resolve()
    return str(there.relative_to(here)) if there.is_relative_to(here) else str(path)


def _has_table(path: Path) -> bool:
    """Whether a pyproject.toml holds [tool.corpusqa]; one that cannot be read is not ours to complain about."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    tool = said.get("tool", {})
    return isinstance(tool, dict) and "corpusqa" in tool
