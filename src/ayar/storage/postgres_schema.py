"""The schema `ayar` of a PostgreSQL database: made once, by whoever comes first."""

from sqlalchemy import Connection, text

from ayar.base.errors import NotAStore, StoreTooNew, StoreUnreadable
from ayar.storage import tables

_LOCK = 0x41594153
"""The advisory lock under which the schema is made and changed."""
# Not `to_regclass`, which answers from a cache: after waiting for the lock it may not know yet what another worker
# made.
_TABLE = text(
    "SELECT 1 FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace s ON s.oid = t.relnamespace "
    "WHERE s.nspname = 'ayar' AND t.relname = :name"
)
_SCHEMA = text("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'ayar'")
_FORMAT = text("SELECT value FROM ayar.meta WHERE name = 'format'")


def prepare(connection: Connection, address: str) -> None:
    """Make the tables if there are none, and check that this Ayar can read them.

    Raises:
        StoreTooNew: a newer Ayar made them. NotAStore: a schema of that name holds something else.
        StoreUnreadable: the database's encoding cannot hold every text.
    """
    encoding: str = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise StoreUnreadable(f"{address}: expected a database with encoding UTF8, got {encoding}; name another")
    if _format(connection, address) is None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if _format(connection, address) is None:
            _make(connection)
    connection.commit()


def _format(connection: Connection, address: str) -> int | None:
    """The format of the tables; None where there are none."""
    if not _has_table(connection, "meta"):
        if _has_table(connection, "study"):
            raise NotAStore(f"{address}: a schema called ayar holds tables that are not ours; name another database")
        return None
    value = connection.execute(_FORMAT).scalar_one_or_none()
    if value is None:
        raise NotAStore(f"{address}: a schema called ayar holds tables that are not ours; name another database")
    found = int(value)
    if found > tables.FORMAT:
        raise StoreTooNew(
            f"{address} has store format {found}; this Ayar reads formats up to {tables.FORMAT}. Upgrade Ayar"
        )
    return found


def _has_table(connection: Connection, name: str) -> bool:
    return connection.execute(_TABLE, {"name": name}).scalar_one_or_none() is not None


def _make(connection: Connection) -> None:
    # "IF NOT EXISTS" would ask for the right to create one even where it is there.
    if connection.execute(_SCHEMA).scalar_one_or_none() is None:
        connection.execute(text("CREATE SCHEMA ayar"))
    tables.metadata.create_all(connection, checkfirst=False)
    connection.execute(tables.meta.insert(), {"name": "format", "value": str(tables.FORMAT)})
