from ayar.cli.story import story
from ayar.testing.folds import Told, fold_of
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.state import State

SPACE = {"C": (0.001, 1000.0), "kernel": ["rbf", "poly"]}


def first(*trials: Told) -> tuple[Fold, str]:
    fold = fold_of(SPACE, trials)
    return fold, story(fold, fold.history.trial(0))


def test_a_complete_trial_tells_values_parameters_reasons_and_reports() -> None:
    note = {"why": "largest expected improvement", "sampler": "gp", "sd": 0.12345678, "fallback": None}
    told = Told({"C": 12.345678901, "kernel": "rbf"}, 0.25, sd=0.01, reports=[[0, 0.5, 1], [1, 0.25]], note=note)
    text = first(told)[1]
    assert text.startswith("trial     0 of study 'study': complete\nvalue     0.25 (standard error 0.01)\n")
    assert "params    C       12.345678901\n          kernel  rbf\n" in text
    assert "          sampler: gp\n          why: largest expected improvement\n          sd: 0.1235\n" in text
    assert "fallback" not in text
    assert "reports   step 0: 0.5 (fold 1)\n          step 1: 0.25" in text


def test_a_failed_trial_ends_with_its_traceback() -> None:
    failure = Failure("exception", "no data", type="ValueError", where="a.py:3 in loss", traceback="Traceback: here")
    text = first(Told({"C": 1.0, "kernel": "rbf"}, state=State.FAILED, failure=failure))[1]
    assert text.endswith("failed by exception: ValueError: no data (a.py:3 in loss)\n\nTraceback: here")


def test_a_failure_without_a_traceback_ends_with_all_its_words() -> None:
    failure = Failure("bad_value", "expected a value of loss, got none\nits last lines:\nepoch 3")
    text = first(Told({"C": 1.0, "kernel": "rbf"}, state=State.FAILED, failure=failure))[1]
    assert text.endswith("failed by bad_value: expected a value of loss, got none\n\nits last lines:\nepoch 3")


def test_many_reports_are_cut_to_the_last() -> None:
    told = Told({"C": 1.0, "kernel": "rbf"}, 0.5, reports=[[step, 0.5] for step in range(100)])
    text = first(told)[1]
    assert "reports   88 earlier ones\n          step 88: 0.5" in text
    assert "step 99: 0.5" in text
