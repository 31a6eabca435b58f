"""What the caller believes before the first trial, in unit coordinates: a normal for a number, chances for choices.

A parameter without a prior gets a normal as wide as its range about the middle, or equal chances. A belief narrower
than a hundredth of the range counts as so wide: it steers the search, it does not fix the parameter.
"""

import math

import numpy as np

from ayar.numerics.arrays import Bools
from ayar.numerics.parzen import Axis, Choice, Number
from ayar.space.codec import Codec, Column
from ayar.space.domains import Choices, Domain, Float, Int, Normal
from ayar.space.space import Space

_CURVED = 1.0 + 1e-6  # over a smaller ratio of bounds, a log scale is as good as a linear one
_NARROWEST, _WIDEST = 0.01, 10.0


def axes_of(space: Space) -> list[Axis]:
    """The columns of a space's codec as `numerics.parzen` takes them.

    >>> from ayar.space.domains import Categorical
    >>> axes_of(Space({"x": Float(0.0, 4.0, prior=Normal(1.0, 0.4)), "kind": Categorical(["a", "b"], prior=[3, 1])}))
    [Number(mean=0.25, sd=0.1, levels=0, first=0, chances=()), Choice(chances=(0.75, 0.25))]
    """
    codec = space.codec
    return [_axis(codec, place, space.params[name]) for place, name in enumerate(codec.names)]


def believed_columns(space: Space) -> Bools:
    """(D,) which columns of the codec the caller gave a prior."""
    return np.array([_prior(space.params[name]) is not None for name in space.codec.names], dtype=np.bool_)


def _prior(domain: Domain) -> Normal | tuple[float, ...] | None:
    return domain.prior if isinstance(domain, Float | Int | Choices) else None


def _axis(codec: Codec, place: int, domain: Domain) -> Axis:
    column, prior = codec.columns[place], _prior(domain)
    if column.kind == "categorical":
        return Choice(_chances(prior if isinstance(prior, tuple) else (1.0,) * column.levels))
    mean, sd = _unit_normal(codec, place, prior) if isinstance(prior, Normal) else (0.5, 1.0)
    curved = column.log and column.levels > 1 and column.high > _CURVED * column.low
    chances = _chances(prior) if isinstance(prior, tuple) else ()
    return Number(mean, sd, column.levels, int(column.low) if curved else 0, chances)


def _chances(weights: tuple[float, ...]) -> tuple[float, ...]:
    total = sum(weights)
    return tuple(weight / total for weight in weights)


def _unit_normal(codec: Codec, place: int, prior: Normal) -> tuple[float, float]:
    """Mean and deviation in unit coordinates; both scales are straight there, so their ends give the slope."""
    column = codec.columns[place]
    X = np.full((3, len(codec.columns)), np.nan)
    X[:, place] = column.low, column.high, prior.mean
    low, high, mean = codec.to_unit(X)[:, place].tolist()
    reach = _reach(column)
    slope = (high - low) / reach if reach else 1.0
    return mean, min(max(prior.sd * slope, _NARROWEST), _WIDEST)


def _reach(column: Column) -> float:
    return math.log(column.high / column.low) if column.log else column.high - column.low
