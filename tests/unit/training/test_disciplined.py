"""The recipe: within its budget, honest about what it found, and through with tasks that lack an ability."""

import math
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits

from ayar.base.errors import ArgumentError
from ayar.base.jsontext import dumps
from ayar.space.domains import Float
from ayar.training.arms import Arm, Comparison, compare
from ayar.training.base import Task
from ayar.training.discipline import disciplined
from ayar.training.numpy_task import NumpyTask
from ayar.training.recipe import Recipe
from ayar.training.schedules import Constant, OneCycle, Schedule
from ayar.training.short_run import run_schedule

LOADERS = {"digits": load_digits, "breast cancer": load_breast_cancer, "diabetes": load_diabetes}
EPOCHS = {"digits": 8, "breast cancer": 12, "diabetes": 15}


def task_of(name: str, **settings: Any) -> NumpyTask:
    X, y = LOADERS[name](return_X_y=True)
    X = (X - X.mean(0)) / (X.std(0) + 1e-9)
    if name == "diabetes":
        y = (y - y.mean()) / y.std()
    return NumpyTask(X, y, hidden=(32,), name=name, **settings)


class Without(Task):
    """A task that lacks some abilities of the one inside."""

    def __init__(self, inner: Task, *lacks: str, validation: bool = True) -> None:
        self.inner = inner
        self.can = frozenset(ability for ability in inner.can if ability not in lacks)
        self.name, self.batch_size, self.rows = inner.name, inner.batch_size, inner.rows
        self.settings, self.chance = inner.settings, inner.chance
        self.validation_rows = inner.validation_rows if validation else 0

    def start(self, seed: int) -> Any:
        return self.inner.start(seed)


@pytest.fixture(scope="module")
def digits() -> Recipe:
    return disciplined(task_of("digits"), 8, seed=0)


@pytest.mark.parity("N21")
def test_the_training_is_read_from_rate_to_decay_and_the_reading_is_told(digits: Recipe) -> None:
    stages = [stage.stage for stage in digits.spend.stages]
    assert stages == [
        "sanity",
        "batch size",
        "learning rate",
        "shuffled labels",
        "momentum",
        "weight decay",
        "confirmation",
    ]
    assert digits.sanity.passed
    assert digits.known.lr is not None
    assert 0.01 <= digits.known.lr <= 0.5
    assert "learning rate" in digits.probes
    assert digits.confirmation is not None
    assert {arm.kind for arm in digits.confirmation.arms} >= {"recipe", "default"}
    page = digits.explain()
    assert digits.verdict in page
    assert "full trainings were spent" in page
    assert all(reason.sentence in page for reason in digits.reasons)


def test_a_digits_recipe_beats_the_defaults_and_says_so(digits: Recipe) -> None:
    assert digits.verdict.startswith("The recipe beat the defaults: validation loss")
    task = task_of("digits")
    found = run_schedule(task, digits.schedule, 7, weight_decay=digits.settings.weight_decay)
    default = run_schedule(task, Constant(digits.schedule.steps, task.settings.lr), 7)
    assert found.loss < default.loss


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize("budget", [1.0, 4.0])
def test_the_budget_is_never_passed_and_every_step_is_counted(name: str, budget: float) -> None:
    counted = Counted(task_of(name))
    recipe = disciplined(counted, EPOCHS[name], budget)
    assert recipe.spend.total <= budget
    assert recipe.spend.steps == counted.steps
    full = EPOCHS[name] * counted.steps_per_epoch
    assert recipe.spend.full_steps == full
    assert recipe.spend.steps <= budget * full * 1.05  # the last batch of an epoch is smaller and counts as whole


class Counted(Without):
    """Counts the updates of all its runs; at its own batch size."""

    def __init__(self, inner: Task) -> None:
        super().__init__(inner, "resize", "one_batch", "shuffle")
        self.steps = 0

    def start(self, seed: int) -> Any:
        run = self.inner.start(seed)
        step = run.step

        def counted(**settings: Any) -> float:
            self.steps += 1
            return step(**settings)

        run.step = counted  # type: ignore[method-assign]  # a counter about one run
        return run


def test_the_same_seed_gives_the_same_recipe(digits: Recipe) -> None:
    again = disciplined(task_of("digits"), 8, seed=0)
    assert dumps(again.to_dict()) == dumps(digits.to_dict())


def test_a_task_without_momentum_decay_or_validation_goes_through() -> None:
    bare = Without(
        task_of("breast cancer"), "momentum", "l2", "resize", "one_batch", "shuffle", "gradients", validation=False
    )
    recipe = disciplined(bare, 12)
    why = {stage.stage: stage.left_out for stage in recipe.spend.stages}
    assert why["momentum"] == "breast cancer takes no momentum."
    assert why["weight decay"] == "breast cancer takes no weight decay."
    assert "cannot be cut into other batches" in why["batch size"]
    assert "cannot shuffle its labels" in why["shuffled labels"]
    assert recipe.known.momentum is None
    assert recipe.known.weight_decay is None
    assert recipe.confirmation is not None
    assert all(run.part == "training" for arm in recipe.confirmation.arms for run in arm.runs)


