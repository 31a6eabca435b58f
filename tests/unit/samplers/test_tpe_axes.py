"""Parameters and priors of a space as Parzen densities take them."""

import numpy as np
import pytest

from ayar.numerics.parzen import Axis, Choice, Number
from ayar.samplers.tpe_axes import axes_of
from ayar.space.domains import Bool, Categorical, Constant, Float, Int, Normal, Ordinal
from ayar.space.space import Space


def axis(domain: object) -> Axis:
    return axes_of(Space({"p": domain})).each[0]


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        (Float(-1.0, 1.0), Number()),
        (Float(1e-5, 1.0, log=True), Number()),
        (Float(0.0, 1.0, step=0.25), Number(levels=5)),
        (Int(3, 12), Number(levels=10)),
        (Int(3, 12, log=True), Number(levels=10, first=3)),
        (Int(10**9, 10**9 + 5, log=True), Number(levels=6)),
        (Ordinal([1, 5, 9]), Number(levels=3)),
        (Bool(), Choice((0.5, 0.5))),
        (Categorical("abcd"[i] for i in range(4)), Choice((0.25,) * 4)),
    ],
)
def test_a_domain_without_prior_has_a_wide_belief(domain: object, expected: Axis) -> None:
    assert axis(domain) == expected


@pytest.mark.parity("HO5")
@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        (Float(0.0, 4.0, prior=Normal(1.0, 0.4)), Number(0.25, 0.1)),
        (Float(1.0, np.exp(4.0), log=True, prior=Normal(np.exp(1.0), 0.4)), Number(0.25, 0.1)),
        (Int(0, 9, prior=Normal(2.0, 1.0)), Number(0.25, 0.1, levels=10)),
        (Ordinal([1, 2], prior=[1, 3]), Number(levels=2, chances=(0.25, 0.75))),
        (Categorical(["a", "b"], prior=[1, 3]), Choice((0.25, 0.75))),
        (Bool(prior=[1, 1]), Choice((0.5, 0.5))),
    ],
)
def test_a_prior_is_the_belief(domain: object, expected: Axis) -> None:
    found = axis(domain)
    if isinstance(found, Number) and isinstance(expected, Number):
        assert (found.mean, found.sd) == pytest.approx((expected.mean, expected.sd))
        assert (found.levels, found.first) == (expected.levels, expected.first)
    assert found.chances == pytest.approx(expected.chances)


@pytest.mark.parametrize(("sd", "expected"), [(1e-9, 0.01), (1e9, 10.0)])
def test_a_belief_is_neither_a_point_nor_without_end(sd: float, expected: float) -> None:
    found = axis(Float(0.0, 1.0, prior=Normal(0.5, sd)))
    assert isinstance(found, Number)
    assert found.sd == expected


def test_a_prior_on_a_parameter_of_one_value_says_nothing() -> None:
    assert axis(Float(2.0, 2.0, prior=Normal(2.0, 1.0))) == Number(levels=1)


def test_axes_stand_in_the_order_of_the_columns_without_constants() -> None:
    space = Space({"c": Constant(1), "kind": Categorical(["a", "b"]), "x": Float(0.0, 1.0, when={"kind": "a"})})
    assert list(axes_of(space).each) == [Choice((0.5, 0.5)), Number()]
