"""The best place anywhere in the space, tried or not, as far as the trials can tell: the model's own optimum.

D  coded columns      U, A  (m, D) unit coordinates and activity
Found by the samplers' mixed search, climbing the expected value from the best trials and from places all over; a small
finite space is gone through whole. Result constraints: only places that keep each with the confidence it asks for,
else more likely than not. Not tried, so not confirmed: run it before you trust it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ayar.analysis.kept import Metric, learn_metric
from ayar.analysis.learned import Learned, learn, learn_best
from ayar.analysis.posterior import Posterior
from ayar.analysis.recommend import MORE_LIKELY_THAN_NOT
from ayar.base.errors import NoTrial
from ayar.base.rng import stream
from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.single_thread import one_blas_thread
from ayar.samplers.candidates import Batch, climb, completed, drawn, enumerated, join, mutated, settle, spread
from ayar.trial.fold import Fold

_ANCHORS, _SPREAD, _MUTATED = 5, 512, 512
_JUDGED = 100  # best told trials, the expected best of which are anchors


@dataclass(frozen=True, eq=False)
class ExpectedMinimum:
    """The place of best expected value."""

    params: dict[str, Any]
    """Its active parameters."""
    mean: float
    """Expected value there, in the goal's own units and sign."""
    sd: float
    """How unsure the model is of it."""


def expected_minimum(fold: Fold, goal: int | str = 0) -> ExpectedMinimum:
    """Where one goal is expected to be best: least, or greatest for a goal to maximise.

    Raises:
        NoTrial: too few complete trials to model, or no place that is expected to keep the result constraints.
        ArgumentError: the study has no such goal.
    """
    learned = learn_best(fold, goal)
    metrics = [
        (metric, MORE_LIKELY_THAN_NOT if constraint.confidence is None else constraint.confidence)
        for constraint in fold.setup.constraints
        if (metric := learn_metric(fold, constraint)) is not None
    ]
    score = _Expected(learned.model(), metrics)
    with one_blas_thread():
        points, values = _searched(fold, learned, score)
    best = int(np.argmax(values))
    if not np.isfinite(values[best]):
        raise NoTrial("expected a place that keeps the result constraints, found none; run more trials")
    point = points.rows(slice(best, best + 1))
    mean, sd = learn(fold, goal).moments(point.U, point.A)  # as `study.predict` says it
    params = fold.setup.space.codec.decode(point.X, point.A)[0]
    return ExpectedMinimum(params, learned.sample.goal.sign * float(mean[0]), float(sd[0]))


@dataclass(frozen=True, eq=False)
class _Expected:
    """What is climbed: the expected target, turned so that more is better; −∞ where a constraint may be broken."""

    model: Posterior
    metrics: Sequence[tuple[Metric, float]]

    def values(self, U: Floats, A: Bools) -> Floats:
        """Of places: (m,)."""
        return self._limited(-self.model.latent(U, A)[0], U, A)

    def values_and_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """The same, and the slopes by U: (m,) and (m, D)."""
        value, slopes = np.zeros(len(U)), np.zeros(U.shape)
        for member in self.model.members:
            mean, _, pull = member.latent_with_slopes(U, A)
            value -= mean[:, 0]
            slopes -= pull(np.ones_like(mean), np.zeros(len(U)))
        members = len(self.model.members)
        return self._limited(value / members, U, A), slopes / members

    def _limited(self, value: Floats, U: Floats, A: Bools) -> Floats:
        for metric, asked in self.metrics:
            value = np.where(metric.probability(U, A) >= asked, value, -np.inf)
        return value


def _best_places(learned: Learned) -> Floats:
    """(k, D) complete unit coordinates of the best told trials, those expected to be best first."""
    told = learned.sample
    rows = told.order()[:_JUDGED]
    rows = rows[np.argsort(learned.expected(told.numbers[rows]), kind="stable")]
    return completed(told.U[rows], told.A[rows])


def _searched(fold: Fold, learned: Learned, score: _Expected) -> tuple[Batch, Floats]:
    space, told = fold.setup.space, learned.sample
    points = enumerated(space)
    if points is not None:
        return points, score.values(points.U, points.A)
    anchors = settle(space, _best_places(learned)[:_ANCHORS])
    uniforms = stream(fold.setup.seed, len(told), "study.expected").random
    if not len(anchors):  # points from elsewhere, none of which the space allows
        anchors = drawn(space, _ANCHORS, uniforms)
    active = max(1.0, float(told.A.sum(axis=1).mean()))
    pool = join(
        anchors,
        spread(space, anchors.U, _SPREAD, uniforms),
        mutated(space, anchors.U, _MUTATED, active, uniforms),
    )
    return climb(space, score, pool, score.model.members[0].theta.lengths)
