"""The objective's way to a child: by import path, or pickled once by cloudpickle.

cloudpickle also takes what is defined in a script or a notebook cell, with the variables it uses. If one of these
cannot be pickled, the error names it. The bytes go to our own children only: never to a store, a file or the wire.
"""

import functools
import inspect
import pickle
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from ayar.base.errors import ArgumentError, shorten
from ayar.base.registry import load
from ayar.executors.base import Objective

LARGE = 16 * 2**20
"""Bytes: an objective above this is worth a word, since each child gets and keeps a copy."""
_DEPTH = 4


def pack(objective: Objective) -> bytes | str:
    """The objective in the form in which it travels.

    Warns of one that is large.

    Raises:
        ArgumentError: it cannot be pickled; the message names the variable that is in the way.
    """
    if isinstance(objective, str):
        return objective
    try:
        parcel = _pickled(objective)
    except Exception as error:
        raise ArgumentError(_complaint(objective, error)) from error
    if len(parcel) > LARGE:
        warnings.warn(_burden(objective, len(parcel)), stacklevel=2)
    return parcel


def unpack(parcel: bytes | str) -> Callable[..., Any]:
    """The objective that was packed, imported or unpickled in this process."""
    if isinstance(parcel, str):
        return import_objective(parcel)
    objective: Callable[..., Any] = pickle.loads(parcel)  # noqa: S301 - our own parent made it
    return objective


def import_objective(path: str) -> Callable[..., Any]:
    """What "package.module:function" names.

    Raises:
        ArgumentError: not of this form, no such module or attribute, or not callable.

    >>> import_objective("math:sqrt")(9.0)
    3.0
    """
    module, colon, attribute = path.partition(":")
    if not (module and colon and attribute):
        raise ArgumentError(f'objective: expected "package.module:function", got {shorten(path)}')
    try:
        objective = load(path)
    except (AttributeError, ModuleNotFoundError) as error:
        raise ArgumentError(f"objective {path!r} cannot be imported: {error}; check the name and sys.path") from error
    if not callable(objective):
        raise ArgumentError(f"objective {path!r}: expected a function, got {shorten(objective)}")
    return objective  # type: ignore[no-any-return]  # callable() tells mypy only that much


def _pickled(thing: object) -> bytes:
    """`thing` by cloudpickle; what its module defines goes along if a child could not import that module."""
    import cloudpickle

    module = inspect.getmodule(thing.func if isinstance(thing, functools.partial) else thing)
    by_value = module is not None and module.__name__ in sys.modules and not _is_importable(module)
    if by_value:
        cloudpickle.register_pickle_by_value(module)
    try:
        data: bytes = cloudpickle.dumps(thing)
    finally:
        if by_value:
            cloudpickle.unregister_pickle_by_value(module)
    return data


def _is_importable(module: ModuleType) -> bool:
    """Whether the module's name leads to its file for a process with the same search path.

    A file that was loaded from outside the search path (by the command line, by pytest) is in `sys.modules` all the
    same, so only asking the finders again tells.
    """
    file = getattr(module, "__file__", None)
    if file is None or module.__name__ == "__main__":
        return True  # built in, or cloudpickle's own business
    path = None
    parts = module.__name__.split(".")
    for i in range(len(parts)):
        spec = _found(".".join(parts[: i + 1]), path)
        if spec is None:
            return False
        path = spec.submodule_search_locations
    return spec is not None and spec.origin == file


def _found(name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    for finder in sys.meta_path:
        spec = finder.find_spec(name, path)
        if spec is not None:
            return spec
    return None


def _complaint(objective: Callable[..., Any], error: Exception) -> str:
    name = getattr(objective, "__qualname__", type(objective).__qualname__)
    start = f"the objective {name!r} cannot be sent to a child process"
    found = _unpicklable_part(objective, _DEPTH)
    if found is None:
        return f"{start}: {error}\n  define it at the top of a module, or run it in this process (executor 'inline')"
    path, value = found
    return (
        f"{start}: its variable {path!r} ({type(value).__qualname__}, {_size(value)}) cannot be pickled: {error}\n"
        f"  create {path!r} inside the objective, or run it in this process (executor 'inline'); arrays and "
        "tables go to processes by ayar.data.share(...), once and without a copy each"
    )


def _burden(objective: Callable[..., Any], size: int) -> str:
    """What to say of an objective that is large."""
    parts = {name: len(_pickled(value)) for name, value in _captured(objective)}
    heaviest = max(parts, key=parts.__getitem__, default=None)
    said, it = (
        (f", most of it in {heaviest!r} ({_in_units(parts[heaviest])})", heaviest)
        if heaviest is not None and 2 * parts[heaviest] > size
        else ("", "data")
    )
    return (
        f"the objective takes {_in_units(size)} to each worker process{said}, a copy each; arrays and tables go there "
        f"once, without a copy, by {it} = ayar.data.share({it})"
    )


def _unpicklable_part(thing: object, depth: int) -> tuple[str, object] | None:
    """The innermost captured variable that cannot be pickled, as ("model.lock", value)."""
    for name, value in _captured(thing):
        try:
            _pickled(value)
        except Exception:  # pickling runs the value's own code, which may raise anything
            inner = _unpicklable_part(value, depth - 1) if depth else None
            return (f"{name}.{inner[0]}", inner[1]) if inner else (name, value)
    return None


def _captured(thing: object) -> Iterator[tuple[str, object]]:
    """The variables that travel with a function, a bound method, a partial or an object, by name."""
    if isinstance(thing, functools.partial):
        yield getattr(thing.func, "__name__", "function"), thing.func
        yield from ((f"argument {i}", value) for i, value in enumerate(thing.args))
        yield from thing.keywords.items()
    elif inspect.ismethod(thing):
        yield "self", thing.__self__
    elif inspect.isfunction(thing):
        yield from _captured_by_function(thing)
    else:
        yield from getattr(thing, "__dict__", {}).items()


def _captured_by_function(function: Any) -> Iterator[tuple[str, object]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.default is not parameter.empty:
            yield name, parameter.default
    for name in function.__code__.co_names:
        if name in function.__globals__:
            yield name, function.__globals__[name]


def _size(value: object) -> str:
    size = getattr(value, "nbytes", None)
    return _in_units(size if isinstance(size, int) else sys.getsizeof(value))


def _in_units(size: int) -> str:
    count = float(size)
    for unit in ("bytes", "KB", "MB"):
        if count < 1024:
            return f"{count:.4g} {unit}"
        count /= 1024
    return f"{count:.4g} GB"
