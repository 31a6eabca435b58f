"""LightGBM as a guest: stop boosting when a trial will not win."""

from typing import Any

from ayar.base.errors import TrialPruned
from ayar.integrations.watching import Reported, Watch, pruned


class PruningCallback:
    """Reports a metric after each round of boosting, and ends the trial where the study's scheduler says so.

    For `lightgbm.train`, `lightgbm.cv` and the scikit-learn wrappers alike; of `cv` the mean over folds is reported.

    Arguments:
        trial: the running trial.
        metric: such as "valid_0 auc", or "auc" where one set has it; may be left out where there is exactly one set
            with one metric.

    Raises:
        TrialPruned: out of the training, when the trial is to end.
        ArgumentError: out of the training, when the metric cannot be told; the message lists the names.

    >>> import ayar, numpy as np, lightgbm
    >>> from ayar.integrations.lightgbm import PruningCallback
    >>> X = np.random.default_rng(0).normal(size=(80, 3))
    >>> data = lightgbm.Dataset(X, X[:, 0])
    >>> trial = ayar.create_study({"eta": (0.1, 0.5)}).ask()
    >>> options = {"verbose": -1, "metric": "l2"}
    >>> booster = lightgbm.train(options, data, 3, valid_sets=[data], callbacks=[PruningCallback(trial)])
    >>> [report.step for report in trial.reports]
    [0, 1, 2]
    """

    before_iteration = False
    order = 40
    """After LightGBM's own callbacks that record and print, which have 10 to 30."""

    def __init__(self, trial: Reported, metric: str | None = None) -> None:
        self._trial = trial
        self._watch = Watch(trial, metric, "LightGBM")

    def __call__(self, env: Any) -> None:
        """Called by LightGBM after each round."""
        values = {
            f"{part} {metric}": float(value) for part, metric, value, *_ in map(tuple, env.evaluation_result_list)
        }
        if self._watch.take(values, env.iteration):
            raise TrialPruned(pruned(self._trial, env.iteration, "round"))
