"""The baseline: a committed file of findings that were looked at and accepted, one per line, without any raw value.

The first line is a header; the rest is sorted, so that versions of the file merge line by line. There are no times,
line numbers or excerpts in it. A fingerprint covers the name of a finding, its document and the masked text around it.
With a key (CORPUSQA_BASELINE_KEY) it covers the value too. Without one an entry for a credential also holds the digest
of its document and counts only while that is unchanged, so that a new credential in an old place is new. Other private
values are too short for a digest: whoever holds the file would find them by trying.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.errors import CannotEvaluate, ConfigError
from corpusqa.scan.model import Scan

KEY_VARIABLE = "CORPUSQA_BASELINE_KEY"
SCHEMA = 1
# Findings whose values are long and random: the digest of their document tells nobody anything.
RANDOM_VALUES = ("pii.secret", "pii.private_key")
DIGEST_DIGITS = 16
# An HMAC key should have the security strength asked for, 128 bits (NIST SP 800-107); BLAKE2 takes up to 64 bytes.
SHORTEST_KEY, LONGEST_KEY = 16, 64
ENTRIES = {"name": pl.String, "fingerprint": pl.String, "digest": pl.String, "reason": pl.String}
REASON = "in the baseline"


@dataclass(frozen=True)
class Baseline:
    """A baseline.

    Attributes:
        name: The file's name, for messages.
        entries: Columns of ENTRIES, sorted by name and fingerprint; `digest` is null where none is kept.
        key: Mark of the key that its fingerprints were made with; "" without one.
        versions: Version of the checks that found the entries.
    """

    name: str
    entries: pl.DataFrame
    key: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    def dumped(self) -> bytes:
        """The file's content."""
        head = {"schema": SCHEMA, "key": self.key, "checks": dict(self.versions)}
        lines = [head, *({k: v for k, v in row.items() if v is not None} for row in self.entries.iter_rows(named=True))]
        return "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines).encode()


def key_of(environment: Mapping[str, str]) -> bytes:
    """The key of baseline fingerprints from CORPUSQA_BASELINE_KEY; empty where it is not set.

    Raises:
        ConfigError: it is too short to keep values from being found by trying, or longer than BLAKE2 takes.
    """
    key = environment.get(KEY_VARIABLE, "").strip().encode()
    if key and not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ConfigError(
            f"{KEY_VARIABLE} has {len(key)} bytes; it needs {SHORTEST_KEY} to {LONGEST_KEY}, make one with "
            "`openssl rand -hex 32`"
        )
    return key


def key_mark(key: bytes) -> str:
    """Says which key was used without saying what it is; "" for none."""
    return hashlib.blake2b(b"corpusqa baseline", key=key, digest_size=4).hexdigest() if key else ""


def read_baseline(path: Path, key: bytes = b"") -> Baseline:
    """Read a baseline.

    Raises:
        CannotEvaluate: it is missing, damaged, from a newer corpusqa, or made with another key; none of this may pass
            for an empty baseline.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CannotEvaluate(
            f"{path}: the baseline cannot be read ({error.strerror}); make one with `corpusqa baseline update`"
        ) from None
    except UnicodeDecodeError as error:
        raise CannotEvaluate(f"{path}: the baseline is not UTF-8 at byte {error.start}") from None
    rows = [_parsed(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    head = rows[0] if rows else {}
    if head.get("schema") != SCHEMA:
        raise CannotEvaluate(
            f"{path}:1: the baseline has no header of schema {SCHEMA}; it is damaged or of a newer corpusqa"
        )
    if head.get("key", "") != key_mark(key):
        said = "with another key" if key and head.get("key") else "without a key" if key else f"with {KEY_VARIABLE}"
        raise CannotEvaluate(
            f"{path}: the baseline was made {said}; set the same {KEY_VARIABLE} or make the baseline anew"
        )
    entries = [_entry(path, number, row) for number, row in enumerate(rows[1:], 2) if "schema" not in row]
    table = pl.DataFrame(entries, schema=ENTRIES, orient="row").unique(["name", "fingerprint"], keep="first")
    return Baseline(path.name, table.sort("name", "fingerprint"), head.get("key", ""), head.get("checks", {}))


def entries_of(baseline: Baseline, findings: pl.DataFrame, scan: Scan) -> tuple[pl.DataFrame, dict[str, int]]:
    """The findings that a baseline holds, with `reason`, and how many of its entries match none, by name."""
    table = findings.join(_digests(scan), on="doc", how="left", maintain_order="left")
    both = table.join(baseline.entries, on=["name", "fingerprint"], how="inner", maintain_order="left", suffix="_kept")
    held = both.filter(pl.col("digest_kept").is_null() | pl.col("digest_kept").eq_missing(pl.col("digest")))
    used = held.select("name", "fingerprint")
    stale = baseline.entries.join(used, on=["name", "fingerprint"], how="anti").group_by("name").len()
    reason = pl.coalesce("reason", pl.lit(REASON))
    return held.select(*findings.columns, reason=reason), dict(stale.iter_rows())


def updated(
    baseline: Baseline | None, findings: pl.DataFrame, scan: Scan, *, name: str, key: bytes = b"", prune: bool = False
) -> Baseline:
    """A baseline that accepts every finding of severity error as it is now, failed checks left out.

    Args:
        baseline: The present one; the reasons in it are kept.
        findings: `name`, `severity`, `doc`, `fingerprint`.
        scan: The scan they come from.
        name: The file's name.
        key: The key that the fingerprints of `findings` were made with.
        prune: Leave out entries that match no finding any more.
    """
    old = pl.DataFrame(schema=ENTRIES) if baseline is None else baseline.entries
    severe = findings.filter((pl.col("severity") == "error") & ~pl.col("name").str.starts_with("corpusqa."))
    table = severe.join(_digests(scan), on="doc", how="left", maintain_order="left")
    digest = pl.when(pl.col("name").is_in(RANDOM_VALUES) & pl.lit(not key)).then("digest")
    now = table.select("name", "fingerprint", digest=digest)
    now = now.join(old.select("name", "fingerprint", "reason"), on=["name", "fingerprint"], how="left")
    kept = [now.select(*ENTRIES)] if prune else [now.select(*ENTRIES), old]
    entries = pl.concat(kept).unique(["name", "fingerprint"], keep="first", maintain_order=True)
    checks = {entry.partition(".")[0] for entry in entries["name"]}
    versions = {check: info.version for check, info in sorted(scan.checks.items()) if check in checks}
    return Baseline(name, entries.sort("name", "fingerprint"), key_mark(key), versions)


def _digests(scan: Scan) -> pl.DataFrame:
    return scan.take("documents", "doc", "digest").select("doc", digest=pl.col("digest").str.slice(0, DIGEST_DIGITS))


def _parsed(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise CannotEvaluate(f"{path}:{number}: the baseline is damaged, this line is no JSON object; restore the file")
    return row


def _entry(path: Path, number: int, row: dict[str, Any]) -> tuple[str, str, str | None, str | None]:
    values = [row.get(name) for name in ENTRIES]
    name, fingerprint, digest, reason = values
    texts = all(isinstance(value, str) for value in (name, fingerprint))
    if not texts or not all(value is None or isinstance(value, str) for value in (digest, reason)):
        raise CannotEvaluate(f"{path}:{number}: the baseline is damaged, an entry needs `name` and `fingerprint`")
    return str(name), str(fingerprint), digest, reason
