"""Card: how to run the winner again."""

import math
import shlex

from ayar.analysis.axes import labelled
from ayar.analysis.front import front
from ayar.plots.cards import Card, Code
from ayar.space.domains import Choices, Label
from ayar.trial.best import best_number
from ayar.trial.fold import Fold
from ayar.trial.trial import Trial


def again(fold: Fold, storage: str) -> Card:
    """The winner as Python, as arguments of a command, and out of its store.

    Raises:
        NoTrial: no complete, feasible trial.
    """
    several = len(fold.setup.goals) > 1
    trial = front(fold)[0] if several else fold.history.trial(best_number(fold.history))
    codes = [Code("Python", python_text(fold, trial)), Code("Command line", argv_text(fold, trial))]
    if "://" in storage:
        params = "[trial.params for trial in study.best]" if several else "study.best.params"
        load = f"import ayar\n\nstudy = ayar.load_study({storage!r}, {fold.setup.name!r})\n{params}"
        codes.append(Code("Load the study", load))
    which = "The first trial of the front" if several else "The winner"
    return Card(f"{which}, trial {trial.number}, to copy.", codes=tuple(codes))


def python_text(fold: Fold, trial: Trial) -> str:
    """A trial's parameters as a Python dict; an object by its label in a comment, since only its owner can write it."""
    lines = []
    for name, value in trial.params.items():
        label = _label(fold, name, value)
        lines.append(f"    {name!r}: {value!r}," if label is None else f"    {name!r}: ...,  # the choice {label!r}")
    return "\n".join(["params = {", *lines, "}"])


def _label(fold: Fold, name: str, value: object) -> str | None:
    domain = fold.setup.space.params.get(name)
    if not isinstance(domain, Choices):
        return None
    code = domain.code(value)
    shown = None if math.isnan(code) else domain.shown(code)
    return shown.text if isinstance(shown, Label) else None


def argv_text(fold: Fold, trial: Trial) -> str:
    """A trial's parameters as arguments of a command, numbers in full."""
    words = labelled(fold.setup.space, trial.params)
    full = {name: repr(value) if isinstance(value, float) else words[name] for name, value in trial.params.items()}
    return " ".join(shlex.quote(f"--{name}={value}") for name, value in full.items())
