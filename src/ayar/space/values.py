"""Choice values: which are plain, when two are the same, and the labels that stand for objects JSON cannot hold.

Plain values are None, bool, int, float, str and lists, tuples and dicts of them. Equality is strict: 1, 1.0 and True
are three different choices, a list is not a tuple.
"""

import copy
import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ayar.base.errors import SpaceError, shorten

_SCALARS = frozenset({bool, int, float, str, type(None)})


@dataclass(frozen=True, slots=True)
class Label:
    """Stands for an object that was stored by its label only; pass `space=` again to get the object back."""

    text: str


def native(value: Any) -> Any:
    """`value` with NumPy scalars turned into Python ones; containers are copied, other objects stay as they are."""
    if type(value) in _SCALARS:
        return value
    if isinstance(value, np.generic):
        return value.item()
    if type(value) is list:
        return [native(item) for item in value]
    if type(value) is tuple:
        return tuple(native(item) for item in value)
    if type(value) is dict:
        return {key: native(item) for key, item in value.items()}
    return value


def is_plain(value: Any) -> bool:
    """Whether `value` can be written down without a label."""
    kind = type(value)
    if kind in _SCALARS:
        return not (kind is float and math.isnan(value))
    if kind is list or kind is tuple:
        return all(is_plain(item) for item in value)
    return kind is dict and all(type(key) is str and is_plain(item) for key, item in value.items())


def is_number(value: Any) -> bool:
    """Whether `value` is an int or a float, bool left out."""
    return type(value) is int or type(value) is float


def is_json_scalar(value: Any) -> bool:
    """Whether `value` is a JSON scalar as it stands: None, bool, int, text or a finite float."""
    return type(value) in _SCALARS and not (type(value) is float and not math.isfinite(value))


def identity(value: Any) -> Hashable:
    """A key that two plain values share only if they are equal in value and in type, at every depth."""
    kind = type(value)
    if kind in _SCALARS or kind is Label:
        return (kind.__name__, value)
    if kind is list or kind is tuple:
        return (kind.__name__, tuple(identity(item) for item in value))
    if kind is dict:
        return ("dict", frozenset((key, identity(item)) for key, item in value.items()))
    return (kind.__name__, id(value))


def is_mutable(value: Any) -> bool:
    """Whether handing `value` out twice would let one holder change what the other sees."""
    return type(value) in (list, dict) or (type(value) is tuple and any(is_mutable(item) for item in value))


def fresh(value: Any) -> Any:
    """`value`, copied if it is a container that its holder could change."""
    return copy.deepcopy(value) if is_mutable(value) else value


def label_for(value: Any) -> str:
    """The label of a function or class: its module and qualified name.

    Raises:
        SpaceError: another kind of object, which needs a label from its owner.
    """
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if isinstance(module, str) and isinstance(name, str):
        return f"{module}.{name}"
    raise SpaceError(
        f"choices are JSON values, functions or classes; got {type(value).__name__} {shorten(value)}; "
        f'give it a label: Categorical({{"name": value, ...}})'
    )
