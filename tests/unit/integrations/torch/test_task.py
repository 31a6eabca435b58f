"""Tasks of PyTorch models keep the contract of tasks."""

import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.data import DataLoader, Dataset

from ayar.base.errors import ArgumentError
from ayar.integrations.torch.global_state import Randomness
from ayar.integrations.torch.run import TorchRun
from ayar.integrations.torch.task import TorchTask
from ayar.testing.task_suite import TaskSuite
from ayar.training.base import Run
from ayar.training.sandbox import sandbox

torch.set_num_threads(1)
drawn = torch.Generator().manual_seed(0)
X = torch.randn(230, 6, generator=drawn, dtype=torch.float64)
Y = (X[:, 0] + X[:, 1] > 0).long()
HELD = (X[:60], Y[:60])


def net() -> nn.Module:
    return nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 2)).double()


def groups(model: nn.Module) -> list[dict[str, Any]]:
    first, *others = model.parameters()
    return [{"params": [first]}, {"params": others, "lr": 0.02}]


OPTIMIZERS: dict[str, Callable[[nn.Module], Any]] = {
    "SGD": lambda m: torch.optim.SGD(groups(m), lr=0.1, momentum=0.9, weight_decay=1e-3),
    "Adam": lambda m: torch.optim.Adam(groups(m), lr=0.01),
    "AdamW": lambda m: torch.optim.AdamW(groups(m), lr=0.01, weight_decay=0.0),
    "Adagrad": lambda m: torch.optim.Adagrad(groups(m), lr=0.1),
    "two": lambda m: [
        torch.optim.SGD(list(m.parameters())[:1], lr=0.1, momentum=0.9),
        torch.optim.SGD(list(m.parameters())[1:], lr=0.02),
    ],
}


class Rows(Dataset[Any]):
    """Rows in a dictionary, with noise from the global generators as augmentation has it."""

    def __len__(self) -> int:
        return len(X)

    def __getitem__(self, i: int) -> dict[str, torch.Tensor]:
        return {"x": X[i] + 0.01 * torch.randn(6) + 0.01 * random.random(), "y": Y[i]}


def loss_of_dict(model: nn.Module, batch: Any) -> torch.Tensor:
    return nn.functional.cross_entropy(model(batch["x"]), batch["y"])


def loss_of_pair(model: nn.Module, batch: Any) -> torch.Tensor:
    return nn.functional.cross_entropy(model(batch[0]), batch[1])


class Suite(TaskSuite):
    def weights(self, run: Run) -> list[NDArray[Any]]:
        assert isinstance(run, TorchRun)
        return [p.detach().numpy().copy() for p in run.machine.model.parameters()]

    def ratios(self, run: Run) -> list[float]:
        assert isinstance(run, TorchRun)
        rates = run.rates()
        return [1.0, *[rates[1] / rates[0]] * 5]


class TestTensors(Suite):
    @pytest.fixture(params=sorted(OPTIMIZERS))
    def task(self, request: pytest.FixtureRequest) -> TorchTask:
        return TorchTask(net, OPTIMIZERS[request.param], (X, Y), validation=HELD)

    def rates(self, run: Run) -> list[float]:
        assert isinstance(run, TorchRun)
        return run.rates()

    def pokes(self, run: Run) -> Mapping[str, Callable[[], Any]]:
        assert isinstance(run, TorchRun)
        model, optimizer = run.machine.model, run.machine.optimizers[0]
        first = next(model.parameters())
        return {
            "model.0.weight": lambda: first.data.add_(1.0),
            "model.0.weight gradient": lambda: setattr(first, "grad", None),
            "model.0.weight requires_grad": lambda: first.requires_grad_(False),
            "model.1.running_mean": lambda: model[1].running_mean.add_(1.0),  # type: ignore[index]
            "model.3.training": lambda: setattr(model[3], "training", False),  # type: ignore[index]
            "optimizer 0.state": optimizer.state.clear,
            "optimizer 0.param_groups 0.lr": lambda: optimizer.param_groups[0].update(lr=7.0),
            "optimizer 0.param_groups 0.weight_decay": lambda: optimizer.param_groups[0].update(weight_decay=7.0),
            "own random state of torch": lambda: setattr(run, "random", Randomness(7, "other")),
            "place in the data": lambda: setattr(run, "place", 3),
        }


class TestDictBatchesOfALoader(Suite):
    @pytest.fixture
    def task(self) -> TorchTask:
        loader = DataLoader(Rows(), batch_size=32, shuffle=True, drop_last=True)
        return TorchTask(net, OPTIMIZERS["SGD"], loader, loss_fn=loss_of_dict)


class TestBfloat16(Suite):
    rtol = 5e-2

    @pytest.fixture
    def task(self) -> TorchTask:
        data = (X.float(), Y)
        return TorchTask(lambda: net().float(), OPTIMIZERS["SGD"], data, validation=data, precision=torch.bfloat16)


def test_workers_change_nothing() -> None:
    losses = []
    for workers in (0, 2):
        loader = DataLoader(Rows(), batch_size=32, shuffle=True, num_workers=workers, persistent_workers=workers > 0)
        run = TorchTask(net, OPTIMIZERS["SGD"], loader, loss_fn=loss_of_dict).start(0)
        losses.append([run.step() for _ in range(10)])
    assert losses[0] == losses[1]


def test_an_unknown_optimizer_has_its_rate_set_and_says_so() -> None:
    task = TorchTask(net, OPTIMIZERS["Adagrad"], (X, Y))
    assert not task.can & {"momentum", "beta1", "l2", "decoupled"}
    with pytest.raises(ArgumentError, match="Adagrad keeps its momentum is not known; only its rate"):
        task.start(0).step(momentum=0.5)


@pytest.mark.parity("N21")
def test_a_live_loss_scaler_is_used_and_put_back() -> None:
    """A scale too large: the update is skipped and the scale halved, and afterwards neither has happened."""
    model = nn.Linear(6, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scaler = torch.amp.GradScaler("cpu", init_scale=3e38)
    rows = (100 * X[:64].float(), Y[:64])
    live = TorchRun.live(model, optimizer, rows, loss_of_pair, scaler=scaler)
    weight, scale = model.weight.detach().clone(), scaler.get_scale()
    with sandbox(live) as run:
        run.step(lr=1.0)
        assert torch.equal(model.weight, weight)
        assert scaler.get_scale() == pytest.approx(scale / 2)
        scaler.update(1.0)
        run.step()
        assert not torch.equal(model.weight, weight)
    assert torch.equal(model.weight, weight)
    assert scaler.get_scale() == scale
    assert not optimizer.state
