"""A PyTorch training as a `Task`: factories for what is made anew in each run, and the data.

task = TorchTask(
model=lambda: Net(),
optimizer=lambda model: torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9),
data=train_loader,                # or a Dataset, or tensors (X, y)
validation=validation_loader,
)
"""

import copy
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import TensorDataset

from ayar.base.errors import ArgumentError
from ayar.integrations.torch.fresh_process import in_fresh_process
from ayar.integrations.torch.global_state import Randomness
from ayar.integrations.torch.groups import abilities, settings_of
from ayar.integrations.torch.rows import Rows, rows_of, shuffled
from ayar.integrations.torch.run import Machine, TorchRun
from ayar.integrations.torch.scoring import Loss, LossFn, Metric, Objective
from ayar.training.base import Ability, Answer, Part, Task

OptimizerFactory = Callable[[nn.Module], "Optimizer | Sequence[Optimizer]"]


class TorchTask(Task):
    """A training of a PyTorch model.

    >>> import torch
    >>> X = torch.randn(256, 4, generator=torch.Generator().manual_seed(0))
    >>> task = TorchTask(
    ...     model=lambda: torch.nn.Linear(4, 2),
    ...     optimizer=lambda model: torch.optim.SGD(model.parameters(), lr=0.1),
    ...     data=(X, (X[:, 0] > 0).long()),
    ... )
    >>> run = task.start(seed=0)
    >>> losses = [run.step(lr=0.5) for _ in range(40)]
    >>> losses[0] > losses[-1]
    True
    """

    def __init__(
        self,
        model: Callable[[], nn.Module],
        optimizer: OptimizerFactory,
        data: Any,
        *,
        validation: Any = None,
        loss: Loss | None = None,
        loss_fn: LossFn | None = None,
        metric: Metric | None = None,
        batch_size: int | None = None,
        device: str | torch.device = "auto",
        precision: torch.dtype | None = None,
        name: str = "PyTorch model",
    ) -> None:
        """A training that `start` makes as often as it is asked to.

        Arguments:
            model: makes a model with new weights.
            optimizer: given the model, makes the optimizer, or a list of several that step together; parameter groups
                keep the ratios of their rates to the first group's.
            data: a DataLoader, a Dataset with rows by number, or tensors (X, y). Of a loader the data set, the sampler,
                the collate function and the workers are read; it is never iterated.
            validation: held-out rows, in any of these forms.
            loss: `loss(outputs, targets)` for batches of (inputs, targets); cross-entropy if left out.
            loss_fn: `loss_fn(model, batch)` for batches of any other form; the mean loss of the batch.
            metric: `metric(outputs, targets)`, larger is better; accuracy where it can be told if left out.
            batch_size: None takes the loader's, or 32.
            device: "auto" takes a CUDA device if there is one.
            precision: what to compute in under autocast, such as torch.bfloat16; with float16 the loss is scaled.

        Raises:
            ArgumentError: the data have no row numbers, or an argument cannot be what it is.
        """
        if loss is not None and loss_fn is not None:
            raise ArgumentError("give loss(outputs, targets) or loss_fn(model, batch), not both")
        self.name, self.model, self.optimizer, self.precision = name, model, optimizer, precision
        self.objective = Objective(loss or nn.CrossEntropyLoss(), loss_fn, metric)
        self.device = _device(device)
        self.data: dict[Part, Rows] = {"training": rows_of(data, batch_size)}
        if validation is not None:
            self.data["validation"] = rows_of(validation, None)
        self._described()

    def _described(self) -> None:
        """What is told of a task, from a model and an optimizer made for the purpose."""
        rows = self.data["training"]
        machine = self._machine(seed=0, device=torch.device("cpu"))
        self.settings = settings_of(machine.optimizers)
        self.batch_norm = any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in machine.model.modules())  # noqa: SLF001
        self.batch_size, self.rows = rows.batch_size, len(rows)
        self.validation_rows = len(self.data["validation"]) if "validation" in self.data else 0
        self.chance = _chance(rows, self.objective)
        extra: set[Ability] = {"gradients", "one_batch"}
        if rows.batch_sampler is None:
            extra.add("resize")
        if rows.labelled():
            extra.add("shuffle")
        if self.device.type == "cuda":
            extra |= {"memory", "isolated"}
        self.can = abilities(machine.optimizers) | extra

    @property
    def steps_per_epoch(self) -> int:
        """Updates of one pass, as the loader's `drop_last` and sampler have it."""
        return self.data["training"].batches

    def _machine(self, seed: int, device: torch.device) -> Machine:
        with Randomness(seed, "weights").drawn():
            model = self.model().to(device)
            made = self.optimizer(model)
        optimizers = [made] if isinstance(made, Optimizer) else list(made)
        half = self.precision is torch.float16 and device.type == "cuda"
        scaler = torch.amp.GradScaler(device.type) if half else None
        return Machine(model, optimizers, self.objective, device, scaler, self.precision)

    def start(self, seed: int) -> TorchRun:
        """A new training: weights, dropout, augmentation and order follow from the seed."""
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
        return TorchRun(self._machine(seed, self.device), self.data, seed)

    def _with(self, data: dict[Part, Rows]) -> "TorchTask":
        task = copy.copy(self)
        task.data = data
        task.batch_size, task.rows = data["training"].batch_size, len(data["training"])
        return task

    def resized(self, batch_size: int) -> "TorchTask":
        """The same task with another batch size."""
        if not 1 <= batch_size <= self.rows:
            raise ArgumentError(f"batch_size is from 1 to the {self.rows} rows of the training part, not {batch_size}")
        return self._with(self.data | {"training": self.data["training"].resized(batch_size)})

    def one_batch(self) -> "TorchTask":
        """The same task with the first batch of seed 0 for all its training data."""
        rows = self.data["training"]
        return self._with(self.data | {"training": rows.only(rows.plan(0, 0)[0])})

    def shuffled(self, seed: int) -> "TorchTask":
        """The same task with the labels, the last item of a row, permuted in both parts."""
        return self._with({part: shuffled(rows, seed, part) for part, rows in self.data.items()})

    def isolated(self, probe: Callable[[Task], Answer]) -> Answer:
        """What `probe(self)` returns in a fresh process; the factories travel there, lambdas too."""
        return in_fresh_process(partial(probe, self))


def _device(device: str | torch.device) -> torch.device:
    if device != "auto":
        return torch.device(device)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _chance(rows: Rows, objective: Objective) -> float | None:
    """Of labels held as a tensor: their entropy under cross-entropy, their variance under squared error."""
    if not isinstance(rows.dataset, TensorDataset) or objective.loss_fn is not None:
        return None
    labels: Tensor = rows.dataset.tensors[-1]
    if isinstance(objective.loss, nn.CrossEntropyLoss) and labels.ndim == 1 and not labels.is_floating_point():
        p = np.bincount(labels.cpu().numpy()) / len(labels)
        return float(-(p[p > 0] * np.log(p[p > 0])).sum())
    if isinstance(objective.loss, nn.MSELoss):
        return float(((labels - labels.mean(dim=0)) ** 2).mean())
    return None
