"""Plain values: which are, which are equal, which need a label."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from ayar.base.errors import SpaceError
from ayar.space.values import Label, fresh, identity, is_json_scalar, is_plain, label_for, native


class Pair(NamedTuple):
    """A tuple with a type of its own."""

    a: int


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "x", float("inf"), [1, (2, {"a": None})], {}])
def test_json_values_and_tuples_are_plain(value: Any) -> None:
    assert is_plain(value)


@pytest.mark.parametrize("value", [float("nan"), {1: 2}, {1}, b"x", Pair(1), object(), [object()], Label("x")])
def test_everything_else_needs_a_label(value: Any) -> None:
    assert not is_plain(value)


def test_values_of_different_types_are_never_the_same() -> None:
    values = [1, 1.0, True, "1", None, (1,), [1], {"a": 1}, {"a": 1.0}, {"a": True}, ((1,),), ([1],)]
    assert len({identity(value) for value in values}) == len(values)


def test_zero_has_no_sign_and_dicts_no_order() -> None:
    assert identity(-0.0) == identity(0.0)
    assert identity({"a": 1, "b": 2}) == identity({"b": 2, "a": 1})


def test_numpy_scalars_become_native_at_every_depth() -> None:
    value = native([np.int64(1), (np.float32(0.5), {"a": np.bool_(True)}), np.str_("x")])
    assert value == [1, (0.5, {"a": True}), "x"]
    assert type(value[0]) is int
    assert type(value[1][1]["a"]) is bool
    assert type(value[2]) is str


def test_containers_that_can_change_are_handed_out_as_copies() -> None:
    inner = ([1], 2)
    assert fresh(inner) == inner
    assert fresh(inner) is not inner
    assert fresh("x") == "x"


def test_infinity_is_plain_but_no_json_scalar() -> None:
    assert [is_json_scalar(value) for value in (1, None, "x", 0.5, float("inf"), (1,))] == [True] * 4 + [False] * 2


def test_objects_without_a_name_ask_for_a_label() -> None:
    assert label_for(len) == "builtins.len"
    with pytest.raises(SpaceError, match=r"got object .*give it a label"):
        label_for(object())
