"""What the reading verbs say, as JSON: stable keys, one object per line.

Numbers that are not finite stand as {"$": "nan"}, {"$": "inf"}, {"$": "-inf"}; a choice that is no JSON value as
{"choice": place, "label": name}.
"""

from typing import Any

import msgspec

from ayar.analysis.failures import causes
from ayar.analysis.progress import time_split
from ayar.base.errors import NoTrial
from ayar.base.jsontext import dumps
from ayar.cli.ending import best_trials
from ayar.cli.words import named_values
from ayar.space.wire import params_to_wire
from ayar.storage.base import StudyEntry
from ayar.trial.fold import Fold
from ayar.trial.state import State
from ayar.trial.trial import Trial


def entry_json(entry: StudyEntry) -> str:
    """One study in a store's list."""
    return dumps({"study": entry.name, "asked": entry.asked, "max_trials": entry.max_trials, "stopped": entry.stopped})


def study_json(fold: Fold, storage: str) -> str:
    """A study as it stands."""
    setup, time = fold.setup, time_split(fold)
    counts = fold.history.counts()
    return dumps(
        {
            "study": setup.name,
            "storage": storage,
            "goals": {goal.name: goal.direction for goal in setup.goals},
            "sampler": setup.sampler.name,
            "scheduler": None if setup.scheduler is None else setup.scheduler.name,
            "seed": setup.seed,
            "max_trials": setup.max_trials,
            "max_seconds": setup.max_seconds,
            "stopped": None if fold.stopped is None else fold.stopped.reason,
            "trials": {str(state): counts.get(state, 0) for state in State},
            "best": _best(fold),
            "recommended": _recommended(fold),
            "failures": [
                {"kind": cause.kind, "headline": cause.headline, "where": cause.where, "trials": list(cause.numbers)}
                for cause in causes(fold)
            ],
            "seconds": {"proposing": time.proposing, "evaluating": time.evaluating, "wall": time.wall},
            "workers": {name: dict(environment) for name, environment in fold.workers.items()},
        }
    )


def best_json(fold: Fold) -> list[str]:
    """The best trial, or each trial of the front.

    Raises:
        NoTrial: nothing complete and feasible.
    """
    return [dumps(_brief(fold, trial)) for trial in best_trials(fold)]


def trial_json(fold: Fold, trial: Trial) -> str:
    """Everything about one trial."""
    return dumps(
        {
            **_brief(fold, trial),
            "state": str(trial.state),
            "sd": dict(zip((goal.name for goal in fold.setup.goals), trial.sd, strict=False)),
            "constraints": dict(trial.metrics),
            "reports": [{"step": step, "value": value, "fold": part} for step, value, part in trial.reports],
            "attrs": dict(trial.attrs),
            "failure": None if trial.failure is None else msgspec.to_builtins(trial.failure),
            "note": dict(trial.note),
            "decision": dict(trial.decision),
            "seen": trial.seen,
            "source": dict(trial.source),
            "as_asked": None if trial.as_asked is None else dict(trial.as_asked),
            "outside": trial.outside,
            "attempts": trial.attempts,
            "worker": trial.worker,
            "seconds": trial.seconds,
            "proposing_seconds": trial.overhead,
            "peak_bytes": trial.peak_bytes,
            "output": trial.output,
            "asked_at": trial.asked_at,
            "told_at": trial.told_at,
        }
    )


def _best(fold: Fold) -> list[dict[str, Any]]:
    try:
        return [_brief(fold, trial) for trial in best_trials(fold)]
    except NoTrial:
        return []


def _recommended(fold: Fold) -> list[dict[str, Any]]:
    from ayar.analysis.recommend import recommend  # loads SciPy

    try:
        return [_brief(fold, trial) for trial in recommend(fold).trials]
    except NoTrial:
        return []


def _brief(fold: Fold, trial: Trial) -> dict[str, Any]:
    return {
        "study": fold.setup.name,
        "trial": trial.number,
        "values": named_values(fold, trial),
        "params": params_json(fold, trial),
    }


def params_json(fold: Fold, trial: Trial) -> dict[str, Any]:
    """A trial's parameters in wire form."""
    # A define-by-run study may hold an enqueued value that no trial has asked for yet.
    known = {name: value for name, value in trial.items() if name in fold.setup.space.params}
    return {**params_to_wire(fold.setup.space, known), **{n: v for n, v in trial.items() if n not in known}}
