"""The measured sections of a card, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corpusqa.card.datasheet import QUESTIONS
from corpusqa.card.front import language_rows
from corpusqa.card.markdown import code, number, percent, plain, statistic, table

Values = Mapping[str, Any]
COLUMNS_SHOWN = 20
UNKNOWN = "unknown: nobody has declared it"


def account(manifest: Values) -> str:
    """Rows in, rows out, splits and columns."""
    ledger = manifest["ledger"]
    rows = [[code(name), number(said["rows"]), str(len(said["files"]))] for name, said in manifest["splits"].items()]
    counts = (
        f"Of {number(ledger['read'])} rows read, {number(ledger['kept'])} are here unchanged, "
        f"{number(ledger['edited'])} with cuts or masks; {number(ledger['dropped'])} were dropped and "
        f"{number(ledger['unreadable'])} could not be read. The rows that are not here are listed with their "
        "reasons in `removed/`, every cut and mask in `corpusqa/edits.parquet`."
    )
    if manifest.get("private_names"):
        counts += (
            f" Private values are left in the {private_names(manifest)}, which are published as the source has them."
        )
    columns = [[code(name), plain(kind)] for name, kind in manifest["columns"]]
    sizes = [[plain(name), number(value)] for name, value in manifest["measured"]["size"].items()]
    return "\n\n".join(
        [
            counts,
            table(["split", "documents", "files"], rows),
            table(["column", "type"], columns),
            table(["measured over the text of all documents", "value"], sizes),
        ]
    )


def private_names(manifest: Values) -> str:
    """In how many documents columns hold private values: "`url` of 12 and `id` of 3 documents"."""
    most = sorted(manifest["private_names"].items(), key=lambda item: (-item[1], item[0]))
    said = [f"{code(name)} of {number(count)}" for name, count in most[:COLUMNS_SHOWN]]
    more = f" and of {len(most) - COLUMNS_SHOWN} more columns" if len(most) > COLUMNS_SHOWN else ""
    return f"{' and '.join(said)} documents{more}"


def removed(manifest: Values) -> str:
    """Reasons, the first of each document, and how often it was the only one."""
    if not manifest["reasons"]:
        return "Nothing was dropped."
    rows = [[code(r["reason"]), number(r["first"]), number(r["only"])] for r in manifest["reasons"]]
    return table(["reason", "documents", "for no other reason"], rows)


def edited(report: Values) -> str:
    """Labels that were cut or masked."""
    edits = report.get("edits") or []
    if not edits:
        return "Nothing was cut or masked."
    rows = [[code(e["label"]), e["action"], number(e["documents"]), number(e["spans"])] for e in edits]
    return table(["label", "action", "documents", "spans"], rows)


def composition(measured: Values) -> str:
    """Languages, periods, sources and hosts of the documents that are published."""
    count = measured["size"]["documents"]
    parts = []
    for title, key in (("language", "languages"), ("source", "sources"), ("host of the address", "hosts")):
        rows = [
            [code(row["name"] or "") or "unknown", number(row["documents"]), percent(row["documents"], count),
             number(row["characters"])]
            for row in measured[key]
        ]  # fmt: skip
        if rows:
            parts.append(table([title, "documents", "share", "characters"], rows))
    rows = [
        [name, row["first"] or "–", row["last"] or "–", number(row["documents"])]
        for name, row in measured["periods"].items()
    ]
    parts.append(table(["date", "first", "last", "documents that state it"], rows))
    parts.append(
        "Languages and dates are as measured or as the source states them; rows without either are counted as unknown."
    )
    return "\n\n".join(parts)


def quality(report: Values) -> str:
    """Statistics of every signal and label, check by check, with the options that define them."""
    parts = []
    for name, check in (report.get("checks") or {}).items():
        rows = [[code(f"{name}.{s}"), plain(v["about"]), number(v["measured"]), statistic(v["statistics"])]
                for s, v in check["signals"].items()]  # fmt: skip
        rows += [[code(f"{name}.{s}"), plain(v["about"]), number(_documents(v)), statistic(v["statistics"])]
                 for s, v in check["labels"].items()]  # fmt: skip
        parts.append(
            f"### {plain(name)}\n\n{plain(check['about'])}\n\n" + table(["name", "what", "documents", "value"], rows)
        )
    return "\n\n".join(parts)


def _documents(label: Values) -> float | None:
    found = label["statistics"].get("documents")
    return found if found is None else int(found)


def gate(manifest: Values) -> str:
    """The limits that were judged on what was written."""
    said = manifest.get("gate") or {}
    if not said:
        return ""
    results = {True: "held", False: "broken"}
    rows = [
        [
            code(row["metric"]),
            code(row.get("slice") or ""),
            number(row.get("value")),
            f"{row.get('level', '')} {row.get('op', '')} {number(row.get('limit'))}",
            results.get(row.get("ok"), "not judged"),
        ]
        for row in said.get("limits", [])
    ]
    parts = [f"Judged on what was written: {plain(str(said.get('status')))}."]
    if rows:
        parts.append(table(["metric", "slice", "value", "limit", "result"], rows))
    if said.get("returned"):
        parts.append(
            f"Documents that are back, though earlier versions removed them by decision or for private data: "
            f"{number(said['returned'])}."
        )
    problems = [[p["severity"], plain(p["message"])] for p in said.get("card", [])]
    if problems:
        parts.append(table(["of this card", "what is wrong"], problems))
    return "\n\n".join(parts)


def changes(manifest: Values) -> str:
    """What differs from the parent."""
    said, parent = manifest.get("changes"), manifest.get("parent")
    if not said or not parent:
        return "This is the first version."
    names = ("added", "removed", "changed", "moved")
    rows = [[name, number(said[name])] for name in names]
    order = "in another order" if said["reordered"] else "in the same order"
    columns = "other columns" if said["columns"] else "the same columns"
    head = f"Against version {parent['version']}: {columns}, documents that both have {order}."
    return f"{head}\n\n{table(['documents', 'number'], rows)}"


def training_content(manifest: Values, declared: Values) -> str:
    """The fields of the EU summary of training content (AI Act, Article 53(1)(d)) that can be measured."""
    measured = manifest["measured"]
    hosts, count = measured["hosts"], measured["size"]
    top = ", ".join(code(row["name"]) for row in hosts if row["name"]) or "unknown: no document states an address"
    languages = ", ".join(code(row["name"]) for row in language_rows(measured)) or "unknown"
    period = measured["periods"]["collected"]
    dates = f"{period['first']} to {period['last']}" if period["first"] else "unknown: no document states it"
    rows = [
        ["modality", "text", "measured"],
        ["size", f"{number(count['documents'])} documents, {number(count['bytes'])} bytes", "measured"],
        ["languages", languages, "measured" if measured["languages"] else "unknown"],
        ["period of collection", dates, "measured" if period["first"] else "unknown"],
        [f"top domains by size ({measured['hosts_rule']})", top, "measured" if hosts else "unknown"],
        *([label, plain(_shown(declared.get(key, UNKNOWN))), "declared" if key in declared else "unknown"]
          for key, label in (("license", "licence"), ("opt_out", "opt-outs respected"), ("crawler", "crawlers used"))),
    ]  # fmt: skip
    return "\n\n".join([table(["field", "value", "origin"], rows), _declared_sources(measured)]).rstrip()


def _declared_sources(measured: Values) -> str:
    keys = ("license", "collected", "opt_out_checked")
    rows = [
        [plain(row["name"]), number(row["documents"]), number(row["characters"])]
        + [plain(_shown(row.get(key, UNKNOWN))) for key in keys]
        for row in measured["declared_sources"]
    ]
    if not rows:
        return ""
    head = ["declared source", "documents", "characters", "licence", "collected", "opt-out checked"]
    return f"{table(head, rows)}\n\nDocuments from no declared source: {number(measured['undeclared_source'])}."


def datasheet(manifest: Values, declared: Values) -> str:
    """The questions of a datasheet: what people declared, and unknown for the rest."""
    rows = [
        [question, plain(_shown(declared[key])) if key in declared else UNKNOWN] for key, question in QUESTIONS.items()
    ]
    return table(["question", "answer"], rows)


def provenance(manifest: Values) -> str:
    """Identity, tools and checks."""
    tools = ", ".join(f"{name} {version}" for name, version in manifest["tools"].items())
    checks = [
        [code(name), said["version"], plain(said["origin"]), code(_options(said["options"])), number(said["failed"])]
        for name, said in manifest["checks"].items()
    ]
    rows = [
        ["version", manifest["version"]],
        ["content", code(manifest["content_id"])],
        ["build", code(manifest["build_id"])],
        ["made from", f"{code(manifest['input']['name'])}, {number(manifest['input']['rows'])} rows"],
        ["made by", tools],
    ]
    return "\n\n".join([table(["", ""], rows), table(["check", "version", "from", "options", "failed on"], checks)])


def _options(options: Values) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in sorted(options.items()))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
