"""What an objective needs of its trial and its study, and that both are after the same."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from ayar.base.errors import ArgumentError
from ayar.evaluate.ledger import Ledger
from ayar.trial.goal import Direction, Goal
from ayar.trial.trial import Trial


class LiveTrial(Protocol):
    """The trial that an objective gets: its parameters, and the way to report."""

    number: int

    def keys(self) -> Iterable[str]:
        """Names of the active parameters."""

    def __getitem__(self, name: str, /) -> Any: ...

    def report(self, value: float, step: int, fold: int | None = None) -> object:
        """Hand in an intermediate value."""

    def set_user_attr(self, name: str, value: Any) -> None:
        """Keep a fact with the trial."""

    def should_prune(self) -> bool:
        """Whether the scheduler wants the trial to end."""


class HasGoals(Protocol):
    """Settings of a study, as far as they matter here."""

    @property
    def goals(self) -> Sequence[Goal]:
        """What the study is after."""


class Tuned(Ledger, Protocol):
    """A study: a ledger with goals and a winner."""

    @property
    def setup(self) -> HasGoals:
        """Its settings."""

    @property
    def best(self) -> Any:
        """The best trial, or a tuple of them when there are several goals."""

    @property
    def trials(self) -> Sequence[Trial]:
        """All trials, by number."""


def check_goals(study: Tuned, wanted: Mapping[str, Direction]) -> None:
    """See that a study is after the `wanted` metrics; the name of a single goal is free.

    Raises:
        ArgumentError: other goals, or another direction.
    """
    goals = study.setup.goals
    if len(wanted) == 1 and [goal.direction for goal in goals] == list(wanted.values()):
        return
    if len(wanted) > 1 and [(goal.name, goal.direction) for goal in goals] == list(wanted.items()):
        return
    count = "one goal" if len(wanted) == 1 else f"{len(wanted)} goals"
    asked = f"direction={next(iter(wanted.values()))!r}" if len(wanted) == 1 else f"goals={dict(wanted)!r}"
    raise ArgumentError(
        f"expected a study with {count}, to {', to '.join(f'{way} {name}' for name, way in wanted.items())}, got "
        f"{', '.join(f'{goal.direction} {goal.name}' for goal in goals)}; pass {asked}"
    )
