"""One attempt of one trial, as the executor's process runs it: payload in, live trial, objective, outcome out."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec

from ayar.base.errors import AyarError, TrialPruned
from ayar.base.jsontext import Json
from ayar.space.objects import with_objects
from ayar.space.space import Space
from ayar.space.wire import params_from_wire, space_from_json
from ayar.study.live_trial import Channel, LiveTrial, beyond
from ayar.study.outcome import Outcome, pruned, read_outcome
from ayar.trial.attribute import attribute
from ayar.trial.goal import Constraint, Goal


class Payload(msgspec.Struct, frozen=True):
    """What an attempt needs to know, in plain JSON."""

    number: int
    params: dict[str, Json]
    """In the space's wire form."""
    attempt: int = 1
    """Which attempt of the trial it is; 0 for one outside the study's count."""
    space: Json = None
    """The declared space they belong to, where it changed since the attempts began; else None."""


@dataclass(frozen=True)
class Attempt:
    """The function an executor runs for each payload; it goes to a child process once, with the objective."""

    declared: Space
    """The space as declared; empty where the objective defines it by run."""
    goals: tuple[Goal, ...]
    constraints: tuple[Constraint, ...]
    seed: int

    def __call__(self, objective: Any, payload: dict[str, Any], channel: Channel) -> dict[str, Json]:
        """Run the objective on the payload's trial; the outcome and what it asked for, as JSON.

        Whatever the objective raises (but a pruned signal) is raised on, after its attributes were sent.
        """
        trial = self._trial(msgspec.convert(payload, Payload), channel)
        try:
            outcome = self._outcome(objective, trial)
        except BaseException:
            # Refused while the attempt is being ended: the objective's own error is what counts.
            with suppress(AyarError):
                channel({"left": _kept(trial)})
            raise
        return {"outcome": msgspec.to_builtins(outcome), **_kept(trial)}

    def _trial(self, payload: Payload, channel: Channel) -> LiveTrial:
        space = self.declared if payload.space is None else with_objects(space_from_json(payload.space), self.declared)
        proposed = beyond(space, payload.params)
        declared = payload.params
        if proposed:
            declared = {name: value for name, value in declared.items() if name not in proposed}
        params = params_from_wire(space, declared)
        return LiveTrial(
            payload.number,
            params,
            proposed,
            declared=space,
            seed=self.seed,
            channel=channel,
            attempt=payload.attempt,
        )

    def _outcome(self, objective: Any, trial: LiveTrial) -> Outcome:
        try:
            returned = objective(trial)
        except Exception as error:
            if not is_pruned(error):
                raise
            return pruned(trial.reports, {})
        return read_outcome(returned, self.goals, self.constraints)


def is_pruned(error: BaseException) -> bool:
    """Whether an exception means "pruned": ours, or a host's of that name (Optuna's, known without importing it)."""
    return isinstance(error, TrialPruned) or any(kind.__name__ == "TrialPruned" for kind in type(error).__mro__)


def _kept(trial: LiveTrial) -> dict[str, Json]:
    attrs = {name: attribute(name, value) for name, value in trial.user_attrs.items()}
    return {"attrs": attrs, "asked": trial.asked()}
