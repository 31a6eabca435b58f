"""Choices as parameters: `Categorical`, `Ordinal`, `Bool` and `Constant`. Values come back exactly as they went in."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import UNSET

from ayar.base.errors import SpaceError, shorten
from ayar.space.domain import Domain, put, settle
from ayar.space.prior import check_weights
from ayar.space.values import Label, fresh, identity, is_mutable, is_plain, label_for, native


class Choices(Domain):
    """What `Categorical`, `Ordinal`, `Bool` and `Constant` share: a tuple of values, some under labels."""

    choices: tuple[Any, ...]
    """The values, as the objective gets them."""
    labels: tuple[str | None, ...]
    """The label of each value; None for one that needs none."""
    places: dict[Hashable, int]
    """Place by identity, of plain values."""
    prior: tuple[float, ...] | None
    """One weight per choice."""

    def __init__(
        self,
        choices: Iterable[Any] | Mapping[str, Any],
        *,
        when: Mapping[str, Any] | None = None,
        default: Any = UNSET,
        prior: Sequence[float] | None = None,
    ) -> None:
        """Check the choices; `choices` lists values or maps labels to values."""
        where = type(self).__name__
        labels, values = _labelled(choices, where)
        places = {identity(value): place for place, value in enumerate(values) if is_plain(value)}
        tags = _tags(values, labels)
        if len(places) < sum(map(is_plain, values)) or len(set(tags)) < len(tags):
            raise SpaceError(
                f"{where}: choices must differ, got {shorten(list(choices))}; give objects that share a name labels: "
                f'{where}({{"first": a, "second": b}})'
            )
        put(self, choices=tuple(values), labels=labels, places=places, levels=len(values))
        put(self, when=when, default=default, prior=check_weights(prior, len(values), where))
        settle(self, tags, self.prior)

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse: domains are frozen."""
        raise AttributeError(f"{type(self).__name__} is frozen; make a new one")

    def fault(self, value: Any) -> str | None:
        """Why `value` is none of the choices; None if it is one."""
        if not math.isnan(self.code(value)):
            return None
        twin = next((c for c in self.choices if is_plain(c) and is_plain(value) and c == value), UNSET)
        hint = "" if twin is UNSET else f"; {twin!r} is one, but a choice must have the same type"
        return f"expected one of {shorten(self.names())}, got {type(value).__name__} {shorten(value)}{hint}"

    def code(self, value: Any) -> float:
        """The place of `value`; NaN for what is none of the choices."""
        if is_plain(value):
            return float(self.places.get(identity(value), math.nan))
        if isinstance(value, Label):
            return float(self.labels.index(value.text)) if value.text in self.labels else math.nan
        own = identity(value)
        return next((float(i) for i, choice in enumerate(self.choices) if identity(choice) == own), math.nan)

    def value(self, code: float) -> Any:
        """The choice at this place; a list or dict is a copy, unless it holds objects by which it is told apart."""
        choice = self.choices[int(code)]
        copied = fresh(choice)
        return copied if copied is choice or identity(copied) == identity(choice) else choice

    def shown(self, code: float) -> Any:
        """The choice at this place, an object by its Label."""
        choice, text = self.choices[int(code)], self.labels[int(code)]
        return choice if text is None or is_plain(choice) else Label(text)

    def tick(self, index: int) -> float:
        """The place itself."""
        return float(index)

    def adopt(self, value: Any) -> Any:
        """Native, with a label read as what it stands for."""
        value = native(value)
        place = self.code(value) if isinstance(value, Label) else math.nan
        return value if math.isnan(place) else self.value(place)

    def names(self) -> list[Any]:
        """The choices for people: a label where there is one, else the value."""
        return [v if text is None else text for v, text in zip(self.choices, self.labels, strict=True)]

    def words(self) -> list[Any]:
        """The choices as an expression sees them: an object by its label."""
        return [v if is_plain(v) else text for v, text in zip(self.choices, self.labels, strict=True)]

    def hands_out_copies(self) -> bool:
        """Whether some choice is a list or dict."""
        return any(is_mutable(choice) for choice in self.choices)

    def arguments(self) -> tuple[list[str], dict[str, Any]]:
        """See Domain."""
        return [self.written()], {} if self.prior is None else {"prior": list(self.prior)}

    def written(self) -> str:
        """The choices as the argument of a call."""
        if all(text is None for text in self.labels):
            return repr(list(self.choices))
        return "{" + ", ".join(f"{name!r}: ..." for name in self.names()) + "}"


