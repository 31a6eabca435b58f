"""Union spaces of define-by-run studies."""

import pytest

from ayar.base.errors import SpaceError
from ayar.space.domains import Categorical, Domain, Float, Int, Ordinal
from ayar.space.space import Space
from ayar.space.union import join


def test_a_new_name_is_added_at_the_end() -> None:
    space = join(Space({"a": (0, 1)}), "b", Float(0.0, 1.0))
    assert space.names == ("a", "b")


@pytest.mark.parametrize(
    ("known", "domain", "hull"),
    [
        (Float(0.0, 1.0), Float(0.5, 2.0), Float(0.0, 2.0)),
        (Float(0.1, 1.0, log=True), Float(0.01, 0.5, log=True), Float(0.01, 1.0, log=True)),
        (Float(0.0, 1.0, step=0.25), Float(0.5, 2.0, step=0.25), Float(0.0, 2.0, step=0.25)),
        (Float(0.0, 1.0, step=0.01), Float(0.57, 2.0, step=0.01), Float(0.0, 2.0, step=0.01)),
        (Float(0.0, 1.0, step=0.25), Float(0.1, 1.1, step=0.25), Float(0.0, 1.1)),
        (Float(0.0, 1.0, step=0.25), Float(0.0, 1.0, step=0.5), Float(0.0, 1.0)),
        (Int(1, 5), Int(3, 9), Int(1, 9)),
        (Int(0, 4, step=2), Int(2, 8, step=2), Int(0, 8, step=2)),
        (Int(0, 4, step=2), Int(1, 9, step=2), Int(0, 9)),
    ],
)
def test_numbers_get_the_hull_of_both_ranges(known: Domain, domain: Domain, hull: Domain) -> None:
    assert join(Space({"a": known}), "a", domain).params["a"] == hull


@pytest.mark.parametrize(
    ("known", "domain"),
    [
        (Float(0.0, 2.0), Float(0.5, 1.0)),
        (Float(0.0, 2.0, default=1.0), Float(0.0, 2.0)),
        (Int(0, 8, step=2), Int(2, 4, step=2)),
        (Categorical(["a", "b"]), Categorical(["a", "b"])),
    ],
)
def test_nothing_is_made_anew_when_nothing_changes(known: Domain, domain: Domain) -> None:
    space = Space({"a": known})
    assert join(space, "a", domain) is space


@pytest.mark.parametrize(
    ("known", "domain"),
    [
        (Float(0.1, 1.0), Float(0.1, 1.0, log=True)),
        (Float(0.0, 1.0), Int(0, 1)),
        (Categorical(["a"]), Categorical(["a", "b"])),
        (Categorical(["a"]), Ordinal(["a"])),
        (Categorical([1]), Int(1, 1)),
    ],
)
def test_what_cannot_be_one_parameter_is_refused_with_both_named(known: Domain, domain: Domain) -> None:
    with pytest.raises(SpaceError) as caught:
        join(Space({"a": known}), "a", domain)
    assert f"parameter 'a' was {known!r} in earlier trials and is {domain!r} now" in str(caught.value)
