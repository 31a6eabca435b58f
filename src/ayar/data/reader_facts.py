"""What makes two readers the same: their code, their arguments, and what of their surroundings they use.

The fingerprint covers a function's compiled code (so comments and layout do not count), its defaults, the plain values
and functions of its own module that it names, and the versions of the packages it names. It does not see into objects,
nor files that the reader opens besides: after a change there, clear the pack's folder.
"""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import blake2b
from types import CodeType, FunctionType, ModuleType
from typing import Any

import msgspec
import numpy as np

from ayar.base.errors import shorten

_DEPTH = 6


class ReaderFacts(msgspec.Struct, frozen=True):
    """A reader, as a manifest names it."""

    name: str
    """Module and function."""
    arguments: str
    fingerprint: str
    source: str = ""
    """The function's text, for people; empty where there is none to be had."""


def reader_facts(reader: Callable[..., Any], arguments: Mapping[str, Any]) -> ReaderFacts:
    """Name, arguments, fingerprint and source of a reader."""
    said = "; ".join(f"{name}={_plain(value)}" for name, value in sorted(arguments.items()))
    digest = blake2b(said.encode(), digest_size=16)
    for part in _parts(reader, set(), _DEPTH):
        digest.update(f"{len(part)} {part};".encode())
    return ReaderFacts(name_of(reader), shorten(said, 500), digest.hexdigest(), _source(reader))


def name_of(reader: Any) -> str:
    """Module and qualified name."""
    inner = reader.func if isinstance(reader, partial) else reader
    kind = inner if hasattr(inner, "__qualname__") else type(inner)
    return f"{kind.__module__}.{kind.__qualname__}"


def _source(reader: Any) -> str:
    try:
        return inspect.getsource(reader)
    except (OSError, TypeError):
        return ""


def _parts(thing: Any, seen: set[int], depth: int) -> Iterator[str]:
    """Texts that change when what `thing` does may have changed."""
    if id(thing) in seen or depth == 0:
        return
    seen.add(id(thing))
    if isinstance(thing, partial):
        yield from _parts(thing.func, seen, depth)
        yield from (_plain(value) for value in (*thing.args, *sorted(thing.keywords.items())))
    elif inspect.ismethod(thing):
        yield from _parts(thing.__func__, seen, depth)
        yield from _state(thing.__self__)
    elif isinstance(thing, FunctionType):
        yield from _function_parts(thing, seen, depth)
    elif isinstance(thing, ModuleType):
        yield f"{thing.__name__} {getattr(thing, '__version__', '')}"
    elif isinstance(thing, type) or not callable(thing):
        yield _plain(thing)
    elif isinstance(vars(type(thing)).get("__call__"), FunctionType):
        yield from _parts(type(thing).__call__, seen, depth)
        yield from _state(thing)
    else:
        yield f"{name_of(thing)} {_version_of(thing)}"


def _state(thing: object) -> Iterator[str]:
    yield from (f"{name}={_plain(value)}" for name, value in sorted(getattr(thing, "__dict__", {}).items()))


def _function_parts(function: FunctionType, seen: set[int], depth: int) -> Iterator[str]:
    yield _code_text(function.__code__)
    yield _plain(function.__defaults__)
    yield _plain(function.__kwdefaults__)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield name
        try:
            yield from _used(cell.cell_contents, function.__module__, seen, depth)
        except ValueError:  # not assigned yet
            continue
    for name in sorted(_names(function.__code__)):
        if name in function.__globals__:
            yield name
            yield from _used(function.__globals__[name], function.__module__, seen, depth)


def _used(value: Any, module: str, seen: set[int], depth: int) -> Iterator[str]:
    """A value that a function of `module` names: its own functions in full, others by name and version."""
    if isinstance(value, FunctionType) and value.__module__ != module:
        yield f"{name_of(value)} {_version_of(value)}"
    else:
        yield from _parts(value, seen, depth - 1)


def _version_of(thing: Any) -> str:
    package = str(getattr(thing, "__module__", "")).partition(".")[0]
    return str(getattr(sys.modules.get(package), "__version__", ""))


def _names(code: CodeType) -> set[str]:
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    return set(code.co_names).union(*(_names(const) for const in inner))


def _code_text(code: CodeType) -> str:
    consts = [_code_text(const) if isinstance(const, CodeType) else _plain(const) for const in code.co_consts]
    return f"{code.co_code.hex()} {consts} {code.co_names} {code.co_varnames}"


def _plain(value: Any) -> str:
    """A value as text that is equal in every process: not by address, sets in order, arrays by content."""
    if isinstance(value, np.ndarray):
        content = repr(value.tolist()) if value.dtype.hasobject else value.tobytes()
        return f"array {value.dtype.str} {value.shape} {blake2b(_bytes(content), digest_size=16).hexdigest()}"
    if isinstance(value, set | frozenset):
        return f"set {sorted(_plain(item) for item in value)}"
    if isinstance(value, Mapping):
        return f"map {sorted((_plain(key), _plain(item)) for key, item in value.items())}"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__} {[_plain(item) for item in value]}"
    if isinstance(value, CodeType):
        return _code_text(value)
    if isinstance(value, FunctionType):
        return f"{name_of(value)} {_code_text(value.__code__)}"
    if getattr(type(value), "__repr__", None) is object.__repr__ or isinstance(value, type) or callable(value):
        return f"{name_of(value)} {_version_of(value)}"
    return f"{type(value).__name__} {value!r}"


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
