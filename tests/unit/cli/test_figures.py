from dataclasses import replace

import pytest

from ayar.cli.figures import done_of, done_text, left_text, sparkline, time_text, trials_text
from ayar.study.progress import Progress
from ayar.testing.folds import fold_of
from ayar.trial.state import State

PROGRESS = Progress(
    name="svm",
    counts={State.COMPLETE: 35, State.FAILED: 2, State.RUNNING: 3},
    running=2,
    finished=17,
    target=80,
    elapsed=8.5,
    proposing=0.25,
    evaluating=41.0,
    waiting=3.0,
    eta=31.5,
)


def test_done_counts_the_whole_study_and_not_this_call() -> None:
    assert done_of(PROGRESS) == (37, 100)
    assert done_text(PROGRESS) == "37 of 100 trials"
    assert done_text(replace(PROGRESS, target=None)) == "37 trials"


def test_running_trials_are_those_of_this_call() -> None:
    assert trials_text(PROGRESS) == "35 complete, 2 failed, 2 running, 2 a second"


def test_time_is_split_in_three() -> None:
    assert time_text(PROGRESS) == "proposing 250 ms, evaluating 41 s, waiting 3 s"


def test_the_time_left_is_the_rates_or_the_budgets_whichever_is_less() -> None:
    free = fold_of({"x": (0.0, 1.0)}, [])
    tight = fold_of({"x": (0.0, 1.0)}, [], max_seconds=10.0)
    assert left_text(PROGRESS, free) == "about 32 s left"
    assert left_text(replace(PROGRESS, eta=None), free) == ""
    assert left_text(PROGRESS, tight).startswith("about ")
    assert left_text(PROGRESS, tight) != left_text(PROGRESS, free)


@pytest.mark.parametrize("values", [[], [float("nan")]])
def test_no_finite_value_gives_no_curve(values: list[float]) -> None:
    assert sparkline(values, 10) == ""


def test_a_long_curve_keeps_its_ends() -> None:
    curve = sparkline([float(i) for i in range(1000)], 20)
    assert (len(curve), curve[0], curve[-1]) == (20, "▁", "█")


def test_a_flat_curve_stays_low() -> None:
    assert sparkline([3.0, 3.0], 10) == "▁▁"
