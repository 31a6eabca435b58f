"""`ayar tune FILE --rerun N` in words."""

from contextlib import closing
from pathlib import Path

import pytest

import ayar
from ayar.base.errors import StudyNotFound
from ayar.cli.exits import Exit
from ayar.cli.plan import Plan, plan_of_file
from ayar.cli.rerun import run_again
from ayar.cli.talk import Talk

TALK = Talk(quiet=False, verbose=False)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    file = tmp_path / "study.toml"
    file.write_text(
        f'storage = "{tmp_path}/a.db"\nmax_trials = 2\nseed = 1\nsampler = "random"\ngoals = {{ loss = "minimize" }}\n'
        f'command = ["sh", "train.sh", "{{x}}"]\n[space]\nx = {{ low = 0.0, high = 1.0 }}\n'
    )
    (tmp_path / "train.sh").write_text("echo loss=$1\n")
    return plan_of_file(file, {})


def run(plan: Plan) -> float:
    with closing(ayar.create_study(storage=plan.storage, **plan.arguments)) as study:
        study.optimize(plan.objective, **plan.run)
        return study.trials[1].values[0]


def head(plan: Plan) -> int:
    with closing(ayar.load_study(plan.storage, plan.name)) as study:
        return study.fold.head


@pytest.mark.parity("N15")
def test_the_value_stands_beside_the_stored_one(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    value = run(plan)
    before = head(plan)
    assert run_again(plan, 1, TALK) is Exit.DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "trial 1 of study 'study', run again outside its count"
    assert lines[1].split() == ["stored", "again"]
    assert lines[2].split() == ["state", "complete", "complete"]
    assert lines[3].split() == ["loss", repr(value), repr(value)]
    assert len(lines) == 4
    assert head(plan) == before
    assert (plan.objective.folder / "trial-0001" / "rerun" / "command.txt").exists()


def test_another_value_is_a_difference(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    run(plan)
    (plan.file.parent / "train.sh").write_text("echo loss=7\n")
    assert run_again(plan, 1, TALK) is Exit.FAILURES
    out = capsys.readouterr().out
    assert "7.0" in out
    assert "nothing known of the environment does; is everything random in the objective made from" in out


def test_a_failure_is_told_with_its_words(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    run(plan)
    (plan.file.parent / "train.sh").write_text("echo no data >&2; exit 3\n")
    assert run_again(plan, 0, TALK) is Exit.FAILURES
    out = capsys.readouterr().out
    assert "state  complete" in out
    assert "exit code 3, and no result: no data" in out


def test_without_a_study_there_is_nothing_to_run_again(plan: Plan) -> None:
    with pytest.raises(StudyNotFound, match=r"expected a study 'study' in .*, found none; --rerun needs its trials"):
        run_again(plan, 0, TALK)
