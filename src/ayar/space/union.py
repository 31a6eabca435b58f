"""The union space of a define-by-run study: what its trials asked for so far."""

from typing import Any

from ayar.base.errors import SpaceError
from ayar.space.domains import Choices, Domain, Float, Int
from ayar.space.space import Space


def join(space: Space, name: str, domain: Domain) -> Space:
    """`space` with parameter `name` added, or widened to hold `domain` too; the same object if it already does.

    Numbers of one type and scale get the hull of both ranges; the step is kept where it fits, else dropped.

    Raises:
        SpaceError: another type, another scale or other choices than before; the message names both.

    >>> join(Space({"lr": (0.1, 1.0)}), "lr", Float(0.5, 2.0))
    Space({'lr': Float(0.1, 2.0)})
    """
    known = space.params.get(name)
    if known == domain:
        return space
    joined = domain if known is None else widened(name, known, domain)
    if joined == known:
        return space
    params = {**space.params, name: joined}
    return Space(params, constraints=space.constraints, forbidden=space.forbidden, fixed=space.fixed)


def widened(name: str, known: Domain, domain: Domain) -> Domain:
    """The smallest domain that holds both.

    Raises:
        SpaceError: they cannot be one parameter.
    """
    if isinstance(known, Float) and isinstance(domain, Float) and known.log == domain.log:
        low, high = min(known.low, domain.low), max(known.high, domain.high)
        step = known.step if known.step == domain.step and _divides(known, domain) else None
        return Float(low, high, step=step, **_rest(known))
    if isinstance(known, Int) and isinstance(domain, Int) and known.log == domain.log:
        low, high = min(known.low, domain.low), max(known.high, domain.high)
        step_int = known.step if known.step == domain.step and not (known.low - domain.low) % known.step else 1
        return Int(low, high, step=step_int, **_rest(known))
    if isinstance(known, Choices) and known.without_when() == domain.without_when():
        return known
    raise SpaceError(
        f"parameter {name!r} was {known!r} in earlier trials and is {domain!r} now; type, scale and choices must "
        "stay the same, so give the new one another name"
    )


def _divides(known: Float, domain: Float) -> bool:
    """Whether both lie on the steps of one grid."""
    return known.ticks is not None and known.ticks.nearest(domain.low) == domain.low


def _rest(known: Float | Int) -> dict[str, Any]:
    return {"log": known.log, "when": known.when, "default": known.default, "prior": known.prior}
