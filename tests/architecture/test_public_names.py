"""Holds `docs/architecture.md`: the public face is small, complete and documented."""

import importlib
import inspect
from typing import Any

import ayar
from ayar.executors import EXECUTORS
from ayar.samplers import SAMPLERS
from ayar.storage import STORES


def test_all_lists_exactly_what_the_root_offers() -> None:
    assert sorted(ayar.__all__) == ayar.__all__ == dir(ayar)
    assert all(getattr(ayar, name) is not None for name in ayar.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(ayar, "no_such_name")


def public_things() -> list[tuple[str, Any]]:
    names = [name for name in ayar.__all__ if not name.startswith("__")]
    roots = [(name, getattr(ayar, name)) for name in names]
    rooms = [(f"evaluate.{name}", getattr(ayar.evaluate, name)) for name in ayar.evaluate.__all__]
    rooms += [(f"data.{name}", getattr(ayar.data, name)) for name in ayar.data.__all__]
    plugins = [(name, table.get_class(name)) for table in (SAMPLERS, STORES, EXECUTORS) for name in table]
    return roots + rooms + plugins


def test_every_public_name_is_documented() -> None:
    bare = [name for name, thing in public_things() if not inspect.getdoc(thing)]
    assert not bare, f"without a docstring: {bare}"


def test_every_public_method_is_documented() -> None:
    bare = []
    for name, thing in public_things():
        if not inspect.isclass(thing) or not thing.__module__.startswith("ayar."):
            continue
        for attribute, member in vars(thing).items():
            if attribute.startswith("_") or not (callable(member) or isinstance(member, property)):
                continue
            if not inspect.getdoc(getattr(thing, attribute)):
                bare.append(f"{name}.{attribute}")
    assert not bare, f"without a docstring: {bare}"


def test_every_module_opens_with_a_docstring() -> None:
    import pkgutil

    bare = [
        module.name
        for module in pkgutil.walk_packages(ayar.__path__, "ayar.")
        if module.name != "ayar.__main__" and not importlib.import_module(module.name).__doc__
    ]
    assert not bare, f"without a module docstring: {bare}"
