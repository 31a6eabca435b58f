"""Points as the kernel under θ sees them, warped, embedded and in length-scales, and slopes brought back that way.

U, A  (n, D) unit coordinates and activity     W  (n, D) warped ones     E  (n, P) embedded rows     Z = E / ℓ[blk]
by_Z  (n, P) ∂f/∂Z of any f                     ∂f/∂ln ℓ_d = −Σ Z_ij by_Z_ij over all rows i and the columns j of d
"""

import numpy as np

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.embedding import Embedding
from ayar.numerics.input_warp import kumaraswamy, kumaraswamy_slopes
from ayar.numerics.theta import Theta


def warped(embedding: Embedding, theta: Theta, U: Floats) -> Floats:
    """(n, D) W; U itself where θ has no input warp."""
    if not theta.bent:
        return U
    W = U.copy()
    W[:, embedding.numeric] = kumaraswamy(U[:, embedding.numeric], theta.ln_a, theta.ln_b)
    return W


def scaled(embedding: Embedding, theta: Theta, U: Floats, A: Bools) -> Floats:
    """(n, P) Z."""
    return embedding(warped(embedding, theta, U), A) / theta.lengths[embedding.blk]


def slopes_by_unit(by_Z: Floats, embedding: Embedding, theta: Theta, U: Floats, A: Bools) -> Floats:
    """∂f/∂U, (n, D); 0 for categorical and for inactive parameters."""
    slopes = embedding.pull_back(by_Z / theta.lengths[embedding.blk], warped(embedding, theta, U), A)
    if theta.bent:
        numeric = embedding.numeric
        by_unit = kumaraswamy_slopes(U[:, numeric], theta.ln_a, theta.ln_b)[0]
        slopes[:, numeric] *= np.where(A[:, numeric], by_unit, 0.0)
    return slopes


def slopes_by_lengths(by_Z: Floats, Z: Floats, embedding: Embedding) -> Floats:
    """∂f/∂ln ℓ, (D,)."""
    by_column = np.einsum("ij,ij->j", Z, by_Z)
    return np.asarray(-np.bincount(embedding.blk, weights=by_column, minlength=len(embedding.axes)), dtype=np.float64)


def slopes_by_warps(by_Z: Floats, embedding: Embedding, theta: Theta, U: Floats, A: Bools) -> tuple[Floats, Floats]:
    """∂f/∂ln a and ∂f/∂ln b, (D_w,) each."""
    numeric = embedding.numeric
    by_W = embedding.pull_back(by_Z / theta.lengths[embedding.blk], warped(embedding, theta, U), A)[:, numeric]
    _, by_ln_a, by_ln_b = kumaraswamy_slopes(U[:, numeric], theta.ln_a, theta.ln_b)
    active = A[:, numeric]
    by_a, by_b = (np.where(active, by_W * slope, 0.0).sum(axis=0) for slope in (by_ln_a, by_ln_b))
    return by_a, by_b
