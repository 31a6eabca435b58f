"""Where the runs of a CMA-ES begin."""

import numpy as np
import pytest

from ayar.samplers.catcma import Layout
from ayar.samplers.cma_start import first_model, restarted_model, warm_model
from ayar.space.domains import Categorical, Float, Int
from ayar.space.prior import Normal
from ayar.space.space import Space

PLAIN = Space({"x": Float(0.0, 10.0), "k": Categorical(["a", "b"]), "n": Int(1, 4)})


def test_without_beliefs_it_begins_in_the_middle() -> None:
    model = first_model(PLAIN, Layout.of(PLAIN.codec), 8, 0.2)
    assert model.gaussian.mean.tolist() == [0.5, 0.5]
    assert model.gaussian.deviations.tolist() == pytest.approx([0.2, 0.2])
    assert model.categories.q.tolist() == [[0.5, 0.5]]


def test_defaults_and_priors_say_where_and_how_wide() -> None:
    space = Space(
        {
            "x": Float(0.0, 10.0, default=2.0),
            "rate": Float(1e-4, 1.0, log=True, prior=Normal(1e-3, 0.5)),
            "k": Categorical(["a", "b", "c"], prior=[1.0, 6.0, 1.0]),
            "loose": Float(0.0, 1.0, prior=Normal(0.7, 9.0)),
        }
    )
    model = first_model(space, Layout.of(space.codec), 8, 0.2)
    assert model.gaussian.mean.tolist() == pytest.approx([0.2, 0.25, 0.7])
    assert model.gaussian.deviations.tolist() == pytest.approx([0.2, 0.5 / np.log(1e4), 0.2])
    assert model.categories.q[0].argmax() == 1


def test_a_restart_begins_at_a_random_place_likelier_where_believed() -> None:
    layout = Layout.of(PLAIN.codec)
    model = restarted_model(PLAIN, layout, 16, 0.1, np.array([0.9, 0.3, 0.1]))
    assert model.gaussian.mean.tolist() == [0.9, 0.1]
    assert (model.strategy.population, model.gaussian.sigma) == (16, 0.1)
    believed = Space({"x": Float(0.0, 1.0, prior=Normal(0.8, 0.01))})
    model = restarted_model(believed, Layout.of(believed.codec), 8, 0.2, np.array([0.1]))
    assert model.gaussian.mean[0] == pytest.approx(0.787, abs=0.001)


def test_the_best_tenth_gives_mean_spread_and_levels() -> None:
    usual = first_model(PLAIN, Layout.of(PLAIN.codec), 8, 0.2)
    points = [{"x": 1.0 + 0.1 * i, "k": "b", "n": 4} for i in range(2)] + [{"x": 9.0, "k": "a", "n": 1}] * 18
    X, A = PLAIN.codec.encode(points)
    model = warm_model(usual, X, A, 0.2)
    assert model.gaussian.mean.tolist() == pytest.approx([0.105, 0.875])
    assert model.gaussian.deviations.tolist() == pytest.approx([np.hypot(0.1, 0.005), 0.1])
    assert model.categories.q[0].tolist() == pytest.approx([0.25, 0.75])
    assert model.strategy.population == 8


def test_of_fewer_than_ten_the_best_is_the_mean_and_the_spread_is_usual() -> None:
    usual = first_model(PLAIN, Layout.of(PLAIN.codec), 8, 0.2)
    X, A = PLAIN.codec.encode([{"x": 1.0, "k": "b", "n": 1}, {"x": 9.0, "k": "a", "n": 4}])
    model = warm_model(usual, X, A, 0.2)
    assert model.gaussian.mean.tolist() == pytest.approx([0.1, 0.125])
    assert model.gaussian.deviations.tolist() == pytest.approx([0.2, 0.2])
    assert warm_model(usual, X[:0], A[:0], 0.2) is usual


def test_a_warm_start_fills_inactive_parameters_from_trials_that_had_them() -> None:
    space = Space({"k": Categorical(["a", "b"]), "x": Float(0.0, 1.0, when={"k": "a"}), "y": Float(0.0, 1.0)})
    points = [{"k": "b", "y": 0.2}, {"k": "a", "x": 0.9, "y": 0.4}] + [{"k": "b", "y": 0.9}] * 18
    X, A = space.codec.encode(points)
    usual = first_model(space, Layout.of(space.codec), 8, 0.2)
    assert warm_model(usual, X, A, 0.2).gaussian.mean.tolist() == pytest.approx([0.9, 0.3])
