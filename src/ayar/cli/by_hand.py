"""`ayar ask` and `ayar tell`: one trial at a time, for loops in a shell or in any other language."""

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from ayar.analysis.words import count_text
from ayar.base.errors import ArgumentError, shorten
from ayar.base.jsontext import dumps, loads
from ayar.cli.asjson import params_json
from ayar.cli.exits import Exit
from ayar.cli.talk import Talk
from ayar.cli.words import values_text
from ayar.study.front import load_study
from ayar.study.study import Study
from ayar.trial.failure import Failure
from ayar.trial.state import State


def ask(storage: str, name: str | None, talk: Talk, *, worker: str | None, lease_s: float) -> Exit:
    """Print the next trial as one line of JSON; its lease is renewed by nobody.

    Arguments:
        storage, name: the study.
        talk: how much is said.
        worker: a name that gets its unfinished trial back; None: each call is another worker.
        lease_s: seconds until the trial goes to somebody else.
    """
    with closing(load_study(storage, name)) as study:
        live = study.ask(worker=worker, lease_s=lease_s)
        lease = live.lease
        assert lease is not None, "a trial that was asked has a lease"  # noqa: S101 - for the type checker
        trial = study.history.trial(live.number)
        talk.tell(
            dumps(
                {
                    "study": study.name,
                    "trial": live.number,
                    "token": lease.token,
                    "attempt": lease.attempt,
                    "lease_s": lease.ttl,
                    "seed": live.seed,
                    "params": params_json(study.fold, trial),
                }
            )
        )
    return Exit.DONE


@dataclass(frozen=True)
class Told:
    """What `ayar tell` was given."""

    number: int | None
    """The trial; None with `params`."""
    token: int | None = None
    value: str | None = None
    """A number, or JSON: several in the goals' order, or an object by name."""
    state: str = State.COMPLETE.value
    reason: str = ""
    params: str | None = None
    """JSON: a trial that was never asked for is added."""


def tell(storage: str, name: str | None, told: Told, talk: Talk) -> Exit:
    """Tell a trial's result, or add a trial with `params`.

    Raises:
        ArgumentError: neither a trial's number nor parameters, or both; a value that is no number and no JSON.
        TellRefused: the trial is final with another result, or went to another worker.
    """
    if (told.number is None) == (told.params is None):
        raise ArgumentError("tell: expected either a trial's number, or --params to add one that was not asked for")
    with closing(load_study(storage, name)) as study:
        number = _added(study, told) if told.params is not None else _told(study, told)
        trial = study.history.trial(number)
        done = sum(count for state, count in study.counts().items() if state.is_final)
        values = values_text(study.fold, trial)
        talk.say(f"trial {number} {trial.state} {values}".rstrip() + f"; {count_text(done, 'trial')} done")
    return Exit.DONE


def _told(study: Study, told: Told) -> int:
    failure = None
    if told.state == State.FAILED:
        if told.value is not None:
            raise ArgumentError(f"tell: expected no --value for a failed trial, got {shorten(told.value)}")
        failure = Failure("exception", told.reason, type="told as failed", where=told.reason)
    return study.tell(told.number or 0, _value(told), state=told.state, failure=failure, token=told.token).number


def _added(study: Study, told: Told) -> int:
    params = _json("--params", told.params or "", 'JSON such as {"lr": 0.1}')
    if not isinstance(params, dict):
        raise ArgumentError(f'tell: expected --params as JSON such as {{"lr": 0.1}}, got {shorten(told.params)}')
    return study.add(params, _value(told), state=told.state)


def _value(told: Told) -> Any:
    if told.value is None:
        return None
    try:
        return float(told.value)  # nan and inf are no JSON
    except ValueError:
        return _json("--value", told.value, "a number or JSON")


def _json(option: str, text: str, wanted: str) -> Any:
    try:
        return loads(text)
    except (ValueError, ArgumentError):
        raise ArgumentError(f"tell: expected {option} to be {wanted}, got {shorten(text)}") from None
