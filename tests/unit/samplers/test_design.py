"""The start: its length, its first point, its balance."""

import pytest

from ayar.samplers.design import LENGTH, active_parameters, sequence, start_length
from ayar.space.domains import Bool, Categorical, Float, Int
from ayar.space.prior import Normal
from ayar.space.space import Space

TREE = Space({"kind": Categorical(["a", "b", "c"]), "x": Float(0, 1), "y": Float(0, 1, when={"kind": "a"})})


@pytest.mark.parametrize(
    ("parameters", "budget", "wanted"), [(1, None, 4), (6, None, 5), (40, None, 8), (6, 20, 4), (6, 3, 1)]
)
def test_length_grows_with_the_parameters_and_is_at_most_a_fifth_of_the_budget(
    parameters: int, budget: int | None, wanted: int
) -> None:
    space = Space({f"x{i}": Float(0, 1) for i in range(parameters)})
    assert start_length(space, float(parameters), budget) == wanted


def test_length_lets_every_branch_be_tried_twice() -> None:
    assert start_length(TREE, active_parameters(TREE), None) == 6


def test_active_parameters_are_counted_over_the_whole_space() -> None:
    assert active_parameters(TREE) == pytest.approx(2 + 1 / 3, abs=0.01)
    assert active_parameters(Space({"x": Float(0, 1)})) == 1.0


def test_choices_without_default_start_at_the_first_and_numbers_in_the_middle() -> None:
    space = Space({"k": Categorical(["a", "b"]), "flag": Bool(), "n": Int(0, 10), "lr": Float(1e-4, 1, log=True)})
    first = sequence(space, 0)
    params = space.codec.decode(first.X[:1], first.A[:1])[0]
    assert params["k"] == "a"
    assert params["flag"] is False
    assert params["n"] == 5
    assert params["lr"] == pytest.approx(1e-2)


def test_a_belief_decides_the_first_point_where_no_default_does() -> None:
    space = Space(
        {
            "x": Float(0, 1, prior=Normal(0.2, 0.1)),
            "k": Categorical(["a", "b"], prior=[1, 3]),
            "y": Float(0, 1, default=0.9, prior=Normal(0.2, 0.1)),
        }
    )
    first = sequence(space, 0)
    assert space.codec.decode(first.X[:1], first.A[:1])[0] == {"x": pytest.approx(0.2), "k": "b", "y": 0.9}


def test_categories_are_dealt_evenly() -> None:
    points = sequence(TREE, 3)
    kinds = points.X[1:, 0]
    for start in range(0, 30, 3):
        assert sorted(kinds[start : start + 3]) == [0.0, 1.0, 2.0]


def test_sequence_depends_on_the_seed_alone() -> None:
    assert sequence(TREE, 1).U.tolist() == sequence(TREE, 1).U.tolist()
    assert sequence(TREE, 1).U.tolist() != sequence(TREE, 2).U.tolist()


def test_infeasible_points_are_left_out() -> None:
    space = Space({"a": Float(0, 1), "b": Float(0, 1)}, constraints=["a + b <= 0.8"])
    points = sequence(space, 0)
    assert (points.X.sum(axis=1) <= 0.8).all()
    assert len(points) < LENGTH
