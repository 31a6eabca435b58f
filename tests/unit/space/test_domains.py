"""Domains check themselves when made, and say what to do."""

import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from msgspec import UNSET

from ayar.base.errors import SpaceError
from ayar.space.domains import Bool, Categorical, Constant, Domain, Float, Int, Label, Normal, Ordinal

REFUSED: list[tuple[Callable[[], Any], str]] = [
    (lambda: Float(1.0, 0.5), r"Float\(1\.0, 0\.5\): needs low <= high, got low=1\.0, high=0\.5; swap them"),
    (lambda: Float(0.0, 0.1, log=True), r"log=True needs low > 0, got low=0\.0; start above 0"),
    (lambda: Float(0.0, 1.0, step=0.3), r"step must divide high - low, got step=0\.3; end at 0\.9 or 1\.2"),
    (lambda: Float(0.0, 1.0, step=-0.5), r"step must be above 0, got -0\.5"),
    (lambda: Float(0.1, 1.0, step=0.1, log=True), r"step and log=True exclude each other; use Ordinal"),
    (lambda: Float(0.0, float("inf")), r"high must be finite, got inf"),
    (lambda: Float(float("nan"), 1.0), r"low must be finite, got nan"),
    (lambda: Float(0.0, 10**400), r"high must be finite"),
    (lambda: Float(-1.7e308, 1.7e308), r"high - low must be a finite float"),
    (lambda: Float(False, 1.0), r"low must be a number, got bool False"),
    (lambda: Float("0", 1.0), r"low must be a number, got str '0'"),  # type: ignore[arg-type]  # meant
    (lambda: Float(0.0, 1.0, log=1), r"log is True or False, got 1"),  # type: ignore[arg-type]  # meant
    (lambda: Float(0.0, 1.0, default=2.0), r"default must be one of the values: expected a float in \[0\.0, 1\.0\]"),
    (lambda: Float(0.0, 1.0, default=True), r"default must be one of the values: .* got bool True"),
    (lambda: Float(0.0, 1.0, prior=Normal(3.0, 1.0)), r"prior's mean must lie in \[0\.0, 1\.0\], got 3\.0"),
    (lambda: Float(0.0, 1.0, prior=[1.0]), r"prior of a number is ayar\.Normal"),  # type: ignore[arg-type]  # meant
    (lambda: Int(1, 2.5), r"high must be an int, got float 2\.5; use Float"),  # type: ignore[arg-type]  # meant
    (lambda: Int(1.0, 2), r"low must be an int, got float 1\.0; write 1"),  # type: ignore[arg-type]  # meant
    (lambda: Int(5, 1), r"needs low <= high, got low=5, high=1"),
    (lambda: Int(0, 10, log=True), r"log=True needs low > 0, got low=0"),
    (lambda: Int(0, 10, step=3), r"step must divide high - low, got step=3; end at 9 or 12"),
    (lambda: Int(0, 10, step=0), r"step must be at least 1, got 0"),
    (lambda: Int(1, 9, step=2, log=True), r"step and log=True exclude each other"),
    (lambda: Int(0, 2**53 + 1), r"within ±2\*\*53"),
    (lambda: Int(True, 3), r"low must be an int, got bool True"),
    (lambda: Categorical([]), r"needs at least one choice"),
    (lambda: Categorical(["a", "a"]), r"choices must differ, got \['a', 'a'\]"),
    (lambda: Categorical([[1], [1]]), r"choices must differ"),
    (lambda: Categorical("abc"), r"choices are a list such as \[\"a\", \"b\"\], got str 'abc'"),
    (lambda: Categorical({"a", "b"}), r"choices are a list .* got set"),
    (lambda: Categorical([object()]), r'functions or classes; got object .* Categorical\({"name": value'),
    (lambda: Categorical([lambda: 1, lambda: 2]), r"choices must differ.*share a name labels"),
    (lambda: Categorical({1: "a"}), r"labels are text, got \[1\]"),
    (lambda: Categorical([float("nan")]), r"NaN equals nothing"),
    (lambda: Categorical(["a", "b"], prior=[1.0]), r"one weight per choice \(2\), got \[1\.0\]"),
    (lambda: Categorical(["a", "b"], prior=[0.0, 0.0]), r"not negative and not all 0"),
    (lambda: Categorical(["a", "b"], prior=[-1.0, 2.0]), r"not negative"),
    (lambda: Categorical([1, 2], default=1.0), r"expected one of \[1, 2\], got float 1\.0; 1 is one, but .* same type"),
    (lambda: Ordinal([]), r"Ordinal: needs at least one choice"),
    (lambda: Bool(default="yes"), r"Bool: the default must be one of the values"),
    (lambda: Float(0.0, 1.0, when={}), r"when is a mapping such as when=\{\"kernel\": \"rbf\"\}, got \{\}"),
    (lambda: Float(0.0, 1.0, when="rbf"), r"when is a mapping"),  # type: ignore[arg-type]  # meant
    (lambda: Float(0.0, 1.0, when={"a": []}), r"when\['a'\]: expected 1 to 10,000 values, got 0"),
    (lambda: Float(0.0, 1.0, when={"a": range(10**6)}), r"got 1,000,000"),
    (lambda: Normal(0.0, 0.0), r"sd must be above 0"),
    (lambda: Normal(float("nan"), 1.0), r"mean must be a finite number"),
]


