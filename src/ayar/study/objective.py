"""Whether something can be an objective, asked before the first trial is spent on it."""

import inspect
from typing import Any

from ayar.base.errors import ArgumentError, shorten


def check_objective(objective: Any) -> None:
    """Refuse what cannot be called with a trial.

    Raises:
        ArgumentError: neither a function nor "package.module:function", or a function that takes no argument.

    >>> check_objective(lambda: 1.0)
    Traceback (most recent call last):
    ayar.base.errors.ArgumentError: objective: expected a function of one argument, the trial, got <lambda>()
    """
    if isinstance(objective, str):
        return
    if not callable(objective):
        raise ArgumentError(
            f"objective: expected a function of one argument, the trial, or 'package.module:function', got "
            f"{type(objective).__name__} {shorten(objective)}"
        )
    try:
        signature = inspect.signature(objective)
    except (TypeError, ValueError):  # some built-in functions do not tell
        return
    try:
        signature.bind(None)
    except TypeError:
        name = getattr(objective, "__name__", type(objective).__name__)
        raise ArgumentError(
            f"objective: expected a function of one argument, the trial, got {name}{signature}"
        ) from None
