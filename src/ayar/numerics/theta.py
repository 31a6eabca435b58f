"""θ, the fitted numbers of one Gaussian process: a record with names, and the vector that searches and notes carry.

D    parameters      D_w  numeric ones, each with an input warp of its own
vector  (D + 2 + 2 D_w,) = ln ℓ_1 … ln ℓ_D, ln σ_f², ln σ_n², ln a_1 … ln a_{D_w}, ln b_1 … ln b_{D_w}
All logarithms are natural. a = b = 1 leaves a parameter as it is.
"""

from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Theta:
    """Length-scales, variances and input warps.

    >>> theta = Theta.of(np.array([0.0, 1.0, 0.5, -6.0, 0.1, -0.2]), 2)
    >>> theta.ln_noise, theta.ln_a.tolist(), theta.lengths.round(2).tolist()
    (-6.0, [0.1], [1.0, 2.72])
    """

    ln_lengths: Floats
    """(D,)"""
    ln_signal: float
    """ln σ_f²"""
    ln_noise: float
    """ln σ_n²"""
    ln_a: Floats
    """(D_w,)"""
    ln_b: Floats
    """(D_w,)"""

    @classmethod
    def of(cls, vector: Floats, parameters: int) -> "Theta":
        """The record of a vector, given D.

        Raises:
            ValueError: a length that no number of warps explains.
        """
        warps, odd = divmod(len(vector) - parameters - 2, 2)
        if warps < 0 or odd:
            raise ValueError(f"expected D + 2 + 2 D_w numbers with D = {parameters}, got {len(vector)}")
        lengths, variances, a, b = np.split(vector, np.cumsum([parameters, 2, warps]))
        return cls(lengths, float(variances[0]), float(variances[1]), a, b)

    @property
    def vector(self) -> Floats:
        """(D + 2 + 2 D_w,) what `of` reads."""
        return np.concatenate([self.ln_lengths, [self.ln_signal, self.ln_noise], self.ln_a, self.ln_b])

    @property
    def lengths(self) -> Floats:
        """(D,) ℓ."""
        return np.exp(self.ln_lengths)

    @property
    def signal(self) -> float:
        """σ_f²."""
        return float(np.exp(self.ln_signal))

    @property
    def noise(self) -> float:
        """σ_n²."""
        return float(np.exp(self.ln_noise))

    @property
    def bent(self) -> bool:
        """Whether any input warp is at work."""
        return bool(self.ln_a.any() or self.ln_b.any())
