"""What the trials lead one to expect of configurations that somebody names.

m  configurations      D  coded columns      U, A  (m, D) unit coordinates and activity
Of the goal itself, in its own units and without the noise of a single run; see `learned` for how it comes back from the
warped targets. Inactive parameters are not read, and branches share what is known of common parameters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ayar.analysis.learned import Learned, learn
from ayar.base.errors import ArgumentError, SpaceError, shorten
from ayar.numerics.arrays import Bools, Floats
from ayar.space.space import Space
from ayar.trial.fold import Fold
from ayar.trial.trial import Parameters


@dataclass(frozen=True, eq=False)
class Prediction:
    """What is expected of m configurations; in the goal's own units and sign."""

    mean: Floats
    """(m,)"""
    sd: Floats
    """(m,) standard deviation of the goal without noise: how unsure the model is."""
    _learned: Learned = field(repr=False)
    _U: Floats = field(repr=False)
    _A: Bools = field(repr=False)

    @cached_property
    def covariance(self) -> Floats:
        """(m, m); worked out when first asked for."""
        return self._learned.covariance(self._U, self._A)


def predict(fold: Fold, points: Iterable[Mapping[str, Any] | Parameters], goal: int | str = 0) -> Prediction:
    """What is expected of configurations, from all trials told so far.

    Arguments:
        fold: the study.
        points: whole configurations of its space, or trials.
        goal: which goal, by place or name.

    Raises:
        SpaceError: a point that is not a configuration of the space; the message says which and why.
        NoTrial: too few complete trials to model.
        ArgumentError: no such goal, or points of another form.

    >>> from ayar.testing.folds import fold_of
    >>> fold = fold_of({"x": (0.0, 1.0)}, [({"x": x / 10}, (x / 10 - 0.3) ** 2) for x in range(10)])
    >>> found = predict(fold, [{"x": 0.35}])
    >>> bool(abs(found.mean[0] - 0.0025) < 0.001), found.sd.shape, found.covariance.shape
    (True, (1,), (1, 1))
    """
    learned = learn(fold, goal)
    U, A = coordinates(fold.setup.space, points)
    mean, sd = learned.moments(U, A)
    return Prediction(learned.sample.goal.sign * mean, sd, learned, U, A)


def coordinates(space: Space, points: Iterable[Mapping[str, Any] | Parameters]) -> tuple[Floats, Bools]:
    """Unit coordinates (m, D), 0 where inactive, and activity of configurations.

    Raises:
        SpaceError: a point that is not a configuration of the space. ArgumentError: no list of points.
    """
    if isinstance(points, Mapping | Parameters | str) or not isinstance(points, Iterable):
        raise ArgumentError(f"predict: expected a list of configurations, got {shorten(points)}; write [point]")
    checked = [_checked(space, place, point) for place, point in enumerate(points)]
    X, A = space.codec.encode(checked)
    return np.nan_to_num(np.clip(space.codec.to_unit(X), 0.0, 1.0)), A


def _checked(space: Space, place: int, point: Any) -> dict[str, Any]:
    if not isinstance(point, Mapping | Parameters):
        raise ArgumentError(f"predict: expected a mapping of parameters as point {place}, got {shorten(point)}")
    try:
        return space.check(dict(point.items()))
    except SpaceError as error:
        raise SpaceError(f"predict: point {place}: {error}") from None
