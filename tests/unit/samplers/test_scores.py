"""Scores put together: thresholds, fronts, pending trials, and the order of what was told."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from ayar.numerics.single_thread import one_blas_thread
from ayar.samplers.acquisition import Improvement
from ayar.samplers.fits import Fits
from ayar.samplers.gp_task import Task
from ayar.samplers.modelling import Modeller
from ayar.samplers.scores import Scores
from ayar.samplers.told import read_told
from ayar.testing.folds import Told, fold_of
from ayar.trial.goal import Constraint
from ayar.trial.state import State

TWO = {"a": "minimize", "b": "minimize"}
NINTHS = [i / 9 for i in range(10)]


def scores_of(trials: Iterable[Told], acquisition: str = "ei", **settings: Any) -> Scores:
    fold = fold_of({"x": (0.0, 1.0)}, trials, **settings)
    task, told = Task.of(fold.setup, acquisition, 256), read_told(fold.history, fold.setup.space.codec)
    shifts = np.full(len(told.U_pending), 0.3)
    with one_blas_thread():
        models = Modeller(task, told, Fits(task.fitter.belief), shifts).models(fitted=True)
    return Scores(models, told, acquisition, None, np.random.default_rng(0).random)


def falling(*more: Told) -> list[Told]:
    """A loss that falls along the line, and a metric equal to x."""
    return [*(Told({"x": x}, 1.0 - x, metrics={"m": x}) for x in NINTHS), *more]


def waiting(*places: float) -> list[Told]:
    return [Told({"x": x}, state=State.RUNNING) for x in places]


def threshold(scores: Scores) -> float:
    (improvement,) = [term for term in scores.total(None).terms if isinstance(term, Improvement)]
    return float(improvement.threshold.mean())


# -- what counts as good -----------------------------------------------------------------------------------------------


def test_the_threshold_is_the_least_mean_of_the_trials_that_keep_the_constraints() -> None:
    scores = scores_of(falling(), constraints=["m <= 0.5"])
    kept = scores.models.goals[0].at_told(10)[scores.told.good]
    assert threshold(scores) == pytest.approx(kept.min())


def test_a_demanded_confidence_keeps_trials_at_the_bound_out_of_the_threshold() -> None:
    noisy = [
        Told(trial.params, trial.values, metrics={"m": trial.params["x"] + 0.1 * (-1) ** i})
        for i, trial in enumerate(falling())
    ]
    plain, sure = (
        scores_of(noisy, constraints=[Constraint("m", high=0.5, confidence=asked)]) for asked in (None, 0.999)
    )
    assert threshold(sure) > threshold(plain)


def test_pending_trials_count_once_they_are_more_likely_kept_than_not() -> None:
    scores = scores_of(falling(*waiting(0.2, 0.9)), constraints=["m <= 0.5"])
    assert scores.likely.tolist() == [True, False]


def test_every_pending_trial_counts_where_nothing_can_break() -> None:
    assert scores_of(falling(*waiting(0.2, 0.9))).likely.tolist() == [True, True]


@pytest.mark.parity("G4")
@pytest.mark.parametrize("settings", [{}, {"constraints": ["m <= 0.9"]}], ids=["free", "constrained"])
def test_little_is_to_be_gained_where_a_trial_is_pending(settings: dict[str, Any]) -> None:
    told = [Told({"x": x}, (x - 0.5) ** 2, metrics={"m": x}) for x in NINTHS]
    U, A = np.array([[0.5]]), np.ones((1, 1), dtype=np.bool_)
    before, after = (scores_of(trials, **settings).total(None).values(U, A) for trials in (told, told + waiting(0.5)))
    assert after < before - 1.0


@pytest.mark.parity("G4")
def test_little_is_to_be_gained_for_several_goals_where_a_trial_is_pending() -> None:
    told = [Told({"x": x}, (x**2, (x - 1.0) ** 2)) for x in (0.0, 0.1, 0.9, 1.0)]
    U, A = np.array([[0.5]]), np.ones((1, 1), dtype=np.bool_)
    before, after = (scores_of(trials, goals=TWO).total(None).values(U, A) for trials in (told, told + waiting(0.5)))
    assert after < before - 1.0


# -- words -------------------------------------------------------------------------------------------------------------

BROKEN = [Told({"x": x}, x, metrics={"m": 5.0 + x}) for x in NINTHS]
FAILED = [Told({"x": x}, state=State.FAILED) for x in NINTHS]


@pytest.mark.parametrize(
    ("trials", "settings", "words"),
    [
        (falling(), {}, "expected improvement"),
        (FAILED, {}, "probability of success"),
        (FAILED, {"constraints": ["m <= 1"]}, "probability of success"),
        (BROKEN, {"constraints": ["m <= 1"]}, "probability of keeping the constraints"),
        ([Told({"x": x}, (x, -x)) for x in NINTHS], {"goals": TWO}, "expected gain of the front"),
    ],
    ids=["one goal", "all failed", "all failed under a constraint", "nothing kept", "two goals"],
)
def test_words_name_what_is_largest(trials: list[Told], settings: dict[str, Any], words: str) -> None:
    assert scores_of(trials, **settings).words == words


# -- order -------------------------------------------------------------------------------------------------------------


def test_good_trials_come_first_then_those_that_break_least() -> None:
    order = scores_of(falling(), constraints=["m <= 0.5"]).order()
    assert order.tolist() == [4, 3, 2, 1, 0, 5, 6, 7, 8, 9]


def test_a_metric_that_a_trial_did_not_tell_harms_no_order() -> None:
    # The last two break an open-ended bound by an unknown amount.
    order = scores_of(
        falling(Told({"x": 0.55}, 0.0), Told({"x": 0.95}, state=State.FAILED)), constraints=["m >= 0.5"]
    ).order()
    assert order[:5].tolist() == [9, 8, 7, 6, 5]
    assert order[-1] == 10
    assert 11 not in order


def test_several_goals_are_ordered_by_fronts() -> None:
    trials = [Told({"x": x}, (x, (x - 0.5) ** 2)) for x in NINTHS]
    assert set(scores_of(trials, goals=TWO).order()[:5].tolist()) == {0, 1, 2, 3, 4}
