"""What every health check is: a pure function from a `View` of the study to its findings."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ayar.analysis.importance import Importance, importance_of
from ayar.analysis.model import Model, fit_model
from ayar.analysis.sample import Sample, sample
from ayar.trial.fold import Fold

Level = Literal["ok", "note", "warning", "error"]
LEVELS: tuple[Level, ...] = ("ok", "note", "warning", "error")
"""From harmless to serious."""


@dataclass(frozen=True)
class Finding:
    """One thing a check saw."""

    code: str
    level: Level
    sentence: str
    """What is so, with its numbers."""
    advice: str
    """What to do."""


class View:
    """A study as the checks see it; what several of them need is computed once. One goal: the first."""

    def __init__(self, fold: Fold) -> None:
        self.fold = fold

    @cached_property
    def sample(self) -> Sample:
        """The complete trials with a finite value of the first goal."""
        return sample(self.fold)

    @cached_property
    def model(self) -> Model | None:
        """The model of the first goal; None where there is too little to model."""
        return fit_model(self.sample, self.fold.setup.seed)

    @cached_property
    def importance(self) -> Importance | None:
        """The importance for the first goal."""
        return None if self.model is None else importance_of(self.model, self.fold.setup.seed)


Findings = Iterator[Finding]
