"""DataFrames and Series over shared memory that travel as handles.

Pickled, every column that still lies in the shared memory goes as its place, the others (text, columns added since) as
they are. What is computed from such a frame is an ordinary one.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from ayar.base.optional import need
from ayar.data.columns import Array
from ayar.data.mapped import MappedArray, Mapping

Place = Callable[[Array], Array]


def rebuild_pandas(obj: Any, place: Place) -> Any:
    """A frame or series like `obj`, over what `place` makes of its columns of numbers and times."""
    if not hasattr(obj, "columns"):
        return make_series(_placed(obj, place), obj.index, obj.name)
    if _is_uniform(obj):
        return make_frame(place(obj.to_numpy()), None, obj.index, obj.columns)
    return make_frame(None, [_placed(obj.iloc[:, i], place) for i in range(obj.shape[1])], obj.index, obj.columns)


def _is_uniform(frame: Any) -> bool:
    """Whether it is one matrix of one type."""
    kinds = set(frame.dtypes)
    return (
        len(kinds) == 1 and isinstance(only := next(iter(kinds)), np.dtype) and only.kind in "biufc" and len(frame) > 0
    )


def _placed(series: Any, place: Place) -> Any:
    kind = series.dtype
    if isinstance(kind, np.dtype) and not kind.hasobject and len(series):
        return place(series.to_numpy())
    return series.array


def make_frame(matrix: Array | None, parts: list[Any] | None, index: Any, columns: Any) -> Any:
    """A frame over one matrix, or over a list of columns; nothing is copied."""
    pandas = need("pandas", "data")
    mapping = _mapping_of([matrix] if parts is None else parts)
    if parts is None:
        frame = _frame_class()(np.asarray(matrix), index=index, columns=columns, copy=False)
    else:
        plain = {i: pandas.Series(_bare(part), index=index, copy=False) for i, part in enumerate(parts)}
        frame = _frame_class()(plain, index=index, copy=False)
        frame.columns = columns
    object.__setattr__(frame, "_shared_in", mapping)
    return frame


def make_series(values: Any, index: Any, name: Any) -> Any:
    """A series over `values`; nothing is copied."""
    series = _series_class()(_bare(values), index=index, name=name, copy=False)
    object.__setattr__(series, "_shared_in", _mapping_of([values]))
    return series


def _bare(values: Any) -> Any:
    return np.asarray(values) if isinstance(values, MappedArray) else values


def _mapping_of(parts: list[Any]) -> Mapping | None:
    return next((part.mapping for part in parts if isinstance(part, MappedArray)), None)


def _place_of(values: Any, mapping: Mapping | None) -> Any:
    """The array as a handle if it lies in shared memory, else as it is."""
    if mapping is None or not isinstance(values, np.ndarray) or not values.size:
        return values
    offset = mapping.offset_of(values)
    return values if offset is None else mapping.array(offset, values.dtype, values.shape, values.strides)


def _column(series: Any) -> Any:
    return series.to_numpy() if isinstance(series.dtype, np.dtype) else series.array


@cache
def _frame_class() -> Any:
    class SharedFrame(need("pandas", "data").DataFrame):  # type: ignore[misc]  # the base is imported late
        """A DataFrame over shared memory."""

        _shared_in = None

        def __reduce__(self) -> Any:
            if _is_uniform(self):
                return make_frame, (_place_of(self.to_numpy(), self._shared_in), None, self.index, self.columns)
            parts = [_place_of(_column(self.iloc[:, i]), self._shared_in) for i in range(self.shape[1])]
            return make_frame, (None, parts, self.index, self.columns)

        def __reduce_ex__(self, protocol: Any) -> Any:
            return self.__reduce__()

    return SharedFrame


@cache
def _series_class() -> Any:
    class SharedSeries(need("pandas", "data").Series):  # type: ignore[misc]  # the base is imported late
        """A Series over shared memory."""

        _shared_in = None

        def __reduce__(self) -> Any:
            return make_series, (_place_of(_column(self), self._shared_in), self.index, self.name)

        def __reduce_ex__(self, protocol: Any) -> Any:
            return self.__reduce__()

    return SharedSeries