def test_defaults_that_are_already_good_are_not_beaten() -> None:
    task = task_of("breast cancer", lr=0.02)
    recipe = disciplined(task, 12)
    told = recipe.confirmation
    assert told is not None
    default = next(arm for arm in told.arms if arm.kind == "default")
    word = {"better": "The recipe beat", "tie": "Nothing was gained that could be told", "worse": "The defaults won"}
    assert recipe.verdict.startswith(word[told.verdict(default)])
    assert told.verdict(default) != "better"


def test_labels_without_signal_give_no_rate_and_no_promise() -> None:
    rng = np.random.default_rng(0)
    noise = NumpyTask(rng.normal(size=(400, 20)), rng.integers(0, 2, 400), hidden=(16,), name="noise")
    recipe = disciplined(noise, 6)
    assert recipe.known.lr is None or not recipe.verdict.startswith("The recipe beat the defaults")


def test_too_small_a_budget_leaves_stages_out_in_words() -> None:
    recipe = disciplined(task_of("diabetes"), 5, budget=0.1)
    assert recipe.spend.total <= 0.1
    assert recipe.winner == "recipe"
    assert recipe.schedule == Constant(5 * 10, 0.01)  # the default, as nothing was found
    assert recipe.verdict.startswith("Not confirmed: there is no learning rate")
    assert all(stage.left_out for stage in recipe.spend.stages if stage.stage != "sanity")
    assert "a sweep takes 40 steps, and there is room for" in recipe.spend.explain()


def test_progress_is_told_a_line_a_stage() -> None:
    lines: list[str] = []
    disciplined(task_of("diabetes"), 5, budget=1, say=lines.append)
    assert [line.partition(":")[0] for line in lines][:3] == ["sanity", "batch size", "learning rate"]


def test_the_narrowed_space_holds_the_point(digits: Recipe) -> None:
    narrowed = digits.to_space({"lr": Float(1e-5, 10.0, log=True), "width": [16, 32]})
    assert narrowed.point == {"lr": digits.known.lr}
    assert narrowed.space.params["width"].levels == 2
    wide = digits.to_space({"lr": Float(1e-5, 10.0, log=True)}, widen=True).space.params["lr"]
    assert isinstance(wide, Float)
    assert (wide.low, wide.high) == (1e-5, 10.0)


def test_the_table_names_default_and_found(digits: Recipe) -> None:
    rows = {row["setting"]: row for row in digits.table}
    assert rows["learning rate"]["default"] == 0.01
    assert rows["learning rate"]["found"] == digits.settings.lr


def test_arguments_are_checked() -> None:
    task = task_of("diabetes")
    with pytest.raises(ArgumentError, match="epochs must be a whole number of at least 1, got 0"):
        disciplined(task, 0)
    with pytest.raises(ArgumentError, match="budget must be a finite number above 0, got 0"):
        disciplined(task, 5, budget=0)
    with pytest.raises(ArgumentError, match=r"expected an ayar\.training\.Task, got function"):
        disciplined(lambda: 0, 5)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("name", LOADERS)
def test_row_10_no_worse_than_defaults_and_near_thirty_random_trials(name: str) -> None:
    """Acceptance row 10, in small: `python -m benchmarks.disciplined` has it on ten draws of rows, with test rows."""
    task, epochs = task_of(name), 2 * EPOCHS[name]
    recipe = disciplined(task, epochs)
    steps = epochs * task.steps_per_epoch
    assert recipe.spend.steps <= 4 * steps * 1.05

    def score(schedule: Schedule, decay: float | None) -> tuple[float, float]:
        runs = [run_schedule(task, schedule, seed, weight_decay=decay) for seed in (11, 12)]
        losses, metrics = [run.loss for run in runs], [run.scores.metric or 0.0 for run in runs]
        return float(np.mean(losses)), float(np.mean(metrics))

    loss, metric = score(recipe.schedule, recipe.settings.weight_decay)
    default_loss, default_metric = score(Constant(steps, task.settings.lr), None)
    rng = np.random.default_rng(0)
    trials = [(10 ** rng.uniform(-4, 0), rng.uniform(0.8, 0.99), 10 ** rng.uniform(-6, -2)) for _ in range(30)]
    tried = [(run_schedule(task, OneCycle(steps, a, momentum=(m, m)), 0, weight_decay=w).loss, a, m, w)
             for a, m, w in trials]  # fmt: skip
    best = min(tried)
    best_loss, best_metric = score(OneCycle(steps, best[1], momentum=(best[2], best[2])), best[3])
    if name == "diabetes":
        assert loss <= default_loss * 1.02
        assert loss <= best_loss * 1.02
    else:
        assert metric >= default_metric - 0.006  # one row of the smaller part
        assert metric >= best_metric - 0.01
    assert 30 * steps >= 5 * recipe.spend.steps


def test_a_comparison_of_arms_that_broke_is_told() -> None:
    task = task_of("diabetes")
    good = Arm("good", "recipe", task, Constant(40, 0.01))
    bad = Arm("bad", "default", task, Constant(40, 1e6))
    told: Comparison = compare([good, bad], 1.0, [0])
    assert told.verdict(told.arms[1]) == "better"
    assert math.isinf(told.arms[1].loss)
    assert told.best.name == "good"
    assert compare([bad, bad], 1.0, [0]).verdict(told.arms[1]) == "tie"
