"""A Python file as a study: what it defines at module level, read without running its `__main__` part.

`objective` is needed. `space` may be left out: the objective then defines it by run. The other names are the arguments
of `ayar.create_study` and `Study.optimize`, and mean the same.

The objective travels to worker processes by value, with what it uses: they do not run the file again, and do not mind
when it is edited meanwhile.
"""

import importlib.util
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from types import ModuleType
from typing import Any

from ayar.base.errors import ArgumentError, AyarError, UsageError, did_you_mean, shorten
from ayar.samplers.base import Sampler
from ayar.schedulers.base import Scheduler
from ayar.space.space import Space

SETTINGS: Mapping[str, tuple[type, ...]] = {
    "space": (Mapping, Space),
    "goals": (Mapping, Sequence),
    "direction": (str,),
    "constraints": (Mapping, Sequence),
    "name": (str,),
    "storage": (str, Path),
    "sampler": (str, Sampler),
    "scheduler": (str, Scheduler),
    "seed": (int,),
    "max_trials": (int,),
    "max_seconds": (int, float),
    "max_failures": (int, float),
    "retries": (Mapping,),
    "repeats": (str,),
    "workers": (int,),
    "executor": (str,),
    "trial_timeout": (int, float),
    "trial_memory": (int,),
    "trial_threads": (int,),
}
"""What a file may set beside `objective`, and what it is: names and meaning of the Python arguments."""

_NEIGHBOURS_ARE_WORDS = frozenset({"name", "seed", "goals"})
"""Not searched for slips of the pen: `names`, `speed` and `goal` are words of their own."""


@dataclass(frozen=True)
class Script:
    """What a file defines."""

    path: Path
    objective: Any
    settings: Mapping[str, Any]
    """Those of `SETTINGS` that it sets to something else than None."""
    notes: tuple[str, ...] = ()
    """What may not be meant as it is written."""
    names: Mapping[str, Any] = field(default_factory=dict)
    """Everything it defines, for `--probe`."""


def load_script(path: Path) -> Script:
    """Load a Python file and read its study.

    Raises:
        ArgumentError: no such file, no `objective` in it, a setting of another type, or a name that looks like a slip.
        UsageError: the file raised while it was loaded; the message holds its traceback.
    """
    names = load_names(path)
    objective = names.get("objective")
    if objective is None:
        _complain_of_missing_objective(path, names)
    if not callable(objective) and not isinstance(objective, str):
        raise ArgumentError(f"{path}: expected a function called objective, got {shorten(objective)}")
    _check_slips(path, names)
    settings = {name: names[name] for name in SETTINGS if names.get(name) is not None}
    for name, value in settings.items():
        check_kind(path, name, name, value)
    return Script(path, objective, settings, names=names)


def load_names(path: Path) -> Mapping[str, Any]:
    """What a Python file defines at module level, read without running its `__main__` part.

    Raises:
        ArgumentError: no such file, or not a Python file.
        UsageError: the file raised while it was loaded; the message holds its traceback.
    """
    _check_path(path)
    return vars(_module(path))


def _check_path(path: Path) -> None:
    if not path.is_file():
        near = did_you_mean(path.name, [file.name for file in path.parent.glob("*.py")])
        raise ArgumentError(f"expected a Python file at {path}, found none{near}")
    if path.suffix != ".py":
        raise ArgumentError(f"expected a Python file (.py) or a study file (.toml, .yaml), got {path}")
    if path.stem == "ayar":
        raise ArgumentError(f"{path} hides the library of the same name; rename the file")


def _module(path: Path) -> ModuleType:
    """The file as a module, imported under its own name with its folder first on the search path, as Python does."""
    import cloudpickle

    folder = str(path.parent.resolve())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(_free_name(path.stem), path.resolve())
    if spec is None or spec.loader is None:
        raise ArgumentError(f"{path} cannot be loaded as a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise UsageError(f"{path} raised an error while it was loaded:\n\n{_trace(error, path)}") from error
    cloudpickle.register_pickle_by_value(module)
    return module


def _free_name(stem: str) -> str:
    """The file's own name, unless a module of that name exists: it must stay what it is."""
    return f"{stem}_file" if stem in sys.modules or stem in sys.stdlib_module_names else stem


def _trace(error: BaseException, path: Path) -> str:
    """The traceback from the file's own line on; where Ayar complains, down to the file's last line."""
    report = traceback.TracebackException.from_exception(error)
    own = [i for i, frame in enumerate(report.stack) if frame.filename == str(path.resolve())]
    frames = report.stack[own[0] :] if own else []
    if own and isinstance(error, AyarError):
        frames = report.stack[own[0] : own[-1] + 1]
    report.stack = traceback.StackSummary.from_list(frames)
    return "".join(report.format()).rstrip()


def _complain_of_missing_objective(path: Path, names: Mapping[str, Any]) -> None:
    functions = [name for name, value in names.items() if callable(value) and not name.startswith("_")]
    near = did_you_mean("objective", functions) if functions else ""
    raise ArgumentError(
        f"expected a function called objective in {path}, found none{near}\n"
        "  def objective(trial): ...  takes a trial, a mapping of its parameters, and returns a number"
    )


def _check_slips(path: Path, names: Mapping[str, Any]) -> None:
    """Refuse a name that looks like a misspelled setting: ignoring it could cost a night."""
    own = {name: value for name, value in names.items() if name not in SETTINGS and not name.startswith("_")}
    for setting in SETTINGS.keys() - names.keys() - _NEIGHBOURS_ARE_WORDS:
        for name, value in own.items():
            if _alike(name, setting) and isinstance(value, SETTINGS[setting]):
                raise ArgumentError(
                    f"{path} sets {name!r}, which means nothing here; did you mean {setting!r}?\n"
                    f"  if it is something of your own, call it _{name}"
                )


def _alike(name: str, setting: str) -> bool:
    return sorted(name) == sorted(setting) or SequenceMatcher(None, name, setting).ratio() > 0.85


def check_kind(path: Path, place: str, name: str, value: Any) -> None:
    """Refuse a setting of another type than `SETTINGS` gives it; `place` is where in the file it stands.

    Raises:
        ArgumentError: another type.
    """
    kinds = SETTINGS[name]
    if not isinstance(value, kinds) or isinstance(value, bool):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise ArgumentError(f"{path}: expected {place} to be {wanted}, got {type(value).__name__} {shorten(value)}")
