"""The samplers' contract: which parameters next.

A sampler is a frozen dataclass whose fields are its options. `propose` is a pure function of (setup, history, streams):
no clock, no global state, nothing remembered that the history does not hold. A cache is allowed when it may be dropped
at any time with the same bits. The suite that every sampler passes is `ayar.testing.sampler_suite`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ayar.base.rng import Streams
from ayar.trial.history import History
from ayar.trial.setup import Setup


@dataclass(frozen=True)
class Capabilities:
    """What a sampler claims; the capability table is made from this and each claim is tested."""

    conditions: bool = True
    """Handles parameters that are active under conditions."""
    categories: bool = True
    """Handles unordered choices."""
    several_goals: bool = False
    """Searches for a front, not for one goal."""
    result_constraints: bool = False
    """Uses constraint metrics, not only feasibility known beforehand."""
    learns: bool = False
    """Uses the values told so far."""
    finite_only: bool = False
    """Needs a space that it can enumerate."""


@dataclass(frozen=True)
class Proposal:
    """One configuration to try, and why."""

    params: dict[str, Any]
    """Active parameters, native values, inside the space."""
    note: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON, deterministic: sampler, model, expectation, fall-back and its reason. No times."""


class Sampler(ABC):
    """Proposes what to try next."""

    capabilities: ClassVar[Capabilities]

    @abstractmethod
    def propose(self, setup: Setup, history: History, rng: Streams, count: int) -> list[Proposal]:
        """`count` proposals, as if asked one by one with the earlier ones pending.

        Arguments:
            setup: space, goals, seed, budget.
            history: trials up to the event the proposal is based on, pending ones included; not to be written to.
            rng: `rng(i, purpose)` makes the i-th proposal's generator; draw only uniforms from it.
            count: how many; at least 1.

        Returns:
            Proposals that lie in the space, keep its constraints and, unless `setup.repeats` is "allow", differ from
            each other and from every point the history holds. Fewer than `count` only when the space is exhausted.
        """
