from ayar.cli.ending import best_text, summary
from ayar.testing.folds import fold_of

SPACE = {"kernel": ["rbf", "poly"], "degree": {"low": 2, "high": 5, "when": {"kernel": "poly"}}}


def test_a_parameter_that_was_never_active_is_named() -> None:
    idle = fold_of(SPACE, [({"kernel": "rbf"}, 0.5)] * 10)
    assert "note: parameter 'degree' was never active; is its condition ever true?" in summary(idle)
    assert "never active" not in summary(fold_of(SPACE, [({"kernel": "rbf"}, 0.5)] * 9))


def test_a_run_that_finished_no_trial_took_no_time_worth_saying() -> None:
    assert summary(fold_of(SPACE, []), 0.03).startswith("trials: none yet\n")
    assert summary(fold_of(SPACE, [({"kernel": "rbf"}, 0.5)]), 0.9997).startswith("trials: 1 complete in 1 s\n")


def test_the_best_trial_is_there_to_copy() -> None:
    fold = fold_of(SPACE, [({"kernel": "poly", "degree": 3}, 0.5), ({"kernel": "rbf"}, 0.75)])
    assert best_text(fold).splitlines() == [
        "best value: 0.5 in trial 0",
        "",
        "params = {",
        "    'kernel': 'poly',",
        "    'degree': 3,",
        "}",
        "",
        "--kernel=poly --degree=3",
    ]


def test_without_a_complete_trial_the_reason_is_given() -> None:
    assert best_text(fold_of(SPACE, [])) == "no best trial yet: expected a complete trial, got none (no trials yet)"


def test_several_goals_end_with_the_front() -> None:
    trials = [({"kernel": "rbf"}, (1.0, 2.0)), ({"kernel": "rbf"}, (2.0, 1.0))]
    assert best_text(fold_of(SPACE, trials, goals={"loss": "minimize", "size": "minimize"})).splitlines() == [
        "front: 2 trials that no other beats in every goal",
        "  trial 0: loss 1, size 2",
        "  trial 1: loss 2, size 1",
    ]
