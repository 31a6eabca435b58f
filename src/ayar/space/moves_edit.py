"""One edit of a space at a time: the space with a range, a choice or a name changed, its rules and conditions kept.

The way from words such as "widen lr to 1e-6 ... 1" to the new space; what that means for earlier trials is `moves`.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from ayar.base.errors import SpaceError, did_you_mean, shorten
from ayar.space.constraints import Expression
from ayar.space.domain import Domain
from ayar.space.domains import Bool, Choices, Constant, Float, Int
from ayar.space.expression import rename_in
from ayar.space.space import Space


def with_rules_of(space: Space, params: Mapping[str, Any]) -> Space:
    """Other parameters under the rules, fixed values and given points of `space`.

    Raises:
        SpaceError: a rule names a parameter that is gone; the message says which.
    """
    fixed = {name: value for name, value in space.fixed.items() if name in params}
    return Space(
        params, constraints=space.constraints, forbidden=space.forbidden, fixed=fixed, points=space.points or None
    )


def renamed(space: Space, names: Mapping[str, str]) -> Space:
    """The space with parameters under other names, in conditions and rules too; a function rule stays as it is.

    Raises:
        SpaceError: a name that the space does not hold, or two parameters of one name.

    >>> space = Space({"batch": [16, 32], "width": (8, 64)}, constraints=["batch * width <= 1024"])
    >>> renamed(space, {"batch": "size"})
    Space({'size': Categorical([16, 32]), 'width': Int(8, 64)}, constraints=['size * width <= 1024'])
    """
    for name in names:
        _known(space, name)
    called = {name: names.get(name, name) for name in space.params}
    if len(set(called.values())) < len(called):
        raise SpaceError(f"rename: {dict(names)} would give two parameters one name; this space has {space.names}")
    params = {
        called[name]: domain if domain.when is None else domain.under({called[p]: v for p, v in domain.when.items()})
        for name, domain in space.params.items()
    }
    return Space(
        params,
        constraints=[rename_in(r.text, names) if isinstance(r, Expression) else r for r in space.constraints],
        forbidden=[{called[name]: values for name, values in rule.values.items()} for rule in space.forbidden],
        fixed={called[name]: value for name, value in space.fixed.items()},
        points=[{called[name]: value for name, value in point.items()} for point in space.points] or None,
    )


def with_range(space: Space, name: str, low: float, high: float, *, wider: bool) -> Space:
    """The space with other bounds of one number.

    Arguments:
        space: the space.
        name: of a Float or Int.
        low, high: the new bounds.
        wider: whether they must hold the old ones; else they must lie within them.

    Raises:
        SpaceError: no number, or bounds that are not wider, or not narrower.

    >>> with_range(Space({"lr": Float(1e-4, 1e-1, log=True)}), "lr", 1e-6, 1.0, wider=True)
    Space({'lr': Float(1e-06, 1.0, log=True)})
    """
    domain = _known(space, name)
    if not isinstance(domain, Float | Int):
        raise SpaceError(f"parameter {name!r} has no range, it is {domain!r}; choices are added and retired one by one")
    inner, outer = ((domain.low, domain.high), (low, high)) if wider else ((low, high), (domain.low, domain.high))
    if not outer[0] <= inner[0] <= inner[1] <= outer[1]:
        verb, other = ("widen", "narrow") if wider else ("narrow", "widen")
        raise SpaceError(
            f"{verb} {name!r}: expected bounds that {'hold' if wider else 'lie within'} {domain.low!r} to "
            f"{domain.high!r}, got {low!r} to {high!r}; to move both ends, {other} too"
        )
    return _with_domain(space, name, lambda: _with_bounds(domain, low, high))


def _with_bounds(domain: Float | Int, low: float, high: float) -> Domain:
    rest: dict[str, Any] = {"log": domain.log, "when": domain.when, "step": domain.step, "prior": domain.prior}
    if isinstance(domain, Int):
        if not (float(low).is_integer() and float(high).is_integer()):
            raise SpaceError(f"expected whole bounds for {domain!r}, got {low!r} to {high!r}")
        low, high = int(low), int(high)
    made = type(domain)(low, high, **rest)  # type: ignore[arg-type]  # whole where it must be
    if made.fault(domain.default) is not None:
        return made
    return type(domain)(low, high, **rest, default=domain.default)  # type: ignore[arg-type]  # whole where it must be


def with_choice(space: Space, name: str, value: Any) -> Space:
    """The space with one more choice of a parameter, as its last.

    Raises:
        SpaceError: no list of choices, or one that holds the value already.

    >>> with_choice(Space({"opt": ["sgd", "adam"]}), "opt", "lion")
    Space({'opt': Categorical(['sgd', 'adam', 'lion'])})
    """
    domain = _choices(space, name)
    if not math.isnan(domain.code(value)):
        raise SpaceError(f"parameter {name!r} may be {value!r} already; it is {domain!r}")
    listed = _listed(domain)
    more = {**listed, str(value): value} if isinstance(listed, dict) else [*listed, value]
    # The new one is as likely as the others are on average.
    prior = None if domain.prior is None else [*domain.prior, sum(domain.prior) / domain.levels]
    return _with_domain(space, name, lambda: _with_choices(domain, more, prior))


def without_choice(space: Space, name: str, value: Any) -> Space:
    """The space less one choice of a parameter, and less what only that choice made active.

    Raises:
        SpaceError: no list of choices, or none of its choices; a condition or rule that names nothing else.

    >>> without_choice(Space({"opt": ["sgd", "adam"], "nesterov": Bool(when={"opt": "sgd"})}), "opt", "adam")
    Space({'opt': Categorical(['sgd']), 'nesterov': Bool(when={'opt': 'sgd'})})
    """
    domain = _choices(space, name)
    code = domain.code(value)
    if math.isnan(code):
        code = next((float(i) for i, text in enumerate(domain.labels) if text == value), math.nan)
    if math.isnan(code):
        raise SpaceError(f"parameter {name!r} cannot be {value!r}; its choices are {shorten(domain.names())}")
    if domain.levels == 1:
        raise SpaceError(f"parameter {name!r} has no choice but {value!r}; retire the parameter instead")
    kept = [i for i in range(domain.levels) if i != code]
    listed = _listed(domain)
    fewer = (
        {text: listed[text] for i, text in enumerate(listed) if i != code}
        if isinstance(listed, dict)
        else [listed[i] for i in kept]
    )
    prior = None if domain.prior is None else [domain.prior[i] for i in kept]
    made = _with_choices(domain, fewer, prior)
    params = {}
    for other, its in space.params.items():
        when = dict(its.when or {})
        if name in when:
            left = tuple(v for v in when[name] if domain.code(domain.adopt(v)) != code)
            if not left:
                continue  # it could never be active again
            its = its.under({**when, name: left})  # noqa: PLW2901 - the same parameter
        params[other] = made if other == name else its
    return with_rules_of(space, params)


def with_parameter(space: Space, name: str, domain: Any) -> Space:
    """The space with one more parameter, as its last.

    Arguments:
        space: the space.
        name: of the new parameter.
        domain: in any spelling that a space takes.

    Raises:
        SpaceError: the space holds the name already, or no domain.

    >>> with_parameter(Space({"opt": ["sgd", "adam"]}), "m", {"low": 0.0, "high": 0.9, "when": {"opt": "sgd"}})
    Space({'opt': Categorical(['sgd', 'adam']), 'm': Float(0.0, 0.9, when={'opt': 'sgd'})})
    """
    if name in space.params:
        raise SpaceError(f"parameter {name!r} is there already; it is {space.params[name]!r}")
    return with_rules_of(space, {**space.params, name: domain})


def without(space: Space, name: str) -> Space:
    """The space less one parameter.

    Raises:
        SpaceError: no such parameter, the only one there is, or a condition or rule that names it.
    """
    _known(space, name)
    if len(space.params) == 1:
        raise SpaceError(f"parameter {name!r} is the only one; a space without parameters leaves nothing to search")
    return with_rules_of(space, {other: domain for other, domain in space.params.items() if other != name})


# -- parts ------------------------------------------------------------------------------------------------------------


def _known(space: Space, name: str) -> Domain:
    if name not in space.params:
        raise SpaceError(f"no parameter is called {name!r}{did_you_mean(str(name), space.params)}")
    return space.params[name]


def _choices(space: Space, name: str) -> Choices:
    domain = _known(space, name)
    if not isinstance(domain, Choices) or isinstance(domain, Bool | Constant):
        raise SpaceError(f"parameter {name!r} has no list of choices, it is {domain!r}")
    return domain


def _listed(domain: Choices) -> Any:
    """The choices as their constructor takes them: a mapping where every one has a label."""
    if None in domain.labels:
        return list(domain.choices)
    return dict(zip(domain.labels, domain.choices, strict=True))


def _with_choices(domain: Choices, listed: Any, prior: Any) -> Domain:
    rest: dict[str, Any] = {"when": domain.when, "prior": prior}
    made = type(domain)(listed, **rest)
    return made if made.fault(domain.default) is not None else type(domain)(listed, **rest, default=domain.default)


def _with_domain(space: Space, name: str, make: Callable[[], Domain]) -> Space:
    try:
        domain = make()
    except SpaceError as error:
        raise SpaceError(f"parameter {name!r}: {error}") from None
    return with_rules_of(space, {**space.params, name: domain})
