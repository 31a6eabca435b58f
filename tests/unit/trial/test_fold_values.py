"""What models take as the loss of a cross-validated trial, and how sure it is."""

from dataclasses import replace

import numpy as np
import pytest

from ayar.samplers.told import read_told
from ayar.testing.folds import Told, fold_of
from ayar.testing.scheduler_suite import folds, whole
from ayar.trial.fold_values import fold_values
from ayar.trial.state import State

SPACE = {"x": (0.0, 1.0)}
INCUMBENT = (0.5, 0.1, 0.3, 0.5, 0.6)  # its second fold is an easy one
LUCKY = replace(folds((0.9, 0.2)), state=State.PRUNED, values=0.55)


@pytest.mark.parity("N6")
def test_a_stopped_trial_enters_the_model_by_its_difference_and_is_no_failure() -> None:
    fold = fold_of(SPACE, [whole(INCUMBENT), LUCKY, Told({"x": 0.9}, state=State.FAILED)])
    told = read_told(fold.history, fold.setup.space.codec)
    assert told.failed.tolist() == [False, False, True]
    # Mean 0.4, worse by 0.4 and 0.1 on the two folds.
    assert told.goals[:2, 0] == pytest.approx([0.4, 0.65])
    assert told.sd[1, 0] > told.sd[0, 0] > 0.0


def test_signs_are_turned() -> None:
    up = [whole(INCUMBENT, sign=-1.0), replace(folds((0.9, 0.2), sign=-1.0), state=State.PRUNED, values=-0.55)]
    losses, sd = fold_values(fold_of(SPACE, up, goals={"v": "maximize"}).history)
    same, also = fold_values(fold_of(SPACE, [whole(INCUMBENT), LUCKY]).history)
    assert losses == pytest.approx(same)
    assert sd == pytest.approx(also)


def test_on_folds_of_its_own_a_stopped_trial_has_the_mean_of_its_scores() -> None:
    losses, _ = fold_values(
        fold_of(SPACE, [whole(INCUMBENT, "a"), replace(LUCKY, attrs=folds((), split="b").attrs)]).history
    )
    assert losses[1, 0] == pytest.approx(0.55)


def test_without_folds_nothing_changes() -> None:
    history = fold_of(SPACE, [Told({"x": 0.1}, 0.3, sd=0.1), Told({"x": 0.2}, 0.4)]).history
    losses, sd = fold_values(history)
    assert np.array_equal(losses, history.losses)
    assert np.array_equal(sd, history.sd, equal_nan=True)


def test_several_goals_are_left_as_they_were_told() -> None:
    goals = {"a": "minimize", "b": "minimize"}
    history = fold_of(SPACE, [replace(whole(INCUMBENT), values=(0.4, 1.0))], goals=goals).history
    assert np.array_equal(fold_values(history)[0], history.losses)
