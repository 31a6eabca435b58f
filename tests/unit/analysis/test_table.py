"""The table of trials."""

from ayar.analysis.table import trial_rows
from ayar.testing.folds import Told, fold_of
from ayar.trial.failure import Failure
from ayar.trial.state import State

SPACE = {"model": ["svm", "tree"], "C": {"low": 0.1, "high": 10.0, "log": True, "when": {"model": "svm"}}}


def test_every_row_has_the_same_columns_and_native_values() -> None:
    failure = Failure(kind="exception", type="ValueError", message="no")
    trials = [
        Told({"model": "svm", "C": 1.5}, 0.25, attrs={"seed": 3}),
        Told({"model": "tree"}, state=State.FAILED, failure=failure),
    ]
    rows = trial_rows(fold_of(SPACE, trials))
    assert rows[0].keys() == rows[1].keys()
    assert (rows[0]["value"], rows[0]["params_C"], rows[0]["attrs_seed"]) == (0.25, 1.5, 3)
    assert (rows[1]["value"], rows[1]["params_C"], rows[1]["failure"]) == (None, None, "ValueError: no")


def test_several_goals_give_one_column_each() -> None:
    rows = trial_rows(fold_of(SPACE, [({"model": "tree"}, (1.0, 2.0))], goals={"a": "minimize", "b": "maximize"}))
    assert (rows[0]["values_a"], rows[0]["values_b"]) == (1.0, 2.0)


def test_constraint_metrics_stand_beside_the_values() -> None:
    trials = [Told({"model": "tree"}, 1.0, metrics={"ms": 12.0})]
    assert trial_rows(fold_of(SPACE, trials, constraints=["ms <= 20"]))[0]["metrics_ms"] == 12.0


def test_an_empty_study_gives_no_rows() -> None:
    assert trial_rows(fold_of(SPACE, [])) == []
