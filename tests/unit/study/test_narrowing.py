"""A narrowed space is taken like any other; its point comes first and its reasons stay with the study."""

from pathlib import Path

import pytest

import ayar
from ayar.space.domains import Float, Int
from ayar.space.narrowed import Finding, narrow, narrowed_again
from ayar.space.space import Space
from ayar.study.narrowing import narrowing_of
from ayar.trial.trial import Trial

SPACE = Space({"lr": Float(1e-6, 10.0, log=True), "depth": Int(1, 4)})
NARROWED = narrow(SPACE, {"lr": Finding(0.1, 0.01, 1.0, "range test")})


def loss(trial: Trial) -> float:
    value: float = abs(trial["lr"] - 0.2) + trial["depth"]
    return value


@pytest.mark.parametrize("sampler", ["grid", "random", "gp", "tpe"])
def test_every_kind_of_sampler_takes_it_and_begins_with_the_point(sampler: str) -> None:
    space = narrow(
        Space({"lr": Float(0.0, 1.0, step=0.05), "depth": Int(1, 4)}), {"lr": Finding(0.1, 0.0, 0.2, "range test")}
    )
    study = ayar.minimize(loss, space if sampler == "grid" else NARROWED, max_trials=8, sampler=sampler, seed=0)
    assert study.trials[0].params["lr"] == 0.1
    assert all(0.0 <= trial.params["lr"] <= 1.0 for trial in study.trials)


def test_the_study_keeps_why_and_goes_on(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'a.db'}"
    first = ayar.minimize(loss, NARROWED, max_trials=3, storage=storage, seed=0)
    kept = narrowing_of(first)
    assert kept is not None
    assert kept["changes"][0]["why"] == "range test"
    first.close()
    again = ayar.minimize(loss, narrowed_again(SPACE, kept), max_trials=5, storage=storage)
    assert len(again.trials) == 5
    assert len(again.records("space.narrowed")) == 1
    assert [t.number for t in again.trials if t.params["lr"] == 0.1] == [0]  # the point is tried once


def test_a_study_of_a_plain_space_has_no_narrowing() -> None:
    assert narrowing_of(ayar.create_study({"x": (0.0, 1.0)})) is None
