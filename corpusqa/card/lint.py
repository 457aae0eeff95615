"""An offline linter for cards: what the Hub would refuse or misread, and what people declare against measurements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from corpusqa.card.front import SIZES, configs, language_rows, size_category
from corpusqa.card.licenses import LICENSES
from corpusqa.errors import near_misses

Values = Mapping[str, Any]
# What template writers leave: the Hub's own template, Jinja, angle brackets in capitals.
PLACEHOLDERS = re.compile(
    r"\[More Information Needed\]|\{\{.*?\}\}|\[\[?optional\]?\]|<INSERT [A-Z ]+>|\bLorem ipsum\b", re.I
)
NO_PERSONAL_DATA = re.compile(
    r"\b(?:no|without|free of|not contain(?: any)?)\s+(?:personal|sensitive|private)\s+(?:data|information)\b", re.I
)
# ISO 639-1 or 639-3, with an optional script or region (BCP 47).
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
# A declared language counts as absent below the first share of the documents, an undeclared one as present above the
# second.
FEW, MANY = 0.001, 0.05


@dataclass(frozen=True)
class Problem:
    """Something wrong with a card.

    Attributes:
        code: A stable name, such as `card.language`.
        severity: "error" for what the Hub refuses or `datasets` misreads and for contradictions, else "warning".
        line: In the file, from 1.
        message: What is wrong and what to do.
    """

    code: str
    severity: Literal["error", "warning"]
    line: int
    message: str


@dataclass(frozen=True)
class Card:
    """A card as the linter sees it: its text, its head with the line of each key, and what was measured."""

    text: str
    head: Values
    lines: Mapping[str, int]
    manifest: Values

    def problem(self, code: str, key: str, message: str, severity: Literal["error", "warning"] = "error") -> Problem:
        """A problem with a key of the head."""
        return Problem(f"card.{code}", severity, self.lines.get(key, 1), message)


def lint(text: str, manifest: Values) -> list[Problem]:
    """Everything wrong with a card.

    Args:
        text: README.md.
        manifest: The manifest of its release.
    """
    found = _head(text)
    if isinstance(found, Problem):
        return [found]
    head, lines = found
    card = Card(text, head, lines, manifest)
    problems = [problem for rule in RULES for problem in rule(card)]
    return sorted(problems, key=lambda problem: (problem.line, problem.code, problem.message))


def contradictions(declared: Values, manifest: Values) -> list[str]:
    """Declared values that measurements contradict, one sentence each.

    Args:
        declared: `[card]` of the configuration.
        manifest: `measured` and `private_left`, as in the manifest of a release.
    """
    texts = [value for value in declared.values() if isinstance(value, str)]
    card = Card("\n".join(texts), declared, {}, {**manifest, "declared": declared})
    return [f"the card {problem.message}" for rule in AGAINST_MEASURES for problem in rule(card)]


def _head(text: str) -> tuple[Values, dict[str, int]] | Problem:
    """The head and the line of each of its keys, or the reason why there is none."""
    import yaml  # type: ignore[import-untyped]

    if text.startswith("\ufeff"):
        return Problem("card.bom", "error", 1, "begins with a byte order mark, which hides the head; save without it")
    if not text.startswith("---"):
        return Problem("card.head", "error", 1, "has no head between --- lines; write the card again")
    rows = text.splitlines()
    end = next((number for number, row in enumerate(rows[1:], 1) if row.rstrip() == "---"), None)
    if end is None:
        return Problem("card.head", "error", 1, "the head is not closed by a --- line")
    try:
        head = yaml.safe_load("\n".join(rows[1:end]))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return Problem("card.yaml", "error", (mark.line if mark else 0) + 2, "the head is not valid YAML here")
    if not isinstance(head, dict):
        return Problem("card.head", "error", 2, "the head holds no keys")
    keys: dict[str, int] = {}
    for number, row in enumerate(rows[:end], 1):
        match = re.match(r"([A-Za-z_]+):", row)
        if match and match[1] in keys:
            return Problem("card.yaml", "error", number, f"names {match[1]} twice; the Hub refuses that, take one out")
        if match:
            keys[match[1]] = number
    return head, keys


def _language(card: Card) -> Iterator[Problem]:
    said = card.head.get("language")
    listed = said if isinstance(said, list) else [] if said is None else [said]
    for value in listed:
        if isinstance(value, bool):
            yield card.problem(
                "language", "language", f'YAML reads this as {value}; write "no" in quotes for Norwegian'
            )
        elif not isinstance(value, str) or not LANGUAGE.match(value):
            yield card.problem("language", "language", f"{value!r} is no language code; write en, fr, zh and so on")


def _license(card: Card) -> Iterator[Problem]:
    said = card.head.get("license")
    for value in said if isinstance(said, list) else [said]:
        if not isinstance(value, str) or value not in LICENSES:
            hint = near_misses(value, LICENSES) if isinstance(value, str) else ""
            yield card.problem(
                "license", "license", f"{value!r} is not in the Hub's list{hint}; write other with license_name"
            )
        elif value == "other" and not card.head.get("license_name"):
            yield card.problem("license", "license", "other needs license_name, and best license_link too")


def _size(card: Card) -> Iterator[Problem]:
    said = card.head.get("size_categories")
    wanted = size_category(card.manifest["measured"]["size"]["documents"])
    for value in said if isinstance(said, list) else [said] if said else []:
        if value not in {name for _, name in SIZES}:
            yield card.problem(
                "size", "size_categories", f"{value!r} is none of the Hub's sizes; this dataset is {wanted}"
            )
        elif value != wanted:
            yield card.problem("size", "size_categories", f"says {value}, but was measured as {wanted}")


def _configs(card: Card) -> Iterator[Problem]:
    said = card.head.get("configs")
    if said is None:
        return
    if not isinstance(said, list) or not all(isinstance(config, dict) and config.get("config_name") for config in said):
        yield card.problem("configs", "configs", "every configuration needs a config_name")
        return
    if sum(bool(config.get("default")) for config in said) > 1:
        yield card.problem("configs", "configs", "two configurations are the default")
    paths = [file["path"] for file in card.manifest.get("files") or []]
    for config in said:
        files = [file for file in config.get("data_files") or [] if isinstance(file, dict)]
        splits = [file.get("split") for file in files]
        for split in sorted({str(split) for split in splits if splits.count(split) > 1}):
            yield card.problem("configs", "configs", f"{config['config_name']} names the split {split} twice")
        for file in files if paths else ():
            pattern = str(file.get("path"))
            if not any(fnmatchcase(path, pattern) for path in paths):
                yield card.problem("configs", "configs", f"{pattern} fits no file of the release")
    if not any(config == wanted for config in said for wanted in configs(card.manifest)[:1]):
        yield card.problem("configs", "configs", "the default configuration is not that of the release", "warning")


def _info(card: Card) -> Iterator[Problem]:
    """`datasets` refuses to load when these numbers are wrong."""
    said = card.head.get("dataset_info")
    for info in said if isinstance(said, list) else [said] if isinstance(said, dict) else []:
        if isinstance(info, dict) and info.get("config_name", "default") == "default":
            yield from _default_info(card, info)


def _default_info(card: Card, info: Values) -> Iterator[Problem]:
    for split in info.get("splits") or []:
        rows = card.manifest["splits"].get(split.get("name"), {}).get("rows")
        if rows is None:
            yield card.problem("info", "dataset_info", f"names the split {split.get('name')}, which is not there")
        elif split.get("num_examples") not in (None, rows):
            yield card.problem("info", "dataset_info", f"{split['name']} has {rows} rows, not {split['num_examples']}")
    named = [feature.get("name") for feature in info.get("features") or []]
    if named and named != [name for name, _ in card.manifest["columns"]]:
        yield card.problem("info", "dataset_info", "its features are not the columns of the files")


def _identity(card: Card) -> Iterator[Problem]:
    said = card.head.get("corpusqa")
    if not isinstance(said, dict) or said.get("content_id") != card.manifest["content_id"]:
        yield card.problem(
            "identity", "corpusqa", "is the card of another release; write it again with `corpusqa card`"
        )


def _placeholders(card: Card) -> Iterator[Problem]:
    for number, row in enumerate(card.text.splitlines(), 1):
        found = PLACEHOLDERS.search(row)
        if found:
            message = f"a placeholder of a template is left over: {found[0]}; say it or take the line out"
            yield Problem("card.placeholder", "error", number, message)


def _declared_languages(card: Card) -> Iterator[Problem]:
    measured = {row["name"]: row["documents"] for row in language_rows(card.manifest["measured"])}
    count = card.manifest["measured"]["size"]["documents"]
    said = card.head.get("language")
    listed = [str(v).split("-")[0] for v in (said if isinstance(said, list) else [said]) if isinstance(v, str)]
    if not measured or not listed:
        return
    for name in listed:
        if name not in ("multilingual", "code") and measured.get(name, 0) < FEW * count:
            yield card.problem(
                "contradiction",
                "language",
                f"declares {name}, but only {measured.get(name, 0)} of {count} documents are",
            )
    for name, documents in measured.items():
        if documents > MANY * count and name not in listed and "multilingual" not in listed:
            yield card.problem(
                "contradiction", "language", f"does not declare {name}, but {documents} of {count} documents are"
            )


def _declared_period(card: Card) -> Iterator[Problem]:
    said = card.manifest.get("declared", {}).get("period")
    bounds = said if isinstance(said, list | tuple) and len(said) == 2 else None
    measured = card.manifest["measured"]["periods"]["published"]
    if not bounds or not measured["first"]:
        return
    if measured["first"] < str(bounds[0]) or measured["last"] > str(bounds[1]):
        yield card.problem(
            "contradiction", "corpusqa",
            f"declares the period {bounds[0]} to {bounds[1]}, but documents are dated {measured['first']} to "
            f"{measured['last']}",
        )  # fmt: skip


def _declared_privacy(card: Card) -> Iterator[Problem]:
    """Prose that denies what the edits, or the gate on what was written, say."""
    left = sum(sum(card.manifest.get(name, {}).values()) for name in ("private_left", "private_names"))
    if not left:
        return
    for number, row in enumerate(card.text.splitlines(), 1):
        found = NO_PERSONAL_DATA.search(row)
        if found:
            message = f"says {found[0]!r}, but {left} private values were measured in documents that are published"
            yield Problem("card.contradiction", "error", number, message)


AGAINST_MEASURES: tuple[Callable[[Card], Iterator[Problem]], ...] = (
    _declared_languages,
    _declared_period,
    _declared_privacy,
)
RULES: tuple[Callable[[Card], Iterator[Problem]], ...] = (
    _language,
    _license,
    _size,
    _configs,
    _info,
    _identity,
    _placeholders,
    *AGAINST_MEASURES,
)
