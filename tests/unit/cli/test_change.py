"""`ayar change`, called as a function: what it writes, what it prints, what it refuses."""

from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar import Float, Space
from ayar.base.errors import ArgumentError, SpaceError, StudyChanged
from ayar.cli.accepting import meet_space
from ayar.cli.change import Wishes, change
from ayar.cli.changes import change_lines
from ayar.cli.exits import Exit
from ayar.cli.plan import plan_of
from ayar.cli.script import Script
from ayar.cli.show import study_text
from ayar.cli.talk import Talk
from ayar.study.environment import author
from ayar.study.study import Study
from ayar.trial.state import State

SPACE: dict[str, Any] = {"lr": Float(1e-4, 1e-1, log=True), "opt": ["sgd", "adam"], "m": (0.0, 1.0)}


@pytest.fixture
def storage(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/s.db"
    study = ayar.create_study(SPACE, storage=address, sampler="random", seed=0, max_trials=3)
    study.add({"lr": 1e-3, "opt": "adam", "m": 0.5}, 0.25)
    study.close()
    return address


def opened(storage: str) -> Study:
    return ayar.load_study(storage)


@pytest.mark.parity("N7")
def test_all_edits_of_the_space_are_one_event_and_are_printed(storage: str, capsys: pytest.CaptureFixture[str]) -> None:
    wishes = Wishes(
        widen=("lr=1e-6:1",), narrow=("m=0.25:0.75",), add_choice=("opt=lion",), retire_choice=("opt=sgd",),
        rename=("opt=optimizer",), why="more room",
    )  # fmt: skip
    assert change(storage, None, wishes, Talk()) is Exit.DONE
    assert capsys.readouterr().out.splitlines() == [
        f"study 'study' in {storage}",
        "  lr: Float(0.0001, 0.1, log=True) -> Float(1e-06, 1.0, log=True)",
        "  optimizer: Categorical(['sgd', 'adam']) -> Categorical(['adam', 'lion'])",
        "  m: Float(0.0, 1.0) -> Float(0.25, 0.75)",
        "  opt is called optimizer now",
        "  lr widened to Float(1e-06, 1.0, log=True)",
        "  optimizer may be 'lion' too",
        "  optimizer may no longer be 'sgd'",
        "  m narrowed to Float(0.25, 0.75)",
    ]
    study = opened(storage)
    assert study.space == Space({"lr": Float(1e-6, 1.0, log=True), "optimizer": ["adam", "lion"], "m": (0.25, 0.75)})
    assert study.best.params == {"lr": 1e-3, "optimizer": "adam", "m": 0.5}
    (line,) = change_lines(study.fold)
    assert line.split(" UTC ")[1].startswith(f"by {author('')}: opt is called optimizer now; lr widened")
    assert line.endswith("(more room)")
    assert "changes   " in study_text(study.fold, storage)


def test_a_parameter_is_retired_at_a_value_or_at_any(storage: str) -> None:
    change(storage, None, Wishes(retire=("m=0.75",)), Talk())
    assert opened(storage).trials[0].outside == "m was 0.5, which is no longer what the objective uses"
    change(storage, None, Wishes(retire=("opt",)), Talk())
    assert opened(storage).space.names == ("lr",)


def test_a_parameter_is_added_with_what_the_objective_used_before(storage: str) -> None:
    wish = 'drop={"low": 0.0, "high": 0.5, "default": 0.1, "when": {"opt": "adam"}}'
    change(storage, None, Wishes(add=(wish,), rename=("opt=optimizer",)), Talk())
    study = opened(storage)
    assert study.space.params["drop"] == Float(0.0, 0.5, default=0.1, when={"optimizer": "adam"})
    assert study.trials[0].params == {"lr": 1e-3, "optimizer": "adam", "m": 0.5, "drop": 0.1}


def test_settings_queue_and_end(storage: str, capsys: pytest.CaptureFixture[str]) -> None:
    wishes = Wishes(
        {"max_trials": 9, "sampler": "qmc"}, enqueue=('{"lr": 0.01}', '{"lr": 0.02}'), cancel=(1,), why="more"
    )
    change(storage, None, wishes, Talk())
    change(storage, None, Wishes(stop=True, why="enough"), Talk())
    change(storage, None, Wishes(stop=True), Talk())
    change(storage, None, Wishes(reopen=True), Talk())
    change(storage, None, Wishes({"max_trials": 9}), Talk())
    assert [line.strip() for line in capsys.readouterr().out.splitlines() if not line.startswith("study ")] == [
        "sampler: random -> qmc",
        "max_trials: 3 -> 9",
        "trial 1 enqueued: {'lr': 0.01}",
        "trial 2 enqueued: {'lr': 0.02}",
        "trial 1 cancelled",
        "stopped: running trials finish, no further one starts",
        "ended already, by user",
        "open again",
        "settings as they were",
    ]
    study = opened(storage)
    assert study.counts() == {State.WAITING: 1, State.COMPLETE: 1, State.CANCELLED: 1}
    lines = [line.split(": ", 1)[1] for line in change_lines(study.fold)]
    assert lines == [
        "max_trials 3 -> 9; sampler random -> qmc (more)", "enough", "went on after user", "max_trials 9 -> 9",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wishes", "error", "words"),
    [
        (Wishes(), ArgumentError, r"expected something to change, such as --max-trials 200"),
        (Wishes(stop=True, reopen=True), ArgumentError, r"--stop or --reopen, got both"),
        (Wishes(widen=("lr",)), ArgumentError, r"--widen: expected NAME=LOW:HIGH such as lr=1e-6:1, got 'lr'"),
        (Wishes(narrow=("lr=a:b",)), ArgumentError, r"--narrow: expected NAME=LOW:HIGH"),
        (Wishes(rename=("lr",)), ArgumentError, r"--rename: expected OLD=NEW, got 'lr'"),
        (Wishes(add_choice=("opt",)), ArgumentError, r"--add-choice: expected NAME=VALUE, got 'opt'"),
        (Wishes(add_choice=("opt=sgd",)), SpaceError, r"'opt' may be 'sgd' already"),
        (Wishes(retire_choice=("opt=lion",)), SpaceError, r"'opt' cannot be 'lion'"),
        (Wishes(add=("drop",)), ArgumentError, r"--add: expected NAME=JSON, got 'drop'"),
        (Wishes(add=("m=[1, 2]",)), SpaceError, r"'m' is there already; it is Float"),
        (Wishes(add=("drop=[0.0, 0.5]",)), SpaceError, r"'drop' is new: give it a default, or fill="),
        (Wishes(add=('drop={"low": 0.0}',)), SpaceError, r"drop: float needs high"),
        (Wishes(retire=("x",)), SpaceError, r"no parameter is called 'x'"),
        (Wishes(enqueue=("3",)), SpaceError, r"--enqueue: expected a JSON object"),
        (Wishes(cancel=(0,)), ArgumentError, r"trial 0, which is complete; its outcome stands"),
    ],
)  # fmt: skip
def test_what_cannot_be_changes_nothing(storage: str, wishes: Wishes, error: type[Exception], words: str) -> None:
    head = opened(storage).fold.head
    with pytest.raises(error, match=words):
        change(storage, None, wishes, Talk())
    assert opened(storage).fold.head == head


def test_a_space_defined_by_run_is_not_changed_here(tmp_path: Path) -> None:
    ayar.create_study(storage=tmp_path / "s.db")
    with pytest.raises(ArgumentError, match=r"defines the space of this study by run"):
        change(str(tmp_path / "s.db"), None, Wishes(widen=("x=0:1",)), Talk())


def test_a_file_with_another_space_is_refused_with_the_option_that_accepts_it(
    storage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"space": {**SPACE, "m": (0.0, 2.0)}, "storage": storage, "name": "study", "max_trials": 3}
    plan = plan_of(Script(Path("svm.py"), len, settings), {})
    with pytest.raises(StudyChanged, match=r"(?s)m: Float.*change_space\(space\)\n.*--accept-space$"):
        meet_space(plan, Talk(), accept=False)
    meet_space(plan, Talk(), accept=True)
    assert "study 'study' changed:\n  m widened to Float(0.0, 2.0)" in capsys.readouterr().err
    assert opened(storage).space.params["m"] == Float(0.0, 2.0)
    meet_space(plan, Talk(), accept=False)


def test_what_only_the_user_can_say_is_asked_for(storage: str) -> None:
    settings = {"space": {**SPACE, "d": (0.0, 2.0)}, "storage": storage, "name": "study", "max_trials": 3}
    plan = plan_of(Script(Path("svm.py"), len, settings), {})
    with pytest.raises(StudyChanged, match=r'change_space\(space, fill=\{"d": WHAT_EARLIER_TRIALS_HAD\}\)\n[^-]*$'):
        meet_space(plan, Talk(), accept=False)
    with pytest.raises(SpaceError, match=r"'d' is new: give it a default, or fill="):
        meet_space(plan, Talk(), accept=True)
