"""Card: what was asked of the search."""

from typing import Any

import numpy as np

from ayar.analysis.words import count_text, duration_text, listed, number_text, space_text
from ayar.plots.cards import Card, Code
from ayar.trial.fold import Fold


def asked(fold: Fold) -> Card:
    """Goals, space, sampler, budget, and how it ended."""
    setup = fold.setup
    goals = listed([f"{goal.direction} {goal.name}" for goal in setup.goals])
    budget = [count_text(setup.max_trials, "trial")] if setup.max_trials is not None else []
    budget += [duration_text(setup.max_seconds)] if setup.max_seconds is not None else []
    sentence = f"{goals[0].upper()}{goals[1:]} over {space_text(setup.space)}."
    rules = [str(rule) for rule in setup.space.constraints] + [_bounds(rule) for rule in setup.constraints]
    facts = [
        ("Study", setup.name),
        ("Sampler", setup.sampler.name),
        *([("Scheduler", setup.scheduler.name)] if setup.scheduler is not None else []),
        ("Budget", " or ".join(budget) or "none set"),
        ("Seed", str(setup.seed)),
        *([("Constraints", listed(rules))] if rules else []),
        *([("Ended", _ended(fold))] if fold.stopped is not None else []),
    ]
    space = "\n".join(f"{name} = {domain!r}" for name, domain in setup.space.params.items())
    return Card(sentence, facts=tuple(facts), codes=(Code("The space", space),))


def _bounds(rule: Any) -> str:
    low, high = rule.bounds
    left = f"{number_text(low)} <= " if np.isfinite(low) else ""
    right = f" <= {number_text(high)}" if np.isfinite(high) else ""
    return f"{left}{rule.name}{right}"


def _ended(fold: Fold) -> str:
    stopped = fold.stopped
    return "" if stopped is None else f"{stopped.reason}{f': {stopped.detail}' if stopped.detail else ''}"
