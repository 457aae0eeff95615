"""Groups of rows that are kept from run to run: only those that gained or lost a row are looked at again.

A stage made here is an index. It holds the rows of all groups in segments, one more for each run that added some, and
what was made of the groups. Rows belong to documents, which bear the same number, their slot, in every run; rows of
documents that are gone stay in their segments until these are merged, and count for nothing. Of the groups that a run
changed, what was made of them as they were is taken away, and what is made of them as they are is added.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corpusqa.engines.flow import Flow, GroupFn
from corpusqa.engines.hashing import buckets_of, digest_of
from corpusqa.engines.owners import DOCUMENTS, EPOCH, MADE, Belonging, Owners
from corpusqa.engines.parts import Done, Stage, carried, write_tables
from corpusqa.engines.segments import Segment, write_segment

# Of the layout of these stages and the meaning of their tables; one of another number is made anew.
FORMAT = 4
BEFORE = ".before"  # end of the name of what the run before left, until the new stage is whole
SEGMENT, OWNERS = "rows.", "owners."
# More segments than these are merged into one, and so are those of which this share of the rows is gone.
MOST_SEGMENTS, MOST_GONE = 8, 0.25
# Keys of private values hold the secret of the source, which follows from its beginning.
OTHER_KEY = (
    "what was kept does not fit any more and is made anew (versions, options or, of private values, the beginning of "
    "the source are others)"
)
COUNT = "_n"
ONCE = pl.lit(1, pl.Int64).alias(COUNT)
GONE, STAYS, LEAVES, BACK = 0, 1, 2, 3  # what becomes of the documents of a segment's rows

NewRows = Callable[[int, pl.DataFrame], pl.DataFrame]


def kept_groups(
    flow: Flow,
    name: str,
    key: object,
    made_of: object,
    owners: Belonging,
    tasks: Sequence[int],
    rows: NewRows,
    schema: dict[str, Any],
    fn: GroupFn,
    size: int,
) -> Stage:
    """Like `Flow.group_by_key` on the column `key`, but groups without a change are not made again.

    Args:
        flow: Runs the stage.
        name: Name of the stage.
        key: All that the rows of one document and what is made of a group depend on besides the document and the group,
            as plain values. What was kept under another key is dropped.
        made_of: What the corpus is.
        owners: The documents of this run.
        tasks: Parts of their stage.
        rows: (task, its documents (`row`, `slot`, `doc`) whose rows are wanted) -> their rows, in `schema`.
        schema: Flat columns, with `key` and `slot` (Int64).
        fn: Rows of whole groups, with `doc` instead of `slot` and sorted by all columns, `key` first -> tables whose
            rows each follow from one group alone and from the order of its documents, not from their numbers. The
            column `_n` (Int64) adds up over rows that are else equal.
        size: About how many bytes the rows take.

    Returns:
        A stage; read its tables with `made`.
    """
    same = digest_of(FORMAT, key, pl.__version__)
    of = digest_of(same, owners.epoch, made_of)
    there = flow.there(name)
    if there is not None and there.about.get("of") == of:
        flow.drop(name + BEFORE)
        return there
    before, count = flow.set_aside(name, name + BEFORE), flow.buckets(size)
    if before is not None and before.about.get("key") != same:
        flow.say_once(f"{name.partition('.')[2] or name}: {OTHER_KEY}")
        before = None
    if before is not None and before.about.get(EPOCH) != owners.epoch:
        before = None  # the slots were given anew, and why is said where that was done
    if before is not None and count > 2 * int(before.about["buckets"]):
        before = None  # it has outgrown its buckets
    if before is None:
        flow.drop(name + BEFORE)
    else:
        count = int(before.about["buckets"])
    about = {"of": of, "key": same, EPOCH: owners.epoch, "buckets": str(count)}
    spread = partial(_spread, rows, owners, before, count)
    reduce = partial(_update, fn, owners, before, schema)
    stage = flow.shuffle(name, (of, before.digest if before else ""), tasks, spread, schema, count, reduce, about)
    flow.drop(name + BEFORE)
    return stage


def _spread(rows: NewRows, owners: Belonging, before: Stage | None, buckets: int, task: int) -> pl.DataFrame:
    """The rows of documents that are new, with their bucket."""
    docs = owners.part(task)
    if before is not None:
        docs = docs.filter(~pl.Series(Owners.read(before, OWNERS).has(docs["slot"].to_numpy()), dtype=pl.Boolean))
    found = rows(task, docs)
    return found.with_columns(buckets_of(found, ["key"], buckets))


def _update(
    fn: GroupFn,
    owners: Belonging,
    before: Stage | None,
    schema: dict[str, Any],
    folder: Path,
    bucket: int,
    fresh: pl.DataFrame,
) -> Done:
    now = owners.owners()
    fresh = fresh.select(*schema)
    if before is None:
        rows = _documented(fresh, now)
        parts, tables = [write_segment(folder, bucket, f"{SEGMENT}0", _narrow(rows.drop("doc")))], _made(fn, rows, now)
    else:
        then = Owners.read(before, OWNERS)
        parts, tables = _changed(fn, before, then, now, folder, bucket, fresh)
    if bucket == 0:
        parts = [*parts, *owners.carry(folder, OWNERS)]
    return Done((*parts, *write_tables(folder, bucket, tables)))


def _changed(
    fn: GroupFn, before: Stage, then: Owners, now: Owners, folder: Path, bucket: int, fresh: pl.DataFrame
) -> tuple[Any, dict[str, pl.DataFrame]]:
    """The segments and tables of a bucket after the rows of some documents came and those of others went."""
    held = [part for part in before.parts if part.part == bucket and part.table.startswith(SEGMENT)]
    segments = [Segment(before.folder / part.name) for part in held]
    fates = _fates(then, now)
    fate = [np.take(fates, segment.slots, mode="clip") for segment in segments]
    leaving = [segment.keys[one == LEAVES] for segment, one in zip(segments, fate, strict=True)]
    keys = np.unique(np.concatenate([fresh["key"].to_numpy(), *leaving]))
    old, stay = [fresh.clear()], [fresh]
    for segment, one in zip(segments, fate, strict=True):
        places = segment.places(keys)
        old.append(segment.take(places[(one[places] == STAYS) | (one[places] == LEAVES)]).cast(fresh.schema))
        stay.append(segment.take(places[one[places] == STAYS]).cast(fresh.schema))
    less = _made(fn, _documented(pl.concat(old), then), then)
    more = _made(fn, _documented(pl.concat(stay), now), now)
    tables = {name: _sum(before.part(name, bucket), less[name], more[name]) for name in more}
    gone = sum(int(np.count_nonzero(one != STAYS)) for one in fate)
    # Rows of a document that was left out for a while would count again beside its new ones.
    back = any((one == BACK).any() for one in fate)
    if not back and len(held) < MOST_SEGMENTS and gone <= MOST_GONE * sum(len(one) for one in fate):
        return _segments(folder, bucket, [(before.folder, part) for part in held], fresh, now), tables
    kept = [
        segment.take(np.flatnonzero(one == STAYS)).cast(fresh.schema)
        for segment, one in zip(segments, fate, strict=True)
    ]
    return _segments(folder, bucket, [], pl.concat([*kept, fresh]), now), tables


def _fates(then: Owners, now: Owners) -> Any:
    """By slot what becomes of a document, and as the last number what becomes of all slots behind.

    A segment still holds rows of documents that went before the last run; one of these may be here again.
    """
    slots = np.arange(max(len(then.doc_of), len(now.doc_of)))
    before, here = then.has(slots), now.has(slots)
    fates = np.where(before, np.where(here, STAYS, LEAVES), np.where(here, BACK, GONE))
    return np.append(fates, GONE).astype(np.uint8)


def _segments(folder: Path, bucket: int, held: Sequence[tuple[Path, Any]], fresh: pl.DataFrame, now: Owners) -> Any:
    """The segments that stay and one of new rows."""
    parts = [carried(part, there, folder, f"{SEGMENT}{number}", part.part) for number, (there, part) in enumerate(held)]
    if fresh.height or not parts:
        rows = _narrow(_documented(fresh, now).drop("doc"))
        parts.append(write_segment(folder, bucket, f"{SEGMENT}{len(parts)}", rows))
    return parts


def _narrow(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows as a segment holds them: slots, places and the like as numbers of 32 bits where all of them fit."""
    wide = [name for name, dtype in rows.schema.items() if dtype == pl.Int64 and name != "key"]
    least, most = -(1 << 31), (1 << 31) - 1
    fits = [name for name in wide if rows[name].is_between(least, most).all()]
    return rows.with_columns(pl.col(fits).cast(pl.Int32))


