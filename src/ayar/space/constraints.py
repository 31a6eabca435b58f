"""What configurations must satisfy: constraints (expressions or functions) and forbidden combinations.

Both are kept when points are drawn, never punished afterwards. A rule says nothing about a configuration in which a
parameter it names is inactive: it is met. Functions get the active parameters as a dict; one that fails with the
KeyError of an inactive parameter counts as met too.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ayar.base.errors import SpaceError, did_you_mean, shorten
from ayar.space.codec import Codec, Floats, Mask
from ayar.space.conditions import Structure, resolve_codes
from ayar.space.domain import alternatives, spelled
from ayar.space.evaluation import distance, holds
from ayar.space.expression import Node, names_in, parse
from ayar.space.given import Given
from ayar.space.sense import check
from ayar.space.values import label_for


class Rule(ABC):
    """Something a configuration meets or not."""

    names: tuple[str, ...]
    """The parameters it names; empty if it may read any."""

    @abstractmethod
    def met(self, codec: Codec, X: Floats, A: Mask) -> Mask:
        """(n,) bool: which configurations meet it."""

    def distance(self, codec: Codec, X: Floats, A: Mask) -> Floats:
        """(n,) how far from met: 0 where it is; inf elsewhere unless the rule knows better."""
        return np.where(self.met(codec, X, A), 0.0, np.inf)

    def applies(self, codec: Codec, X: Floats, A: Mask) -> Mask:
        """(n,) bool: where all parameters it names are active."""
        everywhere = np.ones(len(X), dtype=bool)
        for name in self.names:
            everywhere &= codec.present(name, X, A)
        return everywhere

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rule) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


@dataclass(frozen=True, eq=False)
class Expression(Rule):
    """A constraint written as text, such as "batch * width <= 4096"."""

    text: str
    tree: Node
    names: tuple[str, ...]

    def met(self, codec: Codec, X: Floats, A: Mask) -> Mask:
        """Where it holds or does not apply."""
        return holds(self.tree, self._columns(codec, X), len(X)) | ~self.applies(codec, X, A)

    def distance(self, codec: Codec, X: Floats, A: Mask) -> Floats:
        """See `ayar.space.evaluation`."""
        return np.where(self.applies(codec, X, A), distance(self.tree, self._columns(codec, X), len(X)), 0.0)

    def _columns(self, codec: Codec, X: Floats) -> dict[str, Any]:
        return {name: codec.values(name, X) for name in self.names}

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, eq=False)
class Function(Rule):
    """A constraint written as a function of the active parameters that returns a bool."""

    function: Callable[[dict[str, Any]], bool]
    label: str
    names: tuple[str, ...] = ()

    def met(self, codec: Codec, X: Floats, A: Mask) -> Mask:
        """Row by row, on decoded configurations."""
        known = codec.structure.params
        return np.array([self._met_by(point, known) for point in codec.decode(X, A)], dtype=bool)

    def _met_by(self, point: dict[str, Any], known: Mapping[str, Any]) -> bool:
        try:
            answer = self.function(point)
        except SpaceError:
            raise
        except Exception as error:
            if isinstance(error, KeyError) and error.args and error.args[0] in known and error.args[0] not in point:
                return True
            raise SpaceError(
                f"constraint {self.label} raised {type(error).__name__}: {shorten(str(error))} at {shorten(point)}"
            ) from error
        if not isinstance(answer, bool | np.bool_):
            raise SpaceError(
                f"constraint {self.label} must return True or False, got {shorten(answer)} at {shorten(point)}"
            )
        return bool(answer)

    def __str__(self) -> str:
        return f"function {self.label}"


def stored_function(label: str) -> Function:
    """A function constraint read back from a store, where only its name is kept: it refuses to be asked."""

    def refuse(params: dict[str, Any]) -> bool:
        raise SpaceError(
            f"constraint {label} is a function, of which only the name is stored; pass space= again to ask it about "
            f"{shorten(params)}"
        )

    return Function(refuse, label)


@dataclass(frozen=True, eq=False)
class Forbidden(Rule):
    """A combination of values that must not occur; names that map to several values forbid any of them."""

    values: Mapping[str, tuple[Any, ...]]
    codes: Mapping[str, frozenset[float]]
    """The same values, coded."""
    names: tuple[str, ...]

    def met(self, codec: Codec, X: Floats, A: Mask) -> Mask:
        """Where some named parameter has another value or is inactive."""
        hit = self.applies(codec, X, A)
        for name, codes in self.codes.items():
            if name in codec.places:
                hit &= np.isin(X[:, codec.places[name]], sorted(codes))
            else:
                hit &= codec.structure.held[name] in codes
        return ~hit

    def written(self) -> str:
        """The combination as a person would write it, labels standing for objects."""
        return repr({name: spelled(values) for name, values in self.values.items()})

    def __str__(self) -> str:
        return f"forbidden {self.written()}"


@dataclass(frozen=True, eq=False)
class Listed(Rule):
    """Being one of the points that the space was given."""

    given: Given
    names: tuple[str, ...] = ()

    def met(self, codec: Codec, X: Floats, A: Mask) -> Mask:
        """Where the whole configuration is on the list."""
        return np.array([key in self.given.keys for key in codec.keys(codec.mask(X, A))], dtype=bool)

    def __str__(self) -> str:
        return f"one of the {len(self.given):,} given points ({self.given.digest})"


def constraint_of(rule: Any, structure: Structure) -> Expression | Function:
    """A constraint from an expression, a function or a constraint.

    Raises:
        SpaceError: something else, text that is no expression, or one that makes no sense over these parameters.
    """
    if isinstance(rule, Expression):
        return constraint_of(rule.text, structure)
    if isinstance(rule, Function):
        return rule
    if isinstance(rule, str):
        tree = parse(rule)
        check(tree, rule, structure.params)
        return Expression(rule, tree, names_in(tree))
    if callable(rule):
        return Function(rule, label_for(rule if hasattr(rule, "__qualname__") else type(rule)))
    raise SpaceError(
        f'a constraint is an expression such as "a <= b" or a function of the parameters, got {shorten(rule)}; '
        "combinations of values go into forbidden="
    )


def forbidden_of(combination: Any, structure: Structure) -> Forbidden:
    """A forbidden combination from a mapping of names to values.

    Raises:
        SpaceError: not a mapping, an empty one, an unknown parameter, or a value it cannot take.
    """
    combination = combination.values if isinstance(combination, Forbidden) else combination
    if not isinstance(combination, Mapping) or not combination:
        raise SpaceError(
            f'forbidden holds mappings such as {{"solver": "lbfgs", "penalty": "l1"}}, got {shorten(combination)}'
        )
    where = f"forbidden {shorten(dict(combination))}"
    values, codes = {}, {}
    for name, given in combination.items():
        if name not in structure.params:
            raise SpaceError(f"{where}: no parameter is called {name!r}{did_you_mean(str(name), structure.params)}")
        domain = structure.params[name]
        codes[name] = resolve_codes(name, alternatives(given, f"{where}: {name}"), domain, where)
        values[name] = tuple(domain.shown(code) for code in sorted(codes[name]))
    return Forbidden(values, codes, tuple(values))
