"""What a configuration says, as plain frozen values. `place` and `places` are "file:line", for messages alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, ClassVar


@dataclass(frozen=True)
class InputOptions:
    """Which columns hold what; None lets the reader find them by name.

    Attributes:
        text: The column of the text, or several (a list), or roles and columns (a mapping).
        table: Name of the table of the configuration, for messages.
    """

    table: ClassVar[str] = "input"

    text: Any = None
    id: str | None = None
    url: str | None = None
    source: str | None = None
    published: str | None = None
    collected: str | None = None
    language: str | None = None
    split: str | None = None


@dataclass(frozen=True)
class AgainstOptions(InputOptions):
    """The same of the reference that `--against` names; only text and id are ever given."""

    table: ClassVar[str] = "against"


@dataclass(frozen=True)
class ChecksOptions:
    """Which checks run, and with which options.

    Attributes:
        select: Names of checks; None is every installed one.
        ignore: Names of checks to leave out.
        files: Absolute paths of Python files with checks of the project's own.
        options: Options by the name of the check.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class CleanOptions:
    """The policy: a named one, of which each line list that is given here replaces the same list.

    Attributes:
        policy: Name of the policy that gives every list that is None here.
        mask_with: Style of masks by pattern of labels, and `key_file` (an absolute path).
        decisions: Absolute paths of the files of decisions by hand.
        alarm_share: Share of a source that one drop rule may remove before `clean` refuses to write.
        places: Where each line of the lists stands.
    """

    policy: str = "safe"
    drop: tuple[str, ...] | None = None
    cut: tuple[str, ...] | None = None
    mask: tuple[str, ...] | None = None
    one_of: tuple[str, ...] | None = None
    prefer: tuple[str, ...] | None = None
    mask_with: Mapping[str, str] = field(default_factory=dict)
    decisions: tuple[str, ...] = ()
    alarm_share: float = 0.5
    places: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Limit:
    """The limits of one metric; None is no limit.

    Attributes:
        error: The gate fails above it.
        warn: A warning above it.
        error_below: The gate fails below it.
        warn_below: A warning below it.
        max_increase: The gate fails when the value exceeds that of the base by more.
        max_drop: The gate fails when the value falls below that of the base by more.
        by: Fields or signals by whose values the limit is judged as well, slice by slice.
    """

    error: float | None = None
    warn: float | None = None
    error_below: float | None = None
    warn_below: float | None = None
    max_increase: float | None = None
    max_drop: float | None = None
    by: tuple[str, ...] = ()
    place: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class GateOptions:
    """The gate.

    Attributes:
        limits: Limits by metric; None is the built-in ones.
        min_documents: Slices with fewer documents are shown, not judged.
        base: What `max_increase` and `max_drop` compare with, as on the command line.
        baseline: Absolute path of the file of accepted findings.
    """

    limits: Mapping[str, Limit] | None = None
    min_documents: int = 200
    base: str | None = None
    baseline: str | None = None


@dataclass(frozen=True)
class ReportOptions:
    """The report: `by` are the fields or signals that tables are split by."""

    by: tuple[str, ...] = ("source",)


@dataclass(frozen=True)
class Suppress:
    """Findings that the team accepts. Every pattern that is given has to fit; `*` stands for anything.

    Attributes:
        check: Pattern of names of findings, such as `pii.email` or `pii.*`.
        reason: Why; never empty.
        expires: The last day on which it holds.
        source: Pattern of sources.
        doc: Pattern of document ids, as they are shown.
        file: Pattern of file names.
        fingerprint: The fingerprint of a single finding.
        owner: Whom to ask.
    """

    check: str
    reason: str
    expires: date | None = None
    source: str | None = None
    doc: str | None = None
    file: str | None = None
    fingerprint: str | None = None
    owner: str | None = None
    place: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Config:
    """A whole configuration.

    Attributes:
        card: What people declare of the data, for the card of a release.
        source: What they declare of its sources: `name`, `match` (patterns of sources and hosts) and more.
        path: The file it comes from; None without one.
        notes: What a reader of the run should know about the configuration, in one line each.
    """

    input: InputOptions = field(default_factory=InputOptions)
    against: AgainstOptions = field(default_factory=AgainstOptions)
    checks: ChecksOptions = field(default_factory=ChecksOptions)
    clean: CleanOptions = field(default_factory=CleanOptions)
    gate: GateOptions = field(default_factory=GateOptions)
    report: ReportOptions = field(default_factory=ReportOptions)
    suppress: tuple[Suppress, ...] = ()
    card: Mapping[str, Any] = field(default_factory=dict)
    source: tuple[Mapping[str, Any], ...] = ()
    path: Path | None = None
    notes: tuple[str, ...] = ()
