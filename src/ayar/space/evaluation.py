"""What an expression means on columns of values: whether it holds, and how far it is from holding.

A column is a float64 array, an object array (texts, mixed choices) or a single value. Arithmetic is float64 with IEEE
rules: a division by zero is inf or nan, and no comparison with nan holds but !=. Distances steer the search for a first
feasible point when plain drawing is hopeless; 0 exactly where the expression holds.
Source of the distances: Donzé and Maler 2010, Robust satisfaction of temporal logic (and: sum; or: minimum).
"""

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

from ayar.space.expression import Node
from ayar.space.values import is_number

Columns = Mapping[str, Any]
FAR = 1e300


def _objects(column: Any) -> bool:
    return column is None or isinstance(column, str) or (isinstance(column, np.ndarray) and column.dtype == object)


def _as_number(value: Any) -> float:
    return float(value) if is_number(value) or isinstance(value, bool) else np.nan


_AS_NUMBERS = np.frompyfunc(_as_number, 1, 1)
_SAME = np.frompyfunc(operator.eq, 2, 1)


def _numbers(column: Any) -> Any:
    return np.asarray(_AS_NUMBERS(column) if _objects(column) else column, dtype=np.float64)


def _equal(left: Any, right: Any) -> Any:
    if _objects(left) or _objects(right):
        return np.asarray(_SAME(left, right), dtype=bool)
    return np.equal(_numbers(left), _numbers(right))


def _differ(left: Any, right: Any) -> Any:
    return ~_equal(left, right)


def _on_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *columns: function(*map(_numbers, columns))


_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "+": _on_numbers(np.add),
    "-": _on_numbers(np.subtract),
    "*": _on_numbers(np.multiply),
    "/": _on_numbers(np.divide),
    "//": _on_numbers(np.floor_divide),
    "%": _on_numbers(np.mod),
    "**": _on_numbers(np.power),
    "negative": _on_numbers(np.negative),
    "abs": _on_numbers(np.abs),
    "log": _on_numbers(np.log),
    "exp": _on_numbers(np.exp),
    "sqrt": _on_numbers(np.sqrt),
    "min": lambda *columns: reduce(np.minimum, map(_numbers, columns)),
    "max": lambda *columns: reduce(np.maximum, map(_numbers, columns)),
}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": _on_numbers(np.less),
    "<=": _on_numbers(np.less_equal),
    ">": _on_numbers(np.greater),
    ">=": _on_numbers(np.greater_equal),
    "==": _equal,
    "!=": _differ,
    "in": lambda left, items: reduce(np.logical_or, [_equal(left, item) for item in items], np.False_),
    "not in": lambda left, items: ~reduce(np.logical_or, [_equal(left, item) for item in items], np.False_),
}
_LOGIC = {"and": np.logical_and, "or": np.logical_or}


def _value(tree: Node, columns: Columns) -> Any:
    if tree.op == "literal":
        return tree.value
    if tree.op == "name":
        return columns[tree.value]
    if tree.op == "chain":
        return reduce(np.logical_and, [_COMPARE[sign](left, right) for sign, left, right in _links(tree, columns)])
    values = [_value(arg, columns) for arg in tree.args]
    if tree.op == "list":
        return values
    if tree.op == "not":
        return ~np.asarray(values[0], dtype=bool)
    if tree.op in _LOGIC:
        return reduce(_LOGIC[tree.op], [np.asarray(value, dtype=bool) for value in values])
    return _ARITHMETIC[tree.op](*values)


def _links(tree: Node, columns: Columns) -> list[tuple[str, Any, Any]]:
    """A chain's comparisons, as (sign, left values, right values)."""
    values = [_value(arg, columns) for arg in tree.args]
    return list(zip(tree.value, values[:-1], values[1:], strict=True))


def holds(tree: Node, columns: Columns, rows: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """(rows,) bool: where the expression is true."""
    with np.errstate(all="ignore"):
        truth = np.asarray(_value(tree, columns), dtype=bool)
    return np.broadcast_to(truth, (rows,))


def distance(tree: Node, columns: Columns, rows: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(rows,) distances from the expression holding: 0 where it does, else above 0 and smaller when nearer."""
    with np.errstate(all="ignore"):
        far = np.broadcast_to(np.asarray(_distance(tree, columns), dtype=np.float64), (rows,))
    far = np.clip(np.nan_to_num(far, nan=FAR, posinf=FAR), np.finfo(np.float64).tiny, FAR)
    return np.where(holds(tree, columns, rows), 0.0, far)


def _distance(tree: Node, columns: Columns) -> Any:
    if tree.op == "and":
        return sum(_distance(arg, columns) for arg in tree.args)
    if tree.op == "or":
        return reduce(np.fmin, [_distance(arg, columns) for arg in tree.args])
    if tree.op == "chain":
        return sum(_gap(*link) for link in _links(tree, columns))
    return np.where(np.asarray(_value(tree, columns), dtype=bool), 0.0, 1.0)


def _gap(sign: str, left: Any, right: Any) -> Any:
    if sign == "in":
        return reduce(np.fmin, [_gap("==", left, item) for item in right], np.float64(FAR))
    if sign in ("!=", "not in") or _objects(left) or _objects(right):
        return np.where(_COMPARE[sign](left, right), 0.0, 1.0)
    over = _numbers(left) - _numbers(right)
    if sign == "==":
        return np.abs(over)
    return np.maximum(over if sign in ("<", "<=") else -over, 0.0)
