"""Parts of a search, from dicts, lists of dicts and pairs."""

import pytest

from ayar import Categorical, Float, Space
from ayar.base.errors import ArgumentError, SpaceError
from ayar.integrations.sklearn.parts import WHICH, parts_of


def test_a_space_is_taken_as_it_is() -> None:
    space = Space({"C": (0.1, 1.0)}, constraints=["C <= 0.5"])
    assert [(part.space, part.n_iter) for part in parts_of(space, 7)] == [(space, 7)]


@pytest.mark.parity("SK1")
def test_pairs_are_parts_of_their_own_length() -> None:
    parts = parts_of([({"C": (0.1, 1.0)}, 3), {"C": (1.0, 9.0)}], 7)
    assert [part.n_iter for part in parts] == [3, 7]


@pytest.mark.parity("SK1")
def test_a_list_of_dicts_is_one_part_or_one_for_each() -> None:
    dicts = [{"kernel": ["rbf"], "C": (0.1, 1.0)}, {"kernel": ["linear"], "C": (0.1, 1.0)}]
    assert len(parts_of(dicts, 7, each=True)) == 2
    (part,) = parts_of(dicts, 7)
    assert part.space.names == (WHICH, "kernel (0)", "C", "kernel (1)")
    assert part.candidate({WHICH: 1, "kernel (1)": "linear", "C": 0.5}) == {"kernel": "linear", "C": 0.5}


def test_every_candidate_of_a_union_belongs_to_one_dict() -> None:
    dicts = [
        {"m": ["svm", "knn"], "C": Float(0.1, 1.0, when={"m": "svm"}), "n": Categorical([1, 2], when={"m": "knn"})},
        {"m": ["tree"], "n": (5, 9)},
    ]
    (part,) = parts_of(dicts, 7)
    held = [{"m", "C"}, {"m", "n"}]
    for params in part.space.fix({}).grid(points=2):
        candidate = part.candidate(params)
        assert candidate.keys() in held
        assert (candidate["m"] == "tree") == (params[WHICH] == 1)
        assert ("C" in candidate) == (candidate["m"] == "svm")


@pytest.mark.parametrize("given", [[], 3, "C", [3], [({"C": (0.1, 1.0)}, 3, 4)]])
def test_what_is_no_dict_is_refused(given: object) -> None:
    with pytest.raises(SpaceError, match="expected a dict of parameters"):
        parts_of(given, 7)


@pytest.mark.parametrize("n", [0, -1, 2.5, True])
def test_a_part_has_a_positive_number_of_candidates(n: object) -> None:
    with pytest.raises(ArgumentError, match="whole number of candidates >= 1"):
        parts_of([({"C": (0.1, 1.0)}, n)], 7)
