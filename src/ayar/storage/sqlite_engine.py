"""How a SQLite file is opened and its write-ahead log kept short."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event

from ayar.base import filelock

CHECKPOINT_BYTES = 4 * 2**20
"""The write-ahead log is copied back once it is larger; SQLite's own default is 1,000 pages, the same."""


def open_reader(path: Path) -> Engine:
    """An engine that cannot write, and takes no lock that a writer waits for."""
    options = "mode=ro&uri=true"
    log = Path(f"{path}-wal")
    if not os.access(path.parent, os.W_OK) and not (log.exists() and log.stat().st_size):
        # SQLite could not make the files that readers of the log share; nobody writes here, so none are needed.
        options += "&immutable=1"
    return _engine(f"sqlite:///file:{quote(str(path))}?{options}")


def open_engine(path: Path) -> Engine:
    """An engine on `path`; transactions with the option `ayar_write` (FULL or NORMAL) start as `BEGIN IMMEDIATE`.

    The option is SQLite's synchronous level: under the write-ahead log FULL syncs each commit, NORMAL does not.
    """
    return _engine(f"sqlite:///{path}")


def _engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": filelock.WAIT_SECONDS}, pool_size=2, max_overflow=2)
    # Under a lock of our own we checkpoint ourselves; without one SQLite does, which is safe where the bug is mended.
    automatic = "wal_autocheckpoint=1000" if filelock.fcntl is None else "wal_autocheckpoint=0"

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("foreign_keys=ON", "mmap_size=0", "synchronous=FULL", automatic):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "close")
    def _end(connection: Any, _record: Any) -> None:
        # SQLite keeps a closed connection's locks for as long as a statement of it lives, as in a traceback.
        _undo(connection)

    writer: list[Any] = []

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        level = connection.get_execution_options().get("ayar_write")
        if level is not None:
            _take_over(writer, connection.connection.driver_connection)
            connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if level else "BEGIN")

    return engine


def _take_over(writer: list[Any], driver: Any) -> None:
    """Let `driver` be the one that writes, and undo what the one before it left open; called under the writers' lock.

    An interrupt between BEGIN and the block that ends it leaves a transaction that nobody ends while the interrupt is
    handled: this process would wait for itself.
    """
    for left in writer:
        if left is not driver:
            _undo(left)
    writer[:] = [driver]


def _undo(connection: Any) -> None:
    with suppress(sqlite3.ProgrammingError):  # it is closed already
        if connection.in_transaction:
            connection.rollback()


def checkpoint(connection: Connection, path: Path) -> None:
    """Copy the write-ahead log back once it is long; to be called under the lock, outside a transaction.

    A reader that is under way keeps the log from being emptied: it is not waited for, the next write tries again.
    """
    try:
        long = Path(f"{path}-wal").stat().st_size > CHECKPOINT_BYTES
    except OSError:
        return
    database = connection.connection.driver_connection
    if long and database is not None:
        database.execute("PRAGMA busy_timeout=0")
        try:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            database.execute(f"PRAGMA busy_timeout={filelock.WAIT_SECONDS * 1000:.0f}")
