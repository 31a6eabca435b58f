"""The event log: append-only, shared by every process that works on a study. One file per kind of store.

The scheme of an address picks the store: None or "memory" for this process only, "sqlite:///FILE" or a path for a
file, "postgresql://..." for a server.
"""

from pathlib import Path

from ayar.base.errors import ArgumentError, shorten
from ayar.base.registry import Registry
from ayar.storage.base import Store

STORES = Registry(
    "kind of store",
    "storage",
    {
        "memory": "ayar.storage.memory:MemoryStore",
        "sqlite": "ayar.storage.sqlite:SqliteStore",
        "postgresql": "ayar.storage.postgres:PostgresStore",
    },
)


def open_store(address: "str | Path | Store | None", *, readonly: bool = False) -> Store:
    """The store at an address; a store is returned as it is.

    Arguments:
        address: None or "memory", "sqlite:///FILE", a path to a file, "postgresql://USER@HOST/DATABASE", or an open
            store. A password in the address is used and not kept: `Store.address` is without it.
        readonly: for reading only: nothing is made or changed, no writer waits for it, every write is refused.

    Raises:
        UnknownName: a scheme that no store answers to.
        StoreError: the place cannot be opened as a store.

    >>> open_store(None).address
    'memory'
    """
    if isinstance(address, Store):
        return address
    if address is None or address == "memory":
        return STORES.get_class("memory")()  # type: ignore[no-any-return]  # the table holds stores only
    if not isinstance(address, str | Path) or not str(address):
        raise ArgumentError(f"storage: expected 'sqlite:///FILE', a path, or None, got {shorten(address)}")
    if str(address).endswith(":memory:"):
        raise ArgumentError(f"storage: for a study in memory leave storage out, or give 'memory'; got {address!r}")
    scheme, slashes, _ = str(address).partition("://")
    kind = scheme.partition("+")[0]  # as in SQLAlchemy's addresses, a driver may follow
    return STORES.get_class(kind if slashes else "sqlite")(address, readonly=readonly)  # type: ignore[no-any-return]
