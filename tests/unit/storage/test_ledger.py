"""The projection's rules that no store shows from outside."""

from typing import Any

import pytest

from ayar.base.process import Life
from ayar.storage.ledger import GRACE_LEASES, Counters, Moment, Slot, is_over, microseconds, tick
from ayar.trial.state import State

TTL = 10_000_000


class Few:
    """Slots in a list."""

    def __init__(self, *slots: Slot) -> None:
        self.slots = slots

    def leased(self) -> list[Slot]:
        return [slot for slot in self.slots if slot.token is not None]

    def last_expiry(self, clock: str) -> int | None:
        return max((slot.expires for slot in self.leased() if slot.clock == clock), default=None)


def slot(**changes: Any) -> Slot:
    usual: dict[str, Any] = {
        "number": 0,
        "state": State.RUNNING,
        "token": 1,
        "ttl": TTL,
        "expires": TTL,
        "clock": "boot",
    }
    return Slot(**(usual | changes))


@pytest.mark.parametrize(
    ("life", "now", "over"),
    [
        (Life.UNKNOWN, TTL - 1, False),
        (Life.UNKNOWN, TTL, True),
        (Life.ALIVE, TTL * GRACE_LEASES - 1, False),
        (Life.ALIVE, TTL * GRACE_LEASES, True),
        (Life.GONE, 0, True),
    ],
)
def test_a_lease_ends_by_time_with_grace_for_the_living(life: Life, now: int, over: bool) -> None:
    assert is_over(slot(), Moment(now, "boot"), lambda _: life) is over


def test_a_lease_of_another_boot_is_over() -> None:
    assert is_over(slot(), Moment(0, "other"), lambda _: Life.ALIVE)


def test_the_study_s_clock_never_goes_back() -> None:
    counters = Counters(active=5, touched=100, clock="boot")
    tick(counters, Few(slot()), Moment(50, "boot"))  # type: ignore[arg-type]  # reads only
    assert (counters.active, counters.touched) == (5, 50)


def test_time_without_a_lease_does_not_count() -> None:
    counters = Counters(touched=100, clock="boot")
    tick(counters, Few(slot(token=None)), Moment(900, "boot"))  # type: ignore[arg-type]
    assert counters.active == 0


def test_a_later_lease_keeps_the_clock_running() -> None:
    counters = Counters(clock="boot")
    tick(counters, Few(slot(expires=10), slot(expires=30)), Moment(100, "boot"))  # type: ignore[arg-type]
    assert counters.active == 30


def test_seconds_become_whole_microseconds() -> None:
    assert (microseconds(1.5), microseconds(None)) == (1_500_000, None)
