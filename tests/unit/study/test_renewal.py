"""Leases are renewed from a thread; a failing store ends nothing."""

import threading
from collections.abc import Iterator

import pytest

from ayar.base.errors import StoreBusy
from ayar.storage.base import Worker
from ayar.storage.memory import MemoryStore
from ayar.study.renewal import Renewal
from ayar.testing.store_suite import created, granted
from ayar.trial.events import Lease

PATIENCE = 30.0


class Tally(MemoryStore):
    """A store that answers renewals as told, and says when the n-th came."""

    def __init__(self, *answers: bool | Exception) -> None:
        super().__init__()
        self.answers = list(answers)
        self.renewed: list[int] = []
        self.enough = threading.Event()

    def renew(self, study: int, lease: Lease) -> bool:
        self.renewed.append(lease.number)
        answer = self.answers.pop(0) if self.answers else True
        if not self.answers:
            self.enough.set()
        if isinstance(answer, Exception):
            raise answer
        return answer


def lease(number: int) -> Lease:
    return Lease(number, 1, 1, ttl=0.003)


@pytest.fixture
def tally() -> Tally:
    return Tally(True, True, True)


@pytest.fixture
def renewal(tally: Tally) -> Iterator[Renewal]:
    renewal = Renewal(tally, 1)
    yield renewal
    renewal.close()


def test_a_held_lease_is_renewed_again_and_again(tally: Tally, renewal: Renewal) -> None:
    renewal.hold(lease(7))
    assert tally.enough.wait(PATIENCE)
    assert set(tally.renewed) == {7}


def test_a_store_that_fails_is_asked_again(renewal: Renewal, tally: Tally, caplog: pytest.LogCaptureFixture) -> None:
    tally.answers[:] = [StoreBusy("locked"), StoreBusy("locked"), True]
    renewal.hold(lease(7))
    assert tally.enough.wait(PATIENCE)
    assert "could not renew the lease of trial 7, trying again: locked" in caplog.text


@pytest.mark.parametrize("error", [StoreBusy("locked"), OSError("no file descriptor left")])
def test_three_errors_in_a_row_cost_no_lease_even_where_nobody_sees_the_process(error: Exception) -> None:
    ttl = 3.0
    store = Watched(error, error, error, True)
    study = store.create(created()).id
    renewal = Renewal(store, study)
    renewal.hold(granted(store.claim(study, Worker("elsewhere"), ttl)))
    assert store.enough.wait(PATIENCE)
    renewal.close()
    assert store.numbers == [1, 2, 3, 4], "each attempt to renew came while the lease of trial 0 was live"


class Watched(Tally):
    """At each renewal another worker claims: it gets a number of its own, unless the lease was over."""

    def __init__(self, *answers: bool | Exception) -> None:
        super().__init__(*answers)
        self.numbers: list[int] = []

    def renew(self, study: int, lease: Lease) -> bool:
        self.numbers.append(granted(self.claim(study, Worker("other"), 60.0)).number)
        return super().renew(study, lease)


def test_a_superseded_lease_is_dropped(renewal: Renewal, tally: Tally) -> None:
    tally.answers[:] = [False]
    renewal.hold(lease(7))
    thread = renewal._thread
    assert thread is not None
    thread.join(PATIENCE)
    assert tally.renewed == [7]
    assert not thread.is_alive()


def test_the_thread_ends_with_the_last_lease_and_starts_again(renewal: Renewal, tally: Tally) -> None:
    renewal.hold(lease(7))
    thread = renewal._thread
    assert thread is not None
    assert thread.daemon
    renewal.drop(7)
    thread.join(PATIENCE)
    assert not thread.is_alive()
    tally.enough.clear()
    tally.answers[:] = [True]
    renewal.hold(lease(8))
    assert tally.enough.wait(PATIENCE)


def test_closing_ends_the_thread(renewal: Renewal) -> None:
    renewal.hold(Lease(7, 1, 1, ttl=3600.0))
    thread = renewal._thread
    assert thread is not None
    renewal.close()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_closed_renewal_may_be_used_again(renewal: Renewal, tally: Tally) -> None:
    renewal.hold(Lease(7, 1, 1, ttl=3600.0))
    renewal.close()
    renewal.hold(lease(8))
    assert tally.enough.wait(PATIENCE)
    assert 8 in tally.renewed
