"""From what was found to a narrowed space: usual names, given names, and what nobody looked at."""

import pytest

from ayar.base.errors import SpaceError
from ayar.space.domains import Constant, Float, Int, Ordinal
from ayar.training.to_space import Known, to_space

KNOWN = Known(lr=0.1, momentum=(0.95, 0.85), weight_decay=1e-4, batch_size=64)


def test_without_a_space_one_is_made_of_what_is_known() -> None:
    made = to_space(KNOWN)
    assert list(made.space.params) == ["lr", "momentum", "weight_decay", "batch_size"]
    assert made.space.params["batch_size"] == Ordinal([32, 64, 128], default=64, prior=[1, 3, 1])
    assert made.space.contains(made.point)
    assert made.point == {"lr": 0.1, "momentum": pytest.approx(0.9), "weight_decay": 1e-4, "batch_size": 64}
    assert list(to_space(Known(lr=0.1)).space.params) == ["lr"]


def test_widths_are_those_of_the_guide() -> None:
    params = to_space(KNOWN).space.params
    widths = {name: (params[name].low, params[name].high) for name in ("lr", "momentum", "weight_decay")}  # type: ignore[attr-defined]  # all are Float
    assert widths["lr"] == pytest.approx((0.01, 1.0))
    assert widths["weight_decay"] == pytest.approx((1e-5, 1e-3))
    assert widths["momentum"] == pytest.approx((0.85, 0.95))


def test_one_momentum_is_known_by_its_time_scale() -> None:
    momentum = to_space(Known(momentum=0.9)).space.params["momentum"]
    assert isinstance(momentum, Float)
    assert 1 / (1 - momentum.low) == pytest.approx(10 / 10**0.5)
    assert 1 / (1 - momentum.high) == pytest.approx(10 * 10**0.5)


def test_parameters_are_found_by_their_usual_names_or_by_given_ones() -> None:
    full = {"learning_rate": Float(1e-5, 1.0, log=True), "mine": Float(0.0, 1.0), "depth": (1, 9)}
    made = to_space(KNOWN, full, names={"momentum": "mine"})
    assert [row["name"] for row in made.table] == ["learning_rate", "mine"]
    assert made.space.params["depth"] == Int(1, 9)


def test_the_batch_size_can_be_fixed() -> None:
    made = to_space(KNOWN, {"lr": Float(1e-5, 1.0, log=True), "batch_size": [16, 64]}, fix_batch=True)
    assert made.space.params["batch_size"] == Constant(64)
    assert made.point == {"lr": 0.1}


def test_no_decay_is_a_range_from_nothing_up() -> None:
    decay = to_space(Known(weight_decay=0.0), {"weight_decay": (0.0, 0.1)}).space.params["weight_decay"]
    assert isinstance(decay, Float)
    assert (decay.low, decay.high, decay.default) == (0.0, 1e-4, 0.0)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(SpaceError, match="no setting is called 'rate'"):
        to_space(KNOWN, {"r": (0.0, 1.0)}, names={"rate": "r"})
    with pytest.raises(SpaceError, match="no parameter is called 'rr'; did you mean 'r'"):
        to_space(KNOWN, {"r": (0.0, 1.0)}, names={"lr": "rr"})
    with pytest.raises(SpaceError, match="nothing is known of learning rate"):
        to_space(Known())
