"""The end of a run in words: counts, the best trial to copy, the honest score."""

from typing import Any

from ayar.analysis.words import count_text, duration_text
from ayar.base.errors import NoTrial, SealedTestSet
from ayar.cli.words import counts_text, finished, values_text
from ayar.study.study import Study
from ayar.trial.best import best_number, front_numbers
from ayar.trial.fold import Fold
from ayar.trial.trial import Trial

SPENT = ("budget", "exhausted")
"""Reasons to end after which the winner is final, and its test set may be opened."""
_ENOUGH = 10
"""So many trials without a conditional parameter are no chance."""


def summary(fold: Fold, seconds: float | None = None) -> str:
    """What the study found; `seconds` is how long this run took."""
    counts = fold.history.counts()
    took = f" in {duration_text(seconds)}" if seconds is not None and finished(counts) else ""
    lines = [f"trials: {counts_text(counts)}{took}", *_never_active(fold)]
    return "\n".join([*lines, "", best_text(fold)])


def best_text(fold: Fold) -> str:
    """The best trial as Python and as arguments of a command, or the front; or why there is none."""
    try:
        trials = best_trials(fold)
    except NoTrial as error:
        return f"no best trial yet: {error}"
    if len(fold.setup.goals) > 1:
        lines = [f"  trial {trial.number}: {values_text(fold, trial)}" for trial in trials]
        return "\n".join([f"front: {count_text(len(trials), 'trial')} that no other beats in every goal", *lines])
    return _winner_text(fold, trials[0])


def best_trials(fold: Fold) -> list[Trial]:
    """The best trial alone, or the front of a study with several goals.

    Raises:
        NoTrial: nothing complete and feasible; the message says why.
    """
    history = fold.history
    numbers = front_numbers(history) if len(history.goals) > 1 else [best_number(history)]
    return [history.trial(number) for number in numbers]


def _winner_text(fold: Fold, trial: Trial) -> str:
    from ayar.plots.part_again import argv_text, python_text  # cards load the whole of analysis

    goal = fold.setup.goals[0].name
    head = f"best {goal}: {values_text(fold, trial)} in trial {trial.number}"
    return "\n".join([head, "", python_text(fold, trial), "", argv_text(fold, trial)])


def _never_active(fold: Fold) -> list[str]:
    """Conditional parameters that no trial had."""
    trials = list(fold.history.trials())
    if len(trials) < _ENOUGH or fold.setup.dynamic:
        return []
    idle = [name for name in fold.setup.space.names if not any(name in trial for trial in trials)]
    return [f"note: parameter {name!r} was never active; is its condition ever true?" for name in idle]


def honest_score(objective: Any, study: Study) -> str | None:
    """The sealed test's score of the winner in words; opens the test set if nobody has.

    None for an objective that keeps no test set, or when there is no winner.
    """
    if not hasattr(objective, "open_test") or not study.history.feasible.any():
        return None
    try:
        score = objective.test_score(study) or objective.open_test(study)
    except (NoTrial, SealedTestSet) as error:
        return f"no test score: {error}"
    winner = study.best
    text = str(score)
    if isinstance(winner, Trial) and score.number != winner.number:
        text += (
            f"\nthis score is of trial {score.number}, the winner when the test set was opened; the winner is now "
            f"trial {winner.number}. A second look needs a reason: objective.open_test(study, reason=...)"
        )
    return text
