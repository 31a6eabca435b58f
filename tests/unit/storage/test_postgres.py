"""A PostgreSQL server as a store: what is refused, whose clock counts, and connections that break at every point."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event, make_url, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from ayar.base.clock import SystemClock
from ayar.base.errors import (
    ArgumentError,
    NotAStore,
    StoreBusy,
    StoreNotWritable,
    StoreTooNew,
    StoreUnreachable,
    StoreUnreadable,
    StudyExists,
)
from ayar.storage import open_store
from ayar.storage import postgres as place
from ayar.storage.base import Worker
from ayar.storage.postgres import PostgresStore, read_address, without_password
from ayar.storage.rows import RowsTransaction
from ayar.testing.store_suite import asked, created, granted, kinds, told
from ayar.trial import events as ev
from postgres import Server, cut_sessions, execute, new_database

ANN = Worker("ann")


@pytest.fixture
def store(postgres: str) -> Iterator[PostgresStore]:
    with PostgresStore(postgres) as store:
        yield store


# -- addresses -----------------------------------------------------------------------------------------------------


def test_an_address_is_shown_without_its_passwords() -> None:
    url = read_address("postgresql://me:s3cret@db.example:5433/runs?sslmode=require&sslpassword=s3cret")
    assert without_password(url) == "postgresql://me@db.example:5433/runs?sslmode=require"


def test_an_address_that_cannot_be_read_is_not_repeated() -> None:
    with pytest.raises(ArgumentError, match=r"expected postgresql://USER:PASSWORD@HOST.*as %XX") as error:
        open_store("postgresql://me:s3cret@db:port/x")
    assert "s3cret" not in str(error.value)


def test_a_server_is_found_by_its_address_and_found_again_by_the_store_s(postgres: str) -> None:
    with open_store(postgres) as store:
        assert isinstance(store, PostgresStore)
        store.create(created("one"))
        with open_store(store.address) as again:
            assert [entry.name for entry in again.studies()] == ["one"]


def test_without_psycopg_the_extra_is_named() -> None:
    code = """
import sys
sys.modules["psycopg"] = None
from ayar.storage import open_store
try:
    open_store("postgresql://nobody@nowhere/x")
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "the package 'psycopg' is needed here; install it with: pip install \"ayar[postgres]\"\n"


# -- what is refused -----------------------------------------------------------------------------------------------


def test_a_driver_may_be_named_in_the_address_as_sqlalchemy_does(postgres: str) -> None:
    with open_store(postgres.replace("postgresql://", "postgresql+psycopg://")) as store:
        assert list(store.studies()) == []
        assert store.address.startswith("postgresql://")


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(
        StoreUnreachable, match=r"postgresql://me@/runs.*does not answer.*trying again is safe"
    ) as error:
        PostgresStore(f"postgresql://me:s3cret@/runs?host={tmp_path}")
    assert "s3cret" not in str(error.value)


def test_a_wrong_password_is_told_apart(own_server: Server) -> None:
    execute(own_server.address, "DROP ROLE IF EXISTS locked")
    execute(own_server.address, "CREATE ROLE locked LOGIN PASSWORD 'right'")
    own_server.demand_password("locked")
    address = own_server.address.replace("postgres@", "locked:wr0ng@")
    with pytest.raises(StoreUnreadable, match=r"refused the user.*PGPASSWORD, or in ~/\.pgpass") as error:
        PostgresStore(address)
    assert "wr0ng" not in str(error.value)


def test_a_missing_database_is_named(postgres: str) -> None:
    address = make_url(postgres).set(database="no_such").render_as_string(hide_password=False)
    with pytest.raises(StoreUnreadable, match=r'database "no_such" does not exist; make it with createdb'):
        PostgresStore(address)


def test_a_database_that_cannot_hold_every_text_is_refused(postgres: str) -> None:
    with (
        new_database(postgres, "LATIN1") as address,
        pytest.raises(StoreUnreadable, match=r"encoding UTF8, got LATIN1; name another"),
    ):
        PostgresStore(address)


def test_a_store_of_a_newer_version_is_left_alone(postgres: str) -> None:
    PostgresStore(postgres).close()
    execute(postgres, "UPDATE ayar.meta SET value = '99' WHERE name = 'format'")
    with pytest.raises(StoreTooNew, match=r"has store format 99; this Ayar reads formats up to \d+\. Upgrade Ayar"):
        PostgresStore(postgres)


@pytest.mark.parametrize("table", ["study", "meta"])
def test_another_program_s_schema_is_left_alone(postgres: str, table: str) -> None:
    execute(postgres, "CREATE SCHEMA ayar")
    execute(postgres, f"CREATE TABLE ayar.{table} (name text, value text)")
    with pytest.raises(NotAStore, match=r"a schema called ayar holds tables that are not ours; name another database"):
        PostgresStore(postgres)
    assert execute(postgres, "SELECT count(*) FROM pg_tables WHERE schemaname = 'ayar'") == [(1,)]


