"""The front door: create, load, list, minimize, maximize."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar.base.errors import (
    ArgumentError,
    NotAStore,
    SpaceError,
    StoreNotWritable,
    StoreTooNew,
    StudyChanged,
    StudyExists,
    StudyNotFound,
    UnknownName,
)
from ayar.samplers.random_search import RandomSearch
from ayar.trial.state import State
from unit.study.studies import SPACE, kinds, study


def square(trial: Any) -> float:
    return float((trial["x"] - 0.3) ** 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.db"


# -- create --------------------------------------------------------------------------------------------------------


def test_a_seed_is_drawn_and_recorded(path: Path) -> None:
    made = ayar.create_study(SPACE, storage=path)
    assert ayar.load_study(path).setup.seed == made.setup.seed
    assert ayar.create_study(SPACE).setup.seed != made.setup.seed


def test_one_seed_gives_one_sequence() -> None:
    def sequence() -> list[dict[str, Any]]:
        made = study(seed=5)
        return [made.ask().params for _ in range(5)]

    assert sequence() == sequence()


def test_versions_are_recorded_with_the_study() -> None:
    created = study().fold.created
    assert created is not None
    assert {"ayar", "python", "numpy", "scipy"} <= set(created.versions)


def test_a_name_is_taken_once_and_the_error_says_how_to_go_on(path: Path) -> None:
    ayar.create_study(SPACE, storage=path, name="svm")
    with pytest.raises(
        StudyExists, match=r"'svm' exists already.*load_if_exists=True to go on with it, or another name="
    ):
        ayar.create_study(SPACE, storage=path, name="svm")


def test_a_study_is_loaded_if_it_exists(path: Path) -> None:
    first = ayar.create_study(SPACE, storage=path, seed=1)
    again = ayar.create_study(SPACE, storage=path, seed=2, load_if_exists=True)
    assert again.setup == first.setup
    assert ayar.list_studies(path) == ["study"]


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"name": ""}, ArgumentError, r"name: expected a text of 1 to 200 printable characters, got ''"),
        ({"name": "x" * 201}, ArgumentError, r"name: expected a text of 1 to 200"),
        ({"name": 3}, ArgumentError, r"name: .*got 3"),
        ({"name": "a\udcff"}, ArgumentError, r"name: .*printable"),
        ({"name": "a\x1b[2Jb"}, ArgumentError, r"name: .*printable"),
        ({"seed": 1.5}, ArgumentError, r"seed: expected a whole number of 64 bits or None, got 1\.5"),
        ({"seed": 2**63}, ArgumentError, r"seed: expected a whole number of 64 bits"),
        ({"sampler": "gpp"}, UnknownName, r"no sampler is called 'gpp'; did you mean 'gp'\?"),
        ({"sampler": object()}, ArgumentError, r"sampler: expected a name .*register your own by an entry point"),
        ({"max_trials": 10.5}, ArgumentError, r"max_trials: expected a whole number >= 0 or None, got 10\.5"),
        ({"direction": "min"}, ArgumentError, r"expected direction 'minimize' or 'maximize', got 'min'"),
        ({"constraints": ["latency"]}, ArgumentError, r"constraints: expected 'metric <= number'"),
        ({"retries": {"lost": "often"}}, ArgumentError, r"retries\['lost'\]: expected a whole number"),
        ({"storage": "postgre://x"}, UnknownName, r"no kind of store is called 'postgre'"),
    ],
)
def test_an_argument_that_makes_no_sense_creates_nothing(
    path: Path, settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ayar.create_study(SPACE, **({"storage": path} | settings))
    assert not path.exists()


def test_a_space_that_makes_no_sense_creates_nothing(path: Path) -> None:
    with pytest.raises(SpaceError):
        ayar.create_study({"x": (1.0, 0.0)}, storage=path)
    assert not path.exists()


# -- a changed space -----------------------------------------------------------------------------------------------


def test_a_changed_space_under_the_same_name_is_refused_with_its_difference(path: Path) -> None:
    ayar.create_study({"lr": (0.1, 1.0), "decay": [0, 1]}, storage=path)
    with pytest.raises(StudyChanged) as refused:
        ayar.create_study({"lr": (0.1, 2.0), "depth": (1, 3)}, storage=path, load_if_exists=True)
    assert str(refused.value) == (
        "study 'study': the space differs from the one it was created with (stored -> now):\n"
        "  lr: Float(0.1, 1.0) -> Float(0.1, 2.0)\n"
        "  - decay: Categorical([0, 1])\n"
        "  + depth: Int(1, 3)\n"
        "to go on in the new space with the trials there are:\n"
        f"  ayar.load_study('sqlite:///{path}', 'study').change_space(space, fill={{\"decay\": WHAT_IT_IS_FROM_NOW_ON, "
        '"depth": WHAT_EARLIER_TRIALS_HAD})\n'
        "or use another name= for the new space, or give the stored one"
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"direction": "maximize"}, r"goals differ.*\n.*minimize.* -> .*maximize.*\nuse another name="),
        ({"goals": {"loss": "minimize"}}, r"goals differ"),
        ({"constraints": ["m <= 1"]}, r"constraints differ"),
    ],
)
def test_changed_goals_are_refused(path: Path, settings: dict[str, Any], message: str) -> None:
    ayar.create_study(SPACE, storage=path)
    with pytest.raises(StudyChanged, match=message):
        ayar.create_study(SPACE, storage=path, load_if_exists=True, **settings)


def test_a_declared_study_is_not_taken_for_one_defined_by_run(path: Path) -> None:
    ayar.create_study(SPACE, storage=path)
    with pytest.raises(StudyChanged, match=r"has a declared space; give space=, or use another name="):
        ayar.create_study(storage=path, load_if_exists=True)


# -- load and list -------------------------------------------------------------------------------------------------


def test_the_only_study_needs_no_name(path: Path) -> None:
    ayar.create_study(SPACE, storage=path, name="svm")
    assert ayar.load_study(path).name == "svm"


@pytest.mark.parametrize(
    ("name", "message"),
    [(None, r"which study\? one, two"), ("tow", r"no study is called 'tow'; did you mean 'two'\?")],
)
def test_a_study_that_is_not_there_is_not_loaded(path: Path, name: str | None, message: str) -> None:
    for made in ("one", "two"):
        ayar.create_study(SPACE, storage=path, name=made)
    with pytest.raises(StudyNotFound, match=message):
        ayar.load_study(path, name)


def test_loading_makes_no_file(path: Path) -> None:
    with pytest.raises(StudyNotFound, match=r"expected a store at .*study\.db, found no such file"):
        ayar.load_study(f"sqlite:///{path}")
    assert ayar.list_studies(path) == []
    assert not path.exists()


def test_an_empty_store_says_so(path: Path) -> None:
    ayar.create_study(SPACE, storage=path, name="x").close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM event")
        database.execute("DELETE FROM study")
        database.commit()
    with pytest.raises(StudyNotFound, match=r"the store holds no study"):
        ayar.load_study(path)


def test_objects_of_the_space_come_back_when_it_is_given_again(path: Path) -> None:
    space = {"act": ayar.Categorical({"abs": abs, "len": len})}
    made = ayar.create_study(space, storage=path, sampler="random", seed=0)
    made.tell(made.ask(), 0.5)
    assert ayar.load_study(path, space=space).trials[0]["act"] in (abs, len)
    assert ayar.load_study(path).trials[0]["act"].text in ("abs", "len")


def test_what_is_no_store_is_refused(path: Path) -> None:
    path.write_text("hello, world, this is text")
    for act in (ayar.load_study, ayar.list_studies):
        with pytest.raises(NotAStore):
            act(path)
    with pytest.raises(NotAStore):
        ayar.create_study(SPACE, storage=path)


def test_a_store_of_a_newer_version_is_refused(path: Path) -> None:
    ayar.create_study(SPACE, storage=path).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version=2")
    with pytest.raises(StoreTooNew, match=r"Upgrade Ayar"):
        ayar.load_study(path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreNotWritable, match=r"expected a folder"):
        ayar.create_study(SPACE, storage=tmp_path / "no" / "study.db")


# -- minimize and maximize -----------------------------------------------------------------------------------------


def test_a_budget_is_needed() -> None:
    with pytest.raises(ArgumentError, match=r"expected a budget, got none; give max_trials=100 or max_seconds=3600"):
        ayar.minimize(square, SPACE)


def test_the_same_call_goes_on(path: Path) -> None:
    for budget in (3, 3, 5):
        made = ayar.minimize(square, SPACE, max_trials=budget, storage=path, sampler="random", seed=0)
    assert [trial.number for trial in made.trials] == [0, 1, 2, 3, 4]
    assert made.stopped == "budget"
    whole = ayar.minimize(square, SPACE, max_trials=5, sampler="random", seed=0)
    assert [trial.params for trial in made.trials] == [trial.params for trial in whole.trials]


@pytest.mark.parity("RT10")
def test_a_changed_budget_or_sampler_is_written_to_the_log(path: Path) -> None:
    ayar.minimize(square, SPACE, max_trials=2, storage=path, sampler="random", seed=0)
    made = ayar.minimize(square, SPACE, max_trials=4, storage=path, sampler="qmc", max_failures=3)
    [change] = [event.body for event in made.store.read(1, 0, 1000) if event.kind == "SettingsChanged"]
    assert change.changes == {"max_trials": 4, "max_failures": 3, "sampler": {"name": "qmc", "options": {}}}
    assert [trial.note["sampler"] for trial in made.trials] == ["random", "random", "qmc", "qmc"]


def test_the_same_settings_change_nothing(path: Path) -> None:
    for _ in range(2):
        made = ayar.minimize(square, SPACE, max_trials=2, storage=path, sampler=RandomSearch(), retries={"lost": 2})
    assert "SettingsChanged" not in kinds(made)


def test_a_smaller_budget_ends_the_study_where_it_is(path: Path) -> None:
    ayar.minimize(square, SPACE, max_trials=4, storage=path, sampler="random")
    made = ayar.minimize(square, SPACE, max_trials=2, storage=path)
    assert len(made.trials) == 4
    assert made.ended == "budget"


@pytest.mark.parity("G6")
@pytest.mark.parametrize("sampler", ["random", "qmc", "gp"])
def test_minimising_f_and_maximising_minus_f_propose_the_same(sampler: str) -> None:
    low = ayar.minimize(square, SPACE, max_trials=15, sampler=sampler, seed=0)
    high = ayar.maximize(lambda trial: -square(trial), SPACE, max_trials=15, sampler=sampler, seed=0)
    assert [trial.params for trial in low.trials] == [trial.params for trial in high.trials]


def test_an_interrupted_trial_is_resumed_by_the_same_call(path: Path) -> None:
    calls = []

    def interrupted(trial: Any) -> float:
        calls.append(trial.number)
        if calls == [0, 1]:
            raise KeyboardInterrupt
        return square(trial)

    made = ayar.minimize(interrupted, SPACE, max_trials=3, storage=path, sampler="random", seed=0)
    assert (made.ended, made.trials[1].state) == ("interrupted", State.WAITING)
    made = ayar.minimize(interrupted, SPACE, max_trials=3, storage=path, sampler="random", seed=0)
    assert (calls, made.ended, made.trials[1].attempts) == ([0, 1, 1, 2], "budget", 2)


# -- slips of the hand ---------------------------------------------------------------------------------------------


def zero(trial: Any) -> float:
    """An objective that is never reached."""
    raise AssertionError(trial)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"n_trials": 4}, r"no setting is called 'n_trials'; did you mean 'max_trials'\?"),
        ({"max_trial": 4}, r"no setting is called 'max_trial'; did you mean 'max_trials'\?"),
        ({"max_trials": 4, "samplr": "gp"}, r"no setting is called 'samplr'; did you mean 'sampler'\?"),
        ({"max_trials": 4, "workers": "2"}, r"expected workers >= 1, or -1 for one a core, got '2'"),
        ({"max_trials": 4, "workers": 1.5}, r"expected workers >= 1, or -1 for one a core, got 1\.5"),
        ({"max_trials": 4, "trial_timeout": "1m"}, r"trial_timeout: expected seconds > 0 or None, got '1m'"),
        ({"max_trials": 4, "trial_memory": "1GB"}, r"trial_memory: expected bytes > 0 or None, got '1GB'"),
        ({"max_trials": 4, "trial_threads": 0}, r"trial_threads: expected threads >= 1 or None, got 0"),
        ({"max_trials": 4, "executor": "procs"}, r"no executor is called 'procs'"),
        ({"max_trials": 4, "retries": 3}, r"retries: expected kind of failure -> count"),
        ({"max_trials": 4, "storage": 5}, r"storage: expected 'sqlite:///FILE', a path, or None, got 5"),
        ({"max_trials": 4, "storage": "sqlite:///:memory:"}, r"for a study in memory leave storage out"),
        ({"max_trials": 4, "constraints": "lat <= 3"}, r"constraints: expected a list, such as"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_before_anything_runs(given: dict[str, Any], words: str) -> None:
    with pytest.raises((ArgumentError, UnknownName), match=words):
        ayar.minimize(zero, SPACE, **given)


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        (5, r"objective: expected a function of one argument.*got int 5"),
        (None, r"objective: expected a function of one argument.*got NoneType None"),
        (lambda: 1.0, r"objective: expected a function of one argument, the trial, got <lambda>\(\)"),
    ],
)
def test_what_is_no_objective_is_refused_before_the_first_trial(objective: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        ayar.minimize(objective, SPACE, max_trials=4)


def test_maximize_takes_no_direction() -> None:
    with pytest.raises(ArgumentError, match=r"maximize: direction= is set by the name"):
        ayar.maximize(zero, SPACE, max_trials=4, direction="minimize")


def test_a_space_without_a_parameter_is_refused() -> None:
    with pytest.raises(SpaceError, match=r"expected at least one parameter, got none"):
        ayar.minimize(zero, {}, max_trials=4)


def test_a_wrong_public_name_gets_a_hint() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'minimise'; did you mean 'minimize'\?"):
        ayar.minimise  # noqa: B018
