"""What a point is worth trying: log utilities of modelled quantities, as terms that add up, with slopes.

m, S, J  candidates, fantasies of the pending trials, goals      μ  (m, S) means      σ  (m,) latent deviations
f*  (S,) thresholds     g = f* − μ  gap     z = g / σ     h(z) = φ(z) + z Φ(z)     λ = φ(z) / Φ(z)
EI   ln h(z) + ln σ                        PI   ln Φ(z)                        UCB  ln ln(1 + e^t), t = g + κ σ
Thompson, with f a function drawn from the model: as UCB, t = f* − f(x)
over fantasies a(x) = ln mean_s exp(a_s); its slopes weigh those of the a_s by softmax(a_s)
f* is a least posterior mean over rows of the model, not the best value seen: luck is no threshold under noise.
UCB is a monotone map of t: the same best point, yet the logarithm of a positive number, so that a probability or a
prior can weigh it.
Sources: Ament et al. 2023, arXiv:2310.20708, eqs. (9), (11); Snoek et al. 2012, arXiv:1206.2944, eqs. (1)-(3), (8);
Gardner et al. 2014, Bayesian optimization with inequality constraints, ICML, eq. (5) (probability of feasibility).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from scipy.special import log_ndtr

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.gaussian import log_h_slopes
from ayar.numerics.improvement import log_ehvi, log_ehvi_slopes
from ayar.numerics.pathwise import Path
from ayar.numerics.surrogate import Surrogate
from ayar.samplers.branch import Branch

KAPPA = 1.8
"""Deviations that the confidence bound adds."""
_LN_SQRT_2PI = 0.5 * np.log(2.0 * np.pi)

Utility = Callable[[Floats, Floats], tuple[Floats, Floats, Floats]]
"""(gap (m, S), σ (m, 1)) -> log utility and its slopes by gap and by σ, (m, S) each."""


class Term(Protocol):
    """One addend of a score; higher is better."""

    def values(self, U: Floats, A: Bools) -> Floats:
        """(m,) at unit coordinates U (m, D) with activity A."""

    def values_and_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """(m,) values and (m, D) slopes by the unit coordinates; 0 for categorical and inactive ones."""


def expected_improvement(gap: Floats, sigma: Floats) -> tuple[Floats, Floats, Floats]:
    """ln EI."""
    ln_h, psi, rho = log_h_slopes(gap / sigma)
    return ln_h + np.log(sigma), psi / sigma, rho / sigma


def probability_of_improvement(gap: Floats, sigma: Floats) -> tuple[Floats, Floats, Floats]:
    """ln PI."""
    z = gap / sigma
    value = np.asarray(log_ndtr(z))
    by_z = np.exp(-0.5 * z * z - _LN_SQRT_2PI - value)
    return value, by_z / sigma, -by_z * z / sigma


def confidence_bound(gap: Floats, sigma: Floats) -> tuple[Floats, Floats, Floats]:
    """ln softplus of the lower confidence bound's gain on f*."""
    value, by_t = _log_softplus(gap + KAPPA * sigma)
    return value, by_t, KAPPA * by_t


def _log_softplus(t: Floats) -> tuple[Floats, Floats]:
    """ln ln(1 + e^t) and its slope."""
    softplus = np.logaddexp(0.0, t)
    # Below t = −30 softplus(t) is e^t to the last bit, and its logarithm t.
    value = np.where(t > -30.0, np.log(np.maximum(softplus, 1e-300)), t)
    return value, np.where(t > -30.0, np.exp(t - softplus) / np.maximum(softplus, 1e-300), 1.0)


class Acquisition(NamedTuple):
    """What is largest at a point proposed for one goal."""

    words: str
    utility: Utility | None
    """None: no function of mean and deviation, but of a function drawn from the model."""


ACQUISITIONS: Mapping[str, Acquisition] = {
    "ei": Acquisition("expected improvement", expected_improvement),
    "pi": Acquisition("probability of improvement", probability_of_improvement),
    "ucb": Acquisition("confidence bound", confidence_bound),
    "thompson": Acquisition("gain on a function drawn from the model", None),
}


@dataclass(frozen=True, eq=False)
class Improvement:
    """Log utility of one goal, averaged over fantasies."""

    model: Surrogate
    threshold: Floats
    """f*, (S,): what counts as no improvement."""
    utility: Utility = expected_improvement

    def values(self, U: Floats, A: Bools) -> Floats:
        """As `Term.values`."""
        mean, deviation = self.model.latent(U, A)
        return _averaged(self.utility(self.threshold - mean, deviation[:, None])[0])[0]

    def values_and_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """As `Term.values_and_slopes`."""
        mean, deviation, pull_back = self.model.latent_with_slopes(U, A)
        each, by_gap, by_sigma = self.utility(self.threshold - mean, deviation[:, None])
        value, share = _averaged(each)
        return value, pull_back(-share * by_gap, (share * by_sigma).sum(axis=1))