@pytest.mark.parametrize(("make", "words"), REFUSED)
def test_arguments_that_contradict_each_other_are_refused_in_words(make: Callable[[], Any], words: str) -> None:
    with pytest.raises(SpaceError, match=words):
        make()


def test_bounds_may_be_equal_and_make_a_parameter_with_one_value() -> None:
    assert Float(2.0, 2.0).levels == 1
    assert Int(3, 3, log=True).levels == 1
    assert Float(2.0, 2.0).fault(2.0) is None


def test_float_takes_ints_and_numpy_numbers_as_bounds() -> None:
    domain = Float(0, np.float32(1.0), step=np.float64(0.5))  # type: ignore[arg-type]  # NumPy floats are welcome
    assert (domain.low, domain.high, domain.step) == (0.0, 1.0, 0.5)
    assert type(domain.low) is type(domain.high) is float


def test_int_takes_numpy_ints_and_the_widest_bounds() -> None:
    assert type(Int(np.int64(1), 5).low) is int  # type: ignore[arg-type]  # NumPy ints are welcome
    assert Int(-(2**53), 2**53).levels == 2**54 + 1


def test_steps_are_the_decimals_a_person_would_type() -> None:
    domain = Float(0.0, 1.0, step=0.1)
    assert [domain.tick(i) for i in range(domain.levels)] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert domain.fault(0.3) is None
    assert domain.fault(0.1 + 0.2) == "expected a step of 0.1 from 0.0, got 0.30000000000000004; the nearest is 0.3"


def test_steps_that_are_no_short_decimals_still_end_inside_the_bounds() -> None:
    domain = Float(0.0, 1.0, step=1 / 3)
    assert domain.levels == 4
    assert domain.fault(domain.high) is None
    assert domain.tick(3) == domain.high


def test_tiny_and_huge_steps_are_exact_too() -> None:
    tiny = Float(1e-30, 3e-30, step=1e-30)
    assert [tiny.fault(tiny.tick(i)) for i in range(3)] == [None] * 3
    assert Float(0.0, 1e17, step=1e16).tick(7) == 7e16


