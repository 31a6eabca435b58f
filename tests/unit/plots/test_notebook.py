"""A study and a trial as static HTML."""

import re

from ayar.plots.notebook import study_html, trial_html
from ayar.testing.folds import Told, fold_of
from ayar.trial.failure import Failure
from ayar.trial.state import State
from unit.plots import studies
from unit.plots.page_reader import PageReader

ATTACK = "<img src=x onerror=alert(1)>"


def test_a_study_shows_counts_the_best_and_one_line() -> None:
    reader = PageReader(study_html(studies.conditional()))
    assert reader.faults == []
    assert len(reader.all("svg")) == 1
    assert "complete" in reader.text()
    assert re.search(r"0\.8\d+ \(trial \d+\)", reader.text())


def test_there_is_no_script() -> None:
    assert not PageReader(study_html(studies.conditional())).all("script")


def test_an_empty_study_says_what_is_missing() -> None:
    assert "expected a complete trial, got none (no trials yet)" in PageReader(study_html(studies.empty())).text()


def test_several_goals_show_the_front() -> None:
    text = PageReader(study_html(studies.several())).text()
    assert "minimize loss and minimize size" in text
    assert "front" in text


def test_the_line_of_a_very_large_study_is_small() -> None:
    assert len(study_html(studies.large())) < 20_000


def test_text_of_a_user_is_escaped() -> None:
    failure = Failure("exception", ATTACK, type=ATTACK, where=ATTACK)
    trials = [
        Told({ATTACK: 0.5, "k": ATTACK}, 1.0),
        Told({ATTACK: 0.6, "k": ATTACK}, state=State.FAILED, failure=failure),
    ]
    fold = fold_of({ATTACK: (0.0, 1.0), "k": [ATTACK, "b"]}, trials, goals={ATTACK: "minimize"}, name=ATTACK)
    for html in (study_html(fold), trial_html(fold.history.trial(0)), trial_html(fold.history.trial(1))):
        reader = PageReader(html)
        assert reader.faults == []
        assert not reader.all("img")


def test_a_trial_shows_parameters_time_and_failure() -> None:
    text = PageReader(trial_html(studies.conditional().history.trial(4))).text()
    assert "failed" in text
    assert "ValueError: no luck svm.py:3" in text
    assert "500 ms" in text


def test_study_and_trial_find_their_renderer_by_the_named_door() -> None:
    assert studies.single().history.trial(0)._repr_html_().startswith("<div><strong>trial 0</strong>")
