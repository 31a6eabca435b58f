"""How long a training step takes by batch size, as a curve fitted to noisy measurements, and where larger stops paying.

    T(B) = (aᵖ + (bB)ᵖ)^{1/p}

B  batch size, rows     a  seconds that a step costs however few rows it has     b  seconds for a further row
p  how sharp the bend between the two is: 1 adds them up (a soft knee), 30 is all but max(a, bB) (a hard one)

Least squares in log T, since noise is a share of the time, with a soft-L1 loss (Charbonnier) so that one bad
measurement does not bend the curve. The fit, not the raw numbers, is read: at 10 % noise the smallest size within 5 %
of the best raw throughput is off by more than a doubling in a third of the cases (tests/golden, benchmarks.batch_size).
"""

from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Floats

SHARPEST = 30.0
GOOD = 0.95
"""Share of the best throughput at the knee."""
_SCALE = 0.1
"""Of the soft-L1 loss: residuals in log T well above this count by their size, not by its square."""


@dataclass(frozen=True)
class StepTime:
    """A fitted curve of step times."""

    a: float
    """Seconds of a step that has next to no rows."""
    b: float
    """Seconds per row where steps are large."""
    p: float
    """Sharpness of the bend, 1 to 30."""
    spread: float
    """Root mean square of the residuals in log T: 0.1 is a noise of 10 %."""

    def at(self, B: Floats) -> Floats:
        """Seconds of one step with B rows; B may have any shape."""
        return np.exp(_log_time(np.log(self.a), np.log(self.b), self.p, np.log(np.asarray(B, dtype=np.float64))))

    def throughput(self, B: Floats) -> Floats:
        """Rows per second with B rows a step; rises with B towards 1/b."""
        rows: Floats = np.asarray(B, dtype=np.float64) / self.at(B)
        return rows


def fit_step_time(B: Floats, seconds: Floats) -> StepTime:
    """Fit the curve to measured step times.

    Arguments:
        B: (n,) batch sizes, n ≥ 2, not all equal.
        seconds: (n,) of one step each, above 0.

    >>> curve = fit_step_time(np.array([2.0, 8.0, 32.0, 128.0, 512.0]), np.array([1.0, 1.0, 1.0, 2.0, 8.0]))
    >>> round(curve.a, 2), round(1 / curve.b)
    (1.0, 64)
    """
    from scipy.optimize import least_squares  # tens of milliseconds to import

    x, y = np.log(np.asarray(B, dtype=np.float64)), np.log(np.asarray(seconds, dtype=np.float64))
    # Beyond twenty times the range a cost cannot be told from one that is not there.
    low = np.array([y.min() - 3.0, (y - x).min() - 3.0, 0.0])
    high = np.array([y.max() + 1.0, (y - x).max() + 1.0, np.log(SHARPEST)])

    def residuals(theta: Floats) -> Floats:
        return _log_time(theta[0], theta[1], float(np.exp(theta[2])), x) - y

    starts = [np.array([y.min(), (y - x).min(), np.log(p)]) for p in (1.2, 3.0, 12.0)]
    fits = [least_squares(residuals, s, bounds=(low, high), loss="soft_l1", f_scale=_SCALE) for s in starts]
    best = min(fits, key=lambda fit: float(fit.cost))
    a, b, p = np.exp(best.x).tolist()
    return StepTime(a, b, p, float(np.sqrt(np.mean(residuals(best.x) ** 2))))


def knee_of(curve: StepTime, largest: float, share: float = GOOD) -> float:
    """Smallest size from 1 to `largest` with `share` of the best throughput of all of these, in rows."""
    B = _sizes(largest)
    rows = curve.throughput(B)
    return float(B[np.argmax(rows >= share * rows.max())])


def fastest_size(curve: StepTime, noise: float, largest: float) -> float:
    """Size from 1 to `largest` with the least expected time to a loss, T(B) (1 + B_noise/B), in rows.

    Arguments:
        curve: of step times.
        noise: B_noise, in rows; infinite where each row counts as much as the one before.
        largest: no larger size is thought of.
    """
    B = _sizes(largest)
    return float(B[np.argmin(relative_time(curve, noise, B))])


def relative_time(curve: StepTime, noise: float, B: Floats) -> Floats:
    """T(B) (1 + B_noise/B): the expected time to a loss, up to a factor that all sizes share."""
    B = np.asarray(B, dtype=np.float64)
    return curve.at(B) * (1.0 / B if np.isinf(noise) else 1.0 + noise / B)


def _sizes(largest: float) -> Floats:
    sizes: Floats = np.geomspace(1.0, max(1.0, largest), 2000)
    return sizes


def _log_time(log_a: float, log_b: float, p: float, log_B: Floats) -> Floats:
    value: Floats = np.logaddexp(p * log_a, p * (log_b + log_B)) / p
    return value
