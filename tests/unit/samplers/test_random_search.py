"""Random search: uniform, on each parameter's own scale."""

import numpy as np

from ayar.samplers.random_search import RandomSearch
from ayar.space.space import Space
from ayar.testing.folds import fold_of
from unit.samplers.study import propose, run


def test_draws_are_uniform_on_the_declared_scale() -> None:
    space = Space({"lr": {"low": 1e-4, "high": 1.0, "log": True}, "k": ["a", "b"]})
    points = [p.params for p in propose(fold_of(space, []), RandomSearch(), count=2_000)]
    decades = np.floor([np.log10(point["lr"]) for point in points])
    # 500 a decade and 1,000 a choice expected; five standard deviations are 97 and 112.
    assert all(abs((decades == d).sum() - 500) < 97 for d in (-4, -3, -2, -1))
    assert abs(sum(point["k"] == "a" for point in points) - 1_000) < 112


def test_each_trial_has_a_stream_of_its_own() -> None:
    fold = fold_of({"x": (0.0, 1.0)}, [])
    first = [p.params["x"] for p in propose(fold, RandomSearch(), count=3)]
    assert propose(fold, RandomSearch(), count=1)[0].params["x"] == first[0]
    assert len(set(first)) == 3
    assert propose(fold, RandomSearch(), seed=1)[0].params["x"] != first[0]


def test_with_repeats_allowed_a_finite_space_has_no_end() -> None:
    trials = run({"n": (1, 3)}, RandomSearch(), lambda p: 0.0, 20, repeats="allow")
    assert len(trials) == 20
    assert {trial.params["n"] for trial in trials} == {1, 2, 3}
