"""Builds a version of a pack: reads what is new, takes the rest from the version before, writes, publishes.

A file is read as one moment: its size and times are compared before and after, and its content hashed in between.
Files that cannot be read, that are empty, or that differ from the others are left out and named in the manifest.
"""

import errno
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ayar.base.clock import SYSTEM
from ayar.base.errors import AyarError, DataError, DiskFailed, MissingExtra, StoreNotWritable
from ayar.base.process import identity
from ayar.data.columns import Column, as_columns
from ayar.data.layout import Written, write_blocks
from ayar.data.manifest import LAYOUT, MANIFEST, BadFile, Manifest, PackedFile
from ayar.data.reader_facts import ReaderFacts
from ayar.data.scan import Fact, fact_of, hash_of
from ayar.data.schema import Schema, agree, is_large
from ayar.data.spool import Reused, Source, Spool
from ayar.data.versions import begin, publish

ATTEMPTS = 3
"""How often a file is read that changes meanwhile."""
FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}

Read = Callable[[str], Any]


@dataclass(frozen=True)
class Order:
    """What is to be built."""

    home: Path
    reader: ReaderFacts
    read: Read
    format: str
    scanned: int
    facts: tuple[Fact, ...]
    """Of all files, in the order of the pack."""
    reused: dict[str, tuple[PackedFile, Reused]]
    """Files that the version before holds as they are, by path."""
    max_bad: float
    map: Callable[[Callable[[str], "Parsed"], Sequence[str]], Iterator["Parsed"]]
    """Calls a function for each of the paths, in order."""


@dataclass(frozen=True)
class Parsed:
    """One file, read."""

    fact: Fact
    hash: str
    columns: dict[str, Column] | None
    why: str = ""
    """What is wrong with it, if something is."""


def parse(path: str, read: Read) -> Parsed:
    """Read one file as it was at one moment.

    Raises:
        MissingExtra: the reader needs a package that is not installed.
    """
    fact = Fact(path, 0, 0, 0)
    for _ in range(ATTEMPTS):
        try:
            fact = fact_of(path)
            content = hash_of(path)
        except OSError as error:
            return Parsed(fact, "", None, f"cannot be read: {error.strerror}")
        found = _columns(path, fact, content, read)
        if _fact_now(path) == fact:
            return found
    return Parsed(fact, "", None, f"changed while it was read, {ATTEMPTS} times")


def _fact_now(path: str) -> Fact | None:
    try:
        return fact_of(path)
    except OSError:
        return None


def _columns(path: str, fact: Fact, content: str, read: Read) -> Parsed:
    if fact.size == 0:
        return Parsed(fact, content, None, "empty")
    try:
        return Parsed(fact, content, as_columns(read(path)))
    except (MissingExtra, MemoryError):
        raise
    except AyarError as error:
        return Parsed(fact, content, None, str(error))
    except Exception as error:  # a reader is the user's own code and may raise anything
        return Parsed(fact, content, None, f"{type(error).__name__}: {error}")


