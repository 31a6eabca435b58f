"""A space narrowed by findings: ranges and priors follow, conditions and rules stay, nothing is a wall."""

import math

import pytest

from ayar.base.errors import SpaceError
from ayar.base.jsontext import dumps, loads
from ayar.space.domains import Bool, Categorical, Constant, Float, Int, Normal, Ordinal
from ayar.space.narrowed import Finding, narrow, narrowed_again
from ayar.space.space import Space

LR = Finding(0.1, 0.01, 1.0, "range test")


def test_a_log_range_keeps_its_part_of_the_finding_and_gets_a_log_normal_prior() -> None:
    made = narrow(Space({"lr": Float(1e-5, 0.3, log=True)}), {"lr": LR})
    lr = made.space.params["lr"]
    assert isinstance(lr, Float)
    assert (lr.low, lr.high, lr.default) == (0.01, 0.3, 0.1)
    assert lr.prior == Normal(0.1, math.log(10.0) / 2)  # a decade is two deviations
    assert made.point == {"lr": 0.1}


def test_widen_keeps_the_range_and_the_prior() -> None:
    made = narrow(Space({"lr": Float(1e-5, 0.3, log=True)}), {"lr": LR}, widen=True)
    lr = made.space.params["lr"]
    assert isinstance(lr, Float)
    assert (lr.low, lr.high) == (1e-5, 0.3)
    assert lr.prior is not None
    assert made.widen


def test_a_finding_outside_the_range_leaves_it_and_says_so() -> None:
    made = narrow(Space({"lr": Float(1e-5, 1e-3, log=True)}), {"lr": LR})
    lr = made.space.params["lr"]
    assert isinstance(lr, Float)
    assert (lr.low, lr.high, lr.default) == (1e-5, 1e-3, 1e-3)
    assert "0.1 lies outside the range, which stays" in made.explain()


def test_no_decay_found_keeps_the_lower_end_of_a_log_range() -> None:
    made = narrow(Space({"wd": Float(1e-7, 0.1, log=True)}), {"wd": Finding(0.0, 0.0, 1e-4, "none was best")})
    wd = made.space.params["wd"]
    assert isinstance(wd, Float)
    assert (wd.low, wd.high, wd.default) == (1e-7, 1e-4, 1e-7)


def test_numbers_on_steps_keep_their_range_and_the_point_is_on_a_step() -> None:
    space = Space({"m": Float(0.0, 1.0, step=0.25), "b": Int(16, 256, step=16), "n": Int(1, 1000)})
    found = {"m": Finding(0.9, 0.8, 1.0, ""), "b": Finding(70, 35, 140, ""), "n": Finding(70.4, 35.2, 140.8, "")}
    made = narrow(space, found)
    assert made.point == {"m": 1.0, "b": 64, "n": 70}
    n = made.space.params["n"]
    assert isinstance(n, Int)
    assert (n.low, n.high) == (36, 140)
    assert made.space.contains(made.point)


def test_choices_keep_the_nearest_and_those_within() -> None:
    space = Space({"batch": Ordinal([16, 32, 64, 128, 256])})
    made = narrow(space, {"batch": Finding(60, 30, 130, "batch size")})
    assert made.space.params["batch"] == Ordinal([32, 64, 128], default=64, prior=[1.0, 3.0, 1.0])


def test_choices_that_are_no_numbers_stay() -> None:
    space = Space({"lr": Categorical(["low", "high"]), "flag": Bool(), "fixed": Constant(3.0)})
    made = narrow(space, dict.fromkeys(space.params, LR))
    assert made.space == space
    assert made.point == {}
    assert "left as it is: not a number" in made.explain()
    assert "Nothing was found to try first." in made.explain()


def test_conditions_rules_and_fixed_values_stay() -> None:
    space = Space(
        {"kind": ["sgd", "adam"], "lr": Float(1e-4, 1.0, log=True, when={"kind": "sgd"}), "width": Int(1, 9)},
        constraints=["width >= 2"],
        forbidden=[{"kind": "sgd", "width": 5}],
        fixed={"width": 4},
    )
    made = narrow(space, {"lr": LR, "width": Finding(5, 4, 6, "")}, widen=True)
    assert made.space.params["lr"].when == {"kind": ("sgd",)}
    assert list(map(str, made.space.rules)) == list(map(str, space.rules))
    assert made.space.fixed == {"width": 4}
    assert made.point == {"lr": 0.1}


def test_the_same_narrowing_is_made_again_from_plain_values() -> None:
    space = Space({"lr": Float(1e-5, 0.3, log=True), "batch": Ordinal([16, 32, 64])})
    made = narrow(space, {"lr": LR, "batch": Finding(32, 16, 64, "")}, widen=True)
    again = narrowed_again(space, loads(dumps(made.to_dict())))
    assert again == made
    assert again.space == made.space


def test_what_cannot_be_narrowed_is_refused() -> None:
    space = Space({"lr": Float(1e-5, 0.3, log=True)})
    with pytest.raises(SpaceError, match="no parameter is called 'lrr'; did you mean 'lr'"):
        narrow(space, {"lrr": LR})
    with pytest.raises(SpaceError, match="list of given points cannot be narrowed"):
        narrow(Space(points=[{"lr": 0.1}, {"lr": 0.2}]), {"lr": LR})
    with pytest.raises(SpaceError, match=r"low <= value <= high, got 0\.2, 0\.1, 1\.0"):
        Finding(0.1, 0.2, 1.0, "")
    with pytest.raises(SpaceError, match="three finite numbers"):
        Finding(float("nan"), 0.2, 1.0, "")
