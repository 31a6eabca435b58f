"""The parameters of a space as `numerics.parzen` takes them: what values there are, and what is believed of them.

Without a prior the belief is a normal as wide as the range about its middle, or equal chances. A prior narrower than a
hundredth of the range counts as so wide: it steers the search, it does not fix the parameter.
"""

from functools import lru_cache

from ayar.numerics.parzen import Axes, Axis, Choice, Number
from ayar.samplers.belief import Belief, ChoiceBelief, NumberBelief
from ayar.space.codec import Column
from ayar.space.space import Space

_CURVED = 1.0 + 1e-6  # over a smaller ratio of bounds, a log scale is as good as a linear one
_NARROWEST, _WIDEST = 0.01, 10.0


@lru_cache(maxsize=32)
def axes_of(space: Space) -> Axes:
    """One axis for each column of the space's codec.

    >>> from ayar.space.domains import Categorical, Float, Normal
    >>> space = Space({"x": Float(0.0, 4.0, prior=Normal(1.0, 0.4)), "kind": Categorical(["a", "b"], prior=[3, 1])})
    >>> list(axes_of(space).each)
    [Number(mean=0.25, sd=0.1, levels=0, first=0, chances=()), Choice(chances=(0.75, 0.25))]
    """
    belief = Belief.of(space)
    parts = {} if belief is None else {part.place: part for part in belief.parts}
    return Axes([_axis(column, parts.get(place)) for place, column in enumerate(space.codec.columns)])


def _axis(column: Column, belief: NumberBelief | ChoiceBelief | None) -> Axis:
    chances = belief.shares if isinstance(belief, ChoiceBelief) else ()
    if column.kind == "categorical":
        return Choice(chances or (1.0 / column.levels,) * column.levels)
    curved = column.log and column.levels > 1 and column.high > _CURVED * column.low
    first = int(column.low) if curved else 0
    if isinstance(belief, NumberBelief):
        sd = min(max(belief.sd, _NARROWEST), _WIDEST)
        return Number(belief.mean, sd, column.levels, first)
    return Number(levels=column.levels, first=first, chances=chances)
