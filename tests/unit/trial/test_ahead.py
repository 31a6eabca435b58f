"""Histories with a trial more."""

from ayar.testing.folds import fold_of
from ayar.trial.ahead import with_running


def test_the_copy_holds_a_running_trial_and_the_original_does_not() -> None:
    history = fold_of({"x": (0.0, 1.0)}, [({"x": 0.5}, 1.0)]).history
    ahead = with_running(history, 1, {"x": 0.25}, {"sampler": "gp"})
    assert ahead.pending.tolist() == [False, True]
    assert ahead.params(1) == {"x": 0.25}
    assert len(history) == 1
