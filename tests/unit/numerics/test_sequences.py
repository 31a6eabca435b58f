"""Randomised sequences: nets stay nets, any order of places gives the same points."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import qmc

from ayar.base.rng import stream
from ayar.numerics.sequences import LatinHypercubes, Sequence, halton, primes, sobol


def make(kind: str, d: int, seed: int = 0) -> Sequence:
    if kind == "lhs":
        return LatinHypercubes(d, 64, lambda number, shape: stream(seed, number, "test").random(shape))
    uniforms = stream(seed, 0, "test").random
    return sobol(d, uniforms) if kind == "sobol" else halton(d, uniforms)


@pytest.mark.parametrize("kind", ["sobol", "halton", "lhs"])
def test_points_depend_on_their_places_alone(kind: str) -> None:
    sequence = make(kind, 3)
    points = sequence.points(np.arange(200))
    assert points.shape == (200, 3)
    assert ((points >= 0) & (points < 1)).all()
    assert np.array_equal(sequence.points(np.array([150, 3])), points[[150, 3]])
    assert not np.array_equal(make(kind, 3, seed=1).points(np.arange(200)), points)


@pytest.mark.parametrize(("start", "count"), [(0, 64), (64, 64), (256, 256)])
def test_scrambled_sobol_blocks_fill_every_slice_once(start: int, count: int) -> None:
    points = make("sobol", 10).points(np.arange(start, start + count))
    assert all(sorted((column * count).astype(int)) == list(range(count)) for column in points.T)


def test_scrambled_sobol_pairs_fill_every_elementary_box_once() -> None:
    # Dimensions 1 and 2 of Sobol's sequence are a (0, 2)-sequence in base 2; a linear scramble keeps that.
    points = make("sobol", 2).points(np.arange(256))
    for m in range(9):
        boxes = {(int(x * 2**m), int(y * 2 ** (8 - m))) for x, y in points}
        assert len(boxes) == 256


def test_without_coins_and_shift_it_is_the_plain_sobol_sequence() -> None:
    def no_coins(shape: tuple[int, ...]) -> Any:
        return np.full(shape, 0.75) if len(shape) == 3 else np.zeros(shape)

    plain = qmc.Sobol(5, scramble=False, bits=30).random_base2(6)
    assert sobol(5, no_coins).points(np.arange(64)) == pytest.approx(plain, abs=2.0**-30)


def test_without_permutations_it_is_the_plain_halton_sequence() -> None:
    def in_order(shape: tuple[int, ...]) -> Any:
        return np.broadcast_to(np.arange(shape[1]) / shape[1], shape)

    plain = qmc.Halton(6, scramble=False).random(50)
    assert halton(6, in_order).points(np.arange(50)) == pytest.approx(plain, abs=1e-14)


def test_each_scrambled_point_is_uniform_over_randomisations() -> None:
    # 2,000 uniform numbers: the mean has sd 0.0065, so 0.033 is five of them: a false alarm in two million.
    for kind in ("sobol", "halton"):
        firsts = np.array([make(kind, 2, seed).points(np.array([5]))[0] for seed in range(2_000)])
        assert firsts.mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.033)


def test_latin_hypercubes_put_one_point_in_each_slice() -> None:
    points = make("lhs", 4).points(np.arange(64, 128))
    assert all(sorted((column * 64).astype(int)) == list(range(64)) for column in points.T)


def test_primes_are_primes() -> None:
    assert primes(12) == [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]