def test_a_user_without_the_right_is_told_what_to_ask_for(postgres: str) -> None:
    execute(postgres, "DROP ROLE IF EXISTS guest")
    execute(postgres, "CREATE ROLE guest LOGIN PASSWORD 'guest'")
    guest = make_url(postgres).set(username="guest", password="guest").render_as_string(hide_password=False)
    with pytest.raises(StoreNotWritable, match=r"this user may not do it.*GRANT it"):
        PostgresStore(guest)
    with PostgresStore(postgres) as store:
        store.create(created("one"))
    execute(postgres, "GRANT USAGE ON SCHEMA ayar TO guest")
    execute(postgres, "GRANT SELECT ON ALL TABLES IN SCHEMA ayar TO guest")
    with PostgresStore(guest) as store:
        assert [entry.name for entry in store.studies()] == ["one"], "who may read reads"
        with pytest.raises(StoreNotWritable, match=r"this user may not do it"):
            store.append(1, [ev.Recorded("a", 1)])


# -- how writes are made safe --------------------------------------------------------------------------------------


def statements(act: Callable[[], Any]) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        seen.append((" ".join(statement.split()), values))

    event.listen(Engine, "before_cursor_execute", note)
    act()
    event.remove(Engine, "before_cursor_execute", note)
    return seen


def test_an_append_waits_for_the_disk_and_a_bare_claim_does_not(store: PostgresStore) -> None:
    study = store.create(created()).id
    for act, level in ((lambda: store.append(study, [ev.Recorded("a", 1)]), "on"),
                       (lambda: store.claim(study, ANN, 60.0), "off")):  # fmt: skip
        (begin, values), (lock, _), *_ = statements(act)
        assert begin.startswith("SELECT set_config('synchronous_commit'")
        assert values["level"] == level
        assert "FROM ayar.study" in lock
        assert lock.endswith("FOR UPDATE")


def test_reading_locks_nothing(store: PostgresStore) -> None:
    study = store.create(created()).id
    [(read, _)] = statements(lambda: store.read(study, 0))
    assert "FOR UPDATE" not in read


