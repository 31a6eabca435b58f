"""Samplers as a study records them."""

from dataclasses import dataclass

import pytest

from ayar.base.errors import ArgumentError, UnknownName
from ayar.samplers import SAMPLERS
from ayar.samplers.grid import GridSearch
from ayar.samplers.random_search import RandomSearch
from ayar.study.plugin import plugin_of
from ayar.trial.events import Plugin


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_a_name_of_the_table_is_taken(name: str) -> None:
    assert plugin_of(name) == Plugin(name)


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_an_object_is_known_by_its_class(name: str) -> None:
    assert plugin_of(SAMPLERS.get_class(name)()) == Plugin(name)


def test_options_that_differ_from_the_default_are_recorded() -> None:
    assert plugin_of(GridSearch(points=5)) == Plugin("grid", {"points": 5})


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownName, match=r"no sampler is called 'rnd'"):
        plugin_of("rnd")


def test_a_class_that_no_table_holds_is_refused() -> None:
    @dataclass(frozen=True)
    class Mine(RandomSearch):
        pass

    with pytest.raises(ArgumentError, match=r"register your own by an entry point of the group 'ayar\.samplers'"):
        plugin_of(Mine())
