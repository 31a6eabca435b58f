"""The standing subjects are what the probes' tests take them for."""

import pytest

from ayar.testing.subjects import digits_numpy, digits_torch, mnist1d_torch, table_numpy
from ayar.training.base import Task


def trained(task: Task, lr: float, epochs: int) -> float:
    run = task.start(0)
    for _ in range(epochs * task.steps_per_epoch):
        run.step(lr=lr)
    metric = run.validate().metric
    assert metric is not None
    return metric


@pytest.mark.parametrize(
    "task",
    [digits_numpy(), digits_torch(), digits_torch(batch_norm=True, dropout=0.1, standardise=True)],
    ids=lambda task: task.name,
)
def test_digits_are_learnt(task: Task) -> None:
    assert (task.rows, task.validation_rows, task.steps_per_epoch) == (1258, 539, 20)
    assert trained(task, 0.1, 6) > 0.9


def test_tables_are_learnt() -> None:
    assert trained(table_numpy("breast_cancer"), 0.03, 5) > 0.93
    assert 0.3 < trained(table_numpy("diabetes"), 0.01, 5) < 0.7


@pytest.mark.parametrize("network", ["conv", "mlp"])
def test_mnist1d_is_learnt_in_part(network: str) -> None:
    task = mnist1d_torch(network)  # type: ignore[arg-type]  # one of the two
    assert (task.rows, task.validation_rows) == (4000, 1000)
    assert trained(task, 0.05, 3) > 0.4
    assert task.batch_norm == (network == "conv")
