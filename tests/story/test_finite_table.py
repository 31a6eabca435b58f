"""A table of 10,000 measured rows: the best row is found, no row is asked twice, and a small table ends cleanly."""

import pytest

import ayar

SPACE = {name: ayar.Ordinal(list(range(10))) for name in "abcd"}


def loss(params: "ayar.Trial") -> float:
    """What a row of the table holds: one best row, and interactions on the way to it."""
    a, b, c, d = (params[name] for name in "abcd")
    return float((a - 7) ** 2 + (b - 2) ** 2 + abs(c - a) + (d - 4) ** 2 * (1 + 0.1 * b))


@pytest.mark.slow
@pytest.mark.parity("GO6", "G2")
def test_the_best_of_ten_thousand_rows_is_found_without_a_repeat() -> None:
    study = ayar.minimize(loss, SPACE, max_trials=120, sampler="gp", seed=0)
    assert study.space.size == 10_000
    assert len({tuple(trial.params.values()) for trial in study.trials}) == 120
    assert study.best.params == {"a": 7, "b": 2, "c": 7, "d": 4}


@pytest.mark.parity("GO6", "GO7")
def test_a_table_smaller_than_the_budget_ends_with_its_reason() -> None:
    small = {"a": SPACE["a"], "flag": ayar.Bool()}
    study = ayar.minimize(lambda trial: trial["a"], small, max_trials=500, sampler="random", seed=0)
    assert study.stopped == study.ended == "exhausted"
    assert len(study.trials) == 20
