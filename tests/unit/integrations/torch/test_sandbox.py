"""Acceptance row 1: any probe, then training, is bit for bit the training alone; after an exception and Ctrl-C too."""

import random
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, Dataset

from ayar.integrations.torch.run import TorchRun
from ayar.integrations.torch.task import TorchTask
from ayar.testing.subjects import digits
from ayar.training.batch_size import find_batch_size
from ayar.training.decay import weight_decay_test
from ayar.training.momentum import momentum_test
from ayar.training.range_test import lr_range_test
from ayar.training.sandbox import sandbox

torch.set_num_threads(1)


class Noisy(Dataset[Any]):
    """Digits with augmentation from the global generators, and from one of its own."""

    def __init__(self) -> None:
        (X, y), _ = digits()
        self.X, self.y = torch.as_tensor(X[:320], dtype=torch.float32), torch.as_tensor(y[:320])
        self.own = np.random.default_rng(0)

    def __len__(self) -> int:
        return len(self.X)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, torch.Tensor]:
        noise = torch.randn(64) * 0.1 + random.random() * 0.1 + float(self.own.normal()) * 0.1
        return self.X[i] + noise, self.y[i]


@dataclass
class Training:
    """A user's own training: dropout, batch norm, shuffling, Adam, a scheduler, random states of the process."""

    workers: int = 0

    def __post_init__(self) -> None:
        rows = Noisy()  # before the seeds: imports on the way may draw
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002
        torch.manual_seed(0)
        self.model = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 10))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.003, weight_decay=1e-4)
        self.scheduler = CosineAnnealingLR(self.optimizer, 50)
        self.loader = DataLoader(
            rows,
            batch_size=64,
            shuffle=True,
            num_workers=self.workers,
            persistent_workers=self.workers > 0,
            generator=torch.Generator().manual_seed(5),
        )

    def epochs(self, count: int) -> list[float]:
        losses = []
        for _ in range(count):
            self.model.train()
            for batch in self.loader:
                self.optimizer.zero_grad()
                loss = cross_entropy(self.model, batch)
                loss.backward()  # type: ignore[no-untyped-call]
                self.optimizer.step()
                self.scheduler.step()
                losses.append(float(loss.detach()))
        self.model.eval()
        return losses

    def run(self) -> TorchRun:
        return TorchRun.live(
            self.model,
            self.optimizer,
            self.loader,
            cross_entropy,
            scheduler=self.scheduler,
            validation=self.loader.dataset,
        )


def cross_entropy(model: nn.Module, batch: Any) -> torch.Tensor:
    return nn.functional.cross_entropy(model(batch[0]), batch[1])


def outcome(training: Training) -> tuple[Any, ...]:
    weights = [tensor.detach().numpy().tobytes() for tensor in training.model.state_dict().values()]
    return (weights, repr(training.optimizer.state_dict()["param_groups"]), random.random(), float(torch.rand(1)))


def small_probe(run: TorchRun) -> None:
    for lr in (1e-3, 1e-1, 10.0):
        run.step(lr=lr, momentum=0.5, weight_decay=0.1)


def rough_probe(run: TorchRun) -> None:
    """What a probe should not do, and a user's own might."""
    small_probe(run)
    model = run.machine.model
    run.validate()
    run.gradient_norms(4, 32)
    model.eval()
    for p in model.parameters():
        p.requires_grad_(False)
        p.grad = torch.zeros_like(p)
    model[1].register_buffer("running_mean", torch.ones(32))  # type: ignore[index]
    run.machine.optimizers[0].state.clear()
    next(iter(run.machine.beside["loader"]))
    run.machine.beside["scheduler"].step()
    torch.backends.cudnn.deterministic = True
    torch.manual_seed(99)
    np.random.seed(99)  # noqa: NPY002


def nested_probe(run: TorchRun) -> None:
    with sandbox(run):
        small_probe(run)
        with sandbox(run):
            rough_probe(run)
        small_probe(run)


def stopped(by: type[BaseException]) -> Callable[[TorchRun], None]:
    def probe(run: TorchRun) -> None:
        rough_probe(run)
        raise by("stop")

    return probe


PROBES = {
    "nothing": (lambda run: None, None),
    "steps": (small_probe, None),
    "everything": (rough_probe, None),
    "nested": (nested_probe, None),
    "an exception": (stopped(ValueError), ValueError),
    "Ctrl-C": (stopped(KeyboardInterrupt), KeyboardInterrupt),
}


@pytest.fixture(scope="module")
def alone() -> tuple[Any, ...]:
    training = Training()
    return training.epochs(4), outcome(training)


@pytest.mark.parity("N21")
@pytest.mark.parametrize("when", [0, 1])
@pytest.mark.parametrize("name", PROBES)
def test_a_probe_and_then_training_is_training_alone(name: str, when: int, alone: tuple[Any, ...]) -> None:
    probe, error = PROBES[name]
    training = Training()
    losses = training.epochs(when)
    modes, buffer = [m.training for m in training.model.modules()], training.model[1].running_mean
    with pytest.raises(error) if error else nullcontext():
        inside_a_sandbox(training.run(), probe)
    assert [m.training for m in training.model.modules()] == modes
    assert training.model[1].running_mean is buffer
    assert not torch.backends.cudnn.deterministic
    if when == 0:
        assert all(p.grad is None for p in training.model.parameters()), "None is not zeros"
    assert (losses + training.epochs(4 - when), outcome(training)) == alone


def inside_a_sandbox(run: TorchRun, probe: Callable[[TorchRun], None]) -> None:
    with sandbox(run):
        probe(run)


@pytest.mark.parity("N21")
def test_persistent_workers_are_not_disturbed() -> None:
    plain, probed = Training(workers=1), None
    expected = (plain.epochs(3), outcome(plain))
    probed = Training(workers=1)
    losses = probed.epochs(1)
    with sandbox(probed.run()) as run:
        small_probe(run)
    assert (losses + probed.epochs(2), outcome(probed)) == expected


def task_of(training: Training) -> TorchTask:
    """A task on the user's own data set and model class."""
    return TorchTask(
        lambda: nn.Sequential(nn.Linear(64, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 10)),
        lambda model: torch.optim.Adam(model.parameters(), lr=0.003),
        training.loader,
        validation=training.loader.dataset,
    )


REAL: dict[str, Callable[[Training], object]] = {
    "range test, live": lambda training: lr_range_test(training.run(), steps=20, repeats=2, confirm=False),
    "range test": lambda training: lr_range_test(task_of(training), steps=20, repeats=2, confirm=True),
    "batch size": lambda training: find_batch_size(task_of(training), "throughput", most=64),
    "momentum": lambda training: momentum_test(task_of(training), constants=(0.9,), max_lr=0.01, steps=8, seeds=2),
    "decay": lambda training: weight_decay_test(task_of(training), max_lr=0.01, steps=8, seeds=2),
}


@pytest.mark.parity("N21")
@pytest.mark.parametrize("name", REAL)
def test_each_probe_and_then_training_is_training_alone(name: str, alone: tuple[Any, ...]) -> None:
    training = Training()
    losses = training.epochs(1)
    REAL[name](training)
    assert (losses + training.epochs(3), outcome(training)) == alone
