"""Decisions by hand: files of documents to keep or to drop, which win over every rule."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from corpusqa.errors import ConfigError
from corpusqa.scan.ids import SHORT, row_name

KINDS = ("id", "url", "domain", "digest")
KEEP, DROP = "keep", "drop"
MEANT = {"entry": pl.Int64, "doc": pl.Int64}
DECIDED_BY = ("doc", "id", "url", "number", "digest", "id_private")  # columns of documents that decisions look at


@dataclass(frozen=True)
class Decision:
    """One line of a file.

    Attributes:
        place: `file:line`.
        drop: Whether to drop the documents; else they are kept.
        values: What the documents have to be, by kind; all of it has to fit.
        reason: Why, in the words of the file.
    """

    place: str
    drop: bool
    values: tuple[tuple[str, str], ...]
    reason: str = ""


def read_decisions(path: Path) -> list[Decision]:
    """The decisions of a CSV file.

    The first line names the columns: `decision` (keep or drop; empty is undecided) and at least one of `id`, `url`,
    `domain` (with its subdomains) and `digest`. A line that fills several means the documents that all of them fit.
    `reason` is for people, further columns are not read.

    Raises:
        ConfigError: the file cannot be read, lacks a column, or a line decides nothing that can be found.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_columns(path, reader.fieldnames or [])
            rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); see `decisions` under [clean]") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except csv.Error as error:
        raise ConfigError(f"{path}: not valid CSV ({error})") from None
    found = [_decision(path, line, row) for line, row in rows]
    return [decision for decision in found if decision is not None]


def matches(decisions: Sequence[Decision], documents: pl.DataFrame) -> pl.DataFrame:
    """The documents that each decision means: `entry` (its place in `decisions`) and `doc`.

    Args:
        decisions: From `read_decisions`.
        documents: DECIDED_BY of the scan's DOCUMENTS.
    """
    wanted = pl.DataFrame(
        [(entry, kind, value) for entry, decision in enumerate(decisions) for kind, value in decision.values],
        schema={"entry": pl.Int64, "kind": pl.String, "value": pl.String},
        orient="row",
    )
    asked = set(wanted["kind"])
    keys = [_keys(kind, documents).with_columns(kind=pl.lit(kind)) for kind in KINDS if kind in asked]
    if not keys:
        return pl.DataFrame(schema=MEANT)
    found = wanted.join(pl.concat(keys), on=["kind", "value"]).unique(["entry", "kind", "doc"])
    fitting = found.group_by("entry", "doc").len("fitting")
    needed = wanted.group_by("entry").len("needed")
    whole = fitting.join(needed, on="entry").filter(pl.col("fitting") == pl.col("needed"))
    return whole.select("entry", "doc").sort("entry", "doc")


def _keys(kind: str, documents: pl.DataFrame) -> pl.DataFrame:
    """What a document is called by a kind: `doc`, `value`, several rows where it has several names."""
    if kind == "domain":
        return _domains(documents)
    if kind != "id":
        return documents.select("doc", value=kind).drop_nulls()
    # a repeated id became id#digest: the id as the source has it means all of them
    mark = pl.concat_str(pl.lit("#"), pl.col("digest").str.slice(0, SHORT))
    own = documents.select("doc", value=pl.col("id").str.split(mark).list.first())
    shown = documents.filter("id_private").select("doc", value=row_name())
    return pl.concat([documents.select("doc", value="id"), own, shown]).unique()


def _domains(documents: pl.DataFrame) -> pl.DataFrame:
    """The host of the URL and every domain above it."""
    hosts = documents.select(
        "doc", value=pl.col("url").str.extract(r"^(?i:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?([^/?#:]+)")
    )
    hosts = hosts.drop_nulls().with_columns(pl.col("value").str.to_lowercase().str.strip_chars_end("."))
    levels = [hosts]
    while levels[-1].height:
        shorter = levels[-1].with_columns(pl.col("value").str.extract(r"^[^.]+\.(.+)$")).drop_nulls()
        levels.append(shorter)
    return pl.concat(levels)


def _check_columns(path: Path, names: Sequence[str]) -> None:
    if "decision" not in names or not set(KINDS) & set(names):
        raise ConfigError(
            f"{path}:1: the columns are {', '.join(names) or 'none'}; a file of decisions needs `decision` "
            f"(keep or drop) and one of {', '.join(KINDS)}"
        )


def _decision(path: Path, line: int, row: dict[str | None, str | list[str] | None]) -> Decision | None:
    if None in row:
        raise ConfigError(f"{path}:{line}: more fields than columns; put text with commas in double quotes")
    cells = {name: str(value or "").strip() for name, value in row.items() if name is not None}
    said = cells["decision"].lower()
    if not said:
        return None
    if said not in (KEEP, DROP):
        raise ConfigError(f"{path}:{line}: decision is {said!r}; write keep or drop, or leave it empty")
    values = {kind: cells[kind] for kind in KINDS if cells.get(kind)}
    if not values:
        raise ConfigError(f"{path}:{line}: names no document; fill one of {', '.join(KINDS)}")
    if "digest" in values:
        values["digest"] = values["digest"].lower()
        if not re.fullmatch(r"[0-9a-f]{32}", values["digest"]):
            raise ConfigError(f"{path}:{line}: a digest has 32 hex digits, as `corpusqa show --near … --csv` writes it")
    if "domain" in values:
        values["domain"] = values["domain"].lower().strip(".")
        if "/" in values["domain"] or ":" in values["domain"]:
            raise ConfigError(
                f"{path}:{line}: {values['domain']!r} is no domain; write example.org, or use the column url"
            )
    return Decision(f"{path.name}:{line}", said == DROP, tuple(values.items()), cells.get("reason", ""))
