"""What the benchmark of leak checks promises: planted ones are found, clean real set-ups are left alone."""

import pytest
from benchmarks.leaks import KINDS, clean, planted
from sklearn.base import is_regressor

from ayar.evaluate import leak_check


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_leak_is_found(kind: str) -> None:
    assert kind in {alarm.kind for alarm in planted(kind, 0).alarms}


@pytest.mark.slow
def test_clean_real_set_ups_give_at_most_one_alarm() -> None:
    alarms = []
    for name, build, data in clean():
        report = leak_check(build, data, metric="r2" if is_regressor(build()) else None)
        alarms += [f"{name}: {alarm}" for alarm in report.alarms]
    assert len(alarms) <= 1, alarms
