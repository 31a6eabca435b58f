"""What is fixed, or changed only by an event, about a study: everything a decision may depend on beside the history."""

import math
from dataclasses import dataclass, replace
from typing import Any

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.space.space import Space
from ayar.trial.events import Plugin, StudyCreated
from ayar.trial.failure import KINDS
from ayar.trial.goal import Constraint, Goal

REPEATS = ("avoid", "allow")
CHANGEABLE = ("sampler", "scheduler", "max_trials", "max_seconds", "max_failures", "retries")
"""Fields that `SettingsChanged` may hold; never seed, goals or space."""


@dataclass(frozen=True)
class Setup:
    """A study's settings as of one event."""

    name: str
    space: Space
    goals: tuple[Goal, ...]
    seed: int
    sampler: Plugin
    constraints: tuple[Constraint, ...] = ()
    dynamic: bool = False
    """Define-by-run: the space is the union of what trials asked for so far."""
    max_trials: int | None = None
    max_seconds: float | None = None
    max_failures: float = 0.5
    """Above this many failed trials (a count, or below 1 a rate from 10 trials on) the study stops."""
    retries: tuple[tuple[str, int], ...] = ()
    """(kind of failure, how often a trial is tried again)."""
    repeats: str = "avoid"
    lease_s: float = 60.0
    scheduler: Plugin | None = None

    def __post_init__(self) -> None:
        if self.repeats not in REPEATS:
            raise ArgumentError(
                f"repeats: expected 'avoid' or 'allow', got {shorten(self.repeats)}"
                f"{did_you_mean(self.repeats, REPEATS)}"
            )
        if self.max_trials is not None and not _is_count(self.max_trials):
            raise ArgumentError(f"max_trials: expected a whole number >= 0 or None, got {shorten(self.max_trials)}")
        if self.max_seconds is not None and not _is_amount(self.max_seconds):
            raise ArgumentError(f"max_seconds: expected seconds >= 0 or None, got {shorten(self.max_seconds)}")
        if not _is_amount(self.max_failures):
            raise ArgumentError(f"max_failures: expected a count, or a rate below 1, got {shorten(self.max_failures)}")
        if not (_is_amount(self.lease_s) and self.lease_s > 0):
            raise ArgumentError(f"lease_s: expected seconds > 0, got {shorten(self.lease_s)}")
        for kind, times in self.retries:
            if kind not in KINDS:
                raise ArgumentError(f"retries: no failure is of the kind {kind!r}{did_you_mean(str(kind), KINDS)}")
            if not _is_count(times):
                raise ArgumentError(f"retries[{kind!r}]: expected a whole number >= 0, got {shorten(times)}")

    @property
    def signs(self) -> tuple[float, ...]:
        """One factor a goal: value · sign is lower-is-better."""
        return tuple(goal.sign for goal in self.goals)

    def retries_of(self, kind: str) -> int:
        """How often a trial that failed with `kind` is tried again."""
        return dict(self.retries).get(kind, 0)

    def changed(self, changes: dict[str, Any]) -> "Setup":
        """These settings with the changes of a `SettingsChanged` event."""
        known = {name: value for name, value in changes.items() if name in CHANGEABLE}
        for word in ("sampler", "scheduler"):
            if known.get(word) is not None:
                known[word] = Plugin(**known[word])
        if "retries" in known:
            known["retries"] = tuple(sorted(known["retries"].items()))
        return replace(self, **known)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def setup_of(created: StudyCreated, space: Space) -> Setup:
    """The settings that a `StudyCreated` event holds; `space` is its space, read."""
    return Setup(
        name=created.name,
        space=space,
        goals=created.goals,
        seed=created.seed,
        sampler=created.sampler,
        constraints=created.constraints,
        dynamic=created.dynamic,
        max_trials=created.max_trials,
        max_seconds=created.max_seconds,
        max_failures=created.max_failures,
        retries=tuple(sorted(created.retries.items())),
        repeats=created.repeats,
        lease_s=created.lease_s,
        scheduler=created.scheduler,
    )
