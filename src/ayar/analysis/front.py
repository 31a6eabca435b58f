"""The front of a study with several goals: the trials that no other beats in every goal."""

from ayar.trial.best import front_numbers
from ayar.trial.fold import Fold
from ayar.trial.trial import Trial


def front(fold: Fold) -> list[Trial]:
    """The front, from the best to the worst in the first goal.

    Raises:
        NoTrial: no complete, feasible trial.
    """
    sign = fold.setup.goals[0].sign
    trials = [fold.history.trial(number) for number in front_numbers(fold.history)]
    return sorted(trials, key=lambda trial: (sign * trial.values[0], trial.number))
