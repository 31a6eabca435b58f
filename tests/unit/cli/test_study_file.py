"""Study files: keys, places, commands."""

from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar.base.errors import ArgumentError, SpaceError, UsageError
from ayar.cli.plan import plan_of_file
from ayar.cli.preview import dry_run
from ayar.cli.study_file import KEYS, load_study_file
from ayar.samplers.tpe import TPE
from ayar.space.domains import Categorical, Constant, Float, Int
from ayar.trial.goal import Constraint, Goal

WHOLE = """
name = "mnist"
goals = { val_loss = "minimize" }
constraints = ["size <= 10"]
command = ["sh", "train.sh", "--lr={lr}", "--batch={batch}", "{args}", "--out={trial_dir}"]
max_trials = 100
max_seconds = "8h"
max_failures = 0.25
workers = 4
seed = 7
retries = { lost = 3 }
repeats = "allow"
storage = "sqlite:///STORE"
trials_dir = "runs"
sampler = { name = "tpe" }
rules = ["batch * depth <= 200", { opt = "sgd", batch = 64 }]

[space]
lr = { low = 1e-5, high = 1e-1, log = true }
batch = [16, 32, 64]
depth = { low = 1, high = 8 }
opt = ["sgd", "adam"]
momentum = { low = 0.0, high = 0.99, when = { opt = "sgd" } }
size = 3

[trial]
timeout = "30m"
memory = "8GB"
threads = 2
"""
LEAST = 'command = ["sh", "-c", "true", "{args}"]\nmax_trials = 3\n'
SPACE = "[space]\nx = { low = 0.0, high = 1.0 }\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "study.toml"


def refusal(file: Path, text: str, kind: type[UsageError] = ArgumentError) -> str:
    file.write_text(text)
    with pytest.raises(kind) as raised:
        load_study_file(file)
    message = str(raised.value)
    assert message.startswith(f"{file}: ")
    return message.removeprefix(f"{file}: ")


@pytest.mark.parity("PX3")
def test_everything_stands_in_one_file(file: Path, tmp_path: Path) -> None:
    file.write_text(WHOLE.replace("STORE", str(tmp_path / "a.db")))
    plan = plan_of_file(file, {"max_trials": None})
    assert (plan.name, plan.goals, plan.workers) == ("mnist", (Goal("val_loss"),), 4)
    assert plan.settings["constraints"] == (Constraint("size", high=10.0),)
    assert (plan.settings["max_trials"], plan.settings["max_seconds"]) == (100, 28800.0)
    assert isinstance(plan.settings["sampler"], TPE)
    assert plan.run == {
        "workers": 4,
        "executor": "command",
        "trial_timeout": 1800.0,
        "trial_memory": 8 * 2**30,
        "trial_threads": 2,
    }
    assert plan.space is not None
    assert dict(plan.space.params) == {
        "lr": Float(1e-5, 0.1, log=True),
        "batch": Categorical([16, 32, 64]),
        "depth": Int(1, 8),
        "opt": Categorical(["sgd", "adam"]),
        "momentum": Float(0.0, 0.99, when={"opt": "sgd"}),
        "size": Constant(3),
    }
    assert len(plan.space.rules) == 2
    assert (plan.objective.goals, plan.objective.metrics) == (("val_loss",), ("size",))
    assert (plan.objective.cwd, plan.objective.folder) == (tmp_path, tmp_path / "runs" / "mnist")


