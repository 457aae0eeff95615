"""Documents of one mould: the forms of `cases/forms.toml`, filled in by chance."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from tests.files import ROOT

SLOT = re.compile(r"\{([^{}]+)\}")
OTHERWISE = " || "


@dataclass(frozen=True)
class Form:
    """A mould and the values for its slots.

    Attributes:
        name: What it is.
        language: ISO 639-1.
        held: Whether it was set aside while the rule was chosen.
        lines: Its lines; each has one or several ways of saying the same.
        lists: Values of the slots, by name.
    """

    name: str
    language: str
    held: bool
    lines: Sequence[Sequence[str]]
    lists: Mapping[str, Sequence[str]]

    def documents(self, count: int, seed: int) -> list[str]:
        """So many documents with values of their own."""
        chance = random.Random(f"{self.name}/{seed}")
        return [self._told(_Values(self.lists, chance), chance) for _ in range(count)]

    def retold(self, seed: int) -> tuple[str, str]:
        """One set of values told twice, each line in another way where there is one."""
        values = _Values(self.lists, random.Random(f"{self.name}/{seed}"))
        one, other = (" ".join(SLOT.sub(values.same, line[way]) for line in self.lines) for way in (0, -1))
        return one, other

    def _told(self, values: _Values, chance: random.Random) -> str:
        return " ".join(SLOT.sub(values, chance.choice(line)) for line in self.lines)


class _Values:
    """Values for the slots of one document."""

    def __init__(self, lists: Mapping[str, Sequence[str]], chance: random.Random) -> None:
        self._lists, self._chance = lists, chance
        self._known: dict[str, str] = {}

    def __call__(self, slot: re.Match[str]) -> str:
        """A value; ranges that have no name give another one each time."""
        name = slot[1]
        if name.startswith("#") and ":" not in name:
            return self._number(name.removeprefix("#"))
        return self._named(name)

    def same(self, slot: re.Match[str]) -> str:
        """A value; the same one wherever the slot is written the same."""
        return self._named(slot[1])

    def _named(self, name: str) -> str:
        if name not in self._known:
            numbers = name.rpartition(":")[2].removeprefix("#") if name.startswith("#") else ""
            self._known[name] = self._number(numbers) if numbers else self._chance.choice(self._left(name))
        return self._known[name]

    def _left(self, name: str) -> Sequence[str]:
        """Values of a list that other slots of it have not taken, or all."""
        of = name.partition(".")[0]
        taken = {value for other, value in self._known.items() if other.partition(".")[0] == of}
        return [value for value in self._lists[of] if value not in taken] or self._lists[of]

    def _number(self, span: str) -> str:
        low, high = re.fullmatch(r"(-?\d+)-(-?\d+)", span).groups()  # type: ignore[union-attr]
        return str(self._chance.randint(int(low), int(high)))


@cache
def forms() -> tuple[Form, ...]:
    """All forms."""
    raw = tomllib.loads((ROOT / "tests" / "cases" / "forms.toml").read_text("utf-8"))
    return tuple(
        Form(
            form["name"],
            form["language"],
            form.get("held", False),
            [line.split(OTHERWISE) for line in form["text"].strip().splitlines() if line],
            raw["lists"][form["language"]],
        )
        for form in raw["form"]
    )
