"""Which files of a folder are the corpus, and which are not."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from corpusqa.errors import CannotEvaluate, EmptyCorpus, SourceError
from corpusqa.readers.files import open_file
from corpusqa.readers.model import File

FORMATS = {
    ".txt": "text",
    ".md": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}
COMPRESSED = (".gz", ".zst")
COMPRESSIBLE = ("jsonl", "json", "csv")
PACKED = "; those of rows in text also with .gz or .zst behind it"
NAMED = 5  # endings of files that have no reader, in a message
METADATA = "metadata.jsonl"
NOT_ROWS = ("readme", "license")  # beginnings of top-level names that describe a corpus
# What tools leave beside the data of a dataset; never rows.
SIDECARS = ("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", "croissant.json")
OWN_FOLDERS = ("corpusqa-report",)  # our own output, where a report was written inside the source
POINTERS = (b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/", b"# xet version ")
POINTER_BYTES = 1024  # the Git LFS specification: a pointer is smaller


@dataclass(frozen=True)
class Listing:
    """The files of a corpus.

    Attributes:
        root: Absolute folder that the paths are relative to.
        format: Name of the reader.
        files: Sorted by the UTF-8 bytes of their path.
        ignored: Top-level names that are not rows.
        folders: Number of folders that hold files of the corpus.
        skipped: Links that lead back into a folder that was read already.
    """

    root: Path
    format: str
    files: tuple[File, ...]
    ignored: tuple[str, ...] = ()
    folders: int = 1
    skipped: tuple[str, ...] = ()


def format_of(name: str) -> str | None:
    """The format that a file name stands for, or None."""
    suffix, compression = endings(name)
    found = FORMATS.get(suffix)
    return found if not compression or found in COMPRESSIBLE else None


def endings(name: str) -> tuple[str, str]:
    """The lower-case endings of a file name: of its format and of its compression, each with the dot or empty."""
    stem, dot, last = name.rpartition("/")[2].lower().lstrip(".").rpartition(".")
    if not dot or not last:
        return "", ""
    if "." + last not in COMPRESSED:
        return "." + last, ""
    _, dot, inner = stem.rpartition(".")
    return dot + inner if dot else "", "." + last


def list_file(path: Path) -> Listing:
    """A single file as a corpus."""
    return list_files(path.parent, [path.name])


def list_files(root: Path, paths: Sequence[str]) -> Listing:
    """Named files as a corpus; they are all read, so that they must have one format.

    Raises:
        SourceError: If a file has no reader, or they have several formats.
    """
    formats = {path: format_of(path) for path in paths}
    for path, found in formats.items():
        if found is None:
            raise SourceError(f"{root / path}: no reader for this kind of file; known are {', '.join(FORMATS)}{PACKED}")
    if len(set(formats.values())) > 1:
        raise SourceError(f"{root}: {' and '.join(sorted(filter(None, set(formats.values()))))} files together")
    files = [File(path, _size(root / path)) for path in sorted(paths, key=os.fsencode)]
    return Listing(root.absolute(), str(formats[paths[0]]), tuple(files), folders=_folders(paths))


def list_folder(root: Path) -> Listing:
    """The files of the format that most files of a folder have.

    Raises:
        SourceError: If two formats have the same number of files.
        EmptyCorpus: If no file has a known format.
    """
    skipped: list[str] = []
    every = sorted(_walk(root, skipped), key=lambda file: os.fsencode(file.path))
    known = [(file, format_of(file.path)) for file in every if not _describes(file.path)]
    counts = Counter(name for _, name in known if name)
    if not counts:
        looked = ", ".join("*" + ending for ending in FORMATS)
        raise EmptyCorpus(f"{root}: no documents; looked for files named {looked}{PACKED}{_held(every)}")
    (chosen, most), *others = counts.most_common()
    if others and others[0][1] == most:
        tie = " and ".join(f"{n} {name}" for name, n in counts.most_common() if n == most)
        raise SourceError(f"{root}: holds {tie} files alike; name the files, or the folder of one format")
    files = tuple(file for file, name in known if name == chosen)
    taken = {file.path for file in files}
    ignored = sorted({file.path for file in every} - taken)
    return Listing(root.absolute(), chosen, files, tuple(ignored), _folders(taken), tuple(sorted(skipped)))


def refuse_below(source: object, place: Path, option: str) -> None:
    """What a run writes must not be read as documents by the next one.

    Raises:
        SourceError: `place` lies in the folder `source`, below no name that is left out there.
    """
    root, there = Path(str(source)).resolve(), place.resolve()
    if not root.is_dir() or root not in (there, *there.parents):
        return
    if not any(name.startswith(".") or name in OWN_FOLDERS for name in there.relative_to(root).parts):
        what = f"{place} lies inside the source and would be read as part of it next time"
        raise SourceError(f"{what}; choose another {option}")


def _held(files: Sequence[File]) -> str:
    """What a folder without documents holds instead, by the endings of the names."""
    kinds = Counter("".join(PurePosixPath(file.path.lower()).suffixes[-2:]) or "no ending" for file in files)
    said = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(NAMED))
    return f"; the folder holds {said}{' and others' if len(kinds) > NAMED else ''}" if kinds else ""


def _folders(paths: Iterable[str]) -> int:
    return len({path.rpartition("/")[0] for path in paths})


def _walk(root: Path, skipped: list[str]) -> Iterator[File]:
    """Every file below a folder without dot names; links are followed unless they lead to a folder seen before.

    Links come last and in the order of their names, so that a folder with two names has the same one everywhere.
    """
    seen = {_identity(root)}
    folders = [("", os.fspath(root))]
    links: list[tuple[str, str]] = []
    while folders or links:
        if not folders:
            links.sort(key=lambda link: os.fsencode(link[0]))
            name, link = links.pop(0)
            if _identity(Path(link)) in seen:
                skipped.append(name)
                continue
            seen.add(_identity(Path(link)))
            folders.append((name + "/", link))
        prefix, folder = folders.pop()
        with _entries(folder) as entries:
            for entry in entries:
                name = prefix + entry.name
                if entry.name.startswith(".") or entry.name in OWN_FOLDERS:
                    continue
                if not _is_folder(entry):
                    yield File(name, _size(entry))
                elif entry.is_symlink():
                    links.append((name, entry.path))
                else:
                    seen.add(_identity(entry))
                    folders.append((name + "/", entry.path))


def _entries(folder: str) -> Any:
    try:
        return os.scandir(folder)
    except OSError as error:
        raise CannotEvaluate(f"{folder}: the folder cannot be listed ({error.strerror})") from error


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _identity(entry: os.DirEntry[str] | Path) -> tuple[int, int]:
    status = entry.stat()
    return status.st_dev, status.st_ino


def _size(entry: os.DirEntry[str] | Path) -> int:
    try:
        return entry.stat().st_size
    except OSError:  # the reader says what is wrong with it
        return -1


def _describes(path: str) -> bool:
    """Whether a top-level file describes the corpus instead of being part of it."""
    name = path.lower()
    about = "/" not in path and (name == METADATA or name.startswith(NOT_ROWS))
    return about or name.rpartition("/")[2] in SIDECARS


def refuse_pointer(head: bytes, where: str) -> None:
    """A file that stands for data which was not downloaded is no data."""
    if head.startswith(POINTERS):
        raise CannotEvaluate(f"{where} is a Git LFS or Xet pointer, not the data itself; run `git lfs pull` first")


def refuse_pointers(listing: Listing, copied_from: str | None = None) -> None:
    """Look into the small files of a format in which no document can be small by chance.

    Args:
        listing: The files.
        copied_from: What the user calls the source, where the files are copies that nobody knows by path.
    """
    for file in listing.files:
        if 0 < file.bytes < POINTER_BYTES:
            path = listing.root / file.path
            with suppress(OSError), open_file(path) as stream:  # the reader says what is wrong with it
                refuse_pointer(stream.read(64), f"{copied_from}: {file.path}" if copied_from else str(path))
