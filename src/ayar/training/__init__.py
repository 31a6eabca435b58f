"""Read the training itself: what a few short runs say about good settings, before any search.

Framework-free: a `Task` describes a training, its `start` gives a `Run` that goes step by step; guests of
`ayar.integrations` make Tasks of PyTorch, Keras and scikit-learn models.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ayar.training.announcing import announce
    from ayar.training.base import Run, Scores, Settings, Task
    from ayar.training.batch_result import BatchSize
    from ayar.training.batch_size import find_batch_size
    from ayar.training.clue_rules import Clue
    from ayar.training.clues import Clues, clues_of_reports
    from ayar.training.decay import DecayTest, weight_decay_test
    from ayar.training.discipline import disciplined
    from ayar.training.gradient_noise import gradient_noise_scale
    from ayar.training.momentum import MomentumTest, momentum_test
    from ayar.training.numpy_task import NumpyTask
    from ayar.training.range_result import RangeTest
    from ayar.training.range_test import lr_range_test
    from ayar.training.recipe import Recipe
    from ayar.training.schedules import Constant, Cyclical, OneCycle, Schedule, schedule_from_dict
    from ayar.training.short_run import RunResult, run_schedule

_HOMES = {
    "BatchSize": "ayar.training.batch_result",
    "Clue": "ayar.training.clue_rules",
    "Clues": "ayar.training.clues",
    "Constant": "ayar.training.schedules",
    "Cyclical": "ayar.training.schedules",
    "DecayTest": "ayar.training.decay",
    "MomentumTest": "ayar.training.momentum",
    "NumpyTask": "ayar.training.numpy_task",
    "OneCycle": "ayar.training.schedules",
    "RangeTest": "ayar.training.range_result",
    "Recipe": "ayar.training.recipe",
    "Run": "ayar.training.base",
    "RunResult": "ayar.training.short_run",
    "Schedule": "ayar.training.schedules",
    "Scores": "ayar.training.base",
    "Settings": "ayar.training.base",
    "Task": "ayar.training.base",
    "announce": "ayar.training.announcing",
    "clues_of_reports": "ayar.training.clues",
    "disciplined": "ayar.training.discipline",
    "find_batch_size": "ayar.training.batch_size",
    "lr_range_test": "ayar.training.range_test",
    "gradient_noise_scale": "ayar.training.gradient_noise",
    "momentum_test": "ayar.training.momentum",
    "run_schedule": "ayar.training.short_run",
    "schedule_from_dict": "ayar.training.schedules",
    "weight_decay_test": "ayar.training.decay",
}

__all__ = [
    "BatchSize",
    "Clue",
    "Clues",
    "Constant",
    "Cyclical",
    "DecayTest",
    "MomentumTest",
    "NumpyTask",
    "OneCycle",
    "RangeTest",
    "Recipe",
    "Run",
    "RunResult",
    "Schedule",
    "Scores",
    "Settings",
    "Task",
    "announce",
    "clues_of_reports",
    "disciplined",
    "find_batch_size",
    "gradient_noise_scale",
    "lr_range_test",
    "momentum_test",
    "run_schedule",
    "schedule_from_dict",
    "weight_decay_test",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its file when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
