"""Ayar finds good hyperparameters for a model, fast, and tells the truth about how good they are.

    import ayar

    study = ayar.minimize(lambda trial: (trial["x"] - 0.3) ** 2, {"x": (0.0, 1.0)}, max_trials=30)
    study.best.params, study.best.value

Public names load when they are first used, so that importing Ayar costs little.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ayar.base.version import __version__

if TYPE_CHECKING:
    from ayar import data, evaluate, samplers, schedulers, training
    from ayar.base import errors
    from ayar.base.errors import AyarError, TrialPruned
    from ayar.space.domains import Bool, Categorical, Constant, Float, Int, Normal, Ordinal
    from ayar.space.space import Space
    from ayar.space.vector import Vector
    from ayar.study.copying import copy_study
    from ayar.study.front import create_study, list_studies, load_study, maximize, minimize
    from ayar.study.study import Study
    from ayar.trial.failure import Failure
    from ayar.trial.goal import Constraint, Goal
    from ayar.trial.result import Result
    from ayar.trial.state import State
    from ayar.trial.trial import Trial

_HOMES = {
    "AyarError": "ayar.base.errors",
    "Bool": "ayar.space.domains",
    "Categorical": "ayar.space.domains",
    "Constant": "ayar.space.domains",
    "Constraint": "ayar.trial.goal",
    "Failure": "ayar.trial.failure",
    "Float": "ayar.space.domains",
    "Goal": "ayar.trial.goal",
    "Int": "ayar.space.domains",
    "Normal": "ayar.space.domains",
    "Ordinal": "ayar.space.domains",
    "Result": "ayar.trial.result",
    "Space": "ayar.space.space",
    "State": "ayar.trial.state",
    "Study": "ayar.study.study",
    "Trial": "ayar.trial.trial",
    "TrialPruned": "ayar.base.errors",
    "Vector": "ayar.space.vector",
    "copy_study": "ayar.study.copying",
    "create_study": "ayar.study.front",
    "list_studies": "ayar.study.front",
    "load_study": "ayar.study.front",
    "maximize": "ayar.study.front",
    "minimize": "ayar.study.front",
}
_ROOMS = {
    "data": "ayar.data",
    "errors": "ayar.base.errors",
    "evaluate": "ayar.evaluate",
    "samplers": "ayar.samplers",
    "schedulers": "ayar.schedulers",
    "training": "ayar.training",
}

__all__ = [
    "AyarError",
    "Bool",
    "Categorical",
    "Constant",
    "Constraint",
    "Failure",
    "Float",
    "Goal",
    "Int",
    "Normal",
    "Ordinal",
    "Result",
    "Space",
    "State",
    "Study",
    "Trial",
    "TrialPruned",
    "Vector",
    "__version__",
    "copy_study",
    "create_study",
    "data",
    "errors",
    "evaluate",
    "list_studies",
    "load_study",
    "maximize",
    "minimize",
    "samplers",
    "schedulers",
    "training",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(_ROOMS[name])
    if name not in _HOMES:
        from ayar.base.errors import did_you_mean

        raise AttributeError(f"module 'ayar' has no attribute {name!r}{did_you_mean(name, __all__)}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
