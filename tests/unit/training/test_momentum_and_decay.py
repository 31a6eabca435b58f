"""Momentum and weight decay by paired short runs, on real digits and on a simulated training whose answer is known."""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from ayar.base.errors import ArgumentError
from ayar.base.rng import stream
from ayar.training import NumpyTask, Run, Scores, Settings, Task, momentum_test, weight_decay_test
from ayar.training.base import Ability, Part
from ayar.training.decay import next_decay, settled_rates
from ayar.training.held import HeldTask


@dataclass
class KnownRun(Run):
    """Its validation loss is a known function of momentum and decay, plus luck: of the seed, and of each run."""

    task: "KnownTask"
    seed: int
    momentum: float = 0.0
    weight_decay: float = 0.0
    steps: int = 0

    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        self.momentum = self.momentum if momentum is None else momentum
        self.weight_decay = self.weight_decay if weight_decay is None else weight_decay
        self.steps += 1
        self.task.seen.append((lr, momentum, weight_decay))
        return 1.0

    def validate(self, part: Part = "validation") -> Scores:
        common = stream(self.seed, 0, "seed").normal()
        own = stream(self.seed, round(1e7 * self.weight_decay) + round(1e4 * self.momentum), "run").normal()
        loss = self.task.loss(self.weight_decay, self.momentum)
        return Scores(loss + 0.3 * common + self.task.luck * own, 100, metric=-loss)

    def state(self) -> Any:
        return self.steps

    def load(self, state: Any) -> None:
        self.steps = state

    def parts(self) -> Mapping[str, bytes]:
        return {"steps": bytes([self.steps % 256])}


@dataclass(frozen=True)
class KnownTask(Task):
    loss: Callable[[float, float], float] = lambda decay, momentum: 5.0
    luck: float = 0.0
    can: frozenset[Ability] = frozenset({"momentum", "l2"})
    rows: int = 1000
    validation_rows: int = 100
    batch_size: int = 100
    name: str = "known"
    settings: Settings = field(default_factory=lambda: Settings(lr=0.1, momentum=0.9))
    chance: float | None = None
    seen: list[Any] = field(default_factory=list)

    def start(self, seed: int) -> KnownRun:
        return KnownRun(self, seed)


def best_at(decay: float) -> Callable[[float, float], float]:
    """A loss with its minimum at this decay, a tenth more for each decade away."""
    return lambda value, momentum: 5.0 + 0.1 * abs(math.log10(max(value, 1e-7)) - math.log10(max(decay, 1e-7)))


@pytest.mark.parity("N21")
@pytest.mark.parametrize(
    ("truth", "tried"),
    [
        (0.0, []),
        (1e-4, []),
        (1e-3, [1e-2]),
        (1e-2, [1e-2, 1e-1]),
        (1e-1, [1e-2, 1e-1]),
        (1.0, [1e-2, 1e-1]),
        (1e-5, [1e-6]),
    ],
)
def test_values_are_added_while_the_best_is_on_an_edge(truth: float, tried: list[float]) -> None:
    found = weight_decay_test(KnownTask(best_at(truth)), max_lr=0.1, steps=3)
    assert found.weight_decay == min(truth, 1e-1)
    assert list(found.widened) == tried
    assert ("Widened by" in found.explain()) == bool(tried)


def test_the_next_value_is_a_decade_beyond_the_edge_and_none_inside() -> None:
    assert next_decay([0.0, 1e-5, 1e-4, 1e-3], 2) is None
    assert next_decay([0.0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1], 5) is None
    assert next_decay([0.0, 1e-5, 1e-4, 1e-3, 1e-6], 1) is None


@pytest.mark.parity("N21")
@pytest.mark.parametrize(("rows", "taken", "words"), [(1000, 1e-3, "few rows want more decay"), (50_000, 0.0, "vari")])
def test_a_tie_goes_to_more_decay_on_few_rows_and_to_less_on_many(rows: int, taken: float, words: str) -> None:
    found = weight_decay_test(KnownTask(rows=rows), max_lr=0.1, steps=3)
    assert found.tie
    assert found.weight_decay == taken
    assert f"{rows} rows" in found.reason
    assert words in found.reason


