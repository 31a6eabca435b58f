"""Spellings of other tuners, read into domains."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from ayar import Categorical, Float, Int
from ayar.base.errors import SpaceError
from ayar.integrations.spelling import domain_from
from ayar.space.domains import Ordinal


def real(low: Any, high: Any, prior: str = "uniform") -> Any:
    """What scikit-optimize's Real and Integer look like from outside."""
    return SimpleNamespace(low=low, high=high, prior=prior, base=10, name=None, transform_="identity")


@pytest.mark.parity("SK1")
@pytest.mark.parametrize(
    ("spec", "domain"),
    [
        ((1e-3, 1e3, "log-uniform"), Float(1e-3, 1e3, log=True)),
        ((1e-3, 1e3, "log-uniform", 2), Float(1e-3, 1e3, log=True)),
        ((1, 9), Int(1, 9)),
        ((1, 512, "log-uniform"), Int(1, 512, log=True)),
        ((0.0, 1.0, "uniform"), Float(0.0, 1.0)),
        ((0.5, 4, int), None),
        (("l1", "l2"), Categorical(["l1", "l2"])),
        ((1, 10, 100), Ordinal([1, 10, 100])),
        ([True, False], Categorical([True, False])),
        ([None], Categorical([None])),
        ([0.1, 1, 10, 100], Ordinal([0.1, 1, 10, 100])),
        ([9, 5, 3], Ordinal([3, 5, 9])),
        ([5, 3, 9], Categorical([5, 3, 9])),
        ([3, 5, None], Categorical([3, 5, None])),
        (np.logspace(-1, 1, 3), Ordinal([0.1, 1.0, 10.0])),
        ([(50,), (100, 50)], Categorical([(50,), (100, 50)])),
        (["a", "a", "b"], Categorical(["a", "b"])),
        (range(2, 11, 2), Int(2, 10, step=2)),
        (real(1e-3, 1e3, "log-uniform"), Float(1e-3, 1e3, log=True)),
        (real(np.int64(1), np.int64(9)), Int(1, 9)),
        (SimpleNamespace(categories=("rbf", "poly"), prior=[0.7, 0.3]), Categorical(["rbf", "poly"], prior=[0.7, 0.3])),
        (SimpleNamespace(categories=(1, 2, 3), prior=None), Ordinal([1, 2, 3])),
        (SimpleNamespace(low=0.0, high=1.0, log=False, step=0.25), Float(0.0, 1.0, step=0.25)),
        (SimpleNamespace(low=1, high=64, log=True, step=1), Int(1, 64, log=True)),
        (SimpleNamespace(choices=("a", "b")), Categorical(["a", "b"])),
        (stats.loguniform(1e-3, 1e3), Float(1e-3, 1e3, log=True)),
        (stats.randint(1, 10), Int(1, 9)),
        (Float(0.0, 1.0, when={"kernel": "rbf"}), Float(0.0, 1.0, when={"kernel": "rbf"})),
    ],
)
def test_it_is_read(spec: Any, domain: Any) -> None:
    if domain is None:
        with pytest.raises(SpaceError, match=r"^\$\.space\.p: .*0\.5"):
            domain_from("p", spec)
    else:
        assert domain_from("p", spec) == domain


def test_objects_are_told_apart_by_what_they_print() -> None:
    found = domain_from("model", [stats.norm, np.array([1, 2]), np.array([1, 2])])
    assert len(found.choices) == 3
    assert found.labels[1:] == ("array([1, 2]) (1)", "array([1, 2]) (2)")


def test_optuna_s_own_objects_are_read() -> None:
    distributions = pytest.importorskip("optuna.distributions")
    assert domain_from("x", distributions.FloatDistribution(1e-3, 1.0, log=True)) == Float(1e-3, 1.0, log=True)
    assert domain_from("x", distributions.IntDistribution(2, 10, step=2)) == Int(2, 10, step=2)
    assert domain_from("x", distributions.CategoricalDistribution(["a", "b"])) == Categorical(["a", "b"])


def test_what_only_draws_is_refused_with_a_way_out() -> None:
    class Draws:
        def rvs(self, random_state: Any = None) -> float:
            return 0.5

    with pytest.raises(SpaceError, match=r"\$\.space\.alpha: .*Draws.* does not say from where; write Float"):
        domain_from("alpha", Draws())


def test_wrong_bounds_are_named() -> None:
    with pytest.raises(SpaceError, match=r"\$\.space\.C: .*low > 0"):
        domain_from("C", (0.0, 1.0, "log-uniform"))
