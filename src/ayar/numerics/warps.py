"""Told values made fit for a Gaussian process, and its answers brought back.

y  (n,) told values, lower is better     t  (n,) = capped, centred, Yeo-Johnson with exponent λ, standardised
A bad value far from the rest is capped at Q3 + 10 IQR; the best are never touched. (At the usual 1.5 IQR the fence of a
few trials stands among good ones: docs/research/engine-ablations.md, 2.) From 8 values on the shape is
warped, λ by maximum likelihood under a normal penalty around 1 (no warp), so that few values do not invent a shape.
Adding a constant to y or multiplying it by a positive one leaves t the same up to rounding.
Sources: Tukey 1977, Exploratory Data Analysis (fences); Yeo and Johnson 2000, Biometrika 87, 954, eqs. (2.1), (3.1).
"""

from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Floats

LIMIT = 1e150
"""Values beyond this are cut: their squares would overflow, and no decision hangs on them."""
_FAR = 1e12
"""Values better than the median by more than this many scales are not told apart: their third powers would overflow."""
_LARGEST_ERROR = 1e2  # standard error of a target
_FENCE = 10.0  # quartile widths from the upper quartile
_WARP_FROM = 8
_EXPONENTS = (-1.0, 2.0)
_SPREAD = 0.5  # deviation of the penalty on λ − 1
_ZOOM, _ROUNDS = 24, 7  # each round looks at 25 exponents and narrows the bracket twelvefold


@dataclass(frozen=True, slots=True)
class Warp:
    """A monotone map from told values to targets: fitted by `fit_warp`."""

    cap: float
    center: float
    scale: float
    exponent: float
    mean: float
    deviation: float

    def targets(self, y: Floats) -> Floats:
        """Targets of told values (any shape)."""
        shifted = _shifted(np.minimum(np.clip(y, -LIMIT, LIMIT), self.cap), self.center, self.scale)
        return np.asarray((yeo_johnson(shifted, self.exponent) - self.mean) / self.deviation)

    def values(self, t: Floats) -> Floats:
        """Told values of targets; beyond the reach of the warp, its nearest value."""
        shifted = inverse_yeo_johnson(t * self.deviation + self.mean, self.exponent)
        return np.asarray(shifted * self.scale + self.center)

    def variances(self, y: Floats, sd: Floats) -> Floats:
        """(sd · |dt/dy|)², the variance of targets told with standard errors `sd`; the shapes of y and sd.

        NaN where y or sd is; at most 10⁴, which says nothing of a target. Values above the cap have the slope there.
        """
        shifted = _shifted(np.minimum(np.clip(y, -LIMIT, LIMIT), self.cap), self.center, self.scale)
        slope = np.exp((self.exponent - 1.0) * np.sign(shifted) * np.log1p(np.abs(shifted)))
        with np.errstate(over="ignore"):
            error = np.minimum(sd / self.scale * (slope / self.deviation), _LARGEST_ERROR)
        return np.asarray(error * error)


def fit_warp(y: Floats, cap: float | None = None) -> Warp:
    """The map for n ≥ 1 finite values; a constant y maps to zeros.

    Arguments:
        y: (n,) told values.
        cap: beyond it values are not told apart; left out, the fence Q3 + 10 IQR.

    >>> warp = fit_warp(np.array([1.0, 2.0, 3.0, 1e300]))
    >>> warp.targets(np.array([3.0, 1e300])).round(2).tolist()
    [-0.58, 1.73]
    """
    y = np.clip(y, -LIMIT, LIMIT)
    low, center, high = np.quantile(y, [0.25, 0.5, 0.75])
    if cap is None:
        cap = float(high + _FENCE * (high - low)) if high > low else float(y.max())
    y = np.minimum(y, cap)
    scale = float(high - low) or float(np.std(y - center)) or 1.0
    shifted = _shifted(y, center, scale)
    exponent = best_exponent(shifted, _SPREAD) if len(y) >= _WARP_FROM else 1.0
    warped = yeo_johnson(shifted, exponent)
    deviation = float(np.std(warped))
    return Warp(cap, float(center), scale, exponent, float(np.mean(warped)), deviation if deviation > 0.0 else 1.0)


def _shifted(y: Floats, center: float, scale: float) -> Floats:
    return np.maximum((y - center) / scale, -_FAR)


def yeo_johnson(x: Floats, exponent: Floats | float) -> Floats:
    """Eq. (2.1); x and exponent broadcast."""
    size = np.log1p(np.abs(x))
    power = np.where(x >= 0.0, exponent, 2.0 - np.asarray(exponent))
    small = np.abs(power) < 1e-12
    grown = np.where(small, size, np.expm1(power * size) / np.where(small, 1.0, power))
    return np.asarray(np.copysign(grown, x))


def inverse_yeo_johnson(t: Floats, exponent: float) -> Floats:
    """The x with yeo_johnson(x, exponent) = t; where t is out of reach, e³⁰ or more with its sign."""
    power = np.where(t >= 0.0, exponent, 2.0 - exponent)
    small = np.abs(power) < 1e-12
    inside = np.maximum(power * np.abs(t), np.expm1(-30.0))
    size = np.where(small, np.abs(t), np.log1p(inside) / np.where(small, 1.0, power))
    return np.asarray(np.copysign(np.expm1(np.minimum(size, 300.0)), t))


def best_exponent(x: Floats, spread: float) -> float:
    """λ in [−1, 2] with the largest likelihood, eq. (3.1), under a normal penalty of deviation `spread` around 1."""
    low, high = _EXPONENTS
    for _ in range(_ROUNDS):
        exponents = np.linspace(low, high, _ZOOM + 1)
        best = int(np.argmax(_log_likelihood(x, exponents, spread)))
        low, high = float(exponents[max(best - 1, 0)]), float(exponents[min(best + 1, _ZOOM)])
    return 0.5 * (low + high)


def _log_likelihood(x: Floats, exponents: Floats, spread: float) -> Floats:
    variance = np.var(yeo_johnson(x, exponents[:, None]), axis=1)
    jacobian = float(np.sum(np.copysign(np.log1p(np.abs(x)), x)))
    fit = -0.5 * len(x) * np.log(np.maximum(variance, 1e-300)) + (exponents - 1.0) * jacobian
    return np.asarray(fit - 0.5 * ((exponents - 1.0) / spread) ** 2)
