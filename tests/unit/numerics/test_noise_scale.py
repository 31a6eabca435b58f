"""The gradient noise scale, against a linear model whose answer is known."""

import math

import numpy as np
import pytest

from ayar.numerics.noise_scale import NoiseScale, noise_scale_of

D = 10


def linear_model(seed: int, pairs: int, b: int, B: int) -> tuple[NoiseScale, float]:
    """y = x·w* + ε with x ~ N(0, I), ε ~ N(0, σ²), at w: g = x (x·(w − w*) − ε).

    With u = w − w*: |G|² = |u|² and tr Σ = (d + 1)|u|² + dσ², so B_simple = d + 1 + dσ²/|u|².
    """
    rng = np.random.default_rng(seed)
    u, sigma = rng.standard_normal(D), 2.0

    def norm(rows: int) -> float:
        x = rng.standard_normal((rows, D))
        g = x.T @ (x @ u - sigma * rng.standard_normal(rows)) / rows
        return float(g @ g)

    found = noise_scale_of(np.array([norm(b) for _ in range(pairs)]), np.array([norm(B) for _ in range(pairs)]), b, B)
    return found, D + 1 + D * sigma**2 / float(u @ u)


@pytest.mark.parity("N21")
@pytest.mark.parametrize("seed", range(5))
def test_a_linear_model_with_known_answer_is_met_within_a_quarter(seed: int) -> None:
    """Acceptance row 9."""
    found, truth = linear_model(seed, 400, 4, 256)
    assert found.value == pytest.approx(truth, rel=0.25)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    inside = 0
    for seed in range(200):
        found, truth = linear_model(seed, 24, 4, 128)
        inside += found.low <= truth <= found.high
    assert 0.88 <= inside / 200 <= 1.0


def test_the_mean_is_taken_before_dividing() -> None:
    small, large = np.array([4.0, 8.0]), np.array([1.5, 2.5])
    G2, S = (40 * large - 10 * small) / 30, (small - large) / (1 / 10 - 1 / 40)
    assert noise_scale_of(small, large, 10, 40).value == pytest.approx(S.mean() / G2.mean())


def test_a_gradient_lost_in_its_noise_leaves_the_scale_open_upwards() -> None:
    lost = noise_scale_of(np.array([4.0, 4.0, 4.1]), np.array([0.9, 0.9, 0.9]), 10, 40)
    assert lost.value == math.inf
    assert lost.high == math.inf


def test_no_noise_is_a_scale_of_zero() -> None:
    assert noise_scale_of(np.array([1.0, 1.0]), np.array([1.0, 1.0]), 10, 40).value == 0.0
