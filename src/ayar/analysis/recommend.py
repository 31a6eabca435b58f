"""Which trial to use: the one expected to be best, not the one that was luckiest.

Under noise the best value ever told is mostly the luckiest draw, and the more trials the luckier. Here every tried
configuration is judged by all trials together, through the model of the goal (`learned`): trials of one configuration
average, neighbours lend each other strength. Where no noise is found, and below 8 trials, told values stand, and the
recommended trial is the best one. Failed and pruned trials are never recommended. Under result constraints a trial must
have kept them, and must do so with the confidence demanded, else more likely than not (`kept`).
With several goals: the front by expected values, less what is expected to miss a threshold.
"""

from dataclasses import dataclass

import numpy as np

from ayar.analysis.kept import kept
from ayar.analysis.learned import Learned, learn_best
from ayar.analysis.words import listed, number_text
from ayar.base.errors import NoTrial
from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.pareto import non_dominated, rank
from ayar.trial.best import accepted, best_number, front_numbers
from ayar.trial.fold import Fold
from ayar.trial.state import State
from ayar.trial.trial import Trial

MORE_LIKELY_THAN_NOT = 0.5
"""Probability of being kept that a constraint asks for where it names no confidence."""
_MOST_JUDGED = 300
"""Of more trials those with the best told values are judged: further down nothing is expected to be best."""


@dataclass(frozen=True, eq=False)
class Recommendation:
    """The trials to use, and what was learned of the goals."""

    trials: tuple[Trial, ...]
    """One; with several goals the front."""
    goals: tuple[Learned, ...]

    @property
    def modelled(self) -> bool:
        """Whether there were trials enough to judge told values by each other."""
        return any(goal.posterior is not None for goal in self.goals)

    @property
    def noisy(self) -> bool:
        """Whether some goal's told values are draws, so that the best seen may be luck."""
        return any(goal.posterior is not None and goal.posterior.noisy for goal in self.goals)

    @property
    def sentence(self) -> str:
        """The recommendation in words."""
        numbers = listed([str(trial.number) for trial in self.trials])
        if len(self.goals) > 1:
            return f"the front of expected values: trials {numbers}" if self.noisy else "as seen: no noise found"
        if not self.noisy:
            return f"as seen in trial {numbers}: no noise found"
        return f"{self._expected_text()} in trial {numbers}, which told {number_text(self.trials[0].values[0])}"

    def _expected_text(self) -> str:
        """Expected value of the one trial, with its standard deviation."""
        (goal,), (trial,) = self.goals, self.trials
        row = np.flatnonzero(goal.sample.numbers == trial.number)
        mean, sd = goal.moments(np.nan_to_num(goal.sample.U[row]), goal.sample.A[row])
        return f"{number_text(goal.sample.goal.sign * float(mean[0]))} ± {number_text(float(sd[0]), 2)}"


def recommend(fold: Fold) -> Recommendation:
    """The trial expected to be best, or the front of a study with several goals.

    Raises:
        NoTrial: no complete, feasible trial; none that keeps a constraint with the confidence demanded; or, with
            several goals, none that meets the thresholds.
    """
    best = _best(fold)
    goals = tuple(learn_best(fold, index) for index in range(len(fold.setup.goals)))
    judged = _judged(fold)
    if len(judged):
        judged = judged[_sure(fold, judged)]
        best = _front(fold, judged, np.column_stack([goal.expected(judged) for goal in goals]))
    return Recommendation(tuple(map(fold.history.trial, best)), goals)


def leaders(fold: Fold, most: int) -> list[int]:
    """Numbers of the trials expected to be best of a study with one goal, each configuration once, the best first.

    Raises:
        NoTrial: as `recommend`.
    """
    best = _best(fold)
    judged = _judged(fold)
    if not len(judged):
        return best
    judged = judged[_sure(fold, judged)]
    losses = learn_best(fold, 0).expected(judged)
    found: dict[str, int] = {}
    for row in np.argsort(losses, kind="stable"):
        number = int(judged[row])
        found.setdefault(repr(sorted(fold.history.params(number).items())), number)
    return list(found.values())[:most]


def _best(fold: Fold) -> list[int]:
    """The best seen: what is recommended where all values are infinite."""
    return [best_number(fold.history)] if len(fold.setup.goals) == 1 else front_numbers(fold.history)


def _judged(fold: Fold) -> Ints:
    """Numbers of the trials that may be recommended, rising: complete, feasible, finite; the best told of very many."""
    history = fold.history
    able = history.having(State.COMPLETE) & history.inside & history.feasible & np.isfinite(history.losses).all(axis=1)
    numbers = np.flatnonzero(able)
    if len(numbers) <= _MOST_JUDGED:
        return numbers
    losses = history.losses[numbers]
    fronts = losses[:, 0] if losses.shape[1] == 1 else rank(losses)
    return np.sort(numbers[np.argsort(fronts, kind="stable")[:_MOST_JUDGED]])


def _front(fold: Fold, numbers: Ints, losses: Floats) -> list[int]:
    """Those of the trials that no other is expected to beat; losses (k, g) are the expected ones."""
    if losses.shape[1] == 1:
        return [int(numbers[np.argmin(losses[:, 0])])]
    met = accepted(fold.setup.goals, losses)
    if not met.any():
        raise NoTrial(
            "expected a trial that meets the goals' thresholds by what all trials say, got none: those that met them "
            "(study.best) were lucky; run more trials, or repeat these"
        )
    return [int(number) for number in numbers[met][non_dominated(losses[met])]]


def _sure(fold: Fold, numbers: Ints) -> Bools:
    """(k,) mask of the trials that keep every result constraint as surely as it asks.

    Where a constraint asks for nothing and no trial keeps it more likely than not, the likeliest ones are taken.

    Raises:
        NoTrial: a confidence that was asked for is reached by none of them.
    """
    sure = np.ones(len(numbers), dtype=np.bool_)
    for constraint, probability in zip(fold.setup.constraints, kept(fold, numbers).T, strict=True):
        likeliest = float(probability[sure].max())
        asked = constraint.confidence
        if asked is not None and likeliest < asked:
            nearest = int(numbers[np.argmax(np.where(sure, probability, -1.0))])
            raise NoTrial(
                f"expected a trial that keeps {constraint.name!r} with {asked:g} confidence, got none of "
                f"{len(numbers)} that kept it once: trial {nearest} comes nearest with {likeliest:.3g}; run more "
                "trials, repeat it, or ask for less"
            )
        sure &= probability >= min(MORE_LIKELY_THAN_NOT if asked is None else asked, likeliest)
    return sure
