"""A short run: complete, paired by its seed, scored at the end, and stopped with a reason where the loss is lost."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import ArgumentError
from ayar.base.rng import stream
from ayar.training import Constant, OneCycle, Run, Scores, Settings, Task, run_schedule
from ayar.training.base import Ability, Part


class Valley(Run):
    """Gradient descent with momentum on w²/2 and a little noise: stable for rates below 2(1 + μ)."""

    def __init__(self, seed: int) -> None:
        self.rng = stream(seed, 0, "valley")
        self.w, self.v, self.lr, self.mu = 1.0 + self.rng.random(), 0.0, 0.1, 0.0

    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        self.lr = self.lr if lr is None else lr
        self.mu = self.mu if momentum is None else momentum
        loss = self.w**2 / 2
        self.v = self.mu * self.v + self.w + 0.01 * self.rng.normal() + (weight_decay or 0.0) * self.w
        self.w -= self.lr * self.v
        return loss if abs(self.w) < 1e6 else math.nan

    def validate(self, part: Part = "validation") -> Scores:
        return Scores(loss=self.w**2 / 2, rows=1, metric=-abs(self.w), metric_name="closeness")

    def state(self) -> Any:
        return self.w, self.v

    def load(self, state: Any) -> None:
        self.w, self.v = state

    def parts(self) -> Mapping[str, bytes]:
        return {"w": np.float64(self.w).tobytes()}


@dataclass(frozen=True)
class ValleyTask(Task):
    can: frozenset[Ability] = frozenset({"momentum", "l2"})
    validation_rows: int = 1
    name: str = "valley"
    batch_size: int = 1
    rows: int = 10
    settings: Settings = field(default_factory=lambda: Settings(lr=0.1, momentum=0.0))
    chance: float | None = None

    def start(self, seed: int) -> Valley:
        return Valley(seed)


def test_a_run_follows_the_whole_schedule_and_is_scored_at_the_end() -> None:
    cycle = OneCycle(steps=60, max_lr=0.5, momentum=(0.5, 0.1))
    result = run_schedule(ValleyTask(), cycle, seed=3, validate_every=20)
    assert result.steps == 60
    assert result.settings == tuple(cycle)
    assert [point.steps for point in result.checkpoints] == [20, 40]
    assert not result.diverged
    assert result.loss == result.scores.loss < result.losses[0] / 100
    assert result.table[19]["score_loss"] == result.checkpoints[0].scores.loss
    assert result.table[59]["score_loss"] == result.loss
    assert result.to_dict()["schedule"] == cycle.to_dict()
    assert "valley, seed 3, 60 steps: validation loss" in result.explain()
    assert "It ran to its end." in result.explain()


def test_the_same_seed_gives_the_same_run_and_another_does_not() -> None:
    first, again, other = (run_schedule(ValleyTask(), OneCycle(30, 0.5), seed) for seed in (1, 1, 2))
    assert first == again
    assert first.losses != other.losses


def test_scores_on_the_way_change_nothing() -> None:
    plain = run_schedule(ValleyTask(), OneCycle(30, 0.5), 1)
    assert run_schedule(ValleyTask(), OneCycle(30, 0.5), 1, validate_every=1).losses == plain.losses


def test_a_lost_loss_stops_the_run_and_is_told() -> None:
    result = run_schedule(ValleyTask(), Constant(500, 5.0), seed=0)
    assert result.diverged
    assert result.steps < 100
    assert math.isnan(result.losses[-1])
    assert result.loss == math.inf
    assert f"the loss was nan at step {result.steps - 1} of 500, with learning rate 5" in result.explain()


def test_without_momentum_only_the_rate_follows_and_it_is_told() -> None:
    result = run_schedule(ValleyTask(can=frozenset()), OneCycle(30, 0.5), seed=0)
    assert {momentum for _, momentum in result.settings} == {None}
    assert "valley takes no momentum: only the learning rate followed the schedule." in result.explain()


def test_weight_decay_where_there_is_none_is_refused() -> None:
    assert run_schedule(ValleyTask(), Constant(30, 0.1), 0, weight_decay=0.5).loss != (
        run_schedule(ValleyTask(), Constant(30, 0.1), 0).loss
    )
    with pytest.raises(ArgumentError, match=r"weight_decay=0\.5 cannot be set: valley takes no weight decay"):
        run_schedule(ValleyTask(can=frozenset()), Constant(30, 0.1), 0, weight_decay=0.5)


def test_without_validation_rows_the_training_rows_are_scored() -> None:
    assert run_schedule(ValleyTask(validation_rows=0), Constant(30, 0.1), 0).part == "training"
