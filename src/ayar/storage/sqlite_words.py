"""What SQLite's errors mean, in our words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from ayar.base.errors import DiskFailed, NotAStore, StoreBusy, StoreError, StoreNotWritable, StoreUnreadable

_TEACHING: tuple[tuple[str, type[StoreError], str], ...] = (
    ("readonly", StoreNotWritable, "cannot write {path}: it is read-only; change its permissions or name another file"),
    ("unable to open", StoreNotWritable, "cannot open {path}; is its folder writable?"),
    ("locked", StoreBusy, "{path} is locked by another program; nothing was written, trying again is safe"),
    (
        "full",
        DiskFailed,
        "the disk that holds {path} is full; nothing was written, free some space and try again",
    ),
    ("not a database", NotAStore, "expected an Ayar store, but {path} is not a SQLite database; name another file"),
    ("malformed", StoreUnreadable, "{path} is damaged; copy it before anything else"),
    ("disk i/o", DiskFailed, "the disk failed under {path}; nothing was acknowledged. Open the study again"),
)
"""(what SQLite says, our error, our words)."""


@contextmanager
def in_our_words(path: Path) -> Iterator[None]:
    """Turn a database error into one that says what happened to which file, and what to do."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise StoreUnreadable(f"{path} is damaged: {error}; copy it before anything else") from error
    except (DatabaseError, sqlite3.DatabaseError) as error:
        said = str(getattr(error, "orig", error)).lower()
        for words, kind, message in _TEACHING:
            if words in said:
                raise kind(message.format(path=path)) from error
        raise StoreUnreadable(f"{path}: the database said: {said}") from error
