"""The range test on PyTorch networks: the rate it finds on digits, batch norm, Adam, groups, and a live training."""

from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from ayar.integrations.torch.task import TorchTask
from ayar.testing.subjects import digits, digits_torch
from ayar.training import OneCycle, lr_range_test, run_schedule

torch.set_num_threads(1)


@pytest.mark.slow
@pytest.mark.parity("N21")
def test_digits_get_a_rate_between_003_and_03_on_every_seed() -> None:
    """Acceptance row 2."""
    task = digits_torch()
    found = [lr_range_test(task, seed=3 * seed).max_lr for seed in range(5)]
    rates = [rate for rate in found if rate is not None]
    assert len(rates) == 5
    assert 0.03 <= min(rates) <= max(rates) <= 0.3, found
    assert max(rates) / min(rates) <= 3, found


@pytest.mark.slow
@pytest.mark.parametrize(("batch_norm", "optimizer"), [(True, "sgd"), (False, "adam")])
def test_the_rate_trains_networks_on_which_rules_of_thumb_fail(batch_norm: bool, optimizer: str) -> None:
    task = digits_torch(batch_norm=batch_norm, optimizer=optimizer)  # type: ignore[arg-type]  # one of its names
    found = lr_range_test(task)
    assert found.chosen_by == "cycles", found.explain()
    assert found.max_lr is not None
    scores = run_schedule(task, OneCycle(6 * task.steps_per_epoch, found.max_lr), seed=11).scores
    assert scores.metric is not None
    assert scores.metric > 0.93


def test_a_live_training_goes_on_bit_for_bit() -> None:
    task = digits_torch(batch_norm=True, dropout=0.2, optimizer="adam")
    alone, probed = task.start(1), task.start(1)
    for run in (alone, probed):
        for _ in range(25):
            run.step()
    lr_range_test(probed, steps=60, high=3.0, repeats=2, confirm=True)
    assert [alone.step() for _ in range(25)] == [probed.step() for _ in range(25)]
    assert alone.parts() == probed.parts()


def test_the_ratio_of_groups_is_kept_in_the_test_and_after_it() -> None:
    rates: list[list[float]] = []

    def optimizer(model: nn.Module) -> torch.optim.Optimizer:
        first, _, second = model.children()
        groups: list[dict[str, Any]] = [{"params": first.parameters()}, {"params": second.parameters(), "lr": 0.02}]
        made = torch.optim.SGD(groups, lr=0.2)
        made.register_step_pre_hook(lambda o, _a, _k: rates.append([group["lr"] for group in o.param_groups]))
        return made

    (X, y), _ = digits()
    task = TorchTask(
        lambda: nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10)),
        optimizer,
        (torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y)),
        device="cpu",
    )
    run = task.start(0)
    lr_range_test(run, steps=40, repeats=2, confirm=False)
    assert len(rates) > 60
    assert all(second == pytest.approx(first / 10) for first, second in rates)
    run.step()
    assert rates[-1] == pytest.approx([0.2, 0.02])
