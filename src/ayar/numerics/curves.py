"""Curves of losses: how noisy they are, what lies under the noise, and which way it goes.

y  (n,) losses in the order they came        x  (n,) where they were taken, rising: a step, or log₁₀ of a learning rate
σ  standard deviation of the noise           h  width of a fit: standard deviation of its weights, in units of x
a, b  value and slope of the line fitted around a point      l  (m, n) what each y adds to each a (or b)

    noise      d_i = y_i − (y_{i−1} + y_{i+1})/2,   σ = 1.4826 · median|d| / √1.5     (a straight line leaves no trace)
    fit        min over a, b of Σ_j w_j (y_j − a − b (x_j − x₀))²,   w_j = exp(−½ ((x_j − x₀)/h)²)
    error      √(Σ_j l_j² σ_j²)
    average    m_t = β m_{t−1} + (1 − β) y_t,   m̂_t = m_t / (1 − β^{t+1})

An average lags behind the curve: it is for a live view and for stopping, never for reading a place off the curve. The
fitted line does not lag. Everything but the average is scale-free: y times c gives a, b and σ times c.
Sources: Cleveland 1979, doi 10.1080/01621459.1979.10481038 (local lines); Gasser, Sroka and Jennen-Steinmetz 1986,
doi 10.1093/biomet/73.3.625 (noise from neighbours); Kingma and Ba 2015, arXiv:1412.6980, section 3 (the correction).
"""

import math
from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Floats

_NORMAL = 1.4826
"""Standard deviation of a normal variable over its median absolute value."""
_RIDGE = 1e-9
"""Of the spread that weights have around a point: keeps the slope of a lone point 0 rather than undefined."""


def residuals(y: Floats) -> Floats:
    """(n − 2,) each inner value less the mean of its neighbours, scaled to the noise's own size: d/√1.5."""
    y = np.asarray(y, dtype=float)
    return np.asarray((y[1:-1] - (y[:-2] + y[2:]) / 2) / math.sqrt(1.5))


def noise(y: Floats) -> float:
    """σ of the whole curve, robust to spikes and blind to trends; 0 for fewer than three values.

    >>> noise(np.arange(9.0))
    0.0
    >>> round(noise(np.arange(9.0) + [0, 1, 0, 1, 0, 1, 0, 1, 0]), 2)
    1.21
    """
    d = residuals(y)
    return _NORMAL * float(np.median(np.abs(d))) if len(d) else 0.0


def local_noise(y: Floats, window: int = 15) -> Floats:
    """(n,) σ around each value, from the `window` nearest ones: the noise of a loss falls with the loss.

    Where half of the neighbours are equal to each other the whole curve's σ stands in.
    """
    y = np.asarray(y, dtype=float)
    d = np.abs(residuals(y))
    if not len(d):
        return np.zeros(len(y))
    half = window // 2
    centre = np.clip(np.arange(len(y)) - 1, min(half, len(d) // 2), max(len(d) - 1 - half, len(d) // 2))
    near = np.array([np.median(d[max(i - half, 0) : i + half + 1]) for i in centre])
    whole = float(np.median(d))
    return np.asarray(_NORMAL * np.where(near > 0, near, whole))


@dataclass(frozen=True)
class LocalLines:
    """A straight line fitted around each of m points."""

    x: Floats
    """(m,) the points."""
    value: Floats
    """(m,) a."""
    slope: Floats
    """(m,) b, per unit of x."""
    value_error: Floats
    """(m,) standard error of a."""
    slope_error: Floats
    """(m,) standard error of b."""
    points: Floats
    """(m,) how many values a rests on: (Σw)²/Σw²."""


def local_lines(x: Floats, y: Floats, h: float, at: Floats | None = None, sigma: Floats | None = None) -> LocalLines:
    """Fit a line around each point of `at` (x itself if not given).

    Arguments:
        x: (n,) at least one.
        y: (n,) finite; clip or cut before.
        h: width, above 0.
        at: (m,) points.
        sigma: (n,) noise of each y; `local_noise(y)` if not given.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    at = x if at is None else np.asarray(at, dtype=float)
    sigma = local_noise(y) if sigma is None else sigma
    u = (x[None, :] - at[:, None]) / h
    log_w = -0.5 * u**2
    w = np.exp(log_w - log_w.max(axis=1, keepdims=True))  # the nearest value counts 1, however far it is
    w /= w.sum(axis=1, keepdims=True)
    mean = (w * u).sum(axis=1, keepdims=True)
    centred = w * (u - mean)
    spread = (centred * u).sum(axis=1, keepdims=True) + _RIDGE
    b = centred / spread
    a = w - mean * b
    return LocalLines(
        x=at,
        value=a @ y,
        slope=b @ y / h,
        value_error=np.sqrt(a**2 @ sigma**2),
        slope_error=np.sqrt(b**2 @ sigma**2) / h,
        points=1.0 / (w**2).sum(axis=1),
    )


class Average:
    """Exponential average of a stream, corrected for its start: a live view that lags.

    >>> average = Average(0.98)
    >>> [round(average(2.3), 6) for _ in range(3)]
    [2.3, 2.3, 2.3]
    """

    def __init__(self, beta: float) -> None:
        """`beta` in [0, 1): 0.98 remembers about 50 values, 0.8 about 5."""
        self._beta = beta
        self._mean = 0.0
        self._weight = 0.0

    def __call__(self, value: float) -> float:
        """The average with `value` taken in."""
        self._mean = self._beta * self._mean + (1 - self._beta) * value
        self._weight = self._beta * self._weight + (1 - self._beta)
        return self._mean / self._weight


def averaged(y: Floats, beta: float = 0.98) -> Floats:
    """(n,) m̂ of a whole curve."""
    average = Average(beta)
    return np.array([average(float(value)) for value in y])