def test_the_server_s_clock_counts_and_no_worker_s(store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "wall", lambda _: 0)
    monkeypatch.setattr(SystemClock, "steady", lambda _: 0)
    study = store.create(created()).id
    lease = granted(store.claim(study, ANN, 60.0))
    [[now]] = execute(store.address, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
    assert abs(store.read(study, 0)[0].at - now) < 60_000_000
    assert execute(store.address, "SELECT expires > 0, clock FROM ayar.slot") == [(True, "postgresql")]
    assert store.renew(study, lease)


def test_a_lock_that_stays_taken_is_an_error_to_try_again(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "WAIT_SECONDS", 0.05)
    with PostgresStore(postgres) as store, psycopg.connect(postgres) as other:
        study = store.create(created()).id
        other.execute("SELECT id FROM ayar.study FOR UPDATE")
        with pytest.raises(StoreBusy, match=r"stayed locked; nothing was written, trying again is safe"):
            store.append(study, [ev.Recorded("a", 1)])
        assert kinds(store, study) == ["StudyCreated"], "reading waits for nobody"


# -- connections that break ----------------------------------------------------------------------------------------


def _interrupt() -> None:
    raise KeyboardInterrupt


def test_an_interrupt_whose_clean_up_fails_stays_an_interrupt(postgres: str) -> None:
    opened = place.PostgresPlace(postgres, readonly=False)

    def interrupted(connection: Any) -> None:
        try:
            _interrupt()
        finally:
            connection.execute(text("select no_such_column"))

    with pytest.raises(KeyboardInterrupt):
        opened.read(interrupted)
    try:
        _interrupt()
    except KeyboardInterrupt:  # one that is being handled already hides no later error
        with pytest.raises(StoreUnreadable, match="no_such_column"):
            opened.read(lambda connection: connection.execute(text("select no_such_column")))
    opened.close()


def test_a_connection_cut_between_two_calls_is_opened_again(store: PostgresStore) -> None:
    study = store.create(created()).id
    cut_sessions(store.address)
    store.append(study, [ev.Recorded("a", 1)])
    cut_sessions(store.address)
    assert kinds(store, study) == ["StudyCreated", "Recorded"]


@pytest.fixture
def cut_before_commit(monkeypatch: pytest.MonkeyPatch, postgres: str) -> list[str]:
    """The next write loses its connection once, after its last statement."""
    cut: list[str] = []
    save = RowsTransaction.save

    def saved(tx: RowsTransaction) -> None:
        save(tx)
        if not cut:
            cut.append("once")
            cut_sessions(postgres)

    monkeypatch.setattr(RowsTransaction, "save", saved)
    return cut


def test_a_write_whose_connection_broke_before_the_commit_is_repeated(
    store: PostgresStore, cut_before_commit: list[str]
) -> None:
    cut_before_commit.append("not yet")
    study = store.create(created(max_trials=1)).id
    cut_before_commit.clear()
    lease = granted(store.claim(study, ANN, 60.0))
    cut_before_commit.clear()
    answer = store.append(study, [asked(lease)], fence=lease)
    cut_before_commit.clear()
    assert not store.append(study, [told(lease)], fence=lease, key="tell").repeated
    assert answer.head == 2
    assert kinds(store, study) == ["StudyCreated", "TrialAsked", "TrialTold"]


@pytest.fixture
def lost_after_commit(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every commit takes place, and its answer is lost on the way."""
    lost: list[str] = []
    commit = PGDialect_psycopg.do_commit

    def committed(dialect: Any, connection: Any) -> None:
        writes = connection.dbapi_connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
        commit(dialect, connection)  # type: ignore[no-untyped-call]
        if writes:
            lost.append("answer")
            connection.dbapi_connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(PGDialect_psycopg, "do_commit", committed)
    return lost


def test_a_write_whose_commit_was_not_answered_is_written_once_and_answered(
    store: PostgresStore, lost_after_commit: list[str]
) -> None:
    study = store.create(created(max_trials=2)).id
    lease = granted(store.claim(study, ANN, 60.0))
    assert store.append(study, [asked(lease)], fence=lease).head == 2
    assert store.append(study, [ev.Recorded("a", 1), ev.Recorded("b", 2)]).head == 4
    first = store.append(study, [told(lease)], fence=lease, key="tell")
    assert (first.head, first.repeated) == (5, False)
    again = store.append(study, [told(lease)], fence=lease, key="tell")
    assert (again.first, again.repeated) == (first.first, True)
    assert granted(store.claim(study, ANN, 60.0)).number == 1, "no reservation was left behind"
    assert len(lost_after_commit) >= 6
    assert kinds(store, study) == ["StudyCreated", "TrialAsked", "Recorded", "Recorded", "TrialTold"]
    with pytest.raises(StudyExists):
        store.create(created())


def test_a_server_that_never_comes_back_leaves_the_write_in_doubt_and_says_so(
    own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_database(own_server.address) as address:
        store = PostgresStore(address)
        study = store.create(created()).id
        monkeypatch.setattr(place, "WAIT_SECONDS", 0.0)
        commit = PGDialect_psycopg.do_commit

        def committed(dialect: Any, connection: Any) -> None:
            monkeypatch.setattr(PGDialect_psycopg, "do_commit", commit)
            own_server.stop("immediate")
            commit(dialect, connection)  # type: ignore[no-untyped-call]

        monkeypatch.setattr(PGDialect_psycopg, "do_commit", committed)
        with pytest.raises(StoreUnreachable, match=r"went away during a commit.*repeat it with the same key"):
            store.append(study, [ev.Recorded("a", 1)], key="mine")
        own_server.start()
        assert store.append(study, [ev.Recorded("a", 1)], key="mine").head == 2
        assert kinds(store, study) == ["StudyCreated", "Recorded"]
        store.close()


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_is_started_again_is_waited_for(own_server: Server, mode: str) -> None:
    with new_database(own_server.address) as address, PostgresStore(address) as store:
        study = store.create(created()).id
        lease = granted(store.claim(study, ANN, 600.0))
        store.append(study, [asked(lease)], fence=lease)
        own_server.stop(mode)
        with ThreadPoolExecutor(1) as pool:
            telling = pool.submit(store.append, study, [told(lease)], fence=lease)
            own_server.start()
        assert not telling.result().repeated
        assert kinds(store, study) == ["StudyCreated", "TrialAsked", "TrialTold"]


def test_a_worker_frozen_within_a_transaction_is_cut_off_and_repeats_it(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "FROZEN_SECONDS", 0.05)
    save = RowsTransaction.save
    frozen: list[bool] = []

    def saved(tx: RowsTransaction) -> None:
        save(tx)
        if not frozen:
            frozen.append(True)
            sessions = "SELECT 1 FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()"
            while execute(postgres, sessions):
                pass

    with PostgresStore(postgres) as store, PostgresStore(postgres) as other:
        study = store.create(created()).id
        frozen.clear()
        monkeypatch.setattr(RowsTransaction, "save", saved)
        store.append(study, [ev.Recorded("mine", 1)])
        other.append(study, [ev.Recorded("other's", 1)])
        assert kinds(store, study) == ["StudyCreated", "Recorded", "Recorded"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_uses_a_store_opened_before_the_fork(postgres: str) -> None:
    code = f"""
import os
from ayar.storage import open_store
from ayar.testing.store_suite import created
from ayar.trial import events as ev
store = open_store({postgres!r})
study = store.create(created()).id
pid = os.fork()
for i in range(20):
    store.append(study, [ev.Recorded("parent" if pid else "child", i)], durable=False)
if pid == 0:
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
print(len(store.read(study, 0)))
store.close()
"""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.stdout, done.stderr) == ("41\n", "")
