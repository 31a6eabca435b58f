"""The loss of a scikit-learn model in cross-validation: real training, one thread, data that scikit-learn ships."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np

from benchmarks.problems import Outcome, Params
from benchmarks.suites.data import MissingDataError
from benchmarks.suites.scale import Losses

Build = Callable[[Params, int], Any]
"""A configuration and a seed -> a model that is not fitted."""

TRUTH_SEEDS = (1, 2, 3)
"""Their mean is the truth of a model that draws."""
KEPT = 5000
"""Losses that are remembered, so that a configuration's truth is computed once."""


@cache
def table(name: str) -> tuple[Any, Any]:
    """Features and targets of one of scikit-learn's own data sets.

    Raises:
        MissingDataError: scikit-learn is not installed.
    """
    try:
        from sklearn import datasets
    except ImportError as error:
        raise MissingDataError("suites that train need scikit-learn: pip install 'ayar[bench]'") from error
    load: Any = getattr(datasets, f"load_{name}")
    x, y = load(return_X_y=True)
    return x, y


@cache
def training_part(name: str) -> tuple[Any, Any]:
    """Four fifths of a data set, shuffled, always the same."""
    from sklearn.model_selection import train_test_split

    x, y = table(name)
    kept, _, targets, _ = train_test_split(x, y, test_size=0.2, random_state=0)
    return kept, targets


@dataclass(frozen=True)
class CrossValidated:
    """A model's loss on the training part of a data set: minus the mean score over the folds."""

    build: Build
    data: str
    metric: str
    """Name of a scorer of scikit-learn."""
    folds: int
    draws: bool
    """Whether the model draws random numbers: a trial then has a seed of its own, the truth is a mean over three."""
    most: float = float("inf")
    """The truth counts no more than this."""

    def loss(self, params: Params, seed: int) -> float:
        """The loss with one seed; infinite where the model cannot be fitted."""
        return remembered(self, tuple(params.items()), seed)

    def evaluate(self, params: Params, rng: np.random.Generator) -> Outcome:
        """A trial."""
        loss = self.loss(params, int(rng.random() * 2**31) if self.draws else 0)
        return Outcome(loss if np.isfinite(loss) else None)

    def truth(self, params: Params) -> float:
        """The loss that is scored."""
        if not self.draws:
            return min(self.loss(params, 0), self.most)
        return min(float(np.mean([self.loss(params, seed) for seed in TRUTH_SEEDS])), self.most)

    def truths(self, rows: Sequence[Params]) -> Losses:
        """The losses that are scored, of many configurations."""
        return np.array([self.truth(params) for params in rows])


@lru_cache(KEPT)
def remembered(task: CrossValidated, params: tuple[tuple[str, Any], ...], seed: int) -> float:
    """Fit and score. Warnings are dropped: tuners try configurations that do not converge."""
    from sklearn.model_selection import cross_val_score
    from threadpoolctl import threadpool_limits

    x, y = training_part(task.data)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        model = task.build(dict(params), seed)
        try:
            scores = cross_val_score(model, x, y, scoring=task.metric, cv=task.folds, error_score=np.nan)
        except ValueError:  # no fold could be fitted
            return float("inf")
    loss = -float(np.mean(scores))
    return loss if np.isfinite(loss) else float("inf")
