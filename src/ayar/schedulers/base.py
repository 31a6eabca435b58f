"""The schedulers' contract: whether a trial that just reported goes on.

A scheduler is a frozen dataclass whose fields are its options. `decide` is a pure function of setup, history and the
trial's number: no clock, no global state, nothing remembered that the history does not hold; one that draws lots makes
its generator from (seed, number). So a decision can be made again from the log and compared, as `verify` does.
The suite that every scheduler passes is `ayar.testing.scheduler_suite`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from ayar.trial.history import History
from ayar.trial.setup import Setup


class Action(StrEnum):
    """What becomes of the trial; further actions come with the schedulers that need them."""

    CONTINUE = "continue"
    STOP = "stop"


@dataclass(frozen=True)
class Decision:
    """What a scheduler decided, and why."""

    action: Action = Action.CONTINUE
    note: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON, deterministic: scheduler, rule, the numbers compared, "why" in words. No times."""


GO_ON = Decision()


@dataclass(frozen=True)
class Capabilities:
    """What a scheduler claims; each claim is tested."""

    folds: bool = False
    """Reads the folds of reports: it says nothing of trials that report none."""
    steps: bool = False
    """Reads the steps of reports: it compares trials at the same stage of their training."""
    several_goals: bool = False
    """Can be used in a study with several goals."""


class Scheduler(ABC):
    """Decides after each report whether the trial goes on."""

    capabilities: ClassVar[Capabilities]

    @property
    def needs_same_folds(self) -> bool:
        """Whether it compares trials fold by fold, which new folds for each trial make impossible."""
        return False

    @abstractmethod
    def decide(self, setup: Setup, history: History, number: int) -> Decision:
        """Whether trial `number` goes on.

        Never raises, whatever the history holds: where it has no ground to decide on, the trial goes on.

        Arguments:
            setup: goals, seed, budget.
            history: trials up to the report that is decided on; not to be written to.
            number: of a running trial, whose last report is the newest.
        """
