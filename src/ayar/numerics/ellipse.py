"""Draws from a posterior whose prior is normal, by slices of ellipses: no step size to choose, no gradient.

q  coordinates      x ~ N(μ, diag s²) a priori      loss(x)  −ln likelihood
One step: ν ~ N(0, diag s²), a level loss(x) + Exp(1), then points μ + (x − μ) cos φ + ν sin φ of an ellipse, whose
bracket of angles shrinks towards φ = 0, the point itself, until the loss is below the level. Coordinates with s = 0
stay where they are. The first draws remember where they started. Cost: about 6 evaluations a step.
Source: Murray, Adams and MacKay 2010, Elliptical slice sampling, arXiv:1001.0175, figure 2.
"""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import ndtri

from ayar.numerics.arrays import Floats

_NARROWEST = 1e-6  # of the bracket: a loss that jumps everywhere gets its own point back


def draws(
    loss: Callable[[Floats], float], start: Floats, mean: Floats, deviation: Floats, generator: np.random.Generator
) -> Iterator[Floats]:
    """An endless chain of draws, each (q,).

    Arguments:
        loss: −ln likelihood of (q,) coordinates, infinite where impossible.
        start: (q,) where the chain begins; its loss is finite.
        mean: (q,) of the prior.
        deviation: (q,) of the prior; 0 keeps a coordinate at its start.
        generator: source of uniform numbers.

    >>> from itertools import islice
    >>> chain = draws(lambda x: 0.0, np.zeros(1), np.zeros(1), np.ones(1), np.random.Generator(np.random.Philox(key=0)))
    >>> bool(abs(np.mean([x[0] ** 2 for x in islice(chain, 2000)]) - 1.0) < 0.1)
    True
    """
    center = np.where(deviation > 0.0, mean, start)
    x, f = start - center, loss(start)
    while True:
        nu = deviation * ndtri(generator.random(len(start)))
        level = f - np.log1p(-generator.random())
        x, f = _step(lambda point: loss(center + point), x, nu, level, generator)
        yield center + x


def _step(
    loss: Callable[[Floats], float], x: Floats, nu: Floats, level: float, generator: np.random.Generator
) -> tuple[Floats, float]:
    """The next point of the ellipse through x and ν whose loss is at most the level, and its loss."""
    angle = 2.0 * np.pi * generator.random()
    low, high = angle - 2.0 * np.pi, angle
    while True:
        point = x * np.cos(angle) + nu * np.sin(angle) if high - low > _NARROWEST else x
        f = loss(point)
        if f <= level or point is x:
            return point, f
        low, high = (angle, high) if angle < 0.0 else (low, angle)
        angle = low + (high - low) * generator.random()
