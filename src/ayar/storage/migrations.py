"""From one format of the tables to the next; each step runs in a transaction with the number that says it is done.

A release that changes `tables.py` raises `FORMAT` and adds its step here, and keeps a store of the format before under
`tests/data`. SQLite files are copied to FILE.formatN.bak first.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from ayar.storage import tables

STEPS: Mapping[int, Callable[[Connection], None]] = {}
"""Format -> what makes the next one of it."""


def migrate(connection: Connection, found: int) -> None:
    """Bring tables of format `found` to today's."""
    for number in range(found, tables.FORMAT):
        STEPS[number](connection)
