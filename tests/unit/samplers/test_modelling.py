"""From told and pending trials to models."""

from typing import Any

import numpy as np

from ayar.numerics.single_thread import one_blas_thread
from ayar.samplers.fits import Fits
from ayar.samplers.gp_task import Task
from ayar.samplers.modelling import Modeller
from ayar.samplers.models import Models
from ayar.samplers.told import read_told
from ayar.testing.folds import Told, fold_of
from ayar.trial.state import State

TOLD = [Told({"x": i / 9}, float(i), metrics={"m": i / 9}) for i in range(10)]
OPEN = [Told({"x": x}, state=State.RUNNING) for x in (0.25, 0.75)]
FAILED = Told({"x": 0.5}, state=State.FAILED)


def models_of(trials: list[Told], *, fitted: bool = True, **settings: Any) -> Models:
    fold = fold_of({"x": (0.0, 1.0)}, trials, **settings)
    task, told = Task.of(fold.setup, "ei", 256), read_told(fold.history, fold.setup.space.codec)
    with one_blas_thread():
        return Modeller(task, told, Fits(task.fitter.belief), np.full(len(told.U_pending), 0.3)).models(fitted=fitted)


def test_one_goal_imagines_eight_answers_of_every_pending_trial() -> None:
    (goal,) = models_of(TOLD + OPEN).goals
    assert goal.surrogate.means.shape == (12, 8)
    assert goal.surrogate.means[10:].std(axis=1).min() > 0.0


def test_several_goals_and_limits_believe_one_answer() -> None:
    two = [Told(trial.params, (float(i), -float(i)), metrics=trial.metrics) for i, trial in enumerate(TOLD)]
    models = models_of([*two, FAILED, *OPEN], goals={"a": "minimize", "b": "minimize"}, constraints=["m <= 0.5"])
    assert [each.quantity.name for each in models.every] == ["goal a", "goal b", "metric m", "success"]
    assert [each.surrogate.means.shape[1] for each in models.every] == [1] * 4


def test_hyperparameters_come_from_the_fit_of_the_count() -> None:
    models = models_of(TOLD)
    assert models.noted["goal value"][0] == 10


def test_without_a_fit_the_priors_mode_stands_in() -> None:
    (goal,) = models_of(TOLD, fitted=False).goals
    assert goal.count == 0
    assert goal.surrogate.theta.ln_signal == 0.0


def test_what_the_fitted_trials_did_not_teach_has_the_priors_mode() -> None:
    # Of 201 trials the fit looks at the first 200; only the last one failed.
    trials = [Told({"x": i / 200}, (i / 200 - 0.3) ** 2) for i in range(200)]
    models = models_of([*trials, FAILED])
    assert {name: count for name, (count, _) in models.noted.items()} == {"goal value": 200, "success": 0}


def test_means_at_told_rows_are_infinite_where_a_model_lacks_the_row() -> None:
    models = models_of([*TOLD, FAILED])
    assert np.isfinite(models.goals[0].at_told(11)).tolist() == [True] * 10 + [False]
    assert np.isfinite(models.limits[0].at_told(11)).all()


def test_expectations_of_a_goal_are_in_its_own_units() -> None:
    trials = [Told({"x": i / 9}, 1e6 + 1e3 * i) for i in range(10)]
    mean, deviation = models_of(trials).goals[0].expected(np.array([[0.5]]), np.ones((1, 1), dtype=np.bool_))
    assert abs(mean[0] - 1.0045e6) < 200.0
    assert 0.0 < deviation[0] < 1e3
