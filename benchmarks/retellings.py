"""Measure retellings: documents of one form that are paired, and the labelled pairs that are found.

    python benchmarks/retellings.py [--pairs PAIRS.parquet] [--seeds 2] [--counts 2,3,4,6,8,12,20,40,60]

The forms are those of tests/cases/forms.toml. Of each, so many corpora of so many documents are made as there are
seeds; two documents of a form are filled in differently, so that every pair is wrong. PAIRS has the columns a, b, label
(rewrite or another) and kind; all its texts are one corpus. Everything goes through a whole scan in this process.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.copies import edges, scanned
from tests.forms import Form, forms

HALVES = ("rewrite", "shared_material")


def paired(texts: Sequence[str]) -> dict[str, set[tuple[int, int]]]:
    """The pairs of each half in a corpus of these texts."""
    with tempfile.TemporaryDirectory() as folder:
        found = scanned(Path(folder), texts, also=())
        return {half: set(edges(found, half)) for half in HALVES}


def of_forms(some: Sequence[Form], counts: Sequence[int], seeds: int) -> None:
    """Wrong pairs by number of documents, and the forms that have any."""
    for count in counts:
        wrong, of = {half: Counter[str]() for half in HALVES}, 0
        for form in some:
            for seed in range(seeds):
                of += count * (count - 1) // 2
                for half, pairs in paired(form.documents(count, 10_000 * count + seed)).items():
                    wrong[half][f"{form.language} {form.name}"] += len(pairs)
        for half, by_form in wrong.items():
            print(f"{count:4} documents, {half:15} {by_form.total():6} of {of:7}", dict((+by_form).most_common(4)))


def labelled(path: Path) -> None:
    """Found pairs by label and kind, with the CPU time of the whole scan."""
    pairs = pl.read_parquet(path)
    texts = pl.concat([pairs["a"], pairs["b"]]).unique().sort().to_list()
    place = {text: at for at, text in enumerate(texts)}
    began = time.process_time()
    found = paired(texts)
    print(f"{len(texts)} texts, {time.process_time() - began:.1f} s of CPU")
    rows = [
        (*row[2:], tuple(sorted((place[row[0]], place[row[1]]))))
        for row in pairs.select("a", "b", "label", "kind").rows()
    ]
    for half in HALVES:
        for label, kind in sorted({row[:2] for row in rows}):
            mine = [pair in found[half] for *said, pair in rows if (label, kind) == tuple(said)]
            print(f"{half:15} {label:10} {kind:14} {sum(mine):4} of {len(mine):4} {sum(mine) / len(mine):.3f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pairs", type=Path)
    options.add_argument("--seeds", type=int, default=2)
    options.add_argument("--counts", default="2,3,4,6,8,12,20,40,60")
    args = options.parse_args()
    if args.pairs:
        labelled(args.pairs)
    counts = [int(count) for count in args.counts.split(",")]
    for held in (False, True):
        print("forms that were set aside" if held else "forms on which the rule was chosen")
        of_forms([form for form in forms() if form.held == held], counts, args.seeds)


if __name__ == "__main__":
    main()
