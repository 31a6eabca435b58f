"""PostgreSQL's place: one server, many machines; the study's row orders all writes.

A transaction that writes locks the row of its study first and lasts milliseconds: none is open while a model is fitted
or an objective runs. Time is the server's, so workers' clocks do not matter. A lost connection is opened again and the
transaction repeated; where it broke during the commit, the server is asked whether it was committed, so nothing is
written twice and no answer is lost. A worker frozen within a transaction is cut off by the server.
Waiting workers ask again by polling; LISTEN/NOTIFY would save at most one short poll per trial, and costs a connection
per worker that listens.
Source: postgresql.org/docs: Explicit Locking; System Information Functions (pg_xact_status); Error Codes.
"""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import ArgumentError as BadAddress
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ayar.base.clock import SYSTEM, Clock
from ayar.base.errors import ArgumentError, StoreBusy, StoreNotWritable, StoreUnreachable
from ayar.base.failpoint import reach
from ayar.base.optional import need
from ayar.storage.place import EngineOfProcess, Place
from ayar.storage.postgres_schema import prepare
from ayar.storage.postgres_words import in_our_words
from ayar.storage.rows import putting
from ayar.storage.sql import SqlStore
from ayar.storage.transaction import Times

T = TypeVar("T")

WAIT_SECONDS = 30.0
"""How long a lock is waited for, and a server that went away."""
FROZEN_SECONDS = 10.0
"""A worker that does nothing for so long within a transaction is cut off; transactions last milliseconds."""
_PATIENCE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "connect_timeout": 10}
_CREATING = 0x41594152
"""The advisory lock under which studies are created; "AYAR" in ASCII."""

_BEGIN = text("SELECT set_config('synchronous_commit', :level, true), CAST(pg_current_xact_id() AS text)")
_STATUS = text("SELECT pg_xact_status(CAST(:xid AS xid8))")
_ALONE = text("SELECT pg_advisory_xact_lock(:lock)")
_NOW = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)")
_SESSION = (
    "SELECT set_config('lock_timeout', %s, false), set_config('idle_in_transaction_session_timeout', %s, false), "
    "set_config('client_encoding', 'UTF8', false)"
)


class PostgresPlace(Place):
    """One database of a server."""

    put = putting(upsert)

    def __init__(self, address: str, *, readonly: bool) -> None:
        """Connect, and make the tables if there are none; see `PostgresStore`."""
        url = read_address(address)
        self._readonly = readonly
        self.address = without_password(url)
        need("psycopg", "postgres")
        self._engines = EngineOfProcess(lambda: open_engine(url))
        try:
            with self._teaching(), self._engines.get().connect() as connection:
                prepare(connection, self.address, readonly=readonly)
        except BaseException:
            self.close()
            raise

    def write(self, act: Callable[[Connection], T], *, durable: bool) -> T:
        """Run `act`, again if the connection is lost before it is committed; `durable` waits for the disk."""
        if self._readonly:
            raise StoreNotWritable(f"cannot write {self.address}: it was opened for reading")
        return self._persistently(lambda: self._write_once(act, "on" if durable else "off"))

    def _write_once(self, act: Callable[[Connection], T], level: str) -> T:
        xid, answer = None, None
        try:
            with self._teaching(), self._engines.get().connect() as connection, connection.begin():
                found: str = connection.execute(_BEGIN, {"level": level}).one()[1]
                answer = act(connection)
                xid = found
                reach("before-commit")
            reach("after-commit")
        except StoreUnreachable:
            # Without `xid` the transaction never came to its commit.
            if xid is None or not self._is_committed(xid):
                raise
        return answer  # type: ignore[return-value]  # set, or an exception went up

    def _is_committed(self, xid: str) -> bool:
        """Whether a transaction whose commit was not answered took place; waits while it is under way."""
        while True:
            try:
                status = self.read(lambda connection: _status(connection, xid))
            except StoreUnreachable as error:
                raise _InDoubt(
                    f"{self.address}: the server went away during a commit and did not come back; look whether the "
                    "last call was written before repeating it, or repeat it with the same key"
                ) from error
            if status != "in progress":
                return status == "committed"
            SYSTEM.sleep(0.05)

    def read(self, act: Callable[[Connection], T]) -> T:
        """Run `act` outside a transaction: one statement sees one moment."""
        return self._persistently(lambda: self._read_once(act))

    def _read_once(self, act: Callable[[Connection], T]) -> T:
        with self._teaching(), self._engines.get().connect() as raw:
            return act(raw.execution_options(isolation_level="AUTOCOMMIT"))

    def _persistently(self, act: Callable[[], T]) -> T:
        """Run `act` until the server answers, for 30 s: a server that is started again takes a few seconds."""
        end, pause = SYSTEM.elapsed() + WAIT_SECONDS, 0.05
        while True:
            try:
                return act()
            except _InDoubt:
                raise
            except StoreUnreachable:
                if SYSTEM.elapsed() > end:
                    raise
            SYSTEM.sleep(random.uniform(pause / 2, pause))
            pause = min(2 * pause, 1.0)

    def alone(self, connection: Connection) -> None:
        """Take the advisory lock under which studies are created."""
        connection.execute(_ALONE, {"lock": _CREATING})

    def times(self, connection: Connection) -> Times:
        """The server's clock, read once per transaction."""
        return _ServerTime(connection.execute(_NOW).scalar_one())

    def close(self) -> None:
        """Close this process's connections."""
        if self._engines.is_ours:
            self._engines.get().dispose()

    @contextmanager
    def _teaching(self) -> Iterator[None]:
        handled = sys.exception()
        try:
            yield
        except DBAPIError as error:
            if (interrupt := _interrupt_behind(error, handled)) is not None:
                raise interrupt from error
            raise in_our_words(error, self.address) from error
        except PoolTimeout as error:
            raise StoreBusy(f"{self.address}: all connections of this process stayed in use; try again") from error


