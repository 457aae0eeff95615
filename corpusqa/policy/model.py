"""A policy that is ready to judge: every line checked against what the selected checks declare."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

from corpusqa.config import CleanOptions
from corpusqa.errors import ConfigError, RuleError, near_misses
from corpusqa.policy.decisions import Decision, read_decisions
from corpusqa.policy.names import Name, resolve
from corpusqa.policy.policies import POLICIES
from corpusqa.policy.rules import Rule, compile_rule
from corpusqa.scan.model import CheckInfo, LabelInfo

T = TypeVar("T")
Checks = Mapping[str, CheckInfo]


@dataclass(frozen=True)
class Preference:
    """What decides which document of a cluster stays: the smallest value, or the largest with `reverse`."""

    name: Name
    reverse: bool


@dataclass(frozen=True)
class Policy:
    """What to do with documents.

    Attributes:
        name: The named policy; lists of the configuration replace its lists.
        drop: Rules; a document on which one is true is dropped.
        cut: Full names of the labels whose spans are cut.
        mask: Full names of the labels whose spans are masked, those that are cut left out.
        one_of: Full names of the corpus halves of whose clusters one document stays, in the order of their turn.
        prefer: Which document that is; ties go to the smallest id.
        decisions: Decisions by hand.
        alarm_share: Share of a source that one rule may drop.
        notes: Lines of the named policy that were left out, and why.
        places: Where each line stands, for messages.
    """

    name: str
    drop: tuple[Rule, ...] = ()
    cut: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    prefer: tuple[Preference, ...] = ()
    decisions: tuple[Decision, ...] = ()
    alarm_share: float = 0.5
    notes: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def extra_columns(self) -> tuple[str, ...]:
        """The source's own columns that rules and preferences name, sorted."""
        names = [*(name for rule in self.drop for name in rule.names), *(p.name for p in self.prefer)]
        return tuple(sorted({".".join(name.path) for name in names if name.path}))

    @property
    def checks(self) -> frozenset[str]:
        """The checks without which the policy cannot judge a document."""
        ruled = {check for rule in self.drop for check in rule.checks}
        return frozenset(ruled | {name.partition(".")[0] for name in (*self.cut, *self.mask, *self.one_of)})

    def shown_without(self, private: Collection[str]) -> Policy:
        """The same, its drop rules with one of the private texts called by their number: reasons are published."""
        named = {
            rule.text: replace(rule, text=f"drop rule {number}, which holds a private value{rule.signals_named}")
            for number, rule in enumerate(self.drop, 1)
            if rule.text in private
        }
        moved = {rule.text: self.places[text] for text, rule in named.items() if text in self.places}
        drop = tuple(named.get(rule.text, rule) for rule in self.drop)
        return replace(self, drop=drop, places={**self.places, **moved})


def make_policy(options: CleanOptions, checks: Checks, columns: Sequence[str] | None = None) -> Policy:
    """The policy that `[clean]` describes, checked before anything runs.

    Args:
        options: The `[clean]` part of the configuration.
        checks: The selected checks by name.
        columns: All columns of the source, where they are known; a rule about another one is refused.

    Raises:
        ConfigError: the named policy or a file of decisions does not exist or is wrong.
        RuleError: a line is not in the rule language, or names what no selected check declares.
    """
    if options.policy not in POLICIES:
        near = near_misses(options.policy, POLICIES)
        raise ConfigError(f"[clean] no policy is called {options.policy!r}{near} (known: {', '.join(POLICIES)})")
    lines = _Lines(options, checks)
    cut = _flat(lines.ready("cut", _removable))
    policy = Policy(
        name=options.policy,
        drop=tuple(dict.fromkeys(lines.ready("drop", compile_rule))),
        cut=cut,
        mask=tuple(label for label in _flat(lines.ready("mask", _removable)) if label not in cut),
        one_of=tuple(dict.fromkeys(lines.ready("one_of", _half))),
        prefer=tuple(lines.ready("prefer", _preference)),
        decisions=tuple(decision for file in options.decisions for decision in read_decisions(Path(file))),
        alarm_share=options.alarm_share,
        notes=tuple(lines.left_out),
        places={line.strip(): place for line, place in options.places.items()},
    )
    for name in policy.extra_columns if columns is not None else ():
        # a name with dots may lead into a column, and a column's own name may have dots
        if name not in (columns or ()) and name.partition(".")[0] not in (columns or ()):
            raise RuleError(f"[clean] doc.{name}: the source has no column {name!r}{near_misses(name, columns or ())}")
    return policy


