"""Configurations to arrays and back, exactly."""

from typing import Any

import numpy as np
import pytest

from ayar.space.domains import Bool, Categorical, Constant, Float, Int, Ordinal
from ayar.space.space import Space

MIXED = Space(
    {
        "lr": Float(1e-5, 1e-1, log=True),
        "drop": Float(0.0, 0.9, step=0.1),
        "layers": Int(1, 4),
        "units": Int(1, 1024, log=True),
        "opt": Categorical(["sgd", "adam", None, (1, 2)]),
        "momentum": Float(-1.0, 0.99, when={"opt": "sgd"}),
        "size": Ordinal([8, 16, 64]),
        "nested": Bool(when={"opt": ["sgd", None]}),
        "deep": Int(0, 10, step=5, when={"nested": True}),
        "tag": Constant("x"),
        "only": Constant([1, 2], when={"nested": True}),
        "one": Float(3.0, 3.0),
    }
)
CODEC = MIXED.codec


def draws(space: Space, count: int) -> tuple[Any, Any]:
    U = np.random.default_rng(0).random((count, len(space.codec.names)))
    X = space.codec.from_unit(U)
    A = space.codec.activity(X)
    return space.codec.mask(X, A), A


def test_constants_have_no_column() -> None:
    assert "tag" not in CODEC.names
    assert len(CODEC.columns) == 10


def test_columns_say_what_a_sampler_may_know() -> None:
    columns = {column.name: column for column in CODEC.columns}
    assert (columns["lr"].kind, columns["lr"].log, columns["lr"].levels, columns["lr"].step) == ("float", True, 0, 0.0)
    assert (columns["drop"].levels, columns["drop"].step) == (10, 0.1)
    assert (columns["nested"].kind, columns["nested"].levels, columns["nested"].conditional) == ("categorical", 2, True)
    assert (columns["size"].kind, columns["size"].low, columns["size"].high) == ("ordinal", 0.0, 2.0)


@pytest.mark.parity("G1")
def test_decoded_values_are_native_and_come_back_as_they_went_in() -> None:
    points = CODEC.decode(*draws(MIXED, 300))
    for point in points:
        assert MIXED.explain(point) is None
        for name, value in point.items():
            assert type(value) in (float, int, str, bool, type(None), tuple, list), name
    X, A = CODEC.encode(points)
    assert CODEC.decode(X, A) == points
    assert np.array_equal(X, draws(MIXED, 300)[0], equal_nan=True)


def test_a_labelled_object_comes_back_as_the_same_object() -> None:
    def relu() -> None: ...

    codec = Space({"act": [relu, int]}).codec
    assert codec.decode(*codec.encode([{"act": relu}]))[0]["act"] is relu


def test_a_choice_that_is_a_list_cannot_be_changed_from_outside() -> None:
    layers = [64, 32]
    codec = Space({"layers": Categorical([layers, [128]])}).codec
    point = codec.decode(*codec.encode([{"layers": [64, 32]}]))[0]
    point["layers"].append(1)
    layers.append(2)
    assert codec.decode(np.array([[0.0]]), np.array([[True]])) == [{"layers": [64, 32]}]


def test_decoded_parameters_stand_in_the_order_of_the_space() -> None:
    for point in CODEC.decode(*draws(MIXED, 20)):
        assert list(point) == [name for name in MIXED.names if name in point]


def test_encoding_leaves_out_what_it_cannot_code() -> None:
    X, A = CODEC.encode([{"opt": "rmsprop", "lr": "fast", "nobody": 3, "layers": 2}])
    assert A.sum() == 1
    assert X[0, CODEC.places["layers"]] == 2.0


def test_activity_follows_conditions_to_any_depth() -> None:
    X = CODEC.from_unit(np.full((1, len(CODEC.names)), 0.99))
    at = CODEC.places
    for opt, nested, expected in [(0, 1, (1, 1, 1)), (0, 0, (1, 1, 0)), (1, 1, (0, 0, 0)), (2, 1, (0, 1, 1))]:
        X[0, at["opt"]], X[0, at["nested"]] = opt, nested
        A = CODEC.activity(X)[0]
        assert tuple(A[[at["momentum"], at["nested"], at["deep"]]].astype(int)) == expected


def test_constants_come_back_only_where_they_are_active() -> None:
    for point in CODEC.decode(*draws(MIXED, 50)):
        assert point["tag"] == "x"
        assert ("only" in point) == (point.get("nested") is True)


def test_many_alternatives_are_found_as_well_as_few() -> None:
    codec = Space({"n": Int(0, 20), "x": Float(0.0, 1.0, when={"n": range(0, 21, 2)})}).codec
    X = np.stack([np.arange(21.0), np.full(21, 0.5)], axis=1)
    assert codec.activity(X)[:, 1].tolist() == [n % 2 == 0 for n in range(21)]


def test_keys_are_equal_for_equal_configurations_only() -> None:
    codec = Space({"x": (-1.0, 1.0), "y": (0.0, 1.0)}).codec
    first, second, third = codec.keys(np.array([[0.0, np.nan], [-0.0, -np.nan], [0.0, 0.0]]))
    assert first == second != third
    assert len(set(CODEC.keys(draws(MIXED, 200)[0]))) == 200


def test_masked_codes_are_nan_where_a_condition_does_not_hold() -> None:
    X = CODEC.from_unit(np.random.default_rng(2).random((50, len(CODEC.names))))
    assert np.array_equal(CODEC.masked(X), CODEC.mask(X, CODEC.activity(X)), equal_nan=True)
    free = Space({"x": (-1.0, 1.0)}).codec
    assert free.masked(np.array([[0.5]])).tolist() == [[0.5]]


def test_a_space_of_constants_alone_has_one_point() -> None:
    codec = Space({"a": 1, "b": "x"}).codec
    X, A = codec.encode([{"a": 1, "b": "x"}])
    assert X.shape == (1, 0)
    assert codec.decode(X, A) == [{"a": 1, "b": "x"}]
    assert codec.keys(X) == [b""]
    assert codec.to_unit(X).shape == codec.from_unit(X).shape == (1, 0)
    assert Space({}).codec.decode(np.empty((2, 0)), np.empty((2, 0), dtype=bool)) == [{}, {}]


def test_fixed_parameters_have_no_column_but_come_back_where_active() -> None:
    space = MIXED.fix({"opt": "sgd"})
    assert "opt" not in space.codec.names
    assert all(point["opt"] == "sgd" and "momentum" in point for point in space.codec.decode(*draws(space, 10)))
    never = MIXED.fix({"opt": "adam"})
    assert all("momentum" not in point and "deep" not in point for point in never.codec.decode(*draws(never, 10)))
