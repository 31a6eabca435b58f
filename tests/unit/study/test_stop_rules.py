"""Rules that end a study, and the exact remainder after it."""

from pathlib import Path

import pytest

import ayar
from ayar.study.progress import Progress
from ayar.trial.state import State
from unit.study.studies import study, timed_study


@pytest.mark.parity("SK6")
def test_a_rule_of_the_users_own_ends_the_study_and_is_recorded() -> None:
    made = study({"x": (0.0, 1.0)}, max_trials=500)

    def good_enough(progress: Progress) -> None:
        if progress.best is not None and progress.best < 0.1:
            made.stop("below 0.1")

    made.optimize(lambda trial: trial["x"], watch=good_enough)
    assert (made.ended, made.stopped) == ("below 0.1", "below 0.1")
    assert made.best.value < 0.1
    assert [(trial.value or 0.0) < 0.1 for trial in made.trials].count(True) == 1, (
        "no trial started after the rule held"
    )


@pytest.mark.parity("SK6")
def test_the_time_limit_holds_within_one_trial() -> None:
    made, clock, _ = timed_study({"x": (0.0, 1.0)}, max_seconds=10.0)

    def takes_three_seconds(trial: ayar.Trial) -> float:
        clock.advance(3.0)
        return float(trial["x"])

    made.optimize(takes_three_seconds)
    assert (made.stopped, len(made.trials)) == ("budget", 4), "the fourth began after 9 s and finished"


@pytest.mark.parity("SK6")
def test_a_study_resumed_has_the_exact_remainder(tmp_path: Path) -> None:
    settings = {"storage": tmp_path / "s.db", "sampler": "random", "seed": 1, "max_trials": 12}
    first = ayar.create_study({"x": (0.0, 1.0)}, **settings)  # type: ignore[arg-type]
    first.optimize(lambda trial: trial["x"], n_trials=5)
    first.close()
    ran: list[int] = []

    def objective(trial: ayar.Trial) -> float:
        ran.append(trial.number)
        return float(trial["x"])

    again = ayar.minimize(objective, {"x": (0.0, 1.0)}, **settings)  # type: ignore[arg-type]
    assert ran == list(range(5, 12))
    assert again.counts() == {State.COMPLETE: 12}
