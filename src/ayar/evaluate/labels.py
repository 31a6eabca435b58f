"""Labels: are they classes, which rows lack one, and which class or group is each row of.

n  rows    c  classes (or groups)    codes  (n,) numbers 0 … c - 1, in sorted order of the values
"""

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import ArgumentError, shorten
from ayar.evaluate.rows import Indices, Rows, count_rows

_SORTS = re.compile(r"\d{4}(-?\d\d){0,2}($|[T ])")
"""Text that sorts as time: 2020, 2020-01, 20200131, 2020-01-31T12:00."""

ROWS_A_CLASS = 10
"""Whole numbers with fewer rows a value than this, on average, are read as measurements, not as classes."""


def column(values: Rows, what: str) -> NDArray[Any]:
    """`values` as an array of one dimension without missing entries.

    Raises:
        ArgumentError: more than one dimension, or a missing entry (NaN, None); `what` names the values.
    """
    array = np.asarray(values)
    if array.ndim != 1:
        raise ArgumentError(f"{what}: expected one value a row, got an array of shape {array.shape}")
    refuse_missing(values, what)
    return array


def moments(times: Rows) -> NDArray[Any]:
    """`times` as an array that sorts from old to new.

    Raises:
        ArgumentError: as `column` does; values without an order; text that does not sort as time, such as "31.1.2020".

    >>> moments(["2020-01-31", "2019-12-01"]).argsort()
    array([1, 0])
    """
    array = column(times, "times")
    try:
        array.argsort()
    except TypeError:
        kinds = sorted({type(item).__name__ for item in array})
        raise ArgumentError(f"times: expected values of one kind, got {', '.join(kinds)} mixed; convert them") from None
    odd = (
        [item for item in array if isinstance(item, str) and not _SORTS.match(item)] if array.dtype.kind in "UO" else []
    )
    if odd:
        raise ArgumentError(
            f"times: expected moments that sort from old to new, got {shorten(str(odd[0]))}, and text sorts by its "
            "letters; write dates as 2020-01-31, or turn them into numbers or numpy.datetime64"
        )
    return array


def refuse_missing(values: Rows, what: str) -> None:
    """Say which rows lack a value.

    Raises:
        ArgumentError: there is a NaN, None, NaT or NA.
    """
    missing = _missing(values)
    if len(missing):
        raise ArgumentError(
            f"{what}: expected a value for every row, got {len(missing)} missing of {count_rows(values, what)}, the "
            f"first in row {missing[0]}; drop or fill these rows before seal() and before cross-validation"
        )


def _missing(values: Rows) -> Indices:
    mask = np.asarray(values.isna()) if hasattr(values, "isna") else _missing_in(np.asarray(values))
    return np.flatnonzero(mask.reshape(len(mask), -1).any(axis=1)) if mask.size else np.arange(0)


def _missing_in(array: NDArray[Any]) -> NDArray[np.bool_]:
    missing = np.zeros(array.shape, dtype=np.bool_)
    if array.dtype.kind in "fc":
        missing[...] = np.isnan(array)
    elif array.dtype.kind in "mM":
        missing[...] = np.isnat(array)
    elif array.dtype.kind == "O":
        missing[...] = np.array([_is_missing(item) for item in array.ravel()]).reshape(array.shape)
    return missing


def _is_missing(item: object) -> bool:
    return item is None or (isinstance(item, float) and math.isnan(item))


def are_classes(y: Rows) -> bool:
    """Whether `y` reads as class labels: text, truth values, or whole numbers that repeat often.

    >>> are_classes(["ham", "spam", "ham"]), are_classes([0.5, 1.2, 3.1])
    (True, False)
    """
    array = np.asarray(y)
    if array.ndim != 1:
        return False
    if array.dtype.kind not in "iuf":
        return True
    if array.dtype.kind == "f" and not np.all(np.isfinite(array) & (array == np.rint(array))):
        return False
    distinct = len(np.unique(array))
    return distinct <= 2 or distinct * ROWS_A_CLASS <= len(array)


def encode(values: Rows, what: str) -> tuple[Sequence[Any], Indices]:
    """The different values, sorted, and the (n,) codes of the rows among them.

    Raises:
        ArgumentError: more than one dimension, a missing entry, or values of kinds that have no order.

    >>> encode(["b", "a", "b"], "y")
    (['a', 'b'], array([1, 0, 1]))
    """
    array = column(values, what)
    try:
        found, codes = np.unique(array, return_inverse=True)
    except TypeError:
        kinds = sorted({type(item).__name__ for item in array})
        raise ArgumentError(
            f"{what}: expected values of one kind, got {', '.join(kinds)} mixed in {shorten(list(array[:5]))}; "
            "turn them into text or into numbers"
        ) from None
    return found.tolist(), codes.astype(np.intp)
