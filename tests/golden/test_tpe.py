"""Parzen densities against sums written out kernel by kernel, with mpmath; sizes, weights and splits against Optuna 5.

Densities agree to 1e-9 of a logarithm (4e-13 was seen): the matrix product takes differences of squares. Optuna's
kernels of numbers differ on purpose: their widths are gaps between neighbours, ours one width for a parameter
(docs/research/engine-ablations.md, 14), so only tables of choices are compared with it. Its reference point for the
front that is cut depends on the units of the goals, ours does not, so fronts are compared where none is cut.
"""

from collections.abc import Sequence

import mpmath
import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution
from optuna.samplers._tpe import parzen_estimator, sampler

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.parzen import Axes, Axis, Choice, Number, Parzen, bandwidths
from ayar.numerics.truncated_normal import log_mass
from ayar.samplers.tpe import fading_weights
from ayar.samplers.tpe_split import count_good, good_rows

DIGITS = 60
LOOP = 1e-9


def widths(V: Floats, active: Bools, p: float) -> Floats:
    """Bandwidths of the coordinates V (n, d) where they are active."""
    kept = np.where(active, V, 0.0)
    return bandwidths(active.sum(axis=0), kept.sum(axis=0), (kept * kept).sum(axis=0), p)


def log_sum(terms: Sequence[mpmath.mpf], weights: Floats) -> float:
    return float(mpmath.log(mpmath.fsum(mpmath.mpf(w) * mpmath.exp(t) for w, t in zip(weights, terms, strict=True))))


def between(low: float, high: float, mean: float, sd: float) -> mpmath.mpf:
    """Mass of a normal, by its complement where that keeps the digits."""
    a, b = ((mpmath.mpf(end) - mpmath.mpf(mean)) / mpmath.mpf(sd) for end in (low, high))
    return mpmath.ncdf(-a) - mpmath.ncdf(-b) if a > 0 else mpmath.ncdf(b) - mpmath.ncdf(a)


def number_factor(axis: Number, mean: float, sd: float, x: float) -> mpmath.mpf:
    inside = between(0.0, 1.0, mean, sd)
    if not axis.has_steps:
        z = (mpmath.mpf(x) - mpmath.mpf(mean)) / mpmath.mpf(sd)
        return mpmath.log(mpmath.npdf(z) / mpmath.mpf(sd) / inside)
    low, high = (float(end[0]) for end in axis.cells(np.array([x])))
    return mpmath.log(between(low, high, mean, sd) / inside)


def log_density(axes: Sequence[Axis], U: Floats, A: Bools, weights: Floats, x: Floats, a: Bools) -> float:
    """ln Σ_k w_k Π_d factor, the belief's kernel last."""
    n, p = len(U), A.sum() / max(len(U), 1)
    terms = []
    for k in range(n + 1):
        total = mpmath.mpf(0)
        for d, axis in enumerate(axes):
            if not a[d]:
                continue
            own = k < n and A[k, d]
            if isinstance(axis, Choice):
                count, kernels = len(axis.chances), A[:, d].sum() + 1
                value = min(int(x[d] * count), count - 1)
                chance = mpmath.mpf(axis.chances[value])
                if own:
                    same = value == min(int(U[k, d] * count), count - 1)
                    chance = (same + count * chance / kernels) / (1 + mpmath.mpf(count) / kernels)
                total += mpmath.log(chance)
            elif own:
                active = A[:, d : d + 1]
                sd = widths(U[:, d : d + 1], active, p)[0]
                total += number_factor(axis, U[k, d], sd, x[d])
            elif axis.chances:
                total += mpmath.log(axis.chances[min(int(x[d] * axis.levels), axis.levels - 1)])
            else:
                total += number_factor(axis, axis.mean, axis.sd, x[d])
        terms.append(total)
    return log_sum(terms, np.append(weights, 1.0) / (weights.sum() + 1.0))


def on_grid(axis: Axis, u: Floats) -> Floats:
    """Where the values of a stepped parameter lie."""
    if isinstance(axis, Choice) or not axis.levels:
        return u
    if axis.first:
        return np.log((axis.first + axis.places(u)) / (axis.first - 0.5)) / axis.span
    return (axis.places(u) + 0.5) / axis.levels


AXES: dict[str, list[Axis]] = {
    "floats": [Number(), Number(), Number()],
    "mixed": [
        Number(),
        Number(0.3, 0.05),
        Number(levels=5),
        Number(0.8, 0.2, levels=40),
        Number(levels=300, first=1),
        Number(levels=4, chances=(0.1, 0.2, 0.3, 0.4)),
        Number(levels=100_000),
        Choice((0.5, 0.5)),
        Choice((0.7, 0.2, 0.1)),
    ],
    "choices": [Choice((0.25,) * 4), Choice((0.9, 0.1))],
}


@pytest.mark.parametrize("conditional", [False, True], ids=["all active", "branches"])
@pytest.mark.parametrize("name", AXES)
@pytest.mark.parametrize("n", [0, 1, 12])
def test_log_densities_are_those_of_the_sum_written_out(name: str, n: int, conditional: bool) -> None:
    axes, generator = AXES[name], np.random.Generator(np.random.Philox(key=n))
    D, m = len(axes), 6
    U = np.column_stack([on_grid(axis, generator.random(n)) for axis in axes]).reshape(n, D)
    x = np.column_stack([on_grid(axis, generator.random(m)) for axis in axes])
    A, a = np.ones((n, D), dtype=bool), np.ones((m, D), dtype=bool)
    if conditional:
        A, a = generator.random((n, D)) < 0.6, generator.random((m, D)) < 0.6
        U = np.where(A, U, np.nan)
    weights = generator.random(n)
    with mpmath.workdps(DIGITS):
        expected = [log_density(axes, U, A, weights, *point) for point in zip(x, a, strict=True)]
    found = Parzen(Axes(axes), U, A, weights).log_density(x, a)
    np.testing.assert_allclose(found, expected, rtol=0, atol=LOOP)


