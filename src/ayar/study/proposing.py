"""What a trial's parameters are: a pure function of the study's settings, its history, the seed and the trial's number.

An ask calls it on the log as of event `seen`; replay calls it on the same log again and compares.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from ayar.base.errors import SpaceError, shorten
from ayar.base.jsontext import Json, wrap
from ayar.base.rng import Streams, stream
from ayar.samplers.base import Proposal, Sampler
from ayar.space.draw import draw
from ayar.space.space import Space
from ayar.space.wire import params_to_wire
from ayar.study.twins import without_twin
from ayar.trial.history import History
from ayar.trial.setup import Setup


def proposal_for(sampler: Sampler, setup: Setup, history: History, number: int) -> Proposal | None:
    """What trial `number` tries on its first attempt; None when the space is exhausted.

    A point that was enqueued is taken, completed where it leaves something open. A number without parameters is the
    sampler's, also where later trials were asked before it: its worker was slow, or gone.
    """
    given = history.row(number).params if number < len(history) else None
    if given is None:
        return propose(sampler, setup, history, number)
    if setup.dynamic:
        return Proposal(dict(given), {"sampler": "enqueued", "why": "a point that was enqueued"})
    return complete(setup, dict(given), number)


def propose(sampler: Sampler, setup: Setup, history: History, number: int) -> Proposal | None:
    """The sampler's proposal for trial `number`; None when the space is exhausted."""
    if not setup.space.params:
        return Proposal({}, {"sampler": setup.sampler.name, "why": "the objective has asked for no parameter yet"})
    rng = Streams(setup.seed, number)
    found = sampler.propose(setup, history, rng, 1)
    if not found and setup.dynamic:
        # By run the space may still grow, so a space whose every point was tried is no end.
        found = sampler.propose(replace(setup, repeats="allow"), history, rng, 1)
    if found and setup.dynamic and setup.repeats == "avoid":
        return without_twin(setup, history, found[0], number)
    return found[0] if found else None


def complete(setup: Setup, given: dict[str, Any], number: int) -> Proposal:
    """A full configuration around the `given` parameters, the others drawn from the space by the trial's own stream.

    Raises:
        SpaceError: a name or value that the space does not hold, or parameters that are never active together.
    """
    space: Space = setup.space
    if space.contains(given):
        return Proposal(given, {"sampler": "enqueued", "why": "a point that was enqueued"})
    rest = space.fix(given)
    rng = stream(setup.seed, number, "fill")
    X, A = draw(
        rest,
        lambda count: rng.random((count, len(rest.codec.names))),
        1,
        lambda X: np.array([given.keys() <= params.keys() for params in rest.codec.decode(X, ~np.isnan(X))], bool),
    )
    if not len(X):
        raise SpaceError(
            f"no configuration holds all of {shorten(given)}; leave out what is not active beside the rest"
        )
    why = "a point that was enqueued; what it left open was drawn"
    return Proposal(rest.codec.decode(X, A)[0], {"sampler": "enqueued", "why": why})


def wire_of(setup: Setup, params: dict[str, Any]) -> dict[str, Json]:
    """Parameters as the log holds them; in a define-by-run study also names that nobody has asked for yet."""
    space = setup.space
    if params.keys() <= space.params.keys():
        return params_to_wire(space, params)
    known = {name: value for name, value in params.items() if name in space.params}
    unknown = {name: wrap(value, name) for name, value in params.items() if name not in known}
    return {**params_to_wire(space, known), **unknown}