def test_luck_of_single_runs_is_not_taken_for_decay() -> None:
    """Equal values: with luck as large as the effect sought, most of them stay tied."""
    tied = [len(weight_decay_test(KnownTask(luck=0.1), max_lr=0.1, steps=3, seed=s).compared.tied) for s in range(30)]
    assert np.mean([n > 1 for n in tied]) > 0.5


def test_pull_per_step_is_stated_for_l2_under_momentum_and_for_decoupled() -> None:
    l2 = weight_decay_test(KnownTask(best_at(1e-4)), max_lr=0.1, steps=3, momentum=(0.95, 0.85))
    assert l2.kind == "l2"
    assert l2.pull(l2.arms[l2.chosen]) == pytest.approx(0.1 * 1e-4 / 0.15)
    assert "L2, added to the gradient" in l2.explain()
    assert "6.7e-05 of each weight (ηλ/(1 − μ))" in l2.explain()
    beside = weight_decay_test(KnownTask(best_at(1e-4), can=frozenset({"beta1", "decoupled"})), max_lr=0.1, steps=3)
    assert beside.pull(beside.arms[beside.chosen]) == pytest.approx(1e-5)
    assert "decoupled, beside the gradient" in beside.explain()


def test_decay_is_constant_during_a_training_and_seeds_are_shared() -> None:
    task = KnownTask(best_at(1e-4))
    found = weight_decay_test(task, max_lr=0.1, steps=5, seeds=2, momentum=0.9)
    per_run = [task.seen[i : i + 5] for i in range(0, len(task.seen), 5)]
    assert [{decay for _, _, decay in run} for run in per_run] == [
        {v} for v in (0, 0, 1e-5, 1e-5, 1e-4, 1e-4, 1e-3, 1e-3)
    ]
    assert all([step[:2] for step in run] == [step[:2] for step in per_run[0]] for run in per_run)
    assert {momentum for _, momentum, _ in task.seen} == {0.9}
    assert found.steps == len(task.seen) == 40


def test_momentum_takes_the_lowest_loss_and_keeps_the_two_bands_apart() -> None:
    task = KnownTask(lambda decay, momentum: 5.0 + abs(momentum - 0.97))
    found = momentum_test(task, max_lr=0.3, steps=4)
    assert [row["setting"] for row in found.table] == ["0.9", "0.95", "0.97", "0.99", "0.95 to 0.85"]
    # A steady gradient moves the weights as far in every arm: η/(1 − μ) is the same.
    assert [row["lr"] for row in found.table] == pytest.approx([0.2, 0.1, 0.06, 0.02, 0.3])
    band = [momentum for _, momentum, _ in task.seen][-4:]
    assert (max(band), min(band)) == (0.95, 0.85)
    assert all(len({m for _, m, _ in task.seen[i : i + 4]}) == 1 for i in range(0, 48, 4))


def test_a_tie_of_momenta_goes_to_the_largest_rate() -> None:
    found = momentum_test(KnownTask(), max_lr=0.3, steps=4)
    assert found.tie
    assert found.momentum == (0.95, 0.85)
    assert "of these it allows the largest rate, 0.3" in found.explain()
    same_rate = momentum_test(KnownTask(can=frozenset({"beta1"})), max_lr=0.3, steps=4)
    assert same_rate.momentum == (0.95, 0.85)
    assert same_rate.kind == "beta1"
    assert "holds at more rates" in same_rate.explain()


def test_a_rate_is_a_values_own_only_where_it_clearly_differs() -> None:
    assert settled_rates([None, None], 0.01) == [0.01, 0.01]
    assert settled_rates([0.1, 0.15, 0.12, 0.01], 0.5) == [pytest.approx(0.11)] * 3 + [0.01]


@dataclass(frozen=True)
class NoWeights(KnownTask):
    """Diverges in every run."""

    def start(self, seed: int) -> KnownRun:
        run = super().start(seed)
        run.task = KnownTask(lambda decay, momentum: math.inf)
        return run


