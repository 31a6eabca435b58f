"""The net against scipy.stats.qmc.Sobol(d, scramble=False, bits=30).random_base2(m), bit for bit."""

import numpy as np
from scipy.stats.qmc import Sobol

from ayar.numerics.qmc import BITS, shifted_sobol, sobol_net


def test_net_has_the_bits_of_scipy() -> None:
    peer = Sobol(7, scramble=False, bits=BITS).random_base2(8)
    assert np.array_equal(sobol_net(7, 8) / 2.0**BITS, peer)


def test_shifted_net_keeps_one_point_in_every_cell_of_every_axis() -> None:
    shifts = np.random.Generator(np.random.Philox(key=1)).random(40)
    points = shifted_sobol(512, shifts)
    cells = np.sort((points * 512).astype(int), axis=0)
    assert np.array_equal(cells, np.repeat(np.arange(512)[:, None], 40, axis=1))


def test_points_lie_strictly_inside_the_unit_cube() -> None:
    points = shifted_sobol(64, np.array([0.0, 1.0 - 2.0**-53]))
    assert points.min() > 0.0
    assert points.max() < 1.0
