"""Workers whose name outlives their process, and leases that nobody renews."""

import pytest

from ayar.base.errors import ArgumentError, TellRefused
from ayar.trial.state import State
from unit.study.studies import study, timed_study


@pytest.mark.parity("VZ1")
def test_a_named_worker_gets_its_unfinished_trial_back() -> None:
    made = study(max_trials=5)
    first = made.ask(worker="node-1")
    again = made.ask(worker="node-1")
    assert (again.number, again.params) == (first.number, first.params)
    with pytest.raises(TellRefused):
        made.tell(first, 1.0)
    assert made.tell(again, 2.0).value == 2.0
    assert made.ask(worker="node-1").number == 1


def test_workers_without_a_name_never_share_a_trial() -> None:
    made = study(max_trials=5)
    assert [made.ask().number for _ in range(3)] == [0, 1, 2]


def test_a_lease_of_given_length_is_not_renewed_and_ends() -> None:
    made, clock, _ = timed_study(max_trials=1)
    lost = made.ask(lease_s=5.0)
    assert lost.lease is not None
    assert lost.lease.ttl == 5.0
    clock.advance(6.0)
    taken = made.ask()
    assert taken.number == lost.number
    with pytest.raises(TellRefused):
        made.tell(lost.number, 1.0, token=lost.lease.token)
    assert made.tell(taken, 2.0).state is State.COMPLETE


@pytest.mark.parametrize(
    ("worker", "lease_s", "said"),
    [("", None, r"name of 1 to 200"), ("a\nb", None, r"printable"), (None, 0.0, r"seconds > 0"), ("w", -1.0, r"-1.0")],
)
def test_odd_names_and_lengths_are_refused(worker: str | None, lease_s: float | None, said: str) -> None:
    made = study(max_trials=1)
    with pytest.raises(ArgumentError, match=said):
        made.ask(worker=worker, lease_s=lease_s)
    assert not made.trials
