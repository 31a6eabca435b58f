"""Several parameters of one kind under one name: a vector, spelled out as x[0], x[1], ... before anything else sees it.

So conditions, constraints ("x[0] + x[1] <= 1"), pictures and samplers need to know nothing of vectors; a trial hands
the whole back as a list: trial["x"].
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ayar.base.errors import SpaceError, shorten


@dataclass(frozen=True, slots=True)
class Vector:
    """A vector of parameters with one domain.

    Arguments:
        of: the domain of each entry, or a short form of one such as (0.0, 1.0).
        size: how many entries, at least 1.

    Raises:
        SpaceError: no such size.

    >>> from ayar.space.space import Space
    >>> Space({"x": Vector((0.0, 1.0), 2), "kernel": ["rbf", "poly"]}, constraints=["x[0] + x[1] <= 1"]).names
    ('x[0]', 'x[1]', 'kernel')
    """

    of: Any
    size: int

    def __post_init__(self) -> None:
        """Check the size; the domain is checked where it is read."""
        if type(self.size) is not int or self.size < 1:
            raise SpaceError(f"Vector: size is a whole number of at least 1, got {shorten(self.size)}")


def entry_names(name: str, size: int) -> Iterator[str]:
    """The names of a vector's entries.

    >>> list(entry_names("x", 2))
    ['x[0]', 'x[1]']
    """
    return (f"{name}[{place}]" for place in range(size))


def entries(name: str, params: Mapping[str, Any]) -> list[Any]:
    """The values of a vector in a configuration, in order; empty where it holds none.

    >>> entries("x", {"x[0]": 0.5, "lr": 0.1, "x[1]": 0.25})
    [0.5, 0.25]
    """
    values: list[Any] = []
    while (entry := f"{name}[{len(values)}]") in params:
        values.append(params[entry])
    return values
