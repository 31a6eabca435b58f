"""Points as the kernel under θ sees them: warped, embedded and in length-scales; and slopes brought back that way.

U, A  (n, D) unit coordinates and activity     W  (n, D) warped ones     E  (n, P) embedded rows     Z = E / ℓ[blk]
by_Z  (n, P) slopes ∂f/∂Z of any f             ∂f/∂ln ℓ_d = −Σ Z_ij by_Z_ij over all rows i and the columns j of d
"""

from collections.abc import Callable

import numpy as np

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.embedding import Embedding
from ayar.numerics.input_warp import kumaraswamy, slopes_by_shape, slopes_by_unit
from ayar.numerics.theta import Theta


class Lens:
    """The way from unit coordinates to Z under one θ, and back.

    >>> from ayar.numerics.embedding import Axis
    >>> theta = Theta.of(np.log([0.5, 1.0, 1.0, 2.0, 1.0]), 1)
    >>> Lens(Embedding([Axis(0, False)]), theta).rows(np.array([[0.5]]), np.ones((1, 1), bool)).round(6).tolist()
    [[0.5]]
    """

    def __init__(self, embedding: Embedding, theta: Theta) -> None:
        self.embedding = embedding
        self.divisors = theta.lengths[embedding.blk]
        self.bent = theta.bent
        self.shape = theta.ln_a, theta.ln_b

    def rows(self, U: Floats, A: Bools) -> Floats:
        """(n, P) Z."""
        return np.asarray(self.embedding(self._warped(U), A) / self.divisors)

    def rows_with_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Callable[[Floats], Floats]]:
        """Z, and a function from by_Z to ∂f/∂U, (n, D); 0 for categorical and for inactive parameters."""
        W, numeric = self._warped(U), self.embedding.numeric
        by_unit = np.where(A[:, numeric], slopes_by_unit(U[:, numeric], *self.shape), 0.0) if self.bent else 1.0

        def pull(by_Z: Floats) -> Floats:
            slopes = self.embedding.pull_back(by_Z / self.divisors, W, A)
            slopes[:, numeric] *= by_unit
            return slopes

        return self.embedding(W, A) / self.divisors, pull

    def slopes_by_lengths(self, by_Z: Floats, Z: Floats) -> Floats:
        """∂f/∂ln ℓ, (D,)."""
        by_column = np.einsum("ij,ij->j", Z, by_Z)
        sums = np.bincount(self.embedding.blk, weights=by_column, minlength=len(self.embedding.axes))
        return np.asarray(-sums, dtype=np.float64)

    def slopes_by_shapes(self, by_Z: Floats, U: Floats, A: Bools) -> Floats:
        """∂f/∂ln a and ∂f/∂ln b of the input warps, (2 D_w,)."""
        numeric = self.embedding.numeric
        by_W = self.embedding.pull_back(by_Z / self.divisors, self._warped(U), A)[:, numeric]
        by_shape = slopes_by_shape(U[:, numeric], *self.shape)
        return np.concatenate([np.where(A[:, numeric], by_W * slope, 0.0).sum(axis=0) for slope in by_shape])

    def _warped(self, U: Floats) -> Floats:
        if not self.bent:
            return U
        W, numeric = U.copy(), self.embedding.numeric
        W[:, numeric] = kumaraswamy(U[:, numeric], *self.shape)
        return W
