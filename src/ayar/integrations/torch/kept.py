"""Keep live PyTorch objects and put them back in place: the same modules, tensors, dictionaries and lists.

`keep(value)` walks what a training consists of, down to tensors, generators and plain values, and gives a function that
puts all of it back; `leaves(value)` walks the same way and names what it meets. Data sets and other foreign objects are
held by reference; only the random generators among their attributes are kept.
"""

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader, Dataset, Sampler

from ayar.base.errors import ArgumentError

Back = Callable[[], Any]
OPEN = (torch.nn.Module, Optimizer, LRScheduler, torch.amp.GradScaler, DataLoader, Sampler)
"""Kinds of objects whose every attribute belongs to the training."""
TABLES = ("_parameters", "_buffers", "_modules")
"""Where a module keeps what it shows as attributes."""
PLAIN = (int, float, complex, str, bytes, type(None))


def keep(value: Any, memo: dict[int, Any] | None = None) -> Back:
    """A function that puts `value` back as it is now, in place where it can be changed, and returns it.

    Raises:
        ArgumentError: a lazy parameter has no shape yet.
    """
    memo = {} if memo is None else memo
    if isinstance(value, PLAIN):
        return lambda: value
    if id(value) in memo:
        return lambda: value  # whoever met it first puts it back
    memo[id(value)] = value  # held, so that no other object gets this id
    if isinstance(value, Tensor):
        return _tensor(value, memo)
    if isinstance(value, dict):
        return _dict(value, memo)
    if isinstance(value, list):
        return _list(value, memo)
    if isinstance(value, tuple):
        return _each(list(value), value, memo)
    if isinstance(value, np.ndarray):
        array = value.copy()
        return lambda: (value.__setitem__(..., array), value)[1]
    return _generator(value) or _object(value, memo)


def _tensor(value: Tensor, memo: dict[int, Any]) -> Back:
    if torch.nn.parameter.is_lazy(value):
        raise ArgumentError("a lazy module has parameters without a shape; send one batch through the model first")
    data, saved = value.data, value.data.clone()
    grad = keep(value.grad, memo) if value.is_leaf else None
    requires_grad = value.requires_grad

    def back() -> Tensor:
        value.data = data  # the same memory, though the probe may have moved the tensor
        value.data.copy_(saved)
        if grad is not None:
            value.requires_grad_(requires_grad)
            value.grad = grad()
        return value

    return back


def _dict(value: dict[Any, Any], memo: dict[int, Any]) -> Back:
    saved = [(key, keep(item, memo)) for key, item in value.items()]

    def back() -> dict[Any, Any]:
        items = [(key, item()) for key, item in saved]
        value.clear()
        value.update(items)
        return value

    return back


def _list(value: list[Any], memo: dict[int, Any]) -> Back:
    saved = [keep(item, memo) for item in value]

    def back() -> list[Any]:
        value[:] = [item() for item in saved]
        return value

    return back


def _each(items: list[Any], value: Any, memo: dict[int, Any]) -> Back:
    """What cannot be changed itself: only its items are put back."""
    saved = [keep(item, memo) for item in items]

    def back() -> Any:
        for item in saved:
            item()
        return value

    return back


def _generator(value: Any) -> Back | None:
    """A random generator is put back by its state."""
    get: Callable[[], Any]
    put: Callable[[Any], object]
    if isinstance(value, torch.Generator):
        get, put = value.get_state, value.set_state
    elif isinstance(value, np.random.Generator):
        get, put = (lambda: value.bit_generator.state), (lambda state: setattr(value.bit_generator, "state", state))
    elif isinstance(value, random.Random):
        get, put = value.getstate, value.setstate
    else:
        return None
    state: Any = copy.deepcopy(get())

    def back() -> Any:
        put(state)
        return value

    return back


def _object(value: Any, memo: dict[int, Any]) -> Back:
    if isinstance(value, OPEN):
        memo |= {id(rows): rows for rows in _plain_rows(value)}
        return _each([vars(value)], value, memo)
    if isinstance(value, Dataset):
        return _each(_sources(value), value, memo)
    return lambda: value


def _plain_rows(value: Any) -> list[Any]:
    """Data of a loader or sampler that is a list or the like: not ours to copy."""
    held = [vars(value).get(name) for name in ("dataset", "data_source")]
    return [rows for rows in held if rows is not None and not isinstance(rows, Dataset)]


def _sources(value: Any) -> list[Any]:
    """What a data set may draw random numbers from, itself or the data set it wraps."""
    kinds = (torch.Generator, np.random.Generator, random.Random, Dataset)
    return [item for item in vars(value).values() if isinstance(item, kinds)]


def leaves(value: Any, name: str, seen: set[int] | None = None) -> Iterator[tuple[str, bytes]]:
    """The tensors, generators and plain values that `keep` keeps, each with a name and its bytes."""
    seen = set() if seen is None else seen
    if isinstance(value, PLAIN):
        yield name, repr(value).encode()
    elif id(value) not in seen:
        seen.add(id(value))
        yield from _own_bytes(value, name)
        if isinstance(value, OPEN):
            seen |= {id(rows) for rows in _plain_rows(value)}
        for part, item in _inside(value, name):
            yield from leaves(item, part, seen)


def _own_bytes(value: Any, name: str) -> Iterator[tuple[str, bytes]]:
    if isinstance(value, Tensor):
        yield name, tensor_bytes(value)
        if value.is_leaf:
            yield f"{name} requires_grad", repr(value.requires_grad).encode()
            yield f"{name} gradient", b"None" if value.grad is None else tensor_bytes(value.grad)
    elif isinstance(value, np.ndarray):
        yield name, value.tobytes()
    elif isinstance(value, torch.Generator):
        yield name, tensor_bytes(value.get_state())
    elif isinstance(value, np.random.Generator):
        yield name, repr(value.bit_generator.state).encode()
    elif isinstance(value, random.Random):
        yield name, repr(value.getstate()).encode()
    elif isinstance(value, (dict, list, tuple)):
        yield f"{name} length", repr(len(value)).encode()


def _inside(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """What a container or an open object holds, with a name for each."""
    if isinstance(value, dict):
        for i, (key, item) in enumerate(value.items()):
            yield (f"{name}.{key}" if isinstance(key, (str, int)) else f"{name} {i}"), item
    elif isinstance(value, (list, tuple)):
        yield from ((f"{name} {i}", item) for i, item in enumerate(value))
    elif isinstance(value, torch.nn.Module):
        own = {key: item for key, item in vars(value).items() if key not in TABLES}
        yield from ((f"{name}.{key}", item) for table in TABLES for key, item in vars(value)[table].items())
        yield from ((f"{name}.{key}", item) for key, item in own.items())
    elif isinstance(value, OPEN):
        yield from ((f"{name}.{key}", item) for key, item in vars(value).items())
    elif isinstance(value, Dataset):
        yield from ((f"{name} generator {i}", item) for i, item in enumerate(_sources(value)))


def tensor_bytes(value: Tensor) -> bytes:
    """The bytes of a tensor, with its kind and shape, from any device."""
    plain = value.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
    return f"{value.dtype} {tuple(value.shape)} ".encode() + plain.numpy().tobytes()