def test_options_go_before_the_file_and_name_its_folder(file: Path, tmp_path: Path) -> None:
    file.write_text(LEAST + SPACE)
    plan = plan_of_file(file, {"name": "../a b", "max_trials": 9, "trial_timeout": 2.0})
    assert (plan.settings["max_trials"], plan.run["trial_timeout"]) == (9, 2.0)
    assert plan.objective.folder == tmp_path / "ayar-trials" / "..%2Fa b"
    assert plan_of_file(file, {"name": ".."}).objective.folder == tmp_path / "ayar-trials" / "%2E%2E"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max_trails = 3\n", "$.max_trails: no such key; did you mean 'max_trials'?"),
        ('executor = "inline"\n', "$.executor: no such key"),
        ('[trial]\ntimeot = "3m"\n', "$.trial.timeot: no such key; did you mean 'timeout'?"),
        ("trial = 3\n", '$.trial: expected a table such as [trial] timeout = "30m", got 3'),
        (
            '[trial]\ntimeout = "half an hour"\n',
            "$.trial.timeout: expected a duration such as 90, 30m or 8h, got 'half an hour'",
        ),
        ('[trial]\nmemory = "8XB"\n', "$.trial.memory: expected a size such as 512MB or 8GB, got '8XB'"),
        ('max_seconds = "8 parsecs"\n', "$.max_seconds: expected a duration such as"),
        ('workers = "4"\n', "expected $.workers to be int, got str '4'"),
        ("max_trials = true\n", "expected $.max_trials to be int, got bool True"),
        ("trials_dir = 3\n", "$.trials_dir: expected the path of a folder, got 3"),
        ('constraints = ["size < 3"]\n', "$.constraints: constraints: expected 'metric <= number'"),
        ('goals = { loss = "minimise" }\n', "$.goals: goal 'loss': expected direction 'minimize' or 'maximize'"),
        ("goals = { loss = { way = 1 } }\n", "$.goals: loss: expected direction and threshold, got ['way']"),
        ('sampler = { name = "tpe", starts = 3 }\n', "$.sampler: the sampler 'tpe' has no option 'starts'"),
        ('sampler = { name = "tpp" }\n', "$.sampler: no sampler is called 'tpp'; did you mean 'tpe'?"),
        ("sampler = { n = 3 }\n", '$.sampler: expected a name, such as "auto"'),
        ('rules = "a <= b"\n', "$.rules: expected a list such as"),
        ('direction = "minimize"\ngoals = { a = "minimize" }\n', "expected direction= or goals=, got both"),
        (
            'trial_timeout = 3\n[trial]\ntimeout = "3m"\n',
            "$.trial.timeout and $.trial_timeout mean the same; leave one out",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(file: Path, text: str, message: str) -> None:
    least = LEAST.replace("max_trials = 3\n", "") if "max_tr" in text else LEAST
    keys, table, rest = text.partition("[trial]")
    assert refusal(file, keys + least + SPACE + table + rest).startswith(message)


def test_the_space_is_refused_with_its_place(file: Path) -> None:
    text = LEAST + "[space]\nlr = { low = 0.0, high = 1.0, lag = true }\n"
    assert refusal(file, text, SpaceError) == "$.space.lr: unknown key 'lag' for float; did you mean 'log'?"
    assert refusal(file, LEAST + "[space]\n", SpaceError).startswith("$.space: expected at least one parameter")
    text = 'rules = ["x <= y"]\n' + LEAST + SPACE
    assert "'y'" in refusal(file, text, SpaceError)


def test_what_is_needed_is_asked_for_with_an_example(file: Path) -> None:
    message = refusal(file, SPACE)
    assert message.startswith("expected the key 'command', found none; write for example\n  command = [")
    message = refusal(file, SPACE + LEAST)
    assert "found none (it stands in [space]; what belongs to no table goes before the first one)" in message
    assert "expected the key 'space', found none; write for example\n  [space]\n" in refusal(file, LEAST)


def test_a_command_as_text_is_refused_with_the_list(file: Path) -> None:
    message = refusal(file, "command = \"python train.py --name 'a b'\"\n" + SPACE)
    assert message.endswith('no shell reads it, so write\n  command = ["python", "train.py", "--name", "a b"]')


def test_a_command_that_does_not_fit_the_space_is_refused(file: Path) -> None:
    text = 'command = ["sh", "{y}"]\n' + SPACE
    assert "no parameter is called 'y'" in refusal(file, text)


def test_a_program_that_is_not_there_is_refused_before_the_first_trial(file: Path) -> None:
    (file.parent / "train.sh").write_text("echo\n")
    for program, message in (
        ("no-such-program", "no program is called 'no-such-program' on this machine's PATH"),
        ("train.sh", "on this machine's PATH; for the file beside it write ./train.sh"),
        ("./trian.sh", f"expected a program at ./trian.sh, seen from {file.parent}, found none"),
        ("./train.sh", "./train.sh may not be run; write: chmod +x ./train.sh"),
    ):
        assert message in refusal(file, f'command = ["{program}"]\n' + SPACE)


def test_goals_may_have_thresholds(file: Path) -> None:
    goals = 'goals = { loss = { threshold = 0.5 }, acc = { direction = "maximize" } }\n'
    file.write_text(goals + LEAST + SPACE)
    assert load_study_file(file).settings["goals"] == (Goal("loss", threshold=0.5), Goal("acc", "maximize"))


def test_a_forgotten_parameter_is_noted(file: Path) -> None:
    file.write_text('command = ["sh", "{x}"]\n[space]\nx = [1, 2]\ny = [3, 4]\n')
    [note] = load_study_file(file).notes
    assert note == f"{file}: the command does not name y; it is in $AYAR_PARAMS too"


def test_keys_are_arguments_of_the_python_call() -> None:
    import inspect

    from ayar.study.study import Study

    own = {"command", "rules", "trials_dir", "trial"}
    arguments: set[str] = {*inspect.signature(ayar.create_study).parameters}
    assert set(KEYS) - own <= arguments | {*inspect.signature(Study.optimize).parameters}


def test_a_dry_run_prints_the_first_commands(file: Path, tmp_path: Path) -> None:
    file.write_text(f'storage = "{tmp_path}/a.db"\nseed = 1\nsampler = "random"\n' + LEAST + SPACE)
    lines = dry_run(plan_of_file(file, {})).splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("commands"))
    assert lines[first].startswith("commands sh -c true --x=0.")
    assert len(lines) == first + 3
    assert f"in       {tmp_path}" in lines
    assert sorted(path.name for path in tmp_path.iterdir()) == ["study.toml"]


def test_a_python_file_is_read_as_before(tmp_path: Path) -> None:
    file = tmp_path / "svm_any.py"
    file.write_text("space = {'x': (0.0, 1.0)}\nmax_trials = 3\ndef objective(trial):\n    return trial['x']\n")
    plan: Any = plan_of_file(file, {})
    assert plan.run["executor"] == "processes"
    (tmp_path / "svm.json").write_text("")
    with pytest.raises(ArgumentError, match=r"expected a Python file \(.py\) or a study file \(.toml, .yaml\), got"):
        plan_of_file(tmp_path / "svm.json", {})
