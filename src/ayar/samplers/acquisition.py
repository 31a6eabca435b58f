"""What a point is worth trying: log expected improvement, averaged over fantasies of the pending trials.

m, S  candidates, fantasies      μ  (m, S) means      σ  (m,) latent deviations      f*  (S,) thresholds
z = (f* − μ) / σ;   a(x) = ln mean_s h(z_s) + ln σ;   ∂a/∂μ_s = −p_s ψ_s / σ,  ∂a/∂σ = Σ p_s ρ_s / σ,  p = softmax(ln h)
f* is a least posterior mean over rows of the model, not the best value seen: luck is no threshold under noise.
Sources: Ament et al. 2023, arXiv:2310.20708, eq. (9); Snoek et al. 2012, arXiv:1206.2944, eq. (8) (fantasies).
"""

from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.gaussian import log_h, log_h_slopes
from ayar.numerics.surrogate import Surrogate


@dataclass(frozen=True, eq=False)
class LogEI:
    """Log expected improvement under one model; higher is better."""

    model: Surrogate
    threshold: Floats
    """f*, (S,): what counts as no improvement."""
    branch: Bools | None = None
    """(D,) activity outside which nothing is worth trying."""

    def values(self, U: Floats, A: Bools) -> Floats:
        """(m,) at unit coordinates U (m, D) with activity A."""
        mean, deviation = self.model.latent(U, A)
        ln_h, _ = _averaged(log_h((self.threshold - mean) / deviation[:, None]))
        return self._limited(A, ln_h + np.log(deviation))

    def values_and_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """(m,) values and (m, D) slopes by the unit coordinates; 0 for categorical and inactive ones."""
        mean, deviation, pull = self.model.latent_with_slopes(U, A)
        each, psi, rho = log_h_slopes((self.threshold - mean) / deviation[:, None])
        ln_h, p = _averaged(each)
        slopes = pull(-p * psi / deviation[:, None], (p * rho).sum(axis=1) / deviation)
        return self._limited(A, ln_h + np.log(deviation)), slopes

    def _limited(self, A: Bools, value: Floats) -> Floats:
        return value if self.branch is None else np.where((self.branch == A).all(axis=1), value, -np.inf)


def _averaged(ln_h: Floats) -> tuple[Floats, Floats]:
    """ln mean_s h, (m,), and p, (m, S), of ln h (m, S)."""
    top = ln_h.max(axis=1, keepdims=True)
    share = np.exp(ln_h - top)
    total = share.sum(axis=1, keepdims=True)
    return top[:, 0] + np.log(total[:, 0] / ln_h.shape[1]), share / total
