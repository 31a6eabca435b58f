"""The machine's clock, and the one of the tests."""

import pytest

from ayar.base.clock import SYSTEM, Clock
from ayar.testing.fake_clock import FakeClock


@pytest.mark.parametrize("clock", [SYSTEM, FakeClock()])
def test_a_clock_is_in_microseconds_and_seconds(clock: Clock) -> None:
    assert clock.wall() > 1_600_000_000_000_000
    assert isinstance(clock.steady(), int)
    assert isinstance(clock.elapsed(), float)
    assert clock.boot


def test_the_steady_clock_never_goes_back() -> None:
    readings = [SYSTEM.steady() for _ in range(100)]
    assert readings == sorted(readings)


def test_the_boot_stays_the_same() -> None:
    assert SYSTEM.boot == SYSTEM.boot


def test_a_fake_clock_moves_only_when_told() -> None:
    clock = FakeClock()
    before = clock.steady(), clock.wall(), clock.elapsed()
    clock.sleep(2.5)
    assert (clock.steady(), clock.wall(), clock.elapsed()) == (
        before[0] + 2_500_000,
        before[1] + 2_500_000,
        before[2] + 2.5,
    )


def test_setting_the_wall_clock_leaves_the_steady_one() -> None:
    clock = FakeClock()
    steady = clock.steady()
    clock.set_wall(0)
    assert (clock.wall(), clock.steady()) == (0, steady)


def test_a_reboot_starts_another_count() -> None:
    clock = FakeClock()
    before = clock.steady()
    clock.reboot("boot-2")
    assert clock.boot == "boot-2"
    assert clock.steady() < before
