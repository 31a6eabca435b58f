"""The parameters of a space as axes of pictures and tables: unit, scale, ticks, and the words for their values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ayar.analysis.words import number_text, value_text
from ayar.numerics.arrays import Floats
from ayar.space.codec import Column
from ayar.space.domains import Choices
from ayar.space.space import Space


@dataclass(frozen=True)
class Axis:
    """One searched parameter."""

    name: str
    index: int
    """Its column in the codec."""
    log: bool
    labels: tuple[str, ...] | None
    """Words for the choices, in the order of their codes; None for a number."""
    low: float
    high: float
    ends: tuple[float, float]
    """Unit coordinates of `low` and `high`: 0 and 1, or half a step inside."""
    conditional: bool
    levels: int
    """Number of values; 0 if continuous."""

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """(unit coordinate, words) of a few places: every choice, or the ends and the middle of a range."""
        if self.labels is not None:
            return [((i + 0.5) / len(self.labels), label) for i, label in enumerate(self.labels)]
        low, high = self.ends
        ends = [(low, number_text(self.low)), (high, number_text(self.high))]
        if self.levels:
            return ends
        middle = float(np.sqrt(self.low) * np.sqrt(self.high)) if self.log else 0.5 * (self.low + self.high)
        return [ends[0], (0.5 * (low + high), number_text(middle, 3)), ends[1]]


def axes(space: Space) -> list[Axis]:
    """One axis a coded column, in the space's order."""
    columns = space.codec.columns
    corners = np.array([[column.low for column in columns], [column.high for column in columns]])
    ends = space.codec.to_unit(corners.reshape(2, len(columns)))
    return [_axis(space, index, column, ends[:, index]) for index, column in enumerate(columns)]


def _axis(space: Space, index: int, column: Column, ends: Floats) -> Axis:
    domain = space.params[column.name]
    labels = tuple(value_text(name) for name in domain.names()) if isinstance(domain, Choices) else None
    return Axis(
        name=column.name,
        index=index,
        log=column.log,
        labels=labels,
        low=column.low,
        high=column.high,
        ends=(float(ends[0]), float(ends[1])),
        conditional=column.conditional,
        levels=column.levels,
    )


def places(space: Space, axis: Axis, most: int) -> Floats:
    """Unit coordinates along an axis, rising: all its values where they are at most `most`, else an even spread."""
    if not 0 < axis.levels <= most:
        return np.linspace(0.0, 1.0, most)
    X = np.full((axis.levels, len(space.codec.names)), np.nan)
    X[:, axis.index] = [space.params[axis.name].tick(level) for level in range(axis.levels)]
    return space.codec.to_unit(X)[:, axis.index]


def labelled(space: Space, params: Mapping[str, Any]) -> dict[str, str]:
    """Parameters in words: a choice that has a label by that label.

    >>> from ayar.space.parse import space_of
    >>> labelled(space_of({"x": (0.0, 1.0), "act": [abs, None]}), {"x": 0.25, "act": abs})
    {'x': '0.25', 'act': 'builtins.abs'}
    """
    return {name: value_text(_name_of(space, name, value)) for name, value in params.items()}


def _name_of(space: Space, name: str, value: Any) -> Any:
    domain = space.params.get(name)
    if not isinstance(domain, Choices):
        return value
    code = domain.code(value)
    return value if np.isnan(code) else domain.names()[int(code)]
