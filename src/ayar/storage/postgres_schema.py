"""The schema `ayar` of a PostgreSQL database: made once, by whoever comes first."""

from sqlalchemy import Connection, text

from ayar.base.errors import NotAStore, StoreTooNew, StoreUnreadable
from ayar.storage import migrations, tables

_LOCK = 0x41594153
"""The advisory lock under which the schema is made and changed."""
_FORMAT = text("SELECT value FROM ayar.meta WHERE name = 'format'")
_SET_FORMAT = text("UPDATE ayar.meta SET value = :format WHERE name = 'format'")
# Not to_regclass: its answer may come from a cache that has not heard of another's commit.
_TABLES = text(
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'ayar' AND c.relkind = 'r'"
)


def prepare(connection: Connection, address: str, *, readonly: bool) -> None:
    """Make the tables if there are none, and check that this Ayar can read them.

    Raises:
        StoreTooNew: a newer Ayar made them. NotAStore: a schema of that name holds something else.
        StoreUnreadable: the database's encoding cannot hold every text.
    """
    encoding: str = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise StoreUnreadable(f"{address}: expected a database with encoding UTF8, got {encoding}; name another")
    found = _format(connection, address)
    # A transaction of its own: the lock comes first, so that what is looked up after it is new.
    connection.commit()
    if readonly and found != tables.FORMAT:
        what = "no store" if found is None else f"store format {found}"
        raise NotAStore(f"{address} holds {what}; open it once for writing, by starting or resuming a study")
    if found != tables.FORMAT:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = _format(connection, address)
        if found is None:
            _make(connection)
        elif found < tables.FORMAT:
            migrations.migrate(connection, found)
            connection.execute(_SET_FORMAT, {"format": str(tables.FORMAT)})
        connection.commit()


def _format(connection: Connection, address: str) -> int | None:
    """The format of the tables; None where there are none."""
    there = set(connection.execute(_TABLES).scalars())
    if not there:
        return None
    value = connection.execute(_FORMAT).scalar_one_or_none() if "meta" in there else None
    if value is None:
        raise NotAStore(f"{address}: a schema called ayar holds tables that are not ours; name another database")
    found = int(value)
    if found > tables.FORMAT:
        raise StoreTooNew(
            f"{address} has store format {found}; this Ayar reads formats up to {tables.FORMAT}. Upgrade Ayar"
        )
    return found


def _make(connection: Connection) -> None:
    # "IF NOT EXISTS" would ask for the right to create one even where it is there.
    if connection.execute(text("SELECT count(*) FROM pg_namespace WHERE nspname = 'ayar'")).scalar_one() == 0:
        connection.execute(text("CREATE SCHEMA ayar"))
    tables.metadata.create_all(connection, checkfirst=False)
    connection.execute(tables.meta.insert(), {"name": "format", "value": str(tables.FORMAT)})