@dataclass(frozen=True, eq=False)
class DrawnGain:
    """Log gain on f* of one drawn function."""

    path: Path
    threshold: float

    def values(self, U: Floats, A: Bools) -> Floats:
        """As `Term.values`."""
        return _log_softplus(self.threshold + self.path.values(U, A))[0]

    def values_and_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """As `Term.values_and_slopes`."""
        risen, slopes = self.path.values_and_slopes(U, A)
        value, by_t = _log_softplus(self.threshold + risen)
        return value, by_t[:, None] * slopes


@dataclass(frozen=True, eq=False)
class FrontImprovement:
    """Log expected gain of hypervolume of several goals, modelled apart; one column of means each."""

    models: Sequence[Surrogate]
    lower: Floats
    upper: Floats
    """(k, J) boxes that make up what the front leaves to gain."""

    def values(self, U: Floats, A: Bools) -> Floats:
        """As `Term.values`."""
        found = [model.latent(U, A) for model in self.models]
        mean, deviation = (np.column_stack(part) for part in zip(*found, strict=True))
        return log_ehvi(mean, deviation, self.lower, self.upper)

    def values_and_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """As `Term.values_and_slopes`."""
        means, deviations, pulls = zip(*(model.latent_with_slopes(U, A) for model in self.models), strict=True)
        value, by_mean, by_deviation = log_ehvi_slopes(
            np.column_stack(means), np.column_stack(deviations), self.lower, self.upper
        )
        slopes = [pull(by_mean[:, j : j + 1], by_deviation[:, j]) for j, pull in enumerate(pulls)]
        return value, np.sum(slopes, axis=0)


@dataclass(frozen=True, eq=False)
class Kept:
    """Log probability that a modelled metric lies within [low, high]; the model has one column of means."""

    model: Surrogate
    low: float
    high: float

    def values(self, U: Floats, A: Bools) -> Floats:
        """As `Term.values`."""
        mean, deviation = self.model.latent(U, A)
        return _log_probability(mean[:, 0], deviation, self.low, self.high)[0]

    def values_and_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """As `Term.values_and_slopes`."""
        mean, deviation, pull_back = self.model.latent_with_slopes(U, A)
        value, by_mean, by_deviation = _log_probability(mean[:, 0], deviation, self.low, self.high)
        return value, pull_back(by_mean[:, None], by_deviation)


@dataclass(frozen=True, eq=False)
class Total:
    """The sum of terms, inside one branch or everywhere."""

    terms: Sequence[Term]
    branch: Branch | None = None
    """Where it is −∞ outside."""

    def values(self, U: Floats, A: Bools) -> Floats:
        """As `Term.values`."""
        return self._in_branch(A, np.sum([term.values(U, A) for term in self.terms], axis=0))

    def values_and_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """As `Term.values_and_slopes`."""
        values, slopes = zip(*(term.values_and_slopes(U, A) for term in self.terms), strict=True)
        return self._in_branch(A, np.sum(values, axis=0)), np.sum(slopes, axis=0)

    def _in_branch(self, A: Bools, value: Floats) -> Floats:
        return value if self.branch is None else np.where(self.branch.holds(A), value, -np.inf)


def _averaged(each: Floats) -> tuple[Floats, Floats]:
    """ln mean_s exp a_s, (m,), and softmax(a_s), (m, S), of a (m, S)."""
    top = each.max(axis=1, keepdims=True)
    share = np.exp(each - top)
    total = share.sum(axis=1, keepdims=True)
    return top[:, 0] + np.log(total[:, 0] / each.shape[1]), share / total


def _log_probability(mean: Floats, sigma: Floats, low: float, high: float) -> tuple[Floats, Floats, Floats]:
    """ln (Φ(b) − Φ(a)), a = (low − μ) / σ, b = (high − μ) / σ, and its slopes by μ and σ; (m,) each."""
    a, b = (low - mean) / sigma, (high - mean) / sigma
    # Where both ends lie above the mean the lower tails lose all digits: by symmetry the upper ones are taken.
    upper = a + b > 0.0
    a, b = np.where(upper, -b, a), np.where(upper, -a, b)
    ln_b = log_ndtr(b)
    value = ln_b + np.log(-np.expm1(np.minimum(log_ndtr(a) - ln_b, -1e-300)))
    ratio_a, ratio_b = (np.exp(-0.5 * end * end - _LN_SQRT_2PI - value) for end in (a, b))
    side = np.where(upper, 1.0, -1.0)
    by_sigma = -(_times(b, ratio_b) - _times(a, ratio_a)) / sigma
    return value, side * (ratio_b - ratio_a) / sigma, by_sigma


def _times(end: Floats, ratio: Floats) -> Floats:
    """end · ratio, 0 where the end is infinite."""
    return np.where(np.isfinite(end), np.where(np.isfinite(end), end, 0.0) * ratio, 0.0)
