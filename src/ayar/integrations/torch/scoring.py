"""The loss of a batch, and of each of its rows: how training and scores read what a model puts out."""

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from ayar.base.errors import ArgumentError
from ayar.integrations.torch.rows import row_count
from ayar.training.base import Scores

LossFn = Callable[[nn.Module, Any], Tensor]
Loss = Callable[[Tensor, Tensor], Tensor]
Metric = Callable[[Tensor, Tensor], "Tensor | float"]


@dataclass(frozen=True)
class Objective:
    """What is minimised: `loss(outputs, targets)` on batches of (inputs, targets), or any `loss_fn(model, batch)`."""

    loss: Loss = field(default_factory=nn.CrossEntropyLoss)
    loss_fn: LossFn | None = None
    metric: Metric | None = None
    """Larger is better; None takes accuracy where outputs are (n, C) and targets n whole numbers."""

    def of_batch(self, model: nn.Module, batch: Any) -> Tensor:
        """The mean loss of a batch, with its graph."""
        if self.loss_fn is not None:
            return self.loss_fn(model, batch)
        inputs, targets = _pair(batch)
        return self.loss(model(inputs), targets)

    def add(self, scored: "Sums", model: nn.Module, batch: Any) -> None:
        """Score a batch in evaluation mode."""
        if self.loss_fn is not None:
            scored.add_mean(float(self.loss_fn(model, batch)), row_count(batch))
            return
        inputs, targets = _pair(batch)
        outputs = model(inputs)
        each = self._of_rows(outputs, targets)
        if each is None:
            scored.add_mean(float(self.loss(outputs, targets)), len(targets))
        else:
            scored.add_rows(each.double().cpu())
        if self.metric is not None:
            scored.add_metric(float(self.metric(outputs, targets)), len(targets), _name(self.metric))
        elif outputs.ndim == 2 and targets.ndim == 1 and not targets.is_floating_point():
            right = (outputs.argmax(dim=1) == targets).double().mean()
            scored.add_metric(float(right), len(targets), "accuracy")

    def _of_rows(self, outputs: Tensor, targets: Tensor) -> Tensor | None:
        """The loss of each row, (n,), where the loss can leave out its mean."""
        if isinstance(self.loss, nn.Module) and getattr(self.loss, "reduction", None) == "mean":
            plain = copy.copy(self.loss)
            setattr(plain, "reduction", "none")  # noqa: B010 - a Module's attributes have no types
            each = plain(outputs, targets)
            weighted = getattr(self.loss, "weight", None) is not None
        elif inspect.isfunction(self.loss) and "reduction" in inspect.signature(self.loss).parameters:
            each, weighted = self.loss(outputs, targets, reduction="none"), False
        else:
            return None
        return None if weighted or not each.ndim else each.flatten(1).mean(dim=1) if each.ndim > 1 else each


def _pair(batch: Any) -> tuple[Any, Tensor]:
    if not isinstance(batch, (list, tuple)) or len(batch) != 2:
        raise ArgumentError(
            "a batch is a pair (inputs, targets) unless loss_fn(model, batch) is given; "
            f"it came as {type(batch).__name__}"
        )
    return batch[0], batch[1]


def _name(metric: Metric) -> str:
    return getattr(metric, "__name__", type(metric).__name__)


class Sums:
    """Running sums over batches; the standard error is of rows where their losses are known, else of batches."""

    def __init__(self) -> None:
        self.rows, self.total, self.squares = 0, 0.0, 0.0
        self.batches: list[tuple[float, int]] = []
        self.metric_total, self.metric_name = 0.0, ""

    def add_rows(self, losses: Tensor) -> None:
        """Add a loss for each row."""
        self.rows += len(losses)
        self.total += float(losses.sum())
        self.squares += float((losses**2).sum())

    def add_mean(self, loss: float, rows: int) -> None:
        """Add the mean loss of some rows."""
        self.batches.append((loss, rows))
        self.rows += rows
        self.total += loss * rows

    def add_metric(self, value: float, rows: int, name: str) -> None:
        """Add the mean metric of some rows."""
        self.metric_total += value * rows
        self.metric_name = name

    def scores(self) -> Scores:
        """What the sums say."""
        mean = self.total / self.rows
        metric = self.metric_total / self.rows if self.metric_name else None
        return Scores(mean, self.rows, self._error(mean), metric, self.metric_name)

    def _error(self, mean: float) -> float:
        if self.batches:
            means = torch.tensor([loss for loss, _ in self.batches], dtype=torch.float64)
            return float(means.std() / len(means) ** 0.5) if len(means) > 1 else float("nan")
        if self.rows < 2:
            return float("nan")
        variance = max(self.squares / self.rows - mean**2, 0.0) if self.squares == self.squares else float("nan")
        return float((variance / (self.rows - 1)) ** 0.5)
