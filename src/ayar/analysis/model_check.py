"""Can the model be trusted? Every told trial is predicted from the others, and held against what it told.

r  trials the model holds      t, μ, s  (r,) their targets, and mean and deviation of each as the others predict it
z = (t − μ) / s: of an honest model 95 of 100 lie within ±1.96. explained = 1 − Σ(t − μ)² / Σ(t − mean t)².
All on the scale of the targets, where one terrible value counts no more than a bad one. The hyperparameters have seen
every trial, so the check is slightly kind.
Sources: Rasmussen and Williams 2006, eqs. (5.10)-(5.12) (leaving one out); Bastos and O'Hagan 2009,
doi 10.1198/TECH.2009.08019, section 3 (standardised errors).
"""

from dataclasses import dataclass

import numpy as np

from ayar.analysis.learned import learn
from ayar.analysis.words import count_text, percent_text
from ayar.numerics.arrays import Floats
from ayar.trial.fold import Fold

_TWO_SIDED = 1.96
"""95 % of a normal law lie within so many deviations."""
_FEW_INSIDE, _MANY = (
    0.85,
    3.0,
)  # below this share the model is too sure of itself; beyond so many deviations: a surprise
_GOOD, _FAIR = 0.7, 0.3


@dataclass(frozen=True)
class ModelCheck:
    """How the model of one goal fares on trials it has not seen."""

    goal: str
    trials: int
    explained: float
    """Share of the variation that is predicted; at most 1, below 0 where the mean would do better."""
    rank_correlation: float
    """Spearman's, of predicted and told values: 1 where the order is right."""
    inside: float
    """Share of the told values within the 95 % interval of their prediction."""
    surprises: tuple[int, ...]
    """Numbers of the trials more than three deviations from their prediction, the farthest first."""
    noisy: bool
    """Whether told values are found to be noisy."""

    @property
    def reliable(self) -> bool:
        """Whether predictions and their intervals may be believed."""
        return self.explained >= _FAIR and self.inside >= _FEW_INSIDE

    @property
    def sentence(self) -> str:
        """The check in words."""
        how = "well" if self.explained >= _GOOD else "fairly" if self.explained >= _FAIR else "badly"
        text = (
            f"Each predicted from the others, {count_text(self.trials, 'trial')} of {self.goal} come out {how}: "
            f"{percent_text(self.explained)} of the variation explained, rank correlation {self.rank_correlation:.2f}; "
            f"{percent_text(self.inside)} lie within their 95 % interval"
        )
        sure = "" if self.inside >= _FEW_INSIDE else ", so the model is too sure of itself"
        noise = "values are noisy" if self.noisy else "no noise found"
        return f"{text}{sure}; {noise}."


def model_check(fold: Fold, goal: int | str = 0) -> ModelCheck:
    """The check of one goal's model.

    Raises:
        NoTrial: too few complete trials to model. ArgumentError: the study has no such goal.

    >>> from ayar.testing.folds import fold_of
    >>> fold = fold_of({"x": (0.0, 1.0)}, [({"x": x / 20}, (x / 20 - 0.3) ** 2) for x in range(20)])
    >>> model_check(fold).reliable
    True
    """
    learned = learn(fold, goal)
    model = learned.model()
    mean, deviation = model.leave_one_out()
    targets = model.targets
    z = (targets - mean) / deviation
    far = np.argsort(-np.abs(z), kind="stable")[: int((np.abs(z) > _MANY).sum())]
    return ModelCheck(
        goal=learned.sample.goal.name,
        trials=len(z),
        explained=1.0 - float(np.mean((targets - mean) ** 2)) / float(np.var(targets)),
        rank_correlation=_correlation(_ranks(targets), _ranks(mean)),
        inside=float(np.mean(np.abs(z) <= _TWO_SIDED)),
        surprises=tuple(int(number) for number in learned.sample.numbers[model.rows[far]]),
        noisy=model.noisy,
    )


def _ranks(values: Floats) -> Floats:
    """Ranks from 0; equal values share their mean."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - 0.5 * (counts + 1.0))[place]


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0.0 else 0.0
