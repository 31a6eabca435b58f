"""A metered task counts every update, whatever becomes of it, and refuses the one that would pass the limit."""

from collections.abc import Callable

import numpy as np
import pytest

from ayar.training.base import Answer, Task
from ayar.training.metered import BudgetSpent, Meter, MeteredTask
from ayar.training.numpy_task import NumpyTask


class Elsewhere(NumpyTask):
    """A task whose isolated probes run in this process."""

    def isolated(self, probe: Callable[[Task], Answer]) -> Answer:
        return probe(self)


def task_of() -> Elsewhere:
    rng = np.random.default_rng(0)
    return Elsewhere(rng.normal(size=(100, 3)), rng.integers(0, 2, 100), hidden=(4,), batch_size=10, validation=0.2)


def test_steps_and_rows_are_counted_through_every_way_to_train() -> None:
    meter = Meter(limit=1000)
    task = MeteredTask(task_of(), meter)
    for made in (task, task.one_batch(), task.shuffled(0), task.resized(20)):
        made.start(0).step(lr=0.1)
    task.isolated(lambda inner: inner.start(0).step(lr=0.1))
    assert (meter.steps, meter.rows) == (5, 10 + 10 + 10 + 20 + 10)


def test_the_update_beyond_the_limit_is_not_made() -> None:
    meter = Meter(limit=25)
    run = MeteredTask(task_of(), meter).start(0)
    run.step(lr=0.1)
    run.step(lr=0.1)
    before = run.parts()
    with pytest.raises(BudgetSpent, match=r"expected at most 25 rows of training, and 30 were asked for"):
        run.step(lr=0.1)
    assert run.parts() == before
    assert meter.rows == 20


def test_training_is_bit_for_bit_that_of_the_task() -> None:
    plain, metered = task_of().start(3), MeteredTask(task_of(), Meter(1e9)).start(3)
    assert [plain.step(lr=0.1) for _ in range(9)] == [metered.step(lr=0.1) for _ in range(9)]
    assert plain.validate() == metered.validate()
    metered.load(metered.state())
    assert plain.parts() == metered.parts()
    assert plain.gradient_norms(5, 20) == metered.gradient_norms(5, 20)
