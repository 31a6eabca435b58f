"""Parzen densities: what they integrate to, what they draw, how wide their kernels are."""

import numpy as np
import pytest

from ayar.numerics import parzen
from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.parzen import Axes, Axis, Choice, Number, Parzen, bandwidths

GENERATOR = np.random.Generator(np.random.Philox(key=1))
WIDE = (np.arange(20_000) + 0.5)[:, None] / 20_000


def widths(V: Floats, active: Bools, p: float) -> Floats:
    """Bandwidths of the coordinates V (n, d) where they are active."""
    kept = np.where(active, V, 0.0)
    return bandwidths(active.sum(axis=0), kept.sum(axis=0), (kept * kept).sum(axis=0), p)


def full(U: Floats) -> Bools:
    return np.ones(U.shape, dtype=np.bool_)


def of(axes: list[Axis], U: Floats, A: Bools | None = None) -> Parzen:
    return Parzen(Axes(axes), U, full(U) if A is None else A, np.ones(len(U)))


def cell_middles(axis: Number) -> Floats:
    if not axis.first:
        return (np.arange(axis.levels) + 0.5) / axis.levels
    start = axis.first - 0.5
    values = axis.first + np.arange(axis.levels)
    return np.asarray(np.log(values / start) / axis.span)


STEPPED = [
    Number(levels=7),
    Number(0.9, 0.05, levels=7),
    Number(levels=200, first=1),
    Number(levels=50, first=30),
    Number(levels=4, chances=(0.1, 0.0, 0.6, 0.3)),
]


@pytest.mark.parametrize("axis", [Number(), Number(0.1, 0.02), Number(levels=10**6)])
@pytest.mark.parametrize("n", [0, 1, 30])
def test_density_of_a_number_integrates_to_one(axis: Number, n: int) -> None:
    density = of([axis], GENERATOR.random((n, 1)) ** 3)
    assert np.exp(density.log_density(WIDE, full(WIDE))).mean() == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("axis", STEPPED)
@pytest.mark.parametrize("n", [0, 1, 30])
def test_masses_of_all_values_of_a_stepped_number_sum_to_one(axis: Number, n: int) -> None:
    middles = cell_middles(axis)[:, None]
    density = of([axis], middles[(GENERATOR.random(n) * axis.levels).astype(int)])
    assert np.exp(density.log_density(middles, full(middles))).sum() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("n", [0, 1, 30])
def test_chances_of_all_values_of_a_choice_sum_to_one(n: int) -> None:
    values = (np.arange(3)[:, None] + 0.5) / 3
    density = of([Choice((0.5, 0.5, 0.0))], values[(GENERATOR.random(n) * 3).astype(int)])
    assert np.exp(density.log_density(values, full(values))).sum() == pytest.approx(1.0, abs=1e-12)


def test_in_every_branch_what_is_active_integrates_to_the_branchs_own_chance() -> None:
    axes: list[Axis] = [Choice((0.5, 0.5)), Number(), Number()]
    A = np.array([[1, 1, 0]] * 6 + [[1, 0, 1]] * 3, dtype=bool)
    U = np.where(A, np.column_stack([np.where(A[:, 1], 0.25, 0.75), GENERATOR.random((9, 2))]), np.nan)
    density = of(axes, U, A)
    alone = of(axes[:1], U[:, :1])
    for branch in (0, 1):
        a = np.array([[True, branch == 0, branch == 1]])
        u = np.column_stack([np.full(len(WIDE), (branch + 0.5) / 2), WIDE, WIDE])
        mass = np.exp(density.log_density(u, np.repeat(a, len(u), axis=0))).mean()
        chance = np.exp(alone.log_density(u[:1, :1], a[:, :1]))[0]
        assert mass == pytest.approx(chance, rel=1e-6)


def test_parameters_that_a_scored_point_lacks_are_not_read() -> None:
    density = of([Number(), Choice((0.5, 0.5))], GENERATOR.random((5, 2)))
    a = np.array([[True, False]])
    first, second = (density.log_density(np.array([[0.3, gap]]), a)[0] for gap in (0.1, np.nan))
    assert first == second


def test_without_points_the_density_is_the_belief() -> None:
    density = of([Choice((0.8, 0.2))], np.empty((0, 1)))
    assert np.exp(density.log_density(np.array([[0.25], [0.75]]), full(np.ones((2, 1))))) == pytest.approx([0.8, 0.2])


def test_a_choice_believed_impossible_has_a_finite_density() -> None:
    density = of([Choice((1.0, 0.0))], np.empty((0, 1)))
    assert np.isfinite(density.log_density(np.array([[0.75]]), np.ones((1, 1), dtype=bool))).all()


@pytest.mark.parametrize("axis", [Number(), Number(0.2, 0.1), *STEPPED, Choice((0.6, 0.3, 0.1))])
def test_draws_follow_the_density(axis: Axis) -> None:
    """Shares of 20,000 even draws in 10 bins; a false alarm needs an error of the draws themselves."""
    U = np.array([[0.1], [0.12], [0.7]])
    if isinstance(axis, Number) and axis.levels:
        middles = cell_middles(axis)
        U = middles[np.abs(middles - U).argmin(axis=1)][:, None]
    density = of([axis], U)
    kernels = (np.arange(4) + 0.5) / 4
    uniforms = np.column_stack([np.repeat(kernels, 5_000), np.tile((np.arange(5_000) + 0.5) / 5_000, 4)])
    drawn, _ = density.draw(uniforms)
    cells, masses = _bins(axis, density)
    found = np.bincount(cells(drawn[:, 0]), minlength=len(masses)) / len(drawn)
    np.testing.assert_allclose(found, masses, rtol=0, atol=2e-3)


