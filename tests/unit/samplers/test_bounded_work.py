"""What a proposal may cost stays bounded however long a study grows: counts of rows and points, not milliseconds.

The milliseconds that these counts take are in docs/performance.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from ayar.base.rng import Streams
from ayar.numerics.arrays import Bools, Floats
from ayar.samplers.acquisition import Total
from ayar.samplers.auto import Auto
from ayar.samplers.branch import Branch
from ayar.samplers.effort import EFFORTS, FULL
from ayar.samplers.fits import read_fits
from ayar.samplers.gp_task import Task
from ayar.samplers.mixgp import MixGP
from ayar.samplers.modelling import Modeller
from ayar.samplers.models import Models
from ayar.samplers.scores import Scores
from ayar.samplers.searching import Searcher
from ayar.samplers.told import read_told
from ayar.samplers.unseen import Unseen
from ayar.space.domains import Float
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.fold import Fold
from unit.samplers.study import propose

PLANE = Space({"x": Float(0, 1), "y": Float(0, 1)})
WIDE = Space({f"x{i}": Float(0, 1) for i in range(100)})
TWO = {"a": "minimize", "b": "minimize"}


def drawn(space: Space, n: int, seconds: float = 60.0) -> list[Told]:
    """n told trials at points by chance; the loss is the distance from the middle, squared."""
    points = np.random.default_rng(0).random((n, len(space.params))).tolist()
    return [
        Told(dict(zip(space.params, point, strict=True)), sum((x - 0.5) ** 2 for x in point), seconds=seconds)
        for point in points
    ]


def models_of(fold: Fold, overhead_ms: int) -> Models:
    task, told = Task.of(fold.setup, "ei", overhead_ms), read_told(fold.history, fold.setup.space.codec)
    return Modeller(task, told, read_fits(fold.history, task.fitter.belief), np.empty(0)).models(fitted=False)


@dataclass(frozen=True, eq=False)
class Counter:
    """A term that adds nothing and counts the points it is asked for."""

    asked: list[int] = field(default_factory=list)

    def values(self, U: Floats, _A: Bools) -> Floats:
        self.asked.append(len(U))
        return np.zeros(len(U))

    def values_and_slopes(self, U: Floats, _A: Bools) -> tuple[Floats, Floats]:
        return self.values(U, _A), np.zeros_like(U)


@dataclass(frozen=True, eq=False)
class Counted(Scores):
    """Scores that count."""

    counter: Counter = field(default_factory=Counter)

    def total(self, branch: Branch | None) -> Total:
        return Total([*super().total(branch).terms, self.counter], branch)


def scored(told: int, overhead_ms: int) -> int:
    """Points that one proposal scores."""
    fold = fold_of(PLANE, drawn(PLANE, told))
    task = Task.of(fold.setup, "ei", overhead_ms)
    rng = Streams(0, told)
    read = read_told(fold.history, PLANE.codec)
    scores = Counted(models_of(fold, overhead_ms), read, "ei", None, rng(0, "path").random)
    assert Searcher(task, scores, Unseen(fold.setup, fold.history), rng, 0).best() is not None
    return sum(scores.counter.asked)


# -- the model ---------------------------------------------------------------------------------------------------------


@pytest.mark.parity("GO8")
def test_three_thousand_observations_give_a_proposal_from_a_model_of_a_thousand() -> None:
    fold = fold_of(PLANE, drawn(PLANE, 3_000))
    assert [len(goal.rows) for goal in models_of(fold, FULL).goals] == [1_000]
    proposal = propose(fold, MixGP())[0]
    assert proposal.note["told"] == 3_000
    assert proposal.note["fallback"] is None
    assert abs(proposal.note["mean"]) < 0.01
    assert abs(proposal.params["x"] - 0.5) + abs(proposal.params["y"] - 0.5) < 0.1


@pytest.mark.parity("GO8", "N10")
@pytest.mark.parametrize("overhead_ms", [8, 32, 128])
def test_a_model_holds_no_more_rows_than_its_effort_allows(overhead_ms: int) -> None:
    told = [Told(trial.params, (trial.values, trial.params["x"]), metrics={"m": 0.1}) for trial in drawn(PLANE, 700)]  # type: ignore[arg-type]  # one goal
    models = models_of(fold_of(PLANE, told, goals=TWO, constraints=["m <= 1"]), overhead_ms)
    assert [len(each.rows) for each in models.every] == [EFFORTS[overhead_ms].rows] * 3


@pytest.mark.parametrize("goals", [None, TWO], ids=["one goal", "two goals"])
def test_the_few_rows_of_a_short_model_hold_the_good_trials_however_poor_their_values(goals: Any) -> None:
    def value(params: Mapping[str, Any]) -> Any:
        return -params["x"] if goals is None else (-params["x"], -params["x"] * params["y"])

    told = [Told(trial.params, value(trial.params), metrics={"m": trial.params["x"]}) for trial in drawn(PLANE, 300)]
    least = sorted(trial.params["x"] for trial in told)[1]  # two trials keep the constraint, the worst two of all
    proposal = propose(fold_of(PLANE, told, goals=goals, constraints=[f"m <= {least}"]), MixGP(overhead_ms=8))[0]
    assert proposal.note["why"].startswith("largest expected")
    assert proposal.params["x"] < 0.05


def test_two_goals_that_pull_apart_are_modelled_on_the_same_rows() -> None:
    told = [Told(trial.params, (trial.params["x"], -trial.params["x"])) for trial in drawn(PLANE, 300)]
    one, other = models_of(fold_of(PLANE, told, goals=TWO), 8).goals
    assert one.rows.tolist() == other.rows.tolist()


# -- the search --------------------------------------------------------------------------------------------------------


@pytest.mark.parity("N10")
def test_a_long_study_scores_no_more_points_than_a_short_one() -> None:
    assert scored(1_000, 64) <= 1.5 * scored(100, 64)


@pytest.mark.parity("N10")
def test_a_smaller_effort_scores_fewer_points() -> None:
    counts = [scored(100, overhead_ms) for overhead_ms in (8, 32, 128)]
    assert counts == sorted(set(counts))


# -- auto --------------------------------------------------------------------------------------------------------------


@pytest.mark.parity("N10")
@pytest.mark.parametrize(("seconds", "paced"), [(0.1, "8 ms"), (1.0, "16 ms"), (5.0, "64 ms")])
def test_the_note_names_the_effort_that_two_percent_of_a_trial_pay_for(seconds: float, paced: str) -> None:
    fold = fold_of(PLANE, drawn(PLANE, 50, seconds))
    assert propose(fold, Auto())[0].note["auto"].endswith(f"a proposal may cost {paced}")


@pytest.mark.parity("G11", "N10")
@pytest.mark.parametrize(
    ("told", "seconds", "samplers", "why"),
    [
        (599, 60.0, ["gp"] * 4, "at most 600 trials told"),
        (601, 60.0, ["gp", "gp", "tpe", "gp"], "more than 600 trials told"),
        (3_001, 60.0, ["tpe", "tpe", "cmaes", "tpe"], "more than 3,000 trials told"),
        (301, 0.001, ["tpe", "tpe", "cmaes", "tpe"], "a trial takes 1 ms"),
    ],
)
def test_the_model_changes_by_itself_as_a_study_grows_and_each_note_says_why(
    told: int, seconds: float, samplers: list[str], why: str
) -> None:
    notes = [proposal.note for proposal in propose(fold_of(PLANE, drawn(PLANE, told, seconds)), Auto(), 4)]
    assert [note["sampler"] for note in notes] == samplers
    assert all(why in note["auto"] and note["auto"].startswith(note["sampler"]) for note in notes)


@pytest.mark.parity("G11")
def test_ten_thousand_trials_of_a_hundred_parameters_are_proposed_to_without_a_model() -> None:
    fold = fold_of(WIDE, drawn(WIDE, 10_000))
    proposals = [Auto().propose(fold.setup, fold.history, Streams(0, 10_000 + i), 1)[0] for i in range(4)]
    assert [proposal.note["sampler"] for proposal in proposals] == ["tpe", "tpe", "tpe", "cmaes"]
    assert all("more than 60 active parameters" in proposal.note["auto"] for proposal in proposals)
    assert all(WIDE.contains(proposal.params) for proposal in proposals)
    assert len({tuple(proposal.params.values()) for proposal in proposals}) == 4
