import json
import re

from ayar.base.rng import stream
from ayar.cli.asjson import study_json, trial_json
from ayar.cli.show import study_text
from ayar.testing.folds import Told, fold_of
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.state import State

SPACE = {"C": (0.001, 1000.0), "kernel": ["rbf", "poly"]}
BROKEN = Failure("exception", "no data", type="ValueError", where="a.py:3 in loss")


def fold_with_failures() -> Fold:
    params = {"C": 1.0, "kernel": "rbf"}
    told = [Told({"C": 2.5, "kernel": "poly"}, 0.5), *(Told(params, state=State.FAILED, failure=BROKEN),) * 2]
    return fold_of(SPACE, told, max_trials=9, name="svm")


def test_a_study_in_words() -> None:
    lines = study_text(fold_with_failures(), "sqlite:///a.db").splitlines()
    assert lines[:9] == [
        "study     'svm' in sqlite:///a.db",
        "goal      minimize value",
        "state     open",
        "trials    1 complete, 2 failed",
        "budget    9 trials, 3 trials handed out",
        "best      0.5 in trial 0",
        "          C=2.5  kernel=poly",
        "sampler   random, seed 0",
        "time      proposing 30 ms, evaluating 1.5 s, from first to last 5.01 s",
    ]
    assert lines[-1] == "failed    2 by exception: ValueError: no data (a.py:3 in loss); trials 1 and 2"


NOISE = stream(0, 0, "tests.show").normal(size=48)


def test_what_is_expected_to_be_best_stands_beside_the_best_seen() -> None:
    quiet = [({"C": 80.0 * i, "kernel": "rbf"}, (i - 4.0) ** 2) for i in range(1, 12)]
    assert "expected  as seen in trial 3: no noise found" in study_text(fold_of(SPACE, quiet), "a.db")
    noisy = [({"C": 80.0 * (i // 4), "kernel": "rbf"}, (i // 4 - 4.0) ** 2 + 5 * NOISE[i]) for i in range(4, 48)]
    rows = study_text(fold_of(SPACE, noisy), "a.db").splitlines()
    (place,) = (i for i, row in enumerate(rows) if row.startswith("expected"))
    assert re.fullmatch(r"expected  -?[\d.e-]+ ± [\d.]+ in trial \d+, which told -?[\d.]+", rows[place])
    assert re.fullmatch(r"          C=\d+  kernel=rbf", rows[place + 1])


def test_a_confidence_that_no_trial_reaches_is_said() -> None:
    told = [Told({"C": 20.0 * i, "kernel": "rbf"}, float(i), metrics={"m": NOISE[i]}) for i in range(48)]
    text = study_text(fold_of(SPACE, told, constraints=["P(m <= 0.2) >= 0.999"]), "a.db")
    assert "expected  none yet: expected a trial that keeps 'm' with 0.999 confidence, got none" in text


def test_a_study_in_which_nothing_runs_says_how_many_ran_at_a_time() -> None:
    assert "workers   none now; so far 1 trial at a time (1 worker process)" in study_text(fold_with_failures(), "a.db")
    assert "workers   none now; so far no trial asked yet" in study_text(fold_of(SPACE, []), "a.db")


def test_a_study_without_a_best_says_so() -> None:
    rows = study_text(fold_of(SPACE, []), "a.db").splitlines()
    assert "best      none yet" in rows
    assert "budget    none set, 0 trials handed out" in rows
    outside = fold_of(SPACE, [Told({"C": 2.5, "kernel": "poly"}, 0.5)], constraints=["latency <= 1"])
    assert "best      none yet that keeps the constraints" in study_text(outside, "a.db")


def test_the_front_of_several_goals_is_listed() -> None:
    trials = [({"C": float(i + 1), "kernel": "rbf"}, (float(i), -float(i))) for i in range(12)]
    text = study_text(fold_of(SPACE, trials, goals={"loss": "minimize", "size": "minimize"}), "a.db")
    assert "best      loss 0, size -0 in trial 0" in text
    assert "and 2 more trials" in text


def test_the_keys_of_a_study_stay() -> None:
    found = json.loads(study_json(fold_with_failures(), "sqlite:///a.db"))
    assert list(found) == [
        "study", "storage", "goals", "sampler", "scheduler", "seed", "max_trials", "max_seconds", "stopped", "trials",
        "best", "recommended", "failures", "seconds", "workers",
    ]  # fmt: skip
    assert found["goals"] == {"value": "minimize"}
    assert found["trials"] == {
        "reserved": 0, "waiting": 0, "running": 0, "complete": 1, "pruned": 0, "failed": 2, "cancelled": 0,
    }  # fmt: skip
    assert found["best"] == [
        {"study": "svm", "trial": 0, "values": {"value": 0.5}, "params": {"C": 2.5, "kernel": "poly"}}
    ]
    assert found["recommended"] == found["best"]
    assert found["failures"] == [
        {"kind": "exception", "headline": "ValueError: no data", "where": "a.py:3 in loss", "trials": [1, 2]}
    ]


def test_the_keys_of_a_trial_stay() -> None:
    fold = fold_with_failures()
    found = json.loads(trial_json(fold, fold.history.trial(1)))
    assert list(found) == [
        "study", "trial", "values", "params", "state", "sd", "constraints", "reports", "attrs", "failure", "note",
        "decision", "seen", "source", "as_asked", "outside",
        "attempts", "worker", "seconds", "proposing_seconds", "peak_bytes", "output", "asked_at",
        "told_at",
    ]  # fmt: skip
    assert (found["state"], found["failure"]["message"]) == ("failed", "no data")
