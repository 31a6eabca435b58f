"""The budget of a recipe as it is spent: stages in order, each with a share, and what one leaves to those after it."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from ayar.training.metered import BudgetSpent, Meter
from ayar.training.spend import Spend, StageSpend

Result = TypeVar("Result")

SHARES: Mapping[str, float] = {
    "sanity": 0.03,
    "batch size": 0.04,
    "learning rate": 0.25,
    "shuffled labels": 0.02,
    "momentum": 0.15,
    "weight decay": 0.15,
    "confirmation": 0.36,
}
"""What each stage may take of the budget (p); what it leaves goes to those after it."""


class Account:
    """Counts what stages spend, and keeps the whole within the budget.

    Arguments:
        budget: full trainings.
        full_rows: rows that go through an update in a full training.
        full_steps: updates of a full training.
        say: called with a line when a stage is done.
    """

    def __init__(self, budget: float, full_rows: int, full_steps: int, say: Callable[[str], None]) -> None:
        self.meter = Meter(0.0)
        self._budget = budget
        self._full_rows = full_rows
        self._full_steps = full_steps
        self._say = say
        self._stages: list[StageSpend] = []
        self._share = 0.0

    @property
    def left(self) -> float:
        """Full trainings that the present stage may still take."""
        return max(0.0, self.meter.limit - self.meter.rows) / self._full_rows

    def steps_left(self, batch_size: int) -> int:
        """Updates on batches of this size that the present stage may still take."""
        return max(0, int(self.meter.limit - self.meter.rows) // batch_size)

    def run(self, stage: str, work: Callable[[], tuple[Result, str]]) -> Result | None:
        """Do one stage within its share and what was left over; None where it ran into its limit.

        Arguments:
            stage: a name of `SHARES`.
            work: does it; gives its result and, where it left itself out or cut itself short, why.
        """
        self._share += SHARES[stage]
        self.meter.limit = min(self._share, 1.0) * self._budget * self._full_rows
        allowed, rows, steps = self.left, self.meter.rows, self.meter.steps
        result: Result | None = None
        try:
            result, why = work()
        except BudgetSpent:
            why = f"it needs more than the {allowed:.3g} full trainings that it may take; give a larger budget."
        spent = (self.meter.rows - rows) / self._full_rows
        self._stages.append(StageSpend(stage, allowed, spent, self.meter.steps - steps, why))
        cost = f"{spent:.2g} of {allowed:.2g} full trainings"
        self._say(f"{stage}: {cost if not why else f'cut short, {cost}. {why}' if spent else f'left out: {why}'}")
        return result

    def spend(self) -> Spend:
        """What was spent so far."""
        return Spend(self._budget, self._full_steps, tuple(self._stages))
