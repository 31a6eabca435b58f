"""A schedule of Ayar as a PyTorch learning-rate scheduler, momentum included.

It is driven like any other: `scheduler.step()` after each `optimizer.step()`. Beyond its last step it holds. It goes on
from a checkpoint exactly as it would have gone on without one, because a schedule depends on the step alone.
"""

import warnings
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from ayar.base.errors import ArgumentError
from ayar.training.schedules import Schedule, schedule_from_dict


class ScheduleLR(LRScheduler):
    """Sets the learning rate and the momentum of every parameter group, step by step.

    The first group gets the schedule's rates; the others keep the ratio that their rates had to it at the start.
    Momentum is the group's `momentum`, or the first of its `betas`; the other betas are left alone. An optimizer with
    neither follows the learning rate only, and a warning says so.

    Arguments:
        optimizer: any; its current rates count only as ratios.
        schedule: such as `OneCycle(steps=epochs * len(loader), max_lr=0.1)`.

    Raises:
        ArgumentError: the first of several groups has rate 0, so there are no ratios.

    >>> import torch
    >>> from ayar.training import OneCycle
    >>> weight = torch.nn.Parameter(torch.ones(2))
    >>> optimizer = torch.optim.AdamW([weight], lr=0.1, betas=(0.9, 0.99))
    >>> scheduler = ScheduleLR(optimizer, OneCycle(steps=10, max_lr=0.1))
    >>> optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["betas"]
    (0.004, (0.95, 0.99))
    """

    def __init__(self, optimizer: Optimizer, schedule: Schedule) -> None:
        self.schedule = schedule
        groups = optimizer.param_groups
        if len(groups) > 1 and not float(groups[0].get("initial_lr", groups[0]["lr"])) > 0:
            raise ArgumentError(
                "the first of several parameter groups has learning rate 0; give it a rate above 0: "
                "the rates of the others are kept as ratios to it"
            )
        if schedule.at(0).momentum is not None and not any("momentum" in group or "betas" in group for group in groups):
            warnings.warn(
                f"{type(optimizer).__name__} has neither momentum nor betas: only the learning rate follows the "
                "schedule; give the schedule momentum=None to say that this is meant",
                stacklevel=2,
            )
        super().__init__(optimizer)

    def get_lr(self) -> list[Any]:
        """The rates of the groups at the present step."""
        lr = self.schedule.at(self.last_epoch).lr
        groups = self.optimizer.param_groups
        for group in groups:
            group.setdefault("initial_lr", group["lr"])  # a group that was added on the way
        first = float(groups[0]["initial_lr"])
        return [lr, *(lr * (float(group["initial_lr"]) / first) for group in groups[1:])]

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next step; beyond the last one everything stays as it is.

        Arguments:
            epoch: PyTorch's deprecated way to name a step.
        """
        super().step(epoch)
        self._set_momentum()

    def extend(self, steps: int) -> None:
        """Plan anew for `steps` in all, from the present values and without a jump (`Schedule.extended`).

        Raises:
            ArgumentError: `steps` leaves no step after the present one.
        """
        self.schedule = self.schedule.extended(steps, at=self.last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """The schedule and the present step, as plain values."""
        return {
            "schedule": self.schedule.to_dict(),
            "last_epoch": self.last_epoch,
            "initial_lrs": [float(group["initial_lr"]) for group in self.optimizer.param_groups],
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on with the schedule and from the step of `state_dict`; sets the optimizer's rates and momentum at once.

        Raises:
            ArgumentError: it was written with another number of parameter groups.
        """
        groups, rates = self.optimizer.param_groups, state_dict["initial_lrs"]
        if len(rates) != len(groups):
            raise ArgumentError(
                f"the state was saved with {len(rates)} parameter groups, the optimizer has {len(groups)}; "
                "build the optimizer as it was, then load"
            )
        self.schedule = schedule_from_dict(state_dict["schedule"])
        for group, rate in zip(groups, rates, strict=True):
            group["initial_lr"] = rate
        self.last_epoch = state_dict["last_epoch"]
        self._step_count = self.last_epoch + 1
        for group, lr in zip(groups, self.get_lr(), strict=True):
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(lr)
            else:
                group["lr"] = lr
        self._last_lr = [float(group["lr"]) for group in groups]
        self._set_momentum()

    def _set_momentum(self) -> None:
        momentum = self.schedule.at(self.last_epoch).momentum
        if momentum is None:
            return
        for group in self.optimizer.param_groups:
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            elif "momentum" in group:
                group["momentum"] = momentum
