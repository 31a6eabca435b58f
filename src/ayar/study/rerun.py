"""One trial run again: its parameters, its seed, outside the study. Writes nothing.

What a scheduler decided does not count here: a trial that was pruned runs to its end.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ayar.base.errors import NoTrial
from ayar.base.jsontext import unwrap, wrap
from ayar.executors.base import Ended, Task
from ayar.study.attempt import Payload
from ayar.study.environment import environment
from ayar.study.outcome import Outcome, failed
from ayar.study.proposing import wire_of
from ayar.study.running import Crew, make_executor
from ayar.trial.fold import Fold

_POLL_SECONDS = 3600.0
COMPARED = ("host", "platform", "cores", "executor")
"""Parts of a worker's environment that may change a value, beside the versions."""


@dataclass(frozen=True)
class Rerun:
    """A trial run again."""

    outcome: Outcome
    ended: Ended
    differences: tuple[tuple[str, str, str], ...]
    """(what, then, now) of the environments, as far as they are known to differ."""


def rerun(fold: Fold, objective: Callable[..., Any] | str, number: int, crew: Crew) -> Rerun:
    """Run trial `number` again.

    Arguments:
        fold: the study.
        objective: its objective.
        number: a trial that was handed out; in which state does not matter.
        crew: where, and within which limits, as in `optimize`; with the same number of workers numeric libraries get as
            many threads as before.

    Raises:
        NoTrial: there is no such trial, or nobody has proposed its parameters yet.
    """
    history = fold.history
    if not 0 <= number < len(history) or history.row(number).params is None:
        raise NoTrial(f"expected the number of a trial with parameters, got {number}; the study has {len(history)}")
    payload = Payload(number, wire_of(fold.setup, dict(history.params(number))), attempt=0)
    with make_executor(fold, objective, crew, _answer) as executor:
        executor.submit(Task(number, msgspec.to_builtins(payload)))
        found: list[Ended] = []
        while not found:
            found = executor.poll(_POLL_SECONDS)
    [ended] = found
    outcome = failed(ended.failure) if ended.failure else msgspec.convert(ended.result["outcome"], Outcome)
    then = unwrap(fold.workers.get(history.row(number).worker or "", {}))
    return Rerun(outcome, ended, tuple(_differences(then, unwrap(wrap(environment(crew.place, crew.slots))))))


def _answer(_number: int, _message: dict[str, Any]) -> dict[str, Any]:
    return {"prune": False}


def _differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What differs of two environments; nothing where the first is not known."""
    if not then:
        return []
    pairs = {name: (then.get(name), now.get(name)) for name in COMPARED}
    before, after = then.get("versions", {}), now.get("versions", {})
    pairs |= {name: (before.get(name), after.get(name)) for name in {**before, **after}}
    return [(name, str(old), str(new)) for name, (old, new) in pairs.items() if old != new]
