"""Schedule-aware stopping in real studies: four workers with every decision made again; real networks, recorded."""

import math
from pathlib import Path

import numpy as np
import pytest
from benchmarks.schedule_aware import judged, median_rule, record, schedule_aware

import ayar
from ayar.study.live_trial import LiveTrial
from ayar.training import OneCycle, announce
from ayar.trial.state import State


def objective(trial: LiveTrial) -> float:
    """The validation loss of a made-up network along one cycle of 20 or 40 epochs."""
    epochs = 20 * trial["length"]
    cycle = OneCycle(steps=epochs, max_lr=trial["lr"])
    announce(trial, cycle)
    rng, end = np.random.default_rng(trial.seed), 0.2 + abs(math.log10(trial["lr"]) + 1.0)
    loss = math.inf
    for epoch in range(1, epochs + 1):
        fallen = max((epoch / epochs - 0.3) / 0.7, 0.0)
        loss = end + (2.3 - end) * (1.0 - fallen**1.5) + 0.01 * rng.normal()
        trial.report(loss, epoch)
        if trial.should_prune():
            raise ayar.TrialPruned
    return loss


@pytest.mark.slow
def test_four_workers_stop_by_the_schedule_and_every_decision_is_made_again(tmp_path: Path) -> None:
    space = {"lr": ayar.Float(1e-3, 10.0, log=True), "length": ayar.Int(1, 2)}
    study = ayar.minimize(
        objective, space, max_trials=40, workers=4, scheduler="schedule_aware", storage=tmp_path / "a.db", seed=0,
        sampler="random",
    )  # fmt: skip
    stopped = [trial for trial in study.trials if trial.state is State.PRUNED]
    assert len(stopped) >= 10
    for trial in stopped:
        assert trial.decision["rule"] == "chance"
        assert trial.reports[-1].step > 0.3 * trial.attrs["ayar.schedule"]["total"]
    assert study.best.value < 0.5
    found = ayar.load_study(tmp_path / "a.db").verify()
    assert found.ok, found.text
    assert found.decisions == len(stopped)


@pytest.mark.slow
def test_on_real_networks_it_saves_two_fifths_and_stops_fewer_winners_than_the_median_rule() -> None:
    both = []
    for seed in range(2):
        with np.errstate(all="ignore"):
            recorded = record(seed, 40)
        both.append([judged(recorded, rule(recorded)) for rule in (schedule_aware, median_rule)])
    ours, medians = zip(*both, strict=True)
    assert np.mean([one["saved"] for one in ours]) >= 0.35, "0.41 over 10 seeds (benchmarks.schedule_aware)"
    assert sum(one["kept"] for one in ours) >= 1
    assert sum(one["false"] for one in ours) <= sum(one["false"] for one in medians)
