"""An objective written for Optuna runs as it is: in memory, on disk, resumed, replayed."""

from pathlib import Path
from typing import Any

import optuna
import pytest

import ayar
from ayar.base.errors import ObjectiveFailed
from ayar.samplers import SAMPLERS
from ayar.study.study import Study
from ayar.trial.state import State

CHOICES = ["sgd", "adam", None, True]


def objective(trial: Any) -> float:
    """As one would write it for Optuna; every feature of the interface that Ayar takes over."""
    optimizer = trial.suggest_categorical("optimizer", CHOICES)
    rate = trial.suggest_float("rate", 1e-5, 1e-1, log=True)
    layers = trial.suggest_int("layers", 1, 3)
    units = [trial.suggest_int(f"units_{i}", 8, 128, step=8) for i in range(layers)]
    loss = (rate - 1e-3) ** 2 * 1e4 + 0.1 * layers + sum(units) / 1000
    if optimizer == "sgd":
        loss += abs(trial.suggest_float("momentum", 0.0, 0.95, step=0.05) - 0.9)
    for step in range(3):
        trial.report(loss / (step + 1), step)
        if trial.should_prune():
            raise optuna.TrialPruned
    if layers == 3 and units[2] > 100:
        raise optuna.TrialPruned
    trial.set_user_attr("units", units)
    assert trial.params["rate"] == rate
    assert trial.user_attrs == {"units": units}
    return float(loss)


def proposals(study: Study) -> list[Any]:
    return [(t.params, t.state, t.values, t.attrs, dict(t.note)) for t in study.trials]


@pytest.mark.parity("OP1")
@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_an_objective_written_for_optuna_runs_unchanged(sampler: str) -> None:
    if SAMPLERS.get_class(sampler).capabilities.finite_only:
        pytest.skip(f"{sampler} needs a finite space")
    study = ayar.minimize(objective, max_trials=25, sampler=sampler, seed=1)
    assert set(study.counts()) <= {State.COMPLETE, State.PRUNED}
    for trial in study.trials:
        assert trial["optimizer"] in CHOICES
        assert [f"units_{i}" in trial for i in range(3)] == [i < trial["layers"] for i in range(3)]
        assert ("momentum" in trial) == (trial["optimizer"] == "sgd")
        assert len(trial.reports) == 3
    assert len({str(trial.params) for trial in study.trials}) == 25
    optuna_s = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    optuna_s.optimize(objective, n_trials=3)


@pytest.mark.parity("OP1")
def test_it_resumes_from_disk_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    for budget in (4, 9, 15):
        parts = ayar.minimize(objective, max_trials=budget, sampler="qmc", seed=1, storage=tmp_path / "parts.db")
        parts.close()
    whole = ayar.minimize(objective, max_trials=15, sampler="qmc", seed=1)
    assert proposals(parts) == proposals(whole)


@pytest.mark.parity("G9")
def test_calls_of_one_budget_propose_what_a_single_call_does(tmp_path: Path) -> None:
    whole = ayar.create_study(sampler="gp", seed=1, max_trials=12, storage=tmp_path / "whole.db").optimize(objective)
    ayar.create_study(sampler="gp", seed=1, max_trials=12, storage=tmp_path / "parts.db")
    for _ in range(4):
        parts = ayar.load_study(tmp_path / "parts.db").optimize(objective, n_trials=3)
    assert proposals(parts) == proposals(whole)


def test_what_was_read_back_is_what_ran(tmp_path: Path) -> None:
    study = ayar.minimize(objective, max_trials=8, sampler="random", seed=1, storage=tmp_path / "study.db")
    loaded = ayar.load_study(tmp_path / "study.db")
    assert loaded.trials == study.trials
    assert loaded.space == study.space
    assert list(loaded.space.params)[:3] == ["optimizer", "rate", "layers"]


@pytest.mark.slow
def test_it_runs_in_processes(tmp_path: Path) -> None:
    alone = ayar.minimize(objective, max_trials=6, sampler="random", seed=1)
    study = ayar.minimize(
        objective, max_trials=6, sampler="random", seed=1, storage=tmp_path / "study.db", executor="processes"
    )
    assert proposals(study) == proposals(alone)


@pytest.mark.parity("OP1")
def test_a_range_that_moves_widens_the_space() -> None:
    def moving(trial: Any) -> float:
        high = 10.0 if trial.number < 5 else 100.0
        value = trial.suggest_float("x", 0.0, high)
        assert 0.0 <= value <= high
        return float(abs(value - 60.0))

    study = ayar.minimize(moving, max_trials=20, sampler="gp", seed=0)
    assert study.space == ayar.Space({"x": ayar.Float(0.0, 100.0)})
    assert study.counts() == {State.COMPLETE: 20}
    assert isinstance(study.best, ayar.Trial)
    assert study.best["x"] > 10.0


def test_a_range_that_narrows_is_kept_to() -> None:
    def narrowing(trial: Any) -> float:
        high = 100.0 if trial.number < 3 else 1.0
        value = trial.suggest_float("x", 0.0, high)
        assert value <= high
        return float(value)

    assert ayar.minimize(narrowing, max_trials=10, sampler="gp", seed=0).counts() == {State.COMPLETE: 10}


@pytest.mark.parity("OP1")
def test_a_name_with_another_domain_in_a_later_trial_fails_that_trial_naming_both(tmp_path: Path) -> None:
    def fickle(trial: Any) -> float:
        if trial.number == 2:
            return float(trial.suggest_int("x", 0, 5))
        return float(trial.suggest_float("x", 0.0, 1.0))

    study = ayar.minimize(fickle, max_trials=5, sampler="random", seed=0, storage=tmp_path / "study.db")
    assert study.counts() == {State.COMPLETE: 4, State.FAILED: 1}
    failure = study.trials[2].failure
    assert failure is not None
    assert failure.message == (
        "parameter 'x' was Float(0.0, 1.0) in earlier trials and is Int(0, 5) now; type, scale and choices must stay "
        "the same, so give the new one another name"
    )
    assert ayar.load_study(tmp_path / "study.db").trials == study.trials


def test_a_name_with_two_domains_in_one_trial_ends_the_run_with_both_lines() -> None:
    def twice(trial: Any) -> float:
        return float(trial.suggest_float("x", 0.0, 1.0) + trial.suggest_float("x", 0.0, 2.0))

    with pytest.raises(
        ObjectiveFailed, match=r"different domains:\n  first Float.* at test_define_by_run\.py:\d+\n  now "
    ):
        ayar.minimize(twice, max_trials=5, seed=0)


def test_an_objective_that_asks_for_nothing_runs() -> None:
    study = ayar.minimize(lambda trial: trial.number, max_trials=4, seed=0)
    assert study.counts() == {State.COMPLETE: 4}
    assert [trial.params for trial in study.trials] == [{}] * 4


def test_ask_and_tell_define_the_space_by_run_too(tmp_path: Path) -> None:
    study = ayar.create_study(sampler="gp", seed=0, storage=tmp_path / "study.db")
    for _ in range(8):
        with study.ask() as trial:
            study.tell(trial, objective(trial))
    assert "rate" in study.space.params
    assert ayar.load_study(tmp_path / "study.db").trials == study.trials
