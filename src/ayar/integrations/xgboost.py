"""XGBoost as a guest: stop boosting when a trial will not win."""

from typing import Any

from ayar.base.errors import TrialPruned
from ayar.base.optional import need
from ayar.integrations.watching import Reported, Watch, pruned

xgboost = need("xgboost", "xgboost")


class PruningCallback(xgboost.callback.TrainingCallback):  # type: ignore[misc, name-defined]  # XGBoost's types are its own
    """Reports a metric after each round of boosting, and ends the trial where the study's scheduler says so.

    For `xgboost.train`, `xgboost.cv` and the scikit-learn wrappers alike; of `cv` the mean over folds of the test part
    is reported. In distributed training the process of rank 0 has the trial, the others pass None: rank 0 decides, and
    all end after the same round.

    Arguments:
        trial: the running trial; None in processes of other ranks.
        metric: such as "validation_0-rmse", or "rmse" where one set has it; may be left out where there is exactly one
            set with one metric.

    Raises:
        TrialPruned: out of the training, when the trial is to end.
        ArgumentError: out of the training, when the metric cannot be told; the message lists the names.

    >>> import ayar, numpy as np, xgboost
    >>> from ayar.integrations.xgboost import PruningCallback
    >>> X = np.random.default_rng(0).normal(size=(80, 3))
    >>> trial = ayar.create_study({"eta": (0.1, 0.5)}).ask()
    >>> model = xgboost.XGBRegressor(n_estimators=3, callbacks=[PruningCallback(trial)])
    >>> model = model.fit(X, X[:, 0], eval_set=[(X, X[:, 0])], verbose=False)
    >>> [report.step for report in trial.reports]
    [0, 1, 2]
    """

    def __init__(self, trial: Reported | None, metric: str | None = None) -> None:
        super().__init__()
        self._trial = trial
        self._watch = Watch(trial, metric, "XGBoost") if trial is not None else None

    def after_iteration(self, model: Any, epoch: int, evals_log: dict[str, Any]) -> bool:  # noqa: ARG002 - theirs
        """Called by XGBoost after each round."""
        stop = self._watch.take(_newest(evals_log), epoch) if self._watch is not None else False
        if xgboost.collective.get_world_size() > 1:
            stop = xgboost.collective.broadcast(stop, 0)
        if stop:
            raise TrialPruned(pruned(self._trial, epoch, "round") if self._trial is not None else "rank 0 stopped it")
        return False


def _newest(evals_log: dict[str, Any]) -> dict[str, float]:
    """The newest value of each metric, named "set-metric"; of cross-validation the test part alone, its mean."""
    found: dict[str, float] = {}
    crossed = False
    for part, metrics in evals_log.items():
        for metric, values in metrics.items():
            value = values[-1]
            crossed = crossed or isinstance(value, tuple)
            found[f"{part}-{metric}"] = float(value[0] if isinstance(value, tuple) else value)
    return {name: value for name, value in found.items() if not (crossed and name.startswith("train-"))}