def _bins(axis: Axis, density: Parzen):  # type: ignore[no-untyped-def]  # two things made together
    if isinstance(axis, Choice):
        count = len(axis.chances)
        middles = (np.arange(count)[:, None] + 0.5) / count
        return (lambda u: (u * count).astype(int)), np.exp(density.log_density(middles, full(middles)))
    if axis.levels:
        middles = cell_middles(axis)[:, None]
        ends = axis.cells(middles[:, 0])[1]
        masses = np.exp(density.log_density(middles, full(middles)))
        return (lambda u: np.minimum(np.searchsorted(ends, u), axis.levels - 1)), masses
    dense = np.exp(density.log_density(WIDE, full(WIDE))).reshape(10, -1).mean(axis=1) / 10
    return (lambda u: np.minimum((u * 10).astype(int), 9)), dense


def test_draws_say_which_kernel_they_are_from() -> None:
    density = of([Number()], np.array([[0.2], [0.8]]))
    U, kernels = density.draw(np.array([[0.1, 0.5], [0.5, 0.5], [0.9, 0.5]]))
    assert kernels.tolist() == [0, 1, 2]
    assert U[2, 0] == pytest.approx(0.5)


def test_heavier_points_are_drawn_from_more_often() -> None:
    density = Parzen(Axes([Number()]), np.array([[0.2], [0.8]]), np.ones((2, 1), dtype=bool), np.array([7.0, 2.0]))
    _, kernels = density.draw(np.column_stack([(np.arange(100) + 0.5) / 100, np.full(100, 0.5)]))
    assert np.bincount(kernels).tolist() == [70, 20, 10]


def test_drawn_points_hold_the_belief_where_their_kernel_lacks_a_parameter() -> None:
    A = np.array([[True, False]])
    density = of([Number(), Number(0.9, 0.01)], np.array([[0.2, np.nan]]), A)
    U, kernels = density.draw(np.array([[0.1, 0.5, 0.5]]))
    assert kernels.tolist() == [0]
    assert U[0, 1] == pytest.approx(0.9, abs=0.01)


def test_bandwidths_narrow_with_points_and_follow_their_spread() -> None:
    V = GENERATOR.random((100, 1))
    active = full(V)
    all_points = widths(V, active, 1.0)[0]
    assert widths(V[:10], active[:10], 1.0)[0] > all_points
    assert widths(0.5 * V, active, 1.0)[0] == pytest.approx(0.5 * all_points, rel=0.05)


def test_bandwidths_are_wider_among_more_parameters() -> None:
    V = GENERATOR.random((100, 1))
    assert widths(V, full(V), 40.0)[0] > widths(V, full(V), 1.0)[0]


@pytest.mark.parametrize(("n", "least"), [(1, 1 / 3), (8, 0.1), (5_000, 0.01)])
def test_points_in_one_place_keep_the_least_bandwidth(n: int, least: float) -> None:
    V = np.full((n, 1), 0.25)
    assert widths(V, full(V), 1.0)[0] >= least
    assert widths(np.full((5_000, 1), 0.25), np.ones((5_000, 1), dtype=bool), 1.0)[0] == 0.01


def test_bandwidths_look_only_at_points_that_have_the_parameter() -> None:
    V, active = np.array([[0.2, 0.2], [0.4, 0.4], [0.0, 0.0]]), np.array([[True, True], [True, True], [True, False]])
    found = widths(V, active, 1.0)
    assert found[1] == widths(V[:2, 1:], active[:2, 1:], 1.0)[0]
    assert found[0] != found[1]


@pytest.mark.parametrize("axis", STEPPED)
def test_cells_join_and_fill_the_unit_interval(axis: Number) -> None:
    low, high = axis.cells(cell_middles(axis))
    assert low[0] == pytest.approx(0.0, abs=1e-12)
    assert high[-1] == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(low[1:], high[:-1], rtol=0, atol=1e-12)


def test_only_wide_cells_are_steps() -> None:
    assert Number(levels=9_999).has_steps
    assert not Number(levels=10_000).has_steps
    assert Number(levels=10**6, first=1).has_steps
    assert not Number(levels=10**6, first=10**6).has_steps
    assert not Number().has_steps


def test_equal_points_in_any_order_give_the_same_density() -> None:
    U, x = GENERATOR.random((20, 2)), GENERATOR.random((5, 2))
    one, other = of([Number(), Number(levels=9)], U), of([Number(), Number(levels=9)], U[::-1])
    np.testing.assert_allclose(one.log_density(x, full(x)), other.log_density(x, full(x)), rtol=0, atol=1e-12)


def test_constants_for_the_ablation_have_names() -> None:
    assert (parzen.SCALE, parzen.NARROWEST) == (1.0, 100.0)