class PostgresStore(SqlStore):
    """Studies in one database of a PostgreSQL server, in a schema of their own called `ayar`."""

    def __init__(self, address: str, clock: Clock | None = None, *, readonly: bool = False) -> None:
        """Connect, and make the tables if there are none.

        Arguments:
            address: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE?OPTIONS`, with libpq's options; what is left out
                comes from its environment variables (PGHOST, PGUSER, PGPASSWORD ...) and ~/.pgpass.
            clock: read in place of the server's.
            readonly: make no tables; every write is refused.

        Raises:
            ArgumentError: not such an address. MissingExtra: psycopg is not installed.
            StoreUnreachable: no server answers. StoreUnreadable: it refuses the user, or has no such database.
            StoreTooNew: a newer Ayar made the tables. StoreNotWritable: the user may not make them.
        """
        super().__init__(PostgresPlace(str(address), readonly=readonly), clock)


class _InDoubt(StoreUnreachable):
    """Nobody can say whether a transaction took place, so it is not repeated."""


class _ServerTime:
    """One reading of the server's clock. It counts on through restarts, so its boot is always the same."""

    boot = "postgresql"

    def __init__(self, now: int) -> None:
        self._now = now

    def wall(self) -> int:
        return self._now

    def steady(self) -> int:
        return self._now


def _interrupt_behind(error: BaseException, handled: BaseException | None) -> KeyboardInterrupt | None:
    """The Ctrl-C whose clean-up in the driver failed, so that `error` took its place; not what was `handled` before."""
    behind = error.__cause__ or error.__context__
    while behind is not None and behind is not handled:
        if isinstance(behind, KeyboardInterrupt):
            return behind
        behind = behind.__cause__ or behind.__context__
    return None


def _status(connection: Connection, xid: str) -> str | None:
    try:
        status: str | None = connection.execute(_STATUS, {"xid": xid}).scalar_one()
    except DBAPIError as error:
        # "is in the future": another server took over, without this transaction.
        if getattr(error.orig, "sqlstate", None) == "22023":
            return None
        raise
    return status


def read_address(address: str) -> URL:
    """An address as SQLAlchemy takes it, for psycopg.

    Raises:
        ArgumentError: it cannot be read; the message does not repeat it, since it may hold a password.
    """
    try:
        return make_url(address).set(drivername="postgresql+psycopg")
    except (BadAddress, ValueError):
        raise ArgumentError(
            "storage: expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE, got an address that does not read so; "
            "write special characters of the password as %XX"
        ) from None


def without_password(url: URL) -> str:
    """The address without passwords, as it is shown and stored."""
    query = {name: value for name, value in url.query.items() if "password" not in name.lower()}
    shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return shown.render_as_string(hide_password=False)


def open_engine(url: URL) -> Engine:
    """An engine of one connection, two at most; sessions give up on locks after 30 s."""
    options: dict[str, Any] = {
        name: value for name, value in {"application_name": "ayar", **_PATIENCE}.items() if name not in url.query
    }
    engine = create_engine(
        url, connect_args=options, pool_size=1, max_overflow=1, pool_pre_ping=True, isolation_level="READ COMMITTED",
        pool_timeout=WAIT_SECONDS, execution_options={"schema_translate_map": {None: "ayar"}},
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.execute(_SESSION, (f"{WAIT_SECONDS * 1000:.0f}", f"{FROZEN_SECONDS * 1000:.0f}"))
        connection.commit()

    return engine
