"""The table of trials: one row a trial, the same columns in each, native values."""

from typing import Any

from ayar.trial.fold import Fold
from ayar.trial.trial import Trial


def trial_rows(fold: Fold) -> list[dict[str, Any]]:
    """One mapping a trial, by number; None where a trial has nothing to say.

    Columns: number, state, `value` (or `values_<goal>` with several goals), `sd` likewise, `params_<name>`,
    `metrics_<constraint>`, seconds, overhead, attempts, worker, asked_at, told_at (microseconds since 1970 UTC),
    failure, `attrs_<name>`; and `outside`, why a trial lies outside the space, where changes of it left some there.
    """
    trials = list(fold.history.trials())
    goals = [goal.name for goal in fold.setup.goals]
    params = list(dict.fromkeys([*fold.setup.space.names, *(name for trial in trials for name in trial)]))
    metrics = [constraint.name for constraint in fold.setup.constraints]
    aside = any(trial.outside for trial in trials)
    attrs = list(dict.fromkeys(name for trial in trials for name in trial.attrs))
    return [
        {
            "number": trial.number,
            "state": str(trial.state),
            **_by_goal("value", goals, trial.values),
            **_by_goal("sd", goals, trial.sd),
            **{f"params_{name}": trial.parameters.get(name) for name in params},
            **{f"metrics_{name}": trial.metrics.get(name) for name in metrics},
            **_course(trial),
            **({"outside": trial.outside or None} if aside else {}),
            **{f"attrs_{name}": trial.attrs.get(name) for name in attrs},
        }
        for trial in trials
    ]


def _by_goal(word: str, goals: list[str], numbers: tuple[float, ...]) -> dict[str, float | None]:
    padded = [*numbers, *[None] * (len(goals) - len(numbers))]
    if len(goals) == 1:
        return {word: padded[0]}
    plural = "values" if word == "value" else word
    return {f"{plural}_{goal}": number for goal, number in zip(goals, padded, strict=True)}


def _course(trial: Trial) -> dict[str, Any]:
    return {
        "seconds": trial.seconds,
        "overhead": trial.overhead,
        "attempts": trial.attempts,
        "worker": trial.worker,
        "asked_at": trial.asked_at,
        "told_at": trial.told_at,
        "failure": trial.failure.headline if trial.failure is not None else None,
    }
