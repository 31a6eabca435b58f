"""The simulated race of the design: a candidate's true loss against the incumbent's, fold sd 0.02, pair noise 0.01.

The numbers (stopped % / work done %) are those of `training.md`, section 11, simulated there with other draws and code;
"aggressive" there is "mean" here. Tolerance: half a point of rounding on both sides and four standard deviations of the
sample, so of 40 comparisons one in 400 runs would fail by chance; draws are seeded.
"""

import math

import numpy as np
import pytest

from ayar.base.rng import stream
from ayar.schedulers.base import Action
from ayar.schedulers.fold_race import FoldRace
from ayar.testing.folds import fold_of
from ayar.trial.crossval import FOLDS, FoldPlan
from ayar.trial.goal import Goal
from ayar.trial.history import History
from ayar.trial.state import State
from ayar.trial.trial import Report

DRAWS = 800
SETUP = fold_of({"x": (0.0, 1.0)}, []).setup
BETTER, EQUAL, WORSE, BAD = -0.01, 0.0, 0.02, 0.05

TABLE = {
    ("forgiving", 5): [(5, 96), (14, 89), (60, 58), (98, 26)],
    ("mean", 5): [(43, 69), (76, 48), (100, 24), (100, 20)],
    ("wilcoxon", 5): [(0, 100), (6, 99), (72, 86), (100, 80)],
    ("forgiving", 10): [(2, 98), (7, 94), (43, 64), (96, 19)],
    ("wilcoxon", 10): [(0, 100), (18, 92), (100, 44), (100, 40)],
}


def race(rule: str, incumbent: list[float], candidate: list[float]) -> int:
    """How many folds the candidate goes through."""
    history = History([Goal("loss")])
    k = len(incumbent)
    for number, losses, state in ((0, incumbent, State.COMPLETE), (1, [], State.RUNNING)):
        row = history.open_row(number)
        row.attrs = {FOLDS: FoldPlan(k, split="s").to_json()}
        row.reports = [Report(i, loss, i) for i, loss in enumerate(losses)]
        row.values = (math.fsum(losses) / k,)
        history.set_params(row, {"x": 0.5})
        history.set_state(row, state)
    history.set_outcome(history.row(0), 1)
    scheduler = FoldRace(rule=rule)
    reports = history.row(1).reports = []
    for i, loss in enumerate(candidate):
        reports.append(Report(i, loss, i))
        if scheduler.decide(SETUP, history, 1).action is Action.STOP:
            return i + 1
    return k


@pytest.mark.slow
@pytest.mark.parametrize("column", range(4), ids=["0.01 better", "equal", "0.02 worse", "0.05 worse"])
@pytest.mark.parametrize(("rule", "k"), TABLE)
def test_the_race_stops_as_often_as_in_the_design(rule: str, k: int, column: int) -> None:
    stopped, work = TABLE[rule, k][column]
    rng = stream(5, column, f"race|{rule}|{k}")
    hard = rng.normal(0.0, 0.02, (DRAWS, k))
    incumbents = hard + rng.normal(0.0, 0.01, (DRAWS, k))
    candidates = hard + rng.normal(0.0, 0.01, (DRAWS, k)) + (BETTER, EQUAL, WORSE, BAD)[column]
    went = np.array([race(rule, *pair) for pair in zip(incumbents.tolist(), candidates.tolist(), strict=True)])
    share = 100.0 * float(np.mean(went < k))
    deviation = 100.0 * math.sqrt(max(share, 1.0) * max(100.0 - share, 1.0)) / 100.0 / math.sqrt(DRAWS)
    assert share == pytest.approx(stopped, abs=1.0 + 4.0 * deviation)
    error = 100.0 * float(np.std(went / k)) / math.sqrt(DRAWS)
    assert 100.0 * float(np.mean(went)) / k == pytest.approx(work, abs=1.0 + 4.0 * error)


@pytest.mark.parametrize("k", [4, 9, 10, 20])
def test_auto_is_forgiving_below_ten_folds_and_wilcoxon_from_there(k: int) -> None:
    rng = np.random.default_rng(k)
    hard = rng.normal(0.0, 0.02, (50, k))
    incumbents = (hard + rng.normal(0.0, 0.01, (50, k))).tolist()
    candidates = (hard + rng.normal(0.005, 0.01, (50, k))).tolist()
    same = "wilcoxon" if k >= 10 else "forgiving"
    for pair in zip(incumbents, candidates, strict=True):
        assert race("auto", *pair) == race(same, *pair)
