"""Stores of earlier formats: opened, brought to today's, resumed. A store of each format that was released is kept."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

import ayar
from ayar.base.errors import StoreNotWritable
from ayar.storage import migrations, tables
from ayar.storage.postgres import PostgresStore
from ayar.storage.sqlite import SqliteStore
from ayar.testing.store_suite import created, kinds
from ayar.trial import events as ev
from ayar.trial.state import State
from postgres import execute

KEPT = sorted((Path(__file__).parents[2] / "data").glob("store-format*.sqlite"))


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.stem)
def test_a_store_of_every_released_format_is_opened_and_resumed(kept: Path, tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    path.write_bytes(kept.read_bytes())
    assert ayar.list_studies(path) == ["kept", "empty"]
    study = ayar.load_study(path, "kept")
    assert study.counts() == {State.COMPLETE: 5, State.FAILED: 1, State.RUNNING: 1}
    assert (study.best.number, study.best.value) == (0, 0.0)
    before = [(trial.number, trial.params, trial.state) for trial in study.trials[:6]]
    study.optimize(lambda trial: trial["C"], n_trials=10)
    assert [(trial.number, trial.params, trial.state) for trial in study.trials[:6]] == before
    assert study.trials[6].attempts == 2, "the trial that was lost came back"
    assert study.stopped == "budget"
    study.close()


def test_every_step_leads_to_today_s_format() -> None:
    assert sorted(migrations.STEPS) == list(range(1, tables.FORMAT))
    assert len(KEPT) == tables.FORMAT


def add_column(connection: Connection) -> None:
    connection.exec_driver_sql(f"ALTER TABLE {_SCHEMA.get(connection.dialect.name, '')}study ADD COLUMN mood TEXT")


_SCHEMA = {"postgresql": "ayar."}


@pytest.fixture
def next_format(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Connection], None]], None]:
    """Make the next release: one format more, with this step to it."""

    def release(step: Callable[[Connection], None]) -> None:
        monkeypatch.setattr(tables, "FORMAT", 2)
        monkeypatch.setattr(migrations, "STEPS", {1: step})

    return release


Release = Callable[[Callable[[Connection], None]], None]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file of format 1 with one study."""
    path = tmp_path / "study.db"
    with SqliteStore(path) as store:
        store.create(created())
    return path


def of_file(path: Path) -> tuple[int, bool]:
    """The file's format, and whether the step was done."""
    with closing(sqlite3.connect(path)) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(study)")]
        return database.execute("PRAGMA user_version").fetchone()[0], "mood" in columns


def test_a_file_is_copied_and_brought_to_the_next_format(old: Path, next_format: Release) -> None:
    next_format(add_column)
    for _ in range(2):
        with SqliteStore(old) as store:
            assert kinds(store, 1) == ["StudyCreated"]
    assert of_file(old) == (2, True)
    assert of_file(Path(f"{old}.format1.bak")) == (1, False)


def test_a_step_that_fails_changes_nothing_and_is_taken_again(old: Path, next_format: Release) -> None:
    def failing(connection: Connection) -> None:
        add_column(connection)
        raise KeyboardInterrupt

    next_format(failing)
    with pytest.raises(KeyboardInterrupt):
        SqliteStore(old)
    assert of_file(old) == (1, False)
    next_format(add_column)
    SqliteStore(old).close()
    assert of_file(old) == (2, True)


def test_a_killed_step_is_taken_again(old: Path, next_format: Release) -> None:
    code = f"""
import os
from ayar.storage import migrations, tables
from ayar.storage.sqlite import SqliteStore
def step(connection):
    connection.exec_driver_sql("ALTER TABLE study ADD COLUMN mood TEXT")
    os.kill(os.getpid(), 9)
tables.FORMAT, migrations.STEPS = 2, {{1: step}}
SqliteStore({str(old)!r})
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert of_file(old) == (1, False)
    next_format(add_column)
    SqliteStore(old).close()
    assert of_file(old) == (2, True)


def test_who_only_reads_does_not_migrate(old: Path, next_format: Release) -> None:
    next_format(add_column)
    with pytest.raises(StoreNotWritable, match=r"has store format 1; open it once for writing"):
        SqliteStore(old, readonly=True)
    assert of_file(old) == (1, False)


def test_a_server_s_tables_are_brought_to_the_next_format_or_left_as_they_were(
    postgres: str, next_format: Release
) -> None:
    with PostgresStore(postgres) as store:
        store.create(created())

    def failing(connection: Connection) -> None:
        add_column(connection)
        raise KeyboardInterrupt

    columns = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'mood'"
    next_format(failing)
    with pytest.raises(KeyboardInterrupt):
        PostgresStore(postgres)
    assert execute(postgres, columns) == [(0,)]
    next_format(add_column)
    for _ in range(2):
        with PostgresStore(postgres) as store:
            store.append(1, [ev.Recorded("a", 1)])
    assert execute(postgres, columns) == [(1,)]
    assert execute(postgres, "SELECT value FROM ayar.meta") == [("2",)]
