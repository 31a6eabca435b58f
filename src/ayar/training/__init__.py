"""Read the training itself: what a few short runs say about good settings, before any search.

Framework-free: a `Task` describes a training, its `start` gives a `Run` that goes step by step; guests of
`ayar.integrations` make Tasks of PyTorch, Keras and scikit-learn models.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ayar.training.base import Run, Scores, Settings, Task

_HOMES = {
    "Run": "ayar.training.base",
    "Scores": "ayar.training.base",
    "Settings": "ayar.training.base",
    "Task": "ayar.training.base",
}

__all__ = ["Run", "Scores", "Settings", "Task"]


def __getattr__(name: str) -> Any:
    """Load a public name from its file when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