def test_kernels_of_the_least_bandwidth_agree_deep_in_their_tails() -> None:
    axes = [Number(), Number(), Number(levels=50)]
    U = np.full((2000, 3), 0.99)
    all_active = np.ones((2000, 3), dtype=bool)
    assert widths(U, all_active, 3.0).tolist() == [0.01] * 3
    # Weights so large that the belief's kernel, which hides the tails in use, counts for nothing.
    density = Parzen(Axes(axes), U, all_active, np.full(2000, 1e290))
    points = np.array([[0.99, 0.99, 0.99], [0.9, 0.95, 0.97], [0.8, 0.99, 0.91]])
    with mpmath.workdps(DIGITS):
        factors = [[number_factor(axis, 0.99, 0.01, x) for axis, x in zip(axes, row, strict=True)] for row in points]
        expected = [float(mpmath.fsum(row)) for row in factors]
    assert expected[2] < -190
    np.testing.assert_allclose(density.log_density(points, np.ones((3, 3), dtype=bool)), expected, rtol=0, atol=LOOP)


def test_far_from_all_points_the_density_stays_finite() -> None:
    axes = [Number()] * 20 + [Number(levels=50)] * 20
    density = Parzen(Axes(axes), np.full((2000, 40), 0.99), np.ones((2000, 40), dtype=bool), np.full(2000, 1e300))
    found = density.log_density(np.array([[0.01] * 40, [0.5] * 40]), np.ones((2, 40), dtype=bool))
    assert np.isfinite(found).all()


@pytest.mark.parametrize("a", [-5e3, -40.0, -8.0, -1.0, -1e-3, 0.0, 1e-3, 1.0, 8.0, 40.0, 5e3])
@pytest.mark.parametrize("width", [1e-6, 1e-2, 1.0, 20.0])
def test_log_masses_agree_with_mpmath_in_both_tails(a: float, width: float) -> None:
    with mpmath.workdps(DIGITS):
        expected = float(mpmath.log(between(a, a + width, 0.0, 1.0)))
    # A mass is the difference of two logarithms, so digits go as its width in their slope.
    tolerance = 1e-14 * max(1.0, abs(expected)) * max(1.0, 1.0 / (width * max(1.0, abs(a))))
    assert log_mass(np.array([a]), np.array([a + width]))[0] == pytest.approx(expected, rel=0, abs=tolerance)


@pytest.mark.parametrize("n", [0, 1, 9, 10, 11, 24, 25, 26, 249, 250, 251, 10_000])
def test_counts_of_good_trials_are_those_of_optuna(n: int) -> None:
    assert count_good(n, 1) == sampler.default_gamma(n)
    assert count_good(n, 2) == sampler.default_gamma_multiobjective(n)


@pytest.mark.parametrize("n", [0, 1, 24, 25, 26, 27, 400])
def test_fading_weights_are_those_of_optuna(n: int) -> None:
    np.testing.assert_array_equal(fading_weights(n), sampler.default_weights(n))


def test_tables_of_choices_are_those_of_optuna() -> None:
    values = np.array([0, 2, 2, 1, 2])
    weights = fading_weights(5)
    peer = parzen_estimator._ParzenEstimator(
        {"c": values.astype(float)},
        {"c": CategoricalDistribution(["a", "b", "c", "d"])},
        parzen_estimator._ParzenEstimatorParameters(1.0, True, False, sampler.default_weights, True),
    )
    U = (values[:, None] + 0.5) / 4
    ours = Parzen(Axes([Choice((0.25,) * 4)]), U, np.ones(U.shape, dtype=bool), weights)
    points = (np.arange(4)[:, None] + 0.5) / 4
    expected = peer.log_pdf({"c": np.arange(4.0)})
    np.testing.assert_allclose(ours.log_density(points, np.ones((4, 1), dtype=bool)), expected, rtol=0, atol=1e-14)


def split_of_optuna(study: optuna.Study, losses: Floats, violations: Floats, count: int) -> set[int]:
    trials = [
        optuna.trial.create_trial(values=list(loss), constraints={"c": float(violation[0])})
        for loss, violation in zip(losses, violations, strict=True)
    ]
    study.add_trials(trials)
    below, _ = sampler._split_trials(study, study.trials, count)
    return {trial.number for trial in below}


@pytest.mark.parametrize("broken", [0.0, 0.5, 0.97])
def test_good_trials_of_one_goal_and_a_constraint_are_those_of_optuna(broken: float) -> None:
    generator = np.random.Generator(np.random.Philox(key=5))
    losses = generator.random((120, 1))
    violations = np.where(generator.random((120, 1)) < broken, generator.random((120, 1)), 0.0)
    expected = split_of_optuna(optuna.create_study(), losses, violations, count_good(120, 1))
    assert set(good_rows(losses, violations).tolist()) == expected


def test_good_trials_of_two_goals_whose_fronts_are_whole_are_those_of_optuna() -> None:
    steps = np.arange(10.0)
    fronts = [np.column_stack([steps + 3.0 * k, 9.0 - steps + 3.0 * k]) for k in range(20)]
    losses = np.concatenate(fronts)[np.random.Generator(np.random.Philox(key=6)).random(200).argsort()]
    study = optuna.create_study(directions=["minimize", "minimize"])
    expected = split_of_optuna(study, losses, np.zeros((200, 1)), count_good(200, 2))
    assert set(good_rows(losses, np.zeros((200, 0))).tolist()) == expected
