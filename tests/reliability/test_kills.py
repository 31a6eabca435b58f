"""Workers are struck while they work, and the store is looked at after each strike: nothing acknowledged is lost.

`make soak` and the release do the same with hundreds and thousands of strikes; see `kills`.
"""

from pathlib import Path

import pytest

from reliability.kills import Tally, run

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres"))
    return f"sqlite:///{tmp_path / 'study.db'}"


def check(tally: Tally, strikes: int) -> None:
    assert not tally.wrong
    assert tally.hits.total() >= strikes
    assert tally.acknowledged > 0


@pytest.mark.parity("N3", "N4")
def test_nothing_acknowledged_is_lost_in_fifty_kills(address: str, tmp_path: Path) -> None:
    tally = run(address, tmp_path, strikes=50)
    check(tally, 50)
    assert len(tally.hits) >= 4, "random moments and several fail-points"


@pytest.mark.parity("N4")
def test_thirty_two_workers_keep_the_budget_while_they_are_killed(tmp_path: Path) -> None:
    check(run(f"sqlite:///{tmp_path / 'study.db'}", tmp_path, strikes=12, workers=32, budget=100), 12)


@pytest.mark.parity("N3")
def test_frozen_workers_that_wake_late_harm_nothing_and_go_on(address: str, tmp_path: Path) -> None:
    tally = run(address, tmp_path, strikes=8, hazard="freeze", lease_s=0.5)
    check(tally, 8)


@pytest.mark.parity("G13")
@pytest.mark.parametrize("hazard", ["interrupt", "terminate"])
def test_signals_at_random_moments_leave_a_clean_study(hazard: str, address: str, tmp_path: Path) -> None:
    check(run(address, tmp_path, strikes=10, hazard=hazard), 10)
