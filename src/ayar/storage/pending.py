"""Results that a failing disk refused: kept in a folder beside the store, delivered when it is next opened.

One file per call: a line with the length and checksum of what follows, then JSON. It is written under another name,
synced and renamed, so it is there whole or not at all; what is torn all the same is left alone.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from ayar.base.durable import sync
from ayar.trial.events import Body, Event, Lease, decode_body, encode_body, kind_of

_MAGIC = b"ayar-pending-1"


class Kept(msgspec.Struct, frozen=True):
    """The arguments of an append that was not written."""

    study: int
    birth: tuple[int, str]
    """Time and chain of the study's first event: it is delivered to this very study, not to one made anew."""
    bodies: tuple[tuple[str, str], ...]
    """(kind, text) of each."""
    worker: str
    fence: Lease | None
    key: str

    @classmethod
    def of(cls, first: Event, study: int, bodies: Sequence[Body], worker: str, fence: Lease | None, key: str) -> "Kept":
        """What to keep of a call; `first` is the study's first event."""
        return cls(
            study, birth(first), tuple((kind_of(body), encode_body(body)) for body in bodies), worker, fence, key
        )

    def decoded(self) -> list[Body]:
        """The events that were to be written."""
        return [decode_body(kind, text) for kind, text in self.bodies]


def birth(first: Event) -> tuple[int, str]:
    """What tells a study from another that was made in its place."""
    return first.at, first.chain


class Pending:
    """The folder `FILE.pending`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, kept: Kept) -> None:
        """Keep one call, synced to disk.

        Raises:
            OSError: the disk has no room for this either.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        payload = msgspec.json.encode(kept)
        name = hashlib.blake2b(f"{kept.study}:{kept.key}".encode(), digest_size=12).hexdigest()
        unfinished, target = self._folder / f"{name}.tmp", self._folder / f"{name}.json"
        with unfinished.open("wb") as file:
            file.write(b"%s %d %s\n%s" % (_MAGIC, len(payload), _checksum(payload), payload))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
        for folder in (self._folder, self._folder.parent):
            sync(folder)

    def __iter__(self) -> Iterator[tuple[Path, Kept]]:
        """Every whole call that is kept, the oldest first."""
        if not self._folder.is_dir():
            return
        for path in sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns):
            if (kept := _read(path)) is not None:
                yield path, kept

    def forget(self, path: Path) -> None:
        """Remove one that was delivered, and the folder with the last."""
        path.unlink()
        if not any(self._folder.iterdir()):
            self._folder.rmdir()


def _read(path: Path) -> Kept | None:
    head, _, payload = path.read_bytes().partition(b"\n")
    if head != b"%s %d %s" % (_MAGIC, len(payload), _checksum(payload)):
        return None
    return msgspec.json.decode(payload, type=Kept)


def _checksum(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=16).hexdigest().encode()
