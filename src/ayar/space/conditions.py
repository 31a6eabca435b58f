"""Which parameters are active: `when` resolved over all parameters of a space.

A parameter is active if all its parents are active and each has one of the values its `when` names. Conditions may be
nested to any depth and a parameter may hang on several parents; circles are refused.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ayar.base.errors import SpaceError, did_you_mean, shorten
from ayar.space.domains import Choices, Constant, Domain, Label


@dataclass(frozen=True, slots=True)
class Test:
    """One demand on one parent: its code is among `codes`."""

    parent: str
    codes: frozenset[float]


Tests = tuple[Test, ...]


def resolve_codes(name: str, values: tuple[Any, ...], domain: Domain, where: str) -> frozenset[float]:
    """The codes of `values` of parameter `name`; labels may stand for labelled choices.

    Raises:
        SpaceError: a value that the parameter cannot take.
    """
    return frozenset(_code(name, value, values, domain, where) for value in values)


def _code(name: str, value: Any, values: tuple[Any, ...], domain: Domain, where: str) -> float:
    adopted = domain.adopt(value)
    if domain.fault(adopted) is None:
        return domain.code(adopted)
    if isinstance(domain, Choices) and isinstance(value, str) and value in domain.labels:
        return domain.code(Label(value))
    if isinstance(domain, Choices) and not math.isnan(domain.code(values)):
        raise SpaceError(
            f"{where}: a tuple means any of its values; to mean {name}={values!r} itself write [{values!r}]"
        )
    near = ""
    if isinstance(domain, Choices) and isinstance(value, str):
        near = did_you_mean(value, [choice for choice in domain.names() if isinstance(choice, str)])
    raise SpaceError(f"{where}: {name} cannot be {shorten(value)}: {domain.fault(adopted)}{near}")


def resolve_tests(name: str, domain: Domain, params: Mapping[str, Domain]) -> Tests:
    """The condition of one parameter as tests on its parents' codes.

    Raises:
        SpaceError: an unknown parent, or a value that a parent cannot take.
    """
    tests = []
    for parent, values in (domain.when or {}).items():
        where = f"parameter {name!r}: when={{{parent!r}: ...}}"
        if parent not in params:
            raise SpaceError(f"{where}: no parameter is called {parent!r}{did_you_mean(str(parent), params)}")
        tests.append(Test(parent, resolve_codes(parent, values, params[parent], where)))
    return tuple(tests)


def parents_first(tests: Mapping[str, Tests]) -> tuple[str, ...]:
    """All names, parents before children, else in the order given.

    Raises:
        SpaceError: conditions that run in a circle; the message walks it.
    """
    placed: dict[str, None] = {}
    for root in tests:
        path = [root]
        while path:
            name = path[-1]
            waiting = next((test.parent for test in tests[name] if test.parent not in placed), None)
            if name in placed or waiting is None:
                placed[path.pop()] = None
            elif waiting in path:
                circle = " -> ".join([*path[path.index(waiting) :], waiting])
                raise SpaceError(f"conditions run in a circle: {circle}; leave out one of these `when`")
            else:
                path.append(waiting)
    return tuple(placed)


def resolve_demands(
    order: Sequence[str], tests: Mapping[str, Tests], held: Mapping[str, float]
) -> dict[str, Tests | None]:
    """The tests that are left once those on parents without freedom are decided.

    A decided test is replaced by what its parent demands itself; None marks a parameter that can never be active.
    """
    demands: dict[str, Tests | None] = {}
    for name in order:
        left: dict[Test, None] | None = {}
        for test in tests[name]:
            is_free = test.parent not in held
            above = (test,) if is_free else demands[test.parent] if held[test.parent] in test.codes else None
            left = None if left is None or above is None else {**left, **dict.fromkeys(above)}
        demands[name] = None if left is None else tuple(left)
    return demands


@dataclass(frozen=True)
class Structure:
    """The parameters of a space with their conditions resolved and their fixed values applied.

    Arguments:
        params: name to domain, in the space's order.
        fixed: name to the one value it keeps.
    """

    params: Mapping[str, Domain]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    tests: Mapping[str, Tests] = field(init=False)
    """Name to the tests on its parents."""
    order: tuple[str, ...] = field(init=False)
    """All names, parents first."""
    held: Mapping[str, float] = field(init=False)
    """Name to code, of constants and fixed parameters: those without freedom."""
    demands: Mapping[str, Tests | None] = field(init=False)
    """Name to what must hold of free parameters for it to be active; None if it never is."""

    def __post_init__(self) -> None:
        """Resolve everything."""
        tests = {name: resolve_tests(name, domain, self.params) for name, domain in self.params.items()}
        held = {name: 0.0 for name, domain in self.params.items() if isinstance(domain, Constant)}
        for name, value in self.fixed.items():
            if name not in self.params:
                raise SpaceError(f"fixed: no parameter is called {name!r}{did_you_mean(str(name), self.params)}")
            (held[name],) = resolve_codes(name, (value,), self.params[name], "fixed")
        order = parents_first(tests)
        demands = resolve_demands(order, tests, held)
        for name, value in (("tests", tests), ("order", order), ("held", held), ("demands", demands)):
            object.__setattr__(self, name, value)

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the parameters that have a column."""
        return tuple(name for name in self.params if name not in self.held)

    def active(self, params: Mapping[str, Any]) -> Iterator[str]:
        """Names of the parameters that the values in `params` make active, parents first.

        A constant or fixed parent missing from `params` counts with its value.
        """
        codes: dict[str, float] = {}
        for name in self.order:
            if all(codes.get(test.parent, math.nan) in test.codes for test in self.tests[name]):
                value = params.get(name, self)
                codes[name] = self.held.get(name, math.nan) if value is self else self.params[name].code(value)
                yield name
