"""Predictors that look at no column: what is reached without knowing anything of the rows judged."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.evaluate.rows import Rows, count_rows

CLASS_DUMMIES = ("commonest", "prior", "uniform")
VALUE_DUMMIES = ("mean", "median")


@dataclass
class Dummy:
    """A model that predicts from the labels it was fitted on alone.

    Arguments:
        rule: "commonest" class, a draw by the classes' shares ("prior"), a "uniform" draw; "mean" or "median" target.
        rng: makes the draws.
    """

    rule: str
    rng: np.random.Generator
    classes_: NDArray[Any] = field(init=False)
    shares: NDArray[np.float64] = field(init=False)
    value: Any = field(init=False)

    def fit(self, X: Rows, y: Rows) -> None:  # noqa: ARG002  # as models are fitted
        """Learn the shares of the classes, or the middle of the targets."""
        labels = np.asarray(y)
        if self.rule in VALUE_DUMMIES:
            self.value = (np.mean if self.rule == "mean" else np.median)(labels, axis=0)
            return
        self.classes_, counts = np.unique(labels, return_counts=True)
        self.shares = counts / counts.sum() if self.rule != "uniform" else np.full(len(counts), 1 / len(counts))

    def predict(self, X: Rows) -> NDArray[Any]:
        """Targets, without a look at X."""
        n = count_rows(X)
        if self.rule in VALUE_DUMMIES:
            return np.repeat(self.value[None, ...], n, axis=0)
        if self.rule == "commonest":
            return np.repeat(self.classes_[np.argmax(self.shares)], n)
        return self.rng.choice(self.classes_, size=n, p=self.shares)

    def predict_proba(self, X: Rows) -> NDArray[np.float64]:
        """The shares of the classes, for every row."""
        return np.tile(self.shares, (count_rows(X), 1))
