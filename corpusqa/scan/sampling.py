"""`--sample N`: the N rows whose keys have the smallest hashes, so that neither order nor unit size changes which."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl

from corpusqa.corpus import Corpus
from corpusqa.corpus.extract import field_of
from corpusqa.corpus.rows import sound_digests
from corpusqa.corpus.sample import Sample
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Done, write_tables
from corpusqa.readers import Block, Unit, read_ids, reader
from corpusqa.readers.files import shown

_KEYS = {"hash": pl.Int64, "row": pl.Int64}


def sampled(corpus: Corpus, flow: Flow, asked: int) -> Corpus:
    """The corpus with `asked` of its rows, or all of them if it has no more.

    The key of a row is its id, else the digest of the whole row, of a row that cannot be read its place; the lost rest
    of a file is always drawn. Of text files only the drawn ones are opened; of tables only the ids, and the rows that
    have none, are read before the units that hold a drawn row.
    """
    if corpus.format == "text":
        return _files(corpus, asked)
    stage = flow.map("keys", (corpus.identity(), asked), corpus.units, partial(_unit_keys, corpus, asked))
    counts = {unit.number: stage.part("counts", unit.number).row(0) for unit in corpus.units}
    veiled = ((unit.number, stage.part("keys", unit.number)) for unit in corpus.units)
    frames = []
    before = 0
    for unit, keys in veiled:
        frames.append(_placed(_veiled(corpus, unit, keys), before).with_columns(unit=pl.lit(unit, pl.Int64)))
        before += counts[unit][0]
    drawn = pl.concat(frames).sort("hash", "unit", "row").head(asked).sort("unit", "row")
    rows = {unit: tuple(part["row"]) for (unit,), part in drawn.group_by("unit", maintain_order=True)}
    of_rows, of_lines = ({unit: values[i] for unit, values in counts.items()} for i in (0, 1))
    return _noted(corpus, Sample(before, rows, of_rows, of_lines, corpus.identity()), drawn.height)


def _files(corpus: Corpus, asked: int) -> Corpus:
    """Each file is one row, whose id is its path."""
    order = sorted(corpus.files, key=lambda file: (_hash(shown(file.path)), file.path))
    drawn = set(order[:asked])
    files = tuple(file for file in corpus.files if file in drawn)
    unit_bytes = max(unit.bytes for unit in corpus.units)
    units = tuple(reader(corpus.format).plan(Path(corpus.root), files, unit_bytes))
    return _noted(replace(corpus, files=files, units=units), Sample(len(corpus.files)), len(files))


def _noted(corpus: Corpus, sample: Sample, drawn: int) -> Corpus:
    if drawn == sample.of:
        return corpus
    note = f"a sample of {drawn:,} of {sample.of:,} rows, drawn by the hash of their ids"
    return replace(corpus, sample=sample, notes=(*corpus.notes, note))


def _unit_keys(corpus: Corpus, asked: int, folder: Path, unit: Unit) -> Done:
    """Of one unit: the smallest hashes with their rows, all unreadable rows, and how many rows and lines there are."""
    block, found = _named(corpus, unit, corpus.fields.id) if corpus.fields.id else _whole(corpus.block(unit, None))
    lost = pl.col("hash").is_null()
    keys = pl.concat([found.filter(~lost).sort("hash", "row").head(asked), found.filter(lost), _unreadable(block)])
    counts = pl.DataFrame({"rows": [block.count], "lines": [block.lines]}, schema={"rows": pl.Int64, "lines": pl.Int64})
    return Done(write_tables(folder, unit.number, {"keys": _veiled(corpus, unit.number, keys), "counts": counts}))


def _veiled(corpus: Corpus, unit: int, keys: pl.DataFrame) -> pl.DataFrame:
    """The keys with hashes under a one-time pad that follows from the source; done twice, the hashes again.

    The hash of an id that is an address or a number is undone by trying; whoever finds the work files alone cannot.
    """
    secret = corpus.secret()
    names = (f"{unit}:{row}".encode() for row in keys["row"])
    pads = [int.from_bytes(hashlib.blake2b(name, key=secret, digest_size=8).digest(), "big") >> 1 for name in names]
    hashes = [None if value is None else value ^ pad for value, pad in zip(keys["hash"], pads, strict=True)]
    return keys.with_columns(hash=pl.Series(hashes, dtype=pl.Int64))


def _named(corpus: Corpus, unit: Unit, name: str) -> tuple[Block, pl.DataFrame]:
    """The ids of a unit, and of its rows with an id the keys by it, of the others those by all that they hold.

    An empty id is none: in CSV nothing else can stand for it, and it would draw all of its rows or no row.
    """
    block = read_ids(corpus.format, Path(corpus.root), unit, name)
    ids = field_of(block, name)
    has = ids.is_not_null() & (ids != "")
    keys = _hashed(ids.filter(has), block.place["row"].filter(has))
    if has.all():
        return block, keys
    rows = tuple(block.place["row"].filter(~has))
    whole = replace(corpus, sample=Sample(0, {unit.number: rows})).block(unit, None)
    return block, pl.concat([keys, _whole(_without(whole, name))[1], _unreadable(whole)])


def _without(block: Block, name: str) -> Block:
    """The block without the column of the id: an empty one and none are the same."""
    if block.table is None:
        records = [{key: value for key, value in record.items() if key != name} for record in block.records or ()]
        return replace(block, records=records)
    names = [column for column in block.table.column_names if column != name]
    return replace(block, table=block.table.select(names))


def _whole(block: Block) -> tuple[Block, pl.DataFrame]:
    """A block with all columns, and the keys of its rows by what they hold; null where that is damaged."""
    return block, _hashed(sound_digests(block), block.place["row"])


def _hashed(keys: Iterable[str | None], rows: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"hash": [None if key is None else _hash(key) for key in keys], "row": rows}, schema=_KEYS)


def _unreadable(block: Block) -> pl.DataFrame:
    # The lost rest of a file is drawn before all others: a sample must not hide that there is less than there seems.
    rows = [(0 if t.rest else None, t.row) for t in block.troubles]
    return pl.DataFrame(rows, schema=_KEYS, orient="row")


def _placed(keys: pl.DataFrame, before: int) -> pl.DataFrame:
    """The keys of a unit that comes after so many rows, unreadable rows hashed by their place among all rows."""
    hashes = [_hash(f"row {before + row}") if value is None else value for value, row in keys.rows()]
    return keys.with_columns(hash=pl.Series(hashes, dtype=pl.Int64))


def _hash(key: str) -> int:
    """The first 63 bits of the key's SHA-256."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 1
