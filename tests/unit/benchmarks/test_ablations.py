"""Arms against each other: what they replace is there, and comes back."""

from importlib import import_module
from typing import Any

import pytest
from benchmarks.ablations import replaced, show
from benchmarks.arms import ARMS
from benchmarks.planted import TASKS

CHANGES: dict[str, Any] = {
    name: value
    for changes in (*ARMS.values(), *(task.without for task in TASKS.values()))
    for name, value in changes.items()
    if ":" in name
}


def found(name: str) -> Any:
    module, _, path = name.partition(":")
    holder: Any = import_module(module)
    for part in path.split("."):
        holder = getattr(holder, part)
    return holder


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_what_an_arm_changes_is_changed_for_a_while(name: str) -> None:
    before = found(name)
    with replaced({name: CHANGES[name]}):
        assert found(name) != before
    assert found(name) == before


def test_a_name_that_is_not_there_is_no_arm() -> None:
    with pytest.raises(KeyError, match="_GONE"), replaced({"ayar.samplers.searching:_GONE": 1}):
        pass


def test_the_table_pairs_arms_on_what_both_have_run() -> None:
    runs = [
        {"arm": arm, "problem": problem, "seed": 0, "regret": {"10": regret}}
        for arm, problem, regret in [("base", "a", 0.2), ("base", "b", 0.4), ("ucb", "a", 0.1), ("base", "c", 9.0)]
    ]
    text = show(runs, ["base", "ucb"])
    assert text.startswith("1 problems, 1 runs an arm")
    assert "0.1000" in text
    assert "1/0/0" in text
    assert show(runs[:1], ["base", "ucb"]) == "no problem and seed that every arm has run"
