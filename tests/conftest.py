"""What tests of several folders share: a PostgreSQL server, an empty database on it for each test, Keras's backend."""

import os
from collections.abc import Iterator

import pytest

from interrupts import let_through
from postgres import Server, clear, new_database, running_server


def pytest_configure() -> None:
    """Let Ctrl-C through to what the tests start; Keras runs on PyTorch, here and in child processes."""
    let_through()
    os.environ.setdefault("KERAS_BACKEND", "torch")


@pytest.fixture(scope="session")
def own_server() -> Iterator[Server]:
    """A server that this process of pytest started, and that a test may restart."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of this process's own database."""
    given = os.environ.get("AYAR_TEST_POSTGRES")
    with new_database(given or request.getfixturevalue("own_server").address) as address:
        yield address


@pytest.fixture
def postgres(database: str) -> str:
    """The address of an empty database."""
    clear(database)
    return database
