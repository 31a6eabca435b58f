"""Points as the kernel sees them, and the way back of slopes."""

import numpy as np
import pytest

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.embedding import Axis, Embedding
from ayar.numerics.priors import prior
from ayar.numerics.scaled import Lens

MIXED = Embedding([Axis(0, False), Axis(3, False), Axis(0, True)])
BELIEF = prior(MIXED.categorical, 3.0)


def bent_vector() -> Floats:
    return BELIEF.mean + BELIEF.deviation * np.linspace(-1.0, 1.5, len(BELIEF.mean))


def rows() -> tuple[Floats, Bools]:
    U = np.array([[0.2, 0.1, 0.7], [0.9, 0.8, np.nan]])
    return U, ~np.isnan(U)


def test_unbent_points_are_embedded_and_divided_by_lengths() -> None:
    U, A = rows()
    wanted = MIXED(U, A) / BELIEF.mode.lengths[MIXED.blk]
    assert np.array_equal(Lens(MIXED, BELIEF.mode).rows(U, A), wanted)


def test_categories_are_not_warped() -> None:
    (U, A), theta = rows(), BELIEF.theta(bent_vector())
    sets = MIXED.blk == 1
    wanted = (MIXED(U, A) / theta.lengths[MIXED.blk])[:, sets]
    assert np.array_equal(Lens(MIXED, theta).rows(U, A)[:, sets], wanted)


@pytest.mark.parametrize("bent", [False, True])
def test_slopes_chain_back_to_the_unit_coordinates(bent: bool) -> None:
    (U, A), theta = rows(), BELIEF.theta(bent_vector()) if bent else BELIEF.mode
    weights = np.linspace(-1.0, 2.0, 2 * len(MIXED.blk)).reshape(2, -1)
    lens, step = Lens(MIXED, theta), 1e-4
    Z, pull = lens.rows_with_slopes(U, A)
    assert np.array_equal(Z, lens.rows(U, A))
    slopes = pull(weights)
    for d in (0, 2):
        f = [(weights * lens.rows(U + t * step * np.eye(3)[d], A)).sum(axis=1) for t in (1, -1, 2, -2)]
        numeric = (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * step)
        np.testing.assert_allclose(slopes[:, d], np.where(A[:, d], numeric, 0.0), rtol=1e-8, atol=1e-10)
    assert not slopes[:, 1].any()
