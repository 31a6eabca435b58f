"""What a SQL store asks of its database: the contract between `sql.py`, which knows the tables, and the dialects.

A place opens connections, begins and ends transactions, tells the time and turns the database's errors into ours.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import postgresql, sqlite

from ayar.storage.transaction import Times

T = TypeVar("T")
Put = postgresql.Insert | sqlite.Insert
"""Both write `INSERT ... ON CONFLICT DO UPDATE`, each in a class of its own."""


class Place(ABC):
    """One database. Every method may be called from several threads, and after a fork from parent and child."""

    address: str
    """Where it is, without a password."""
    put: Put
    """Inserts or replaces one row of `slot`."""

    @abstractmethod
    def write(self, act: Callable[[Connection], T], *, durable: bool) -> T:
        """Run `act` in a transaction that writes, and return its answer once that is committed.

        `act` may be run again where the database can promise that nothing of the first run is kept.

        Arguments:
            act: what to do; an exception from it rolls back.
            durable: on return the changes are safe from a power cut; without it, from the end of any process.
        """

    @abstractmethod
    def read(self, act: Callable[[Connection], T]) -> T:
        """Run `act`, which executes one statement and reads its rows; never waits for a writer."""

    @abstractmethod
    def alone(self, connection: Connection) -> None:
        """Wait until no other transaction creates a study, and keep others from it until this one ends."""

    @abstractmethod
    def times(self, connection: Connection) -> Times:
        """The clock that all workers of this place share; to be read once the study's row is locked."""

    def fault(self) -> str:
        """What the database itself finds wrong with its files; "" where it finds nothing, or does not look."""
        return ""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections. May be called again."""


class EngineOfProcess:
    """An engine that is never shared between processes: after a fork the child opens its own."""

    def __init__(self, make: Callable[[], Engine]) -> None:
        self._make = make
        self._engine, self._pid = make(), os.getpid()
        self._of_parents: list[Engine] = []

    def get(self) -> Engine:
        """This process's engine."""
        if self._pid != os.getpid():
            # The parent's connections are the parent's: here they are neither closed nor collected, which would warn.
            self._of_parents.append(self._engine)
            self._engine, self._pid = self._make(), os.getpid()
        return self._engine

    @property
    def is_ours(self) -> bool:
        """Whether this process opened the engine."""
        return self._pid == os.getpid()
