"""Opening a source: what it is, which of it is read, and where its fields lie."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from corpusqa.config import InputOptions
from corpusqa.corpus.extract import values_of
from corpusqa.corpus.fields import Fields, find_fields
from corpusqa.corpus.locating import SPOOL, Located, locate, spool_folder
from corpusqa.corpus.model import Corpus
from corpusqa.corpus.repack import repacked
from corpusqa.errors import EmptyCorpus, SourceError
from corpusqa.readers import UNIT_BYTES, reader
from corpusqa.readers.listing import METADATA, Listing, endings, refuse_pointers
from corpusqa.readers.plain import metadata_note
from corpusqa.scratch import remove_scratch, sweep_scratch

GLANCED_FILES, GLANCED_ROWS = 8, 20  # looked into for what a column of strings holds
NAMED = 8  # ignored files named in the note; the rest is counted


def open_corpus(
    source: Any, options: InputOptions | None = None, *, work: Path | None = None, unit_bytes: int = UNIT_BYTES
) -> Corpus:
    """Recognise a source and plan how it is read.

    Args:
        source: A file, a folder, a pattern, a list of them, `-` for standard input, a URL, a data set of the Hub as
            `hf://datasets/org/name@revision:split`, or a dataset object of `datasets`.
        options: The `[input]` part of the configuration: the column of each field, None where it is to be found.
        work: Folder for what has to be copied before it can be read, by default the system's.
        unit_bytes: Text that one task reads.

    Raises:
        SourceError: If the source does not exist, holds several formats alike or has no text column.
        EmptyCorpus: If it holds no document.
        CannotEvaluate: If it holds pointers to data that was not downloaded.
    """
    if work is not None:
        sweep_scratch(SPOOL, work)  # copies that a killed run left, also where this one copies nothing
    located = locate(source, work)
    with ExitStack() as undo:
        if located.spooled:
            undo.callback(remove_scratch, located.spooled)
        if located.listing.format != "text":
            refuse_pointers(located.listing, located.name if located.spooled else None)

        def new_folder() -> Path:
            folder = spool_folder(located.spooled or work)
            undo.callback(remove_scratch, folder)
            return folder

        listing, copy = repacked(located.listing, unit_bytes, new_folder)
        corpus = _planned(replace(located, listing=listing, spooled=located.spooled or copy), options, unit_bytes)
        undo.pop_all()
    return corpus


def _planned(located: Located, options: InputOptions | None, unit_bytes: int) -> Corpus:
    listing = located.listing
    columns, fields = _columns(listing, options, located.name)
    units = reader(listing.format).plan(listing.root, listing.files, unit_bytes)
    if not units:
        raise EmptyCorpus(f"{located.name}: no documents, {_files(listing)} without a row")
    has_metadata = listing.format == "text" and (listing.root / METADATA).is_file()
    return Corpus(
        source=located.name,
        format=listing.format,
        root=str(listing.root),
        files=listing.files,
        sidecars=(METADATA,) if has_metadata else (),
        units=tuple(units),
        fields=fields,
        columns=tuple(columns),
        notes=_notes(located, fields),
        splits=dict(located.splits.of),
        spooled=str(located.spooled) if located.spooled else None,
        anonymous=located.anonymous,
    )


def _columns(listing: Listing, options: InputOptions | None, where: str) -> tuple[dict[str, str], Fields]:
    """The columns and the fields; looks further where the first rows do not have what is asked for."""
    columns: dict[str, str] = {}
    for thorough in (False, True):
        columns = reader(listing.format).columns(listing.root, listing.files, thorough)
        try:
            if columns:
                return columns, find_fields(columns, options, where, partial(_glance, listing))
        except SourceError:
            if thorough:
                raise
    asked = getattr(options, "text", None)
    return columns, Fields(asked if isinstance(asked, str) else "text")  # no row can be read; the reader says why


def _glance(listing: Listing, column: str) -> list[Any]:
    """The first values of a column, from the first file that has some."""
    for file in listing.files[:GLANCED_FILES]:
        values = values_of(reader(listing.format).glance(listing.root, file, [column], GLANCED_ROWS), (column,))
        if any(values):
            return values
    return []


def _notes(located: Located, fields: Fields) -> tuple[str, ...]:
    listing = located.listing
    what = f"{_files(listing)}{f' in {listing.folders} folders' if listing.folders > 1 else ''}"
    ignored = [name for name in listing.ignored if name != METADATA or listing.format != "text"]
    more = f" and {len(ignored) - NAMED} more" if len(ignored) > NAMED else ""
    notes = [f"{what}; not read: {', '.join(ignored[:NAMED])}{more}" if ignored else what]
    if located.anonymous:
        notes = [f"a {located.name}" if located.name.startswith("datasets.") else located.name]
    if located.splits.of and not fields.split:
        notes.append(f"splits: {', '.join(dict.fromkeys(located.splits.of.values()))}")
        notes.extend(located.splits.doubts)
    if fields.note():
        notes.append(str(fields.note()))
    if fields.doubt():
        notes.append(str(fields.doubt()))
    if listing.format == "text" and (said := metadata_note(listing.root, listing.files)):
        notes.append(said)
    if listing.skipped:
        notes.append(f"links back into a folder that is read already: {', '.join(listing.skipped)}")
    return tuple(notes)


def _files(listing: Listing) -> str:
    """The kinds of files by their endings: 60 txt documents, 3 parquet files."""
    kinds = sorted({"".join(endings(file.path))[1:] for file in listing.files})
    noun = "document" if listing.format == "text" else "file"
    return f"{len(listing.files):,} {' and '.join(kinds)} {noun}{'' if len(listing.files) == 1 else 's'}"