def _labelled(choices: Any, where: str) -> tuple[tuple[str | None, ...], list[Any]]:
    """Labels and native values of what the caller gave as choices."""
    if isinstance(choices, str | bytes | set | frozenset) or not isinstance(choices, Iterable):
        raise SpaceError(
            f'{where}: choices are a list such as ["a", "b"], got {type(choices).__name__} {shorten(choices)}'
        )
    if isinstance(choices, Mapping):
        if not all(isinstance(text, str) for text in choices):
            raise SpaceError(f"{where}: labels are text, got {shorten(list(choices))}")
        labels: list[str | None] = list(choices)
        values = [native(value) for value in choices.values()]
    else:
        values = [native(value) for value in (choices.tolist() if isinstance(choices, np.ndarray) else choices)]
        labels = [_own_label(value) for value in values]
    if not values:
        raise SpaceError(f"{where}: needs at least one choice, got none")
    return tuple(labels), values


def _own_label(value: Any) -> str | None:
    if is_plain(value):
        return None
    if type(value) is float:
        raise SpaceError("NaN equals nothing, itself included, so it cannot be a choice; use None")
    return value.text if isinstance(value, Label) else label_for(value)


def _tags(values: list[Any], labels: tuple[str | None, ...]) -> tuple[Hashable, ...]:
    """What tells choices apart: the label where there is one, so that a stored space equals the one it came from."""
    return tuple(("label", text) if text is not None else identity(v) for v, text in zip(values, labels, strict=True))


class Categorical(Choices):
    """One of several values without order.

    Arguments:
        choices: any JSON values, tuples, functions or classes; or a mapping of labels to objects of any kind.
        when, default: as for Float.
        prior: one weight per choice.

    Raises:
        SpaceError: no choice, two equal ones, or an object without a label.

    >>> Categorical(["rbf", None, (64, 32)], default=None)
    Categorical(['rbf', None, (64, 32)], default=None)
    """

    kind = "categorical"


class Ordinal(Choices):
    """One of several values in order, the neighbours of which are alike: sizes, levels, hand-picked numbers.

    Arguments and errors: as for Categorical.

    >>> Ordinal([32, 64, 128, 512], default=64)
    Ordinal([32, 64, 128, 512], default=64)
    """

    kind = "ordinal"


class Bool(Choices):
    """False or True.

    Arguments:
        when, default: as for Float.
        prior: the weights of False and True.

    >>> Bool(default=True)
    Bool(default=True)
    """

    kind = "categorical"

    def __init__(
        self, *, when: Mapping[str, Any] | None = None, default: Any = UNSET, prior: Sequence[float] | None = None
    ) -> None:
        """See the class."""
        super().__init__((False, True), when=when, default=default, prior=prior)

    def arguments(self) -> tuple[list[str], dict[str, Any]]:
        """See Domain."""
        return [], super().arguments()[1]


class Constant(Choices):
    """A parameter that the objective gets and no one searches.

    Arguments:
        value: any JSON value, tuple, function or class.
        when: as for Float.

    >>> Constant("adam", when={"tuned": False})
    Constant('adam', when={'tuned': False})
    """

    kind = "constant"

    def __init__(self, value: Any, *, when: Mapping[str, Any] | None = None) -> None:
        """See the class."""
        super().__init__((value,), when=when)

    def arguments(self) -> tuple[list[str], dict[str, Any]]:
        """See Domain."""
        return [repr(self.names()[0])], {}
