"""Reading a configuration of an earlier space."""

from typing import Any

from ayar.space.domains import Categorical, Constant, Float, Int
from ayar.space.moves import moves_between
from ayar.space.moves_read import Passage, outside
from ayar.space.space import Space


def read(old: Space, new: Space, params: dict[str, Any], **said: Any) -> tuple[dict[str, Any], str]:
    passage = Passage(old, new, moves_between(old, new, **said))
    found, retired = passage.read(params, {})
    return found, outside(new, found, retired)


X = Space({"x": (0.0, 1.0)})


def test_values_are_never_clipped() -> None:
    assert read(X, Space({"x": (0.0, 0.5)}), {"x": 0.25}) == ({"x": 0.25}, "")
    params, why = read(X, Space({"x": (0.0, 0.5)}), {"x": 0.75})
    assert params == {"x": 0.75}
    assert why == "parameter 'x': expected a float in [0.0, 0.5], got 0.75"


def test_names_follow_a_rename() -> None:
    old, new = Space({"a": (0, 1), "b": (0, 9)}), Space({"b": (0, 1), "a": (0, 9)})
    assert read(old, new, {"a": 1, "b": 5}, rename={"a": "b", "b": "a"}) == ({"b": 1, "a": 5}, "")


def test_what_is_added_gets_what_trials_had_in_the_order_of_the_space() -> None:
    new = Space({"c": Constant("on"), "x": (0.0, 1.0), "d": (0.0, 0.5)})
    assert list(read(X, new, {"x": 0.5}, fill={"d": 0.25})[0].items()) == [("c", "on"), ("x", 0.5), ("d", 0.25)]


def test_a_fill_below_a_parent_goes_where_the_parent_calls_for_it() -> None:
    old = Space({"k": ["a", "b"]})
    new = Space({"k": ["a", "b"], "g": Float(0.0, 1.0, when={"k": "b"})})
    assert read(old, new, {"k": "a"}, fill={"g": 0.5}) == ({"k": "a"}, "")
    assert read(old, new, {"k": "b"}, fill={"g": 0.5}) == ({"k": "b", "g": 0.5}, "")


def test_a_retired_parameter_counts_only_at_the_value_it_has_now() -> None:
    old = Space({"x": (0.0, 1.0), "m": (0.0, 1.0)})
    assert read(old, X, {"x": 0.5, "m": 0.25}, fill={"m": 0.25}) == ({"x": 0.5}, "")
    params, why = read(old, X, {"x": 0.5, "m": 0.75}, fill={"m": 0.25})
    assert (params, why) == ({"x": 0.5}, "m was 0.75, which is no longer what the objective uses")
    assert read(old, X, {"x": 0.5, "m": 0.75}, fill={"m": ...}) == ({"x": 0.5}, "")


def test_a_retired_parameter_that_comes_back_is_itself_again() -> None:
    old = Space({"x": (0.0, 1.0), "m": (0.0, 1.0)})
    there = Passage(old, X, moves_between(old, X, fill={"m": 0.25}))
    back = Passage(X, old, moves_between(X, old, fill={"m": 0.25}))
    for value in (0.25, 0.75):
        assert back.read(*there.read({"x": 0.5, "m": value}, {})) == ({"x": 0.5, "m": value}, {})


def test_a_retired_choice_stays_readable_and_outside() -> None:
    params, why = read(Space({"o": ["a", "b"]}), Space({"o": ["b", "c"]}), {"o": "a"})
    assert params == {"o": "a"}
    assert why.startswith("parameter 'o': expected one of ['b', 'c'], got str 'a'")


def test_a_whole_number_becomes_a_float_with_its_parameter() -> None:
    assert read(Space({"n": Int(1, 3)}), Space({"n": Float(1.0, 3.0)}), {"n": 2})[0] == {"n": 2.0}


def test_another_condition_fills_what_it_makes_active_and_drops_what_it_does_not() -> None:
    on_a = Space({"k": ["a", "b"], "g": Float(0.0, 1.0, when={"k": "a"})})
    always = Space({"k": ["a", "b"], "g": (0.0, 1.0)})
    assert read(on_a, always, {"k": "b"}, fill={"g": 0.5}) == ({"k": "b", "g": 0.5}, "")
    assert read(on_a, always, {"k": "b"})[1].startswith("parameter 'g' is missing")
    assert read(always, on_a, {"k": "b", "g": 0.5}, fill={"g": 0.5}) == ({"k": "b"}, "")
    assert read(always, on_a, {"k": "b", "g": 0.7}, fill={"g": 0.5})[1].startswith("parameter 'g' is inactive here")


def test_rules_are_asked() -> None:
    ruled = Space({"x": (0.0, 1.0)}, constraints=["x < 0.5"])
    assert read(X, ruled, {"x": 0.75})[1] == "breaks the rule: x < 0.5"


def test_a_point_still_to_be_tried_leaves_new_parameters_open() -> None:
    new = Space({"x": (0.0, 1.0), "d": (0.0, 0.5)})
    passage = Passage(X, new, moves_between(X, new, fill={"d": 0.25}))
    assert passage.read({"x": 0.5}, {}, fill=False) == ({"x": 0.5}, {})


def test_choices_that_are_objects_are_filled_by_label() -> None:
    first, second = object(), object()
    new = Space({"x": (0.0, 1.0), "o": Categorical({"first": first, "second": second})})
    assert read(X, new, {"x": 0.5}, fill={"o": second})[0]["o"] is second
