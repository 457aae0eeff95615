"""Every row of the source ends as exactly one of kept, edited, dropped, unreadable."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import polars as pl

from corpusqa.errors import LedgerError
from corpusqa.policy.verdicts import DROP, EDIT, KEEP, Verdicts
from corpusqa.scan.model import Scan


@dataclass(frozen=True)
class Ledger:
    """Rows of the source and what became of them."""

    read: int
    kept: int
    edited: int
    dropped: int
    unreadable: int

    @classmethod
    def of(cls, scan: Scan, verdicts: Verdicts) -> Ledger:
        """The ledger of a judged scan; not yet checked."""
        counts = dict(verdicts.counted.group_by("verdict").agg(pl.col("documents").sum()).iter_rows())
        return cls(scan.read, counts.get(KEEP, 0), counts.get(EDIT, 0), counts.get(DROP, 0), scan.unreadable.height)

    def checked(self) -> Ledger:
        """The same ledger.

        Raises:
            LedgerError: rows in and rows out do not balance.
        """
        out = self.kept + self.edited + self.dropped + self.unreadable
        if out != self.read or min(asdict(self).values()) < 0:
            said = ", ".join(f"{count:,} {name}" for name, count in asdict(self).items() if name != "read")
            raise LedgerError(
                f"{self.read:,} rows were read, but {out:,} are accounted for ({said}); this is a fault of corpusqa: "
                "please report it, and use nothing of this run"
            )
        return self