def located(message: str, key: str, place: str | None) -> str:
    """A message with the list that it concerns, and the place of the line where it is known."""
    return f"{place}: [clean] {key}: {message}" if place else f"[clean] {key}: {message}"


class _Lines:
    """Turns lines into what they mean: every line of the configuration, of a named policy those that can be used."""

    def __init__(self, options: CleanOptions, checks: Checks) -> None:
        self._options = options
        self._checks = checks
        self.left_out: list[str] = []

    def ready(self, key: str, make: Callable[[str, Checks], T]) -> list[T]:
        own: tuple[str, ...] | None = getattr(self._options, key)
        if own is None:
            return self._named(key, make)
        return [self._own(key, line, make) for line in own]

    def _own(self, key: str, line: str, make: Callable[[str, Checks], T]) -> T:
        try:
            return make(line, self._checks)
        except RuleError as error:
            raise RuleError(located(str(error), key, self._options.places.get(line))) from None

    def _named(self, key: str, make: Callable[[str, Checks], T]) -> list[T]:
        found = []
        for line in getattr(POLICIES[self._options.policy], key):
            try:
                found.append(make(line, self._checks))
            except RuleError:
                check = line.lstrip("-").partition(".")[0]
                reason = "does not declare it" if check in self._checks else "is not selected"
                self.left_out.append(
                    f"policy {self._options.policy}: `{key} {line}` is left out, the check {check} {reason}"
                )
        return found


def _labels(pattern: str, checks: Checks) -> tuple[str, ...]:
    """The labels that a pattern means; `*` stands for anything."""
    labels = [f"{check.name}.{label}" for check in checks.values() for label in check.labels]
    found = tuple(label for label in labels if fnmatchcase(label, pattern))
    if not found:
        check = pattern.partition(".")[0]
        known = f"{check} has {', '.join(checks[check].labels) or 'no labels'}" if check in checks else ""
        chosen = known or f"selected: {', '.join(checks) or 'none'}"
        raise RuleError(f"{pattern!r} fits no label of a selected check{near_misses(pattern, labels)} ({chosen})")
    return found


def _removable(pattern: str, checks: Checks) -> tuple[str, ...]:
    """The labels that a pattern cuts or masks.

    `*` leaves out main text that is only counted, or whole lines of it, such as titles and the dates in prose: whoever
    wants to be rid of them has to name them.
    """
    found = _labels(pattern, checks)
    if "*" not in pattern:
        return found
    kinds = {f"{check.name}.{name}": label for check in checks.values() for name, label in check.labels.items()}
    left = tuple(name for name in found if not _main_text(kinds[name]))
    if not left:
        raise RuleError(f"{pattern!r} fits only labels of main text, which have to be named: {', '.join(found)}")
    return left


def _main_text(label: LabelInfo) -> bool:
    """Whether a label marks text that is as good as any; never where it holds private values."""
    return label.main and not label.private and (label.line or label.severity is None)


def _half(name: str, checks: Checks) -> str:
    halves = [f"{c.name}.{half}" for c in checks.values() for half, kind in c.halves.items() if kind == "links"]
    if name not in halves:
        raise RuleError(
            f"{name!r} gives no clusters{near_misses(name, halves)} (clusters: {', '.join(halves) or 'none'})"
        )
    return name


def _preference(line: str, checks: Checks) -> Preference:
    name = line.strip()
    return Preference(resolve(name.lstrip("-").strip(), checks), name.startswith("-"))


def _flat(groups: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for group in groups for label in group))
