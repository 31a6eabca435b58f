"""Late imports of optional packages, with the extra to install in the message."""

from importlib import import_module
from types import ModuleType

from ayar.base.errors import MissingExtra


def need(module: str, extra: str) -> ModuleType:
    """Import `module`, or say how to get it.

    Arguments:
        module: the dotted module name, such as "plotly.graph_objects".
        extra: Ayar's extra that brings it, such as "plots".

    Raises:
        MissingExtra: the package is not installed.

    >>> need("no_such", "plots")
    Traceback (most recent call last):
    ayar.base.errors.MissingExtra: the package 'no_such' is needed here; install it with: pip install "ayar[plots]"
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name is not None and error.name.partition(".")[0] != package:
            raise
        raise MissingExtra(
            f'the package {package!r} is needed here; install it with: pip install "ayar[{extra}]"'
        ) from None
