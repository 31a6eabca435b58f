"""Every example in a docstring runs."""

import doctest
import importlib
import pkgutil
import warnings

import pytest

import ayar

MODULES = [m.name for m in pkgutil.walk_packages(ayar.__path__, "ayar.") if m.name != "ayar.__main__"]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Keras 3.15 hands PyTorch tensors to NumPy 2 in the old way.
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        failed, _ = doctest.testmod(
            importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
        )
    assert failed == 0
