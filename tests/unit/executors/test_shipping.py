"""How an objective travels, and what is said of one that cannot."""

import functools
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import ArgumentError
from ayar.data import share
from ayar.executors.shipping import import_objective, pack, unpack

LOCK = threading.Lock()


def test_a_closure_travels_with_its_variables() -> None:
    factor = 3
    assert unpack(pack(lambda x: factor * x))(14) == 42


def test_an_import_path_travels_as_it_is() -> None:
    assert pack("math:sqrt") == "math:sqrt"
    assert unpack("math:sqrt")(9.0) == 3.0


def test_a_function_of_an_importable_module_travels_by_name() -> None:
    assert len(pack(functools.reduce)) < 100


def _load(path: Path, name: str) -> ModuleType:
    import importlib.util

    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("wrap", [lambda f: f, functools.partial])
def test_a_function_of_a_file_outside_the_search_path_travels_by_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrap: Callable[[Any], Any]
) -> None:
    (tmp_path / "outside.py").write_text("FACTOR = 3\ndef triple(x):\n    return FACTOR * x\n")
    module = _load(tmp_path / "outside.py", "outside")
    parcel = pack(wrap(module.triple))
    monkeypatch.delitem(sys.modules, "outside")
    assert unpack(parcel)(14) == 42


def test_a_file_that_hides_a_module_of_the_same_name_travels_by_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)
    (tmp_path / "this.py").write_text("def answer():\n    return 42\n")
    module = _load(tmp_path / "this.py", "this")
    parcel = pack(module.answer)
    monkeypatch.delitem(sys.modules, "this")
    assert unpack(parcel)() == 42


def _complaint(objective: Any) -> str:
    with pytest.raises(ArgumentError) as caught:
        pack(objective)
    return str(caught.value)


def test_a_captured_variable_in_the_way_is_named_with_type_size_and_remedy() -> None:
    lock = threading.Lock()

    def loss(x: float) -> float:
        with lock:
            return x

    complaint = _complaint(loss)
    assert "loss' cannot be sent to a child process: its variable 'lock' (lock, " in complaint
    assert f"{sys.getsizeof(lock)} bytes) cannot be pickled: cannot pickle '_thread.lock' object" in complaint
    assert "create 'lock' inside the objective, or run it in this process (executor 'inline')" in complaint


def test_a_global_variable_in_the_way_is_named() -> None:
    def loss(x: float) -> float:
        with LOCK:
            return x

    assert "its variable 'LOCK'" in _complaint(loss)


def test_a_variable_deep_inside_is_named_by_its_path() -> None:
    class Data:
        def __init__(self) -> None:
            self.rows = np.zeros(1000)
            self.guard = threading.Lock()

    class Loss:
        def __init__(self) -> None:
            self.data = Data()

        def __call__(self, x: float) -> float:
            return x

        def method(self, x: float) -> float:
            return x

    assert "its variable 'data.guard' (lock" in _complaint(Loss())
    assert "its variable 'self.data.guard' (lock" in _complaint(Loss().method)
    assert "its variable 'argument 0.guard' (lock" in _complaint(functools.partial(max, Data()))
    assert "its variable 'key.guard' (lock" in _complaint(functools.partial(max, key=Data()))


def test_a_default_in_the_way_is_named() -> None:
    def loss(x: float, lock: Any = threading.Lock()) -> float:  # noqa: B008 - the test is about this
        return x

    assert "its variable 'lock'" in _complaint(loss)


class Unpicklable(np.ndarray):
    def __reduce__(self) -> Any:
        raise TypeError("not this one")


@pytest.mark.parity("RT11")
def test_an_array_in_the_way_is_named_with_its_size_and_the_way_to_share_it() -> None:
    array = np.zeros(2**20).view(Unpicklable)
    complaint = _complaint(lambda: array)
    assert "its variable 'array' (Unpicklable, 8 MB) cannot be pickled: not this one" in complaint
    assert "arrays and tables go to processes by ayar.data.share(...)" in complaint


def test_an_objective_that_refuses_by_itself_is_reported_without_a_variable() -> None:
    class Loss:
        def __call__(self) -> float:
            return 0.0

        def __reduce__(self) -> Any:
            raise TypeError("never")

    assert _complaint(Loss()).endswith(
        "define it at the top of a module, or run it in this process (executor 'inline')"
    )


def test_an_objective_that_carries_much_is_told_of_share() -> None:
    table, small = np.zeros(3 * 2**20), np.zeros(9)
    said = r"takes 24 MB to each worker process, most of it in 'table' \(24 MB\), .* table = ayar\.data\.share\(table\)"
    with pytest.warns(UserWarning, match=said):
        pack(lambda trial: table.sum() + small.sum() + trial["x"])
    held = share(table)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pack(lambda trial: held.sum() + small.sum() + trial["x"])


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("math", r'expected "package.module:function", got \'math\''),
        ("math:", r'expected "package.module:function"'),
        ("no_such_module:f", "'no_such_module:f' cannot be imported: No module named 'no_such_module'; check the name"),
        ("math:no_such", "'math:no_such' cannot be imported: module 'math' has no attribute 'no_such'"),
        ("math:pi", "'math:pi': expected a function, got 3.14"),
    ],
)
def test_a_wrong_import_path_is_refused(path: str, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        import_objective(path)