@pytest.mark.parametrize(
    ("domain", "value", "words"),
    [
        (Float(0.0, 1.0), 1, "expected a float in [0.0, 1.0], got int 1"),
        (Float(0.0, 1.0), 1.5, "expected a float in [0.0, 1.0], got 1.5"),
        (Float(0.0, 1.0), float("nan"), "expected a float in [0.0, 1.0], got nan"),
        (Int(1, 9, step=2), 2, "expected a step of 2 from 1, got 2"),
        (Int(1, 9), 1.0, "expected an int in [1, 9], got float 1.0"),
        (Int(1, 9), True, "expected an int in [1, 9], got bool True"),
        (Int(1, 9), 10, "expected an int in [1, 9], got 10"),
        (Categorical(["a", None]), "b", "expected one of ['a', None], got str 'b'"),
        (Bool(), 1, "expected one of [False, True], got int 1; True is one, but a choice must have the same type"),
    ],
)
def test_a_value_outside_is_explained(domain: Domain, value: Any, words: str) -> None:
    assert domain.fault(value) == words


def test_choices_are_equal_only_in_type_and_value() -> None:
    assert Categorical([1]) != Categorical([1.0])
    assert Categorical([1]) != Categorical([True])
    assert Categorical([(1,)]) != Categorical([[1]])
    assert Categorical([1, 1.0, True]).levels == 3
    assert Categorical([{"a": 1, "b": 2}]) == Categorical([{"b": 2, "a": 1}])
    assert Categorical(["a"]) != Ordinal(["a"])


def test_functions_and_classes_are_labelled_by_their_qualified_name() -> None:
    assert Categorical([int, pickle.dumps]).labels == ("builtins.int", "_pickle.dumps")


def test_labelled_choices_equal_what_is_read_back_by_label() -> None:
    assert Categorical({"relu": object(), "tanh": object()}) == Categorical([Label("relu"), Label("tanh")])


def test_adopt_makes_values_native() -> None:
    assert type(Float(0.0, 1.0).adopt(1)) is float
    assert type(Int(0, 3).adopt(np.int64(2))) is int
    assert Categorical([(1, 2)]).adopt((np.int64(1), 2)) == (1, 2)
    thing = object()
    assert Categorical({"thing": thing}).adopt(Label("thing")) is thing


@pytest.mark.parametrize(
    "domain",
    [
        Float(1e-5, 0.1, log=True, default=1e-3, prior=Normal(1e-3, 1.0)),
        Float(0.0, 1.0, step=0.25, when={"a": "b"}),
        Int(1, 64, log=True, when={"a": ["b", None]}),
        Int(2, 10, step=2),
        Categorical(["a", None, 1.5, (1, [2])], default=None, prior=[1, 2, 3, 4]),
        Ordinal([1, 2, 4], when={"a": [(1, 2)]}),
        Bool(default=True, prior=[1.0, 3.0]),
        Constant({"a": [1]}),
    ],
)
def test_the_repr_is_python_that_makes_an_equal_domain(domain: Domain) -> None:
    assert eval(repr(domain), dict(globals())) == domain
    assert pickle.loads(pickle.dumps(domain)) == domain
    assert hash(domain) == hash(eval(repr(domain), dict(globals())))


@pytest.mark.parametrize("domain", [Float(0.0, 1.0), Int(0, 1), Categorical(["a"]), Constant(1)])
def test_domains_are_frozen(domain: Domain) -> None:
    with pytest.raises(AttributeError):
        setattr(domain, "when", {"a": ("b",)})  # noqa: B010  # the type checker refuses the plain form


def test_a_default_of_none_is_a_default() -> None:
    assert Categorical(["a", None], default=None).default is None
    assert Categorical(["a", None]).default is UNSET


def test_sets_of_alternatives_are_read_in_a_fixed_order() -> None:
    assert Float(0.0, 1.0, when={"a": {"z", "b", "c"}}).when == {"a": ("b", "c", "z")}


def test_containers_that_json_cannot_hold_are_choices_too() -> None:
    thing = object()
    domain = Categorical({"weights": {0: 1, 1: [2]}, "others": {0: 1, 1: [3]}, "steps": [("a", thing)]})
    assert [domain.code(domain.value(place)) for place in range(3)] == [0, 1, 2]
    domain.value(0)[1].append(9)
    assert domain.value(0) == {0: 1, 1: [2]}
    assert domain.value(2)[0][1] is thing
    assert math.isnan(domain.code({0: 1, 1: [4]}))
