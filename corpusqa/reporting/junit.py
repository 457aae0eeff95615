"""The gate as JUnit XML: a suite per check, a test per limit and slice; no text of the corpus stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as Tree

from corpusqa.reporting.words import LEVELS, counted, limit_words, slice_name, state

# What XML 1.0 cannot hold, even escaped.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Mapping[str, Any]) -> str:
    """One suite per check.

    Every limit is a test that fails at the level `error`; a warning is said in its output. A check without limits is a
    test that is skipped, a check that failed on documents one with an error.
    """
    suites: dict[str, list[Tree.Element]] = {name: [] for name in report["checks"]}
    for row in report["gate"]["limits"]:
        suites.setdefault(row["metric"].partition(".")[0], []).append(_of_limit(row))
    for name, section in report["checks"].items():
        if section["failed"] or not suites[name]:
            suites[name].append(_of_check(name, section))
    root = Tree.Element("testsuites", {"name": "corpusqa", **_sums([t for tests in suites.values() for t in tests])})
    for name, tests in suites.items():
        suite = Tree.SubElement(
            root, "testsuite", {"name": name, **_sums(tests), "skipped": str(_count(tests, "skipped"))}
        )
        suite.extend(tests)
    Tree.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Tree.tostring(root, encoding="unicode")}\n'


def _of_limit(row: Mapping[str, Any]) -> Tree.Element:
    """One test, whose name is unique: metric, slice, level and direction."""
    where = f" [{slice_name(dict(row))}]" if row["by"] else ""
    name = f"{row['metric']}{where} {LEVELS[row['level']]} {row['op']}"
    test = Tree.Element("testcase", classname=f"corpusqa.{row['metric'].partition('.')[0]}", name=_legal(name))
    said = _legal(limit_words(dict(row)))
    found = state(dict(row))
    if found == "waits":
        Tree.SubElement(test, "skipped", message=said)
    elif found == "holds":
        pass
    elif row["level"] != "error":
        Tree.SubElement(test, "system-out").text = f"warning: {said}"
    elif found == "unknown":
        Tree.SubElement(test, "error", type="not evaluated", message=said)
    else:
        Tree.SubElement(test, "failure", type="limit", message=said)
    return test


def _of_check(name: str, section: Mapping[str, Any]) -> Tree.Element:
    test = Tree.Element("testcase", classname=f"corpusqa.{name}", name=f"{name} runs")
    if section["failed"]:
        said = f"the check failed on {counted(section['failed'], 'document')}"
        Tree.SubElement(test, "error", type="check failed", message=said)
    else:
        found = ", ".join(f"{section['findings'][level]:,} {level}" for level in ("error", "warning", "info"))
        Tree.SubElement(test, "skipped", message=f"no limit is set; findings: {found}")
    return test


def _sums(tests: list[Tree.Element]) -> dict[str, str]:
    return {
        "tests": str(len(tests)),
        "failures": str(_count(tests, "failure")),
        "errors": str(_count(tests, "error")),
    }


def _count(tests: list[Tree.Element], kind: str) -> int:
    return sum(test.find(kind) is not None for test in tests)


def _legal(text: str) -> str:
    return _ILLEGAL.sub("�", text)
