"""The corrected score of a study's winner, from the predictions that its trials kept."""

import msgspec
import numpy as np

from ayar.base.rng import stream
from ayar.evaluate.out_of_fold import ATTRIBUTE, Keeper
from ayar.evaluate.sealed_test import Sealed
from ayar.evaluate.selection import Corrected, corrected_scores
from ayar.evaluate.split import Folds
from ayar.evaluate.tuned import Tuned
from ayar.trial.state import State


def corrected_winner(study: Tuned, data: Sealed, folds: Folds, keeper: Keeper, draws: int, level: float) -> Corrected:
    """The winner's score less the luck of having been chosen among all complete trials with kept predictions.

    Arguments:
        study: whose trials these are.
        data, folds: what they were judged on.
        keeper: reads the predictions.
        draws, level: as for `corrected_scores`.

    Raises:
        ArgumentError: fewer than two trials have predictions, or they cannot be read.
    """
    kept = [trial for trial in study.trials if trial.state is State.COMPLETE and ATTRIBUTE in trial.attrs]
    rows = np.concatenate([judged for _, judged in folds])
    found = corrected_scores(
        keeper.metric,
        keeper.truth(data.y)[rows],
        [keeper.unpack(trial.attrs[ATTRIBUTE]) for trial in kept],
        stream(data.seed, 0, f"evaluate.corrected|{data.fingerprint}"),
        groups=rows if data.groups is None else np.asarray(data.groups)[rows],
        draws=draws,
        level=level,
    )
    return msgspec.structs.replace(found, winner=kept[found.winner].number, rows=len(np.unique(rows)))