def _documented(rows: pl.DataFrame, owners: Owners) -> pl.DataFrame:
    """Rows with their documents, in the order in which `fn` sees them: by key, document and all other columns.

    Two stable sorts by one number each, and the few rows with the same key and document apart: a tenth of the time that
    one sort by all columns takes.
    """
    found = rows.with_columns(doc=pl.Series(owners.doc_of[rows["slot"].to_numpy()], dtype=pl.Int64))
    found = found.sort("doc", maintain_order=True).sort("key", maintain_order=True)
    again = (pl.col("key") == pl.col("key").shift()) & (pl.col("doc") == pl.col("doc").shift())
    tied = found.select((again | again.shift(-1)).fill_null(False)).to_series()
    if not tied.any():
        return found
    place = np.arange(found.height)
    place[tied.to_numpy()] = found.height + np.arange(int(tied.sum()))
    return pl.concat([found, found.filter(tied).sort("key", "doc", *rows.columns, nulls_last=True)])[place]


def _made(fn: GroupFn, rows: pl.DataFrame, owners: Owners) -> dict[str, pl.DataFrame]:
    """What `fn` makes of rows from `_documented`, by slots."""
    columns = [{"slot": "doc"}.get(name, name) for name in rows.columns if name != "doc"]
    tables = fn(rows.select(columns))
    return {f"{MADE}{name}": owners.slotted(frame) for name, frame in tables.items()}


def _sum(table: pl.DataFrame, less: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """A table after some rows went and others came; rows that are in neither are not touched.

    Few documents have rows that do: only theirs are compared by all columns.
    """
    change = _summed([more, less.with_columns(-pl.col(COUNT))])
    if change.is_empty():
        return table
    names = [name for name in table.columns if name != COUNT]
    doc = next((name for name in names if name in DOCUMENTS), names[0])
    near = table[doc].is_in(change[doc].unique().implode(), nulls_equal=True)
    close = table.filter(near)
    same: dict[str, Any] = {"on": names, "nulls_equal": True}
    touched = _summed([close.join(change, how="semi", **same), change])
    assert (touched[COUNT] > 0).all(), "a row went that was not there"
    return pl.concat([table.filter(~near), close.join(change, how="anti", **same), touched])


def _summed(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows of frames, `_n` added up over equal ones; rows that come to nothing are left out."""
    names = [name for name in frames[0].columns if name != COUNT]
    found = pl.concat(frames).group_by(names, maintain_order=True).agg(pl.col(COUNT).sum())
    return found.filter(pl.col(COUNT) != 0)
