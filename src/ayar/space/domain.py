"""What every domain shares: values and their codes, conditions, equality, the way it is written.

A domain speaks of a value in two ways: as itself (what the objective gets) and as its *code*, a float64 (a number is
its own code, a choice is coded by its place). Nobody checks a domain again after it is made.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from typing import Any, ClassVar, Self

from msgspec import UNSET

from ayar.base.errors import SpaceError, shorten
from ayar.space.values import identity, native

MAX_ALTERNATIVES = 10_000


def alternatives(value: Any, where: str) -> tuple[Any, ...]:
    """The values one entry of `when` or `forbidden` allows: those of a list, tuple, range or set, else itself."""
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    if not isinstance(value, list | tuple | range):
        return (native(value),)
    if not 0 < len(value) <= MAX_ALTERNATIVES:
        raise SpaceError(f"{where}: expected 1 to {MAX_ALTERNATIVES:,} values, got {len(value):,} in {shorten(value)}")
    return tuple(native(item) for item in value)


def spelled(values: tuple[Any, ...]) -> Any:
    """How a person would write these alternatives: one plain value by itself, else a list."""
    return values[0] if len(values) == 1 and not isinstance(values[0], list | tuple) else list(values)


class Domain(ABC):
    """What all domains share; `Float`, `Int`, `Categorical`, `Ordinal`, `Bool` and `Constant` are final."""

    __slots__ = ()

    kind: ClassVar[str]
    """The kind of its column: "float", "int", "categorical" or "ordinal"."""
    when: Mapping[str, Any] | None
    """Parent name to the tuple of its values under which this parameter is active; None: always."""
    default: Any
    """The caller's starting value, or UNSET."""
    levels: int
    """Number of values; 0 if continuous."""
    key: tuple[Hashable, ...]
    """Two domains are equal if their keys are."""

    @abstractmethod
    def fault(self, value: Any) -> str | None:
        """Why `value` is not one of this domain's, in words; None if it is."""

    @abstractmethod
    def code(self, value: Any) -> float:
        """The code of `value`; NaN for what cannot be coded. Numbers out of bounds keep their own value."""

    @abstractmethod
    def value(self, code: float) -> Any:
        """The value behind a code."""

    def shown(self, code: float) -> Any:
        """The value behind a code for people and for JSON: an object by its Label."""
        return self.value(code)

    @abstractmethod
    def tick(self, index: int) -> float:
        """The code of level number `index`, of a domain with levels."""

    @abstractmethod
    def arguments(self) -> tuple[list[str], dict[str, Any]]:
        """The call that makes this record: positional arguments as written, keyword arguments that are not defaults."""

    def adopt(self, value: Any) -> Any:
        """`value` as the objective would get it: no NumPy scalars, a float where an int stands for one."""
        return native(value)

    def under(self, when: Mapping[str, Any] | None) -> Self:
        """The same domain under another condition."""
        twin = copy.copy(self)
        put(twin, when=when)
        settle(twin, *self.key[1:-2])
        return twin

    def without_when(self) -> tuple[Hashable, ...]:
        """The key less its condition."""
        return self.key[:-1]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Domain) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        positional, keywords = self.arguments()
        if self.default is not UNSET:
            keywords["default"] = self.default
        if self.when is not None:
            keywords["when"] = {name: spelled(values) for name, values in self.when.items()}
        return f"{type(self).__name__}({', '.join([*positional, *(f'{k}={v!r}' for k, v in keywords.items())])})"


def put(record: Domain, **values: Any) -> None:
    """Set fields of a record that is being made."""
    for name, value in values.items():
        object.__setattr__(record, name, value)


def settle(domain: Domain, *facts: Hashable) -> None:
    """The checks that every domain ends with: its condition and its default; then its key."""
    where = type(domain).__name__
    if domain.when is not None:
        put(domain, when=_condition(domain.when, where))
    if domain.default is not UNSET:
        default = domain.adopt(domain.default)
        fault = domain.fault(default)
        if fault:
            raise SpaceError(f"{where}: the default must be one of the values: {fault}")
        put(domain, default=default)
    when = None if domain.when is None else frozenset((k, frozenset(map(identity, v))) for k, v in domain.when.items())
    default_key = None if domain.default is UNSET else domain.code(domain.default)
    put(domain, key=(where, *facts, default_key, when))


def _condition(when: Any, where: str) -> dict[str, tuple[Any, ...]]:
    if not isinstance(when, Mapping) or not when:
        raise SpaceError(f'{where}: when is a mapping such as when={{"kernel": "rbf"}}, got {shorten(when)}')
    return {name: alternatives(value, f"{where}: when[{name!r}]") for name, value in when.items()}
