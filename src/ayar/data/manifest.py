"""What a pack says of itself: which files, which reader, which columns, where they lie. Frozen with the pack."""

import math
from pathlib import Path

import msgspec
import numpy as np

from ayar.base.errors import DataError
from ayar.data.reader_facts import ReaderFacts
from ayar.data.scan import Fact
from ayar.data.schema import Schema

LAYOUT = 1
"""Raised when packs of an earlier Ayar can no longer be read; they are built again then."""


class PackedFile(msgspec.Struct, frozen=True):
    """A file whose rows are in the pack."""

    fact: Fact
    hash: str
    """Of its content."""
    start: int
    """Number of its first row."""
    rows: int
    schema: int
    """Which of the manifest's schemas is its own."""


class BadFile(msgspec.Struct, frozen=True):
    """A file that is left out, and why."""

    fact: Fact
    hash: str
    why: str

    @property
    def path(self) -> str:
        """Where it lies."""
        return self.fact.path


class Block(msgspec.Struct, frozen=True):
    """An array in a file of the pack, C order, native bytes."""

    file: str
    offset: int
    dtype: str
    shape: tuple[int, ...]

    @property
    def end(self) -> int:
        """The byte behind its last."""
        return self.offset + math.prod(self.shape) * np.dtype(self.dtype).itemsize


class PackedColumn(msgspec.Struct, frozen=True):
    """Where a column lies: a block of its own, or one column of a block of several."""

    name: str
    kind: str
    block: int
    place: int | None
    words: str = ""
    """The file of words that a column of text counts in."""


class Manifest(msgspec.Struct, frozen=True):
    """All of it."""

    layout: int
    reader: ReaderFacts
    format: str
    scanned: int
    """When the files were looked at, before any was read: microseconds of wall time."""
    rows: int
    files: tuple[PackedFile, ...]
    bad: tuple[BadFile, ...]
    schemas: tuple[Schema, ...]
    columns: tuple[PackedColumn, ...]
    blocks: tuple[Block, ...]
    parsed: int
    """How many files the build of this version read; the others came from the version before."""
    seconds: float
    """What the build took."""
    builder: str
    """The process that built it."""


class Seen(msgspec.Struct, frozen=True):
    """A later look that found the same content, so that the next need not read it. Written beside the manifest."""

    at: int
    facts: tuple[Fact, ...]


MANIFEST = "manifest.json"
SEEN = "seen.json"


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a version; None where it is of another layout, damaged, or its files are not whole."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        whole = all((folder / block.file).stat().st_size >= block.end for block in manifest.blocks)
        whole = whole and all((folder / column.words).is_file() for column in manifest.columns if column.words)
    except (OSError, msgspec.DecodeError):
        return None
    return manifest if whole and manifest.layout == LAYOUT else None


def need_manifest(folder: Path) -> Manifest:
    """The manifest of a version that this process was told of.

    Raises:
        DataError: it is gone or damaged.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise DataError(f"the pack {folder} is gone or damaged; open it again with ManyFiles(...).open()")
    return manifest


def read_seen(folder: Path, manifest: Manifest) -> Seen:
    """The last look at the files that found them as in the manifest."""
    try:
        return msgspec.json.decode((folder / SEEN).read_bytes(), type=Seen)
    except (OSError, msgspec.DecodeError):
        packed, bad = (entry.fact for entry in manifest.files), (entry.fact for entry in manifest.bad)
        return Seen(manifest.scanned, (*packed, *bad))