@pytest.mark.parametrize(
    ("test", "task", "further", "words"),
    [
        (
            momentum_test,
            KnownTask(can=frozenset({"l2"})),
            {},
            r"takes no momentum .*the learning rate alone",
        ),
        (weight_decay_test, KnownTask(can=frozenset({"beta1"})), {}, r"takes no weight decay .*'l2' and 'decoupled'"),
        (momentum_test, KnownTask(validation_rows=0), {}, "no validation rows: hold some out"),
        (weight_decay_test, KnownTask(), {"seeds": 1}, "seeds must be at least 2"),
        (weight_decay_test, KnownTask(), {"steps": 2}, "a complete cycle has at least 3 steps"),
        (
            weight_decay_test,
            NoWeights(),
            {"steps": 3, "max_lr": 1.0},
            "diverged at rates about 1: give a small",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(test: Any, task: Task, further: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        test(task, **further)


def digits() -> NumpyTask:
    X, y = load_digits(return_X_y=True)
    return NumpyTask(X / 16, y, hidden=(64,), batch_size=64, name="digits")


def few_digits() -> NumpyTask:
    """250 rows for 25,000 weights."""
    X, y = load_digits(return_X_y=True)
    held = (X[900:] / 16, y[900:])
    return NumpyTask(X[:250] / 16, y[:250], hidden=(128, 128), batch_size=32, validation=held, name="few digits")


def test_a_held_task_trains_with_the_held_settings_where_they_are_left_open() -> None:
    task = few_digits()
    held, plain = HeldTask(task, momentum=0.5, weight_decay=1e-2).start(0), task.start(0)
    for _ in range(5):
        held.step(lr=0.1)
        plain.step(lr=0.1, momentum=0.5, weight_decay=1e-2)
    assert held.parts() == plain.parts()


@pytest.mark.parity("N21")
@pytest.mark.parametrize("seed", [0, 10, 20])
def test_real_decay_is_found_on_few_digits(seed: int) -> None:
    """What helps is 1e-2, outside the list as it stands."""
    found = weight_decay_test(few_digits(), seed=seed)
    assert found.weight_decay == 1e-2
    assert found.widened == (1e-2, 1e-1)
    none = found.table[0]
    assert none["setting"] == "none"
    assert none["difference"] > 0.1 * found.arms[found.chosen].loss
    assert not none["tied"]


@pytest.mark.parity("N21")
def test_all_digits_admit_a_tie() -> None:
    found = weight_decay_test(digits())
    assert len([row for row in found.table if row["tied"]]) >= 2
    assert found.weight_decay <= 1e-3
    assert "A tie within one standard error" in found.explain()


@pytest.mark.parity("N21")
def test_momentum_on_digits_each_setting_with_its_own_range_test() -> None:
    found = momentum_test(digits())
    rates = {row["setting"]: row["range_lr"] for row in found.table}
    assert all(rates.values())
    assert rates["0.95 to 0.85"] > rates["0.95"] > rates["0.99"], "more momentum bears less rate"
    assert found.momentum in {0.9, 0.95, (0.95, 0.85)}
    by_name = {row["setting"]: row["loss"] for row in found.table}
    assert by_name["0.99"] > found.arms[found.chosen].loss
    assert found.steps > 5 * 3 * found.cycle_steps, "sweeps are counted too"


@pytest.mark.parametrize("test", [momentum_test, weight_decay_test])
def test_the_random_states_of_the_process_are_left_as_they_were(test: Any) -> None:
    random.seed(3)
    expected = random.random()
    random.seed(3)
    test(KnownTask(lambda decay, momentum: 5.0 + random.random()), max_lr=0.1, steps=3)
    assert random.random() == expected


def test_the_results_are_plain_values_and_a_picture() -> None:
    pytest.importorskip("plotly")
    for found in (
        weight_decay_test(KnownTask(best_at(1e-3), luck=0.02), max_lr=0.1, steps=3),
        momentum_test(KnownTask(luck=0.02), max_lr=0.1, steps=3),
    ):
        assert found.to_dict()["table"] == found.table
        assert {"chosen", "one seed"} <= {trace.name for trace in found.plot().data}
