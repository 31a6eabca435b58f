from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar.base.errors import ArgumentError, SpaceError, StudyChanged
from ayar.cli.choices import DEFAULT_STORAGE
from ayar.cli.plan import plan_of, stored_fold
from ayar.cli.script import Script
from ayar.trial.goal import Goal


class Scored:
    direction = "maximize"

    def __call__(self, trial: Any) -> float:
        return 0.0


def script_of(objective: Any = len, **settings: Any) -> Script:
    return Script(Path("svm.py"), objective, {"space": {"x": (0.0, 1.0)}, **settings})


def test_a_file_without_settings_gets_name_store_and_processes() -> None:
    plan = plan_of(script_of(), {"max_trials": 5, "seed": None})
    assert (plan.name, plan.storage) == ("svm", DEFAULT_STORAGE)
    assert plan.run == {"workers": 1, "executor": "processes"}
    assert plan.settings == {"max_trials": 5}


def test_options_go_before_the_file() -> None:
    script = script_of(max_trials=5, workers=2, name="a", storage="sqlite:///a.db", repeats="allow")
    plan = plan_of(script, {"max_trials": 9, "name": "b", "storage": "sqlite:///b.db", "trial_timeout": 3.0})
    assert (plan.name, plan.storage, plan.workers) == ("b", "sqlite:///b.db", 2)
    assert plan.settings == {"max_trials": 9, "repeats": "allow"}
    assert plan.run["trial_timeout"] == 3.0


def test_goals_come_from_the_file_or_from_the_objective() -> None:
    assert plan_of(script_of(Scored(), max_trials=1), {}).goals == (Goal("value", "maximize"),)
    assert plan_of(script_of(direction="maximize", max_trials=1), {}).goals == (Goal("value", "maximize"),)
    assert plan_of(script_of(goals={"loss": "minimize"}, max_trials=1), {}).goals == (Goal("loss"),)


def test_goals_against_the_objectives_own_direction_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"expected one goal, to maximize, .* got minimize value; leave out"):
        plan_of(script_of(Scored(), direction="minimize", max_trials=1), {})


def test_no_budget_anywhere_is_refused_with_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"expected a budget, got none; give --max-trials 100 or --max-seconds 1h"):
        plan_of(script_of(storage=str(tmp_path / "a.db")), {})
    assert list(tmp_path.iterdir()) == []


def test_the_budget_of_the_stored_study_will_do(tmp_path: Path) -> None:
    storage = str(tmp_path / "a.db")
    ayar.create_study({"x": (0.0, 1.0)}, storage=storage, name="svm", max_trials=3)
    assert plan_of(script_of(storage=storage), {}).settings == {}


def test_a_space_that_contradicts_itself_is_refused_before_anything_is_written() -> None:
    with pytest.raises(SpaceError, match=r"low <= high"):
        plan_of(Script(Path("svm.py"), len, {"space": {"x": (1.0, 0.0)}, "max_trials": 1}), {})


def test_the_stored_study_is_seen_and_a_changed_space_too(tmp_path: Path) -> None:
    storage = str(tmp_path / "a.db")
    assert stored_fold(plan_of(script_of(storage=storage, max_trials=3), {})) is None
    ayar.create_study({"x": (0.0, 1.0)}, storage=storage, name="svm")
    same = stored_fold(plan_of(script_of(storage=storage, max_trials=3), {}))
    assert same is not None
    assert same.setup.name == "svm"
    other = script_of(storage=storage, max_trials=3, space={"x": (0.0, 2.0)})
    with pytest.raises(StudyChanged, match=r"x: Float\(0\.0, 1\.0\) -> Float\(0\.0, 2\.0\)"):
        stored_fold(plan_of(other, {}))
