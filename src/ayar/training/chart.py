"""What the recipe knows on its way: the task as it is now, settings found so far, results and reasons."""

from dataclasses import dataclass, field
from typing import Any

from ayar.training.account import Account
from ayar.training.arms import Arm
from ayar.training.base import Task
from ayar.training.one_cycle import OneCycle
from ayar.training.recipe import Reason
from ayar.training.schedule import Band
from ayar.training.to_space import Known

CYCLED: Band = (0.95, 0.85)
"""Momentum of one cycle where no test said otherwise (Smith 2018)."""


FEWEST_EPOCHS = 2.0
"""Shorter runs say nothing about longer ones (p)."""


@dataclass
class Chart:
    """The working sheet of one recipe; stages write to it."""

    task: Task
    """Metered, with the batch size found."""
    default: Task
    """Metered, as the user gave it."""
    epochs: int
    seed: int
    account: Account
    lr: float | None = None
    """Maximum of the cycle; None until it was found."""
    momentum: Band | None = None
    weight_decay: float | None = None
    """None: the task's own."""
    known: Known = field(default_factory=Known)
    probes: dict[str, Any] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)

    @property
    def steps(self) -> int:
        """Updates of a full training at the present batch size."""
        return self.epochs * self.task.steps_per_epoch

    @property
    def takes_momentum(self) -> bool:
        """Whether steps can set momentum or β₁."""
        return bool(self.task.can & {"momentum", "beta1"})

    @property
    def takes_decay(self) -> bool:
        """Whether steps can set weight decay."""
        return bool(self.task.can & {"l2", "decoupled"})

    def reason(self, stage: str, sentence: str) -> None:
        """Write down what was found."""
        self.reasons.append(Reason(stage, sentence))

    def cycle(self, lr: float, momentum: Band | None) -> OneCycle:
        """One cycle of a full training."""
        return OneCycle(self.steps, lr, momentum=momentum)

    def arm(self, name: str, lr: float, momentum: Band | None, weight_decay: float | None) -> Arm:
        """One cycle with these settings, as an arm."""
        return Arm(name, "recipe", self.task, self.cycle(lr, momentum), weight_decay)

    def share(self, runs: int, most: float = 1.0, epochs: float = FEWEST_EPOCHS) -> float:
        """Length of so many equal runs that the present stage has left room for; 0 where that is under `epochs`."""
        share = min(max(most, epochs / self.epochs), 1.0, self.account.left / runs)
        return share if share * self.epochs >= epochs - 1e-9 else 0.0
