"""A ledger in a file, for sealed test sets without a study: JSON lines, each with the hash of the one before it.

An entry is on disk before `record` returns. A line that a crash left half written was never acted on: it is left out,
and overwritten by the next entry. A line that was changed or taken out breaks the chain, and the file is refused.
Somebody who writes the whole file anew is not caught; a study's log on a shared store is the better place.
"""

import os
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ayar.base.clock import SYSTEM
from ayar.base.durable import sync
from ayar.base.errors import SealedTestSet
from ayar.base.jsontext import dumps, loads


class LedgerFile:
    """Keeps facts by topic in a file, as a study does in its log; several processes may share it.

    Arguments:
        path: the file; made when the first entry is.

    >>> import tempfile
    >>> ledger = LedgerFile(Path(tempfile.mkdtemp()) / "openings.jsonl")
    >>> ledger.record("opened", {"score": 0.9})
    >>> ledger.records("opened")
    [{'score': 0.9}]
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def record(self, topic: str, data: Mapping[str, Any]) -> None:
        """Keep `data` under `topic`; on disk on return.

        Raises:
            SealedTestSet: the file is no unbroken chain.
        """
        import fcntl  # not on every system

        made = not self.path.exists()
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            entries, whole, last = self._read()
            file.truncate(whole)
            entry = {
                "number": len(entries) + 1,
                "at": SYSTEM.wall(),
                "topic": topic,
                "data": dict(data),
                "before": last,
            }
            file.write(dumps(entry, topic).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if made:
            sync(self.path.resolve().parent)

    def records(self, topic: str) -> list[dict[str, Any]]:
        """What was kept under `topic`, oldest first.

        Raises:
            SealedTestSet: the file is no unbroken chain.
        """
        return [dict(entry["data"]) for entry in self._read()[0] if entry["topic"] == topic]

    def _read(self) -> tuple[list[dict[str, Any]], int, str]:
        """The entries, how many bytes of the file they take, and the hash of the last one."""
        text = self.path.read_bytes() if self.path.exists() else b""
        entries: list[dict[str, Any]] = []
        whole, last = text.rfind(b"\n") + 1, ""
        for line in text[:whole].splitlines():
            entry = _entry(line)
            if entry is None or entry.get("before") != last or entry.get("number") != len(entries) + 1:
                raise SealedTestSet(
                    f"expected an unbroken ledger at {self.path}, but line {len(entries) + 1} was changed, or one "
                    "before it taken out; restore the file, or judge on rows that nobody has seen"
                )
            entries.append(entry)
            last = blake2b(line, digest_size=16).hexdigest()
        return entries, whole, last


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        found = loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and {"topic", "data", "before"} <= found.keys() else None
