"""Keras 3 as a guest, on any of its backends; needs the extra `keras`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ayar.integrations.keras.callback import ScheduleCallback
    from ayar.integrations.keras.optimizers import schedulable
    from ayar.integrations.keras.pruning import PruningCallback
    from ayar.integrations.keras.task import KerasTask

_HOMES = {
    "KerasTask": "ayar.integrations.keras.task",
    "PruningCallback": "ayar.integrations.keras.pruning",
    "ScheduleCallback": "ayar.integrations.keras.callback",
    "schedulable": "ayar.integrations.keras.optimizers",
}

__all__ = ["KerasTask", "PruningCallback", "ScheduleCallback", "schedulable"]


def __getattr__(name: str) -> Any:
    """Load a public name from its file when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
