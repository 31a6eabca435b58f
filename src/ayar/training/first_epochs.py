"""Clues in the first epochs: what the curves of a short training of the best arm say, as rows for the recipe's page."""

from typing import Any

import numpy as np

from ayar.training.arms import Comparison
from ayar.training.clues import Clues
from ayar.training.schedules import schedule_from_dict


def first_clues(told: Comparison, chance: float | None) -> list[dict[str, Any]]:
    """The findings of `Clues` in the best arm's first run; a row for each, none where nothing stands out.

    Arguments:
        told: the comparison; its runs took scores on their way.
        chance: loss of a model that knows nothing, None if unknown.
    """
    run = told.best.runs[0]
    clues = Clues(schedule_from_dict(run.schedule), chance=chance)
    begin = 0
    for point in run.checkpoints:
        train = float(np.mean(run.losses[begin : point.steps]))
        validation = point.scores.loss if run.part == "validation" else None
        clues.add(point.steps - 1, train=train, validation=validation)
        begin = point.steps
    return [clue.to_dict() for clue in clues.findings]