def build(order: Order) -> Path:
    """Build and publish a version; its folder.

    Raises:
        DataError: too many files are bad, or all.
        DiskFailed: the disk is full; nothing was published.
        StoreNotWritable: the folder cannot be written.
    """
    begun = SYSTEM.elapsed()
    with _refusals(order.home):
        folder, hold = begin(order.home)
        try:
            manifest = _write(order, folder, begun)
            (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
            return publish(folder, order.home)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            del hold


@contextmanager
def _refusals(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            free = shutil.disk_usage(home).free
            raise DiskFailed(
                f"the disk is full, or a file grew beyond its limit, while packing into {home} ({error.strerror}; "
                f"{free / 2**20:,.0f} MB free); nothing was published and what was written is removed; make room, or "
                "pass cache= a folder on another disk"
            ) from None
        raise StoreNotWritable(
            f"cannot pack into {home} ({error.strerror}: {error.filename}); pass cache= a folder you can write to"
        ) from None


def _write(order: Order, folder: Path, begun: float) -> Manifest:
    with closing(Spool(folder / "spool")) as spool:
        sources, entries, bad = _gathered(order, spool)
        schema, different = agree([source.schema for source in sources], lambda i, name: _is_large(sources[i], name))
        bad += [BadFile(entries[i].fact, entries[i].hash, why) for i, why in different.items()]
        good = [i for i in range(len(sources)) if i not in different]
        check_bad(bad, len(order.facts), order.max_bad)
        kept = [sources[i] for i in good]
        written = _written(order.format, folder, schema, kept)
    files, schemas = _entries([entries[i] for i in good], kept)
    return Manifest(
        layout=LAYOUT,
        reader=order.reader,
        format=order.format,
        scanned=order.scanned,
        rows=sum(entry.rows for entry in files),
        files=files,
        bad=tuple(sorted(bad, key=lambda entry: entry.path)),
        schemas=schemas,
        columns=written.columns,
        blocks=written.blocks,
        parsed=len(order.facts) - len(order.reused),
        seconds=SYSTEM.elapsed() - begun,
        builder=identity(),
    )


def _gathered(order: Order, spool: Spool) -> tuple[list[Source], list[Parsed], list[BadFile]]:
    """All files' columns, what is known of each, and those that could not be read."""
    wanted = [fact.path for fact in order.facts if fact.path not in order.reused]
    parsed = order.map(lambda path: parse(path, order.read), wanted)
    sources: list[Source] = []
    entries: list[Parsed] = []
    bad: list[BadFile] = []
    for fact in order.facts:
        if fact.path in order.reused:
            entry, source = order.reused[fact.path]
            sources.append(source)
            entries.append(Parsed(fact, entry.hash, None))
            continue
        found = next(parsed)
        if found.columns is None:
            bad.append(BadFile(found.fact, found.hash, found.why))
        else:
            sources.append(spool.keep(found.columns))
            entries.append(Parsed(found.fact, found.hash, None))
    return sources, entries, bad


def _is_large(source: Source, name: str) -> bool:
    return is_large(source.column(name).values)


def check_bad(bad: Sequence[BadFile], count: int, max_bad: float) -> None:
    """Say which files cannot be used, if these are too many.

    Raises:
        DataError: more than the share `max_bad` of `count` files, or all.
    """
    if len(bad) < count and len(bad) <= max_bad * count:
        return
    first = sorted(bad, key=lambda entry: entry.path)[:3]
    lines = "".join(f"\n  {entry.path}: {entry.why}" for entry in first)
    more = f"\n  and {len(bad) - 3} more" if len(bad) > 3 else ""
    raise DataError(
        f"ManyFiles: {len(bad)} of {count} files cannot be used, more than max_bad={max_bad:g} allows; nothing was "
        f"opened:{lines}{more}\nmend or remove these files, or change the reader"
    )


def _written(form: str, folder: Path, schema: Schema, sources: Sequence[Source]) -> Written:
    written = write_blocks(folder, schema, sources, together=form == "npy")
    if form == "npy":
        return written
    from ayar.data.arrow import to_arrow

    texts = [column for column in written.columns if column.words]
    words = {column.name: msgspec.json.decode((folder / column.words).read_bytes()) for column in texts}
    return to_arrow(folder, written, words)


def _entries(entries: Sequence[Parsed], sources: Sequence[Source]) -> tuple[tuple[PackedFile, ...], tuple[Schema, ...]]:
    numbers: dict[Schema, int] = {}
    files = []
    start = 0
    for entry, source in zip(entries, sources, strict=True):
        number = numbers.setdefault(source.schema, len(numbers))
        files.append(PackedFile(entry.fact, entry.hash, start, source.rows, number))
        start += source.rows
    return tuple(files), tuple(numbers)
