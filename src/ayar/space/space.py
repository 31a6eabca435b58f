"""The space: parameters, their conditions, and the rules that tie them together. Thin: each verb has its own file."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from msgspec import UNSET

from ayar.base.errors import SpaceError, did_you_mean, shorten
from ayar.space import grid as grids
from ayar.space.codec import Codec, Floats, Mask
from ayar.space.conditions import Structure
from ayar.space.constraints import Listed, Rule, constraint_of, forbidden_of
from ayar.space.domains import Domain
from ayar.space.given import domains_from, rows_of
from ayar.space.shorthand import domains_of
from ayar.space.size import count


class Space:
    """What may be tried.

    Arguments:
        params: name to domain, or to a short form of one: (low, high), a list of choices, a range, a table.
        constraints: expressions such as "batch * width <= 4096", or functions of the active parameters to a bool.
        forbidden: combinations that must not occur, such as {"solver": "lbfgs", "penalty": ["l1", "elasticnet"]}.
        fixed: name to the one value that parameter keeps; it stays in `params`, without freedom.
        points: the configurations that the space consists of, where it is a finite list of given ones; `params` may
            then be left out, and is read off them.

    Raises:
        SpaceError: anything that contradicts itself; the message says what and where.

    >>> from ayar.space.domains import Int
    >>> space = Space({"kernel": ["rbf", "poly"], "degree": Int(2, 5, when={"kernel": "poly"})})
    >>> space.size
    5
    >>> space.explain({"kernel": "rbf", "degree": 3})
    "parameter 'degree' is inactive here: it needs kernel='poly'"
    """

    def __init__(
        self,
        params: Mapping[str, Any] | None = None,
        *,
        constraints: Iterable[Any] = (),
        forbidden: Iterable[Any] = (),
        fixed: Mapping[str, Any] | None = None,
        points: Iterable[Mapping[str, Any]] | None = None,
    ) -> None:
        """See the class."""
        rows = [] if points is None else rows_of(points)
        self.structure = Structure(domains_of(domains_from(rows) if params is None else params), dict(fixed or {}))
        self.constraints = tuple(constraint_of(rule, self.structure) for rule in _several("constraints", constraints))
        self.forbidden = tuple(forbidden_of(values, self.structure) for values in _several("forbidden", forbidden))
        whole = [self._whole(place, row) for place, row in enumerate(rows) if self._keeps_fixed(row)]
        if rows and not whole:
            raise SpaceError(f"points: none of {len(rows)} has the fixed values {shorten(dict(fixed or {}))}")
        self.codec = Codec(self.structure, whole)

    @property
    def params(self) -> Mapping[str, Domain]:
        """Name to domain, in order."""
        return self.structure.params

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names, in order."""
        return tuple(self.structure.params)

    @property
    def fixed(self) -> Mapping[str, Any]:
        """Name to value, of the parameters fixed by the caller."""
        return {name: self.params[name].value(self.structure.held[name]) for name in self.structure.fixed}

    @cached_property
    def points(self) -> tuple[Mapping[str, Any], ...]:
        """The given configurations that the space consists of, each once; empty where its domains say all."""
        if self.codec.given is None:
            return ()
        X = self.codec.masked(self.codec.given.X)
        return tuple(self.codec.decode(X, ~np.isnan(X)))

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Constraints, forbidden combinations and the list of given points together."""
        listed = () if self.codec.given is None else (Listed(self.codec.given),)
        return (*self.constraints, *self.forbidden, *listed)

    @cached_property
    def size(self) -> int | float:
        """Number of configurations that the conditions allow, rules left out; inf if one is continuous."""
        return count(self.structure) if self.codec.given is None else len(self.codec.given)

    def feasible(self, X: Floats, A: Mask) -> Mask:
        """(n,) bool: which coded configurations meet all constraints and hold no forbidden combination."""
        good = np.ones(len(X), dtype=bool)
        for rule in self.rules:
            rows = np.flatnonzero(good)
            if len(rows):
                good[rows] = rule.met(self.codec, X[rows], A[rows])
        return good

    def active(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """The parameters that are active given the values in `params`, in the space's order."""
        found = set(self.structure.active(params))
        return tuple(name for name in self.params if name in found)

    def contains(self, params: Mapping[str, Any]) -> bool:
        """Whether `params` is a configuration of this space: all active parameters, no others, every rule met."""
        return self.explain(params) is None

    def explain(self, params: Mapping[str, Any]) -> str | None:
        """Why `params` is not contained, in words; None if it is."""
        return self._fault_of_values(params) or self._fault_of_activity(params) or self._fault_of_rules(params)

    def _keeps_fixed(self, row: Mapping[str, Any]) -> bool:
        """Whether a given point has the fixed values, where it names them."""
        held = self.structure.held
        return all(name not in row or self.params[name].code(row[name]) == held[name] for name in self.structure.fixed)

    def _whole(self, place: int, row: Mapping[str, Any]) -> dict[str, Any]:
        """A given point with native values, constants and fixed values filled in."""
        adopted = self._filled(row)
        fault = self._fault_of_values(adopted) or self._fault_of_activity(adopted)
        if fault is not None:
            raise SpaceError(f"points: point {place}, {shorten(dict(row))}: {fault}")
        return {name: adopted[name] for name in self.params if name in adopted}

    def _filled(self, params: Mapping[str, Any]) -> dict[str, Any]:
        adopted = {name: self.params[name].adopt(v) if name in self.params else v for name, v in params.items()}
        for name in self.structure.active(adopted):
            if name in self.structure.held:
                adopted.setdefault(name, self.params[name].value(self.structure.held[name]))
        return adopted

    def _fault_of_values(self, params: Mapping[str, Any]) -> str | None:
        for name, value in params.items():
            if name not in self.params:
                return f"no parameter is called {name!r}{did_you_mean(str(name), self.params)}"
            fault = self.params[name].fault(value)
            if fault is not None:
                return f"parameter {name!r}: {fault}"
            if name in self.structure.held and self.params[name].code(value) != self.structure.held[name]:
                return f"parameter {name!r} is fixed at {shorten(self.fixed[name])}, got {shorten(value)}"
        return None

    def _fault_of_activity(self, params: Mapping[str, Any]) -> str | None:
        active = set(self.structure.active(params))
        # Parents first: a child of a missing parent is not the thing to complain about.
        for name in self.structure.order:
            if name in active and name not in params:
                return f"parameter {name!r} is missing; it is {shorten(self.params[name])}"
            if name in params and name not in active:
                return f"parameter {name!r} is inactive here: it needs {self._needs(name)}"
        return None

    def _fault_of_rules(self, params: Mapping[str, Any]) -> str | None:
        X, A = self.codec.encode([params])
        broken = next((rule for rule in self.rules if not rule.met(self.codec, X, A)[0]), None)
        return None if broken is None else f"breaks the rule: {broken}"

    def _needs(self, name: str) -> str:
        when = self.params[name].when or {}
        return " and ".join(
            f"{parent}={values[0]!r}" if len(values) == 1 else f"{parent} in {list(values)!r}"
            for parent, values in when.items()
        )

    def check(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`params` as the objective would get it: native values, with constants and fixed values filled in.

        NumPy scalars become Python ones, and an int stands for a float where a float is meant.

        Raises:
            SpaceError: not a configuration of this space; the message says why.
        """
        adopted = self._filled(params)
        fault = self.explain(adopted)
        if fault is not None:
            raise SpaceError(f"{shorten(dict(params))} is not in the space: {fault}")
        return {name: adopted[name] for name in self.params if name in adopted}

    def defaults(self) -> dict[str, Any]:
        """The defaults, constants and fixed values of what they make active; complete only if every one is given."""
        values = {n: d.value(d.code(d.default)) for n, d in self.params.items() if d.default is not UNSET}
        values |= {name: self.params[name].value(code) for name, code in self.structure.held.items()}
        return {name: values[name] for name in self.active(values) if name in values}

    def fix(self, values: Mapping[str, Any]) -> "Space":
        """This space with further parameters fixed."""
        fixed = {**self.fixed, **values}
        points = self.points or None
        return Space(self.params, constraints=self.constraints, forbidden=self.forbidden, fixed=fixed, points=points)

    def grid(self, points: int | None = None) -> Iterator[dict[str, Any]]:
        """Every configuration exactly once, lazily, rules minded; see `ayar.space.grid`.

        Arguments:
            points: how many values a continuous Float stands for, bounds included.

        Raises:
            SpaceError: a continuous Float, and no `points`.
        """
        if self.codec.given is None:
            return grids.grid(self.structure, self.codec, self.rules, points)
        return (dict(point) for point in self.points if self.contains(point))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Space) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self.names)

    @cached_property
    def _key(self) -> tuple[Any, ...]:
        # Kept, because caches keyed by a space ask at each look whether two equal ones are equal.
        s = self.structure
        domains = [(name, domain.without_when(), frozenset(s.tests[name])) for name, domain in s.params.items()]
        held = {name: s.held[name] for name in s.fixed}
        return domains, held, frozenset(map(str, self.rules))

    def __repr__(self) -> str:
        parts = ["{" + ", ".join(f"{name!r}: {domain!r}" for name, domain in self.params.items()) + "}"]
        for word, value in (("constraints", [str(rule) for rule in self.constraints]), ("fixed", dict(self.fixed))):
            parts += [f"{word}={value!r}"] if value else []
        if self.forbidden:
            parts.append(f"forbidden=[{', '.join(rule.written() for rule in self.forbidden)}]")
        if self.points:
            parts.append(f"points={shorten(list(self.points))}")
        return f"Space({', '.join(parts)})"


def _several(name: str, rules: Any) -> Iterable[Any]:
    if isinstance(rules, str | Mapping) or not isinstance(rules, Iterable):
        raise SpaceError(f"{name} is a list, got {type(rules).__name__} {shorten(rules)}; write {name}=[...]")
    return rules
