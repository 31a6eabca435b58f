"""How good the winner is, and how sure we are: cross-validation with its interval, the sealed test, the gap.

Reads the fold reports of the trial, and what `ayar.evaluate` recorded: "evaluate.split" when the study began,
"evaluate.seal_opened" at each opening of the sealed test set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ayar.analysis.folds import corrected_interval, fold_scores
from ayar.analysis.words import number_text
from ayar.base.jsontext import unwrap
from ayar.trial.best import best_number
from ayar.trial.fold import Fold
from ayar.trial.trial import Trial

OPENED = "evaluate.seal_opened"
SPLIT = "evaluate.split"


@dataclass(frozen=True)
class Measured:
    """A score with its 95 % interval; the ends are None where nothing is known."""

    score: float
    low: float | None = None
    high: float | None = None

    @property
    def text(self) -> str:
        """In words: "0.983 (0.975 to 0.991)"."""
        if self.low is None or self.high is None:
            return number_text(self.score)
        return f"{number_text(self.score)} ({number_text(self.low)} to {number_text(self.high)})"


@dataclass(frozen=True)
class Score:
    """What is known of the winner."""

    trial: Trial
    metric: str
    search: Measured
    """The value that the search optimised."""
    folds: int
    """Folds behind `search`; 0 when it is one value."""
    test: Measured | None = None
    """On the sealed rows; None while they are sealed, or when the opening was for another trial."""
    gap: float | None = None
    """Test score less search score; the sign as it comes."""
    openings: int = 0
    reason: str = ""
    sealed: bool = False
    """Whether the study keeps a sealed test set that was not opened."""

    @property
    def sentence(self) -> str:
        """The score in one sentence."""
        how = f"{self.folds}-fold cross-validation" if self.folds else "the search"
        found = f"Trial {self.trial.number}: {self.metric} {self.search.text} in {how}"
        if self.test is None:
            return f"{found}; {'the test set is still sealed' if self.sealed else 'no test on unseen rows'}."
        gap = "" if self.gap is None else f", gap {self.gap:+.3g}"
        return f"{found}; {self.test.text} on the sealed test set{gap}."


def score(fold: Fold) -> Score:
    """The winner of a study with one goal.

    Raises:
        NoTrial: no complete, feasible trial.
    """
    trial = fold.history.trial(best_number(fold.history))
    openings = recorded(fold, OPENED)
    split = recorded(fold, SPLIT)
    opening = next((data for data in reversed(openings) if _is_about(data, trial)), {})
    metric = str(opening.get("metric") or (split[-1].get("metric") if split else "") or fold.setup.goals[0].name)
    search, folds = _search_score(trial, opening)
    test = _measured(opening, "score", "low", "high")
    return Score(
        trial,
        metric,
        search,
        folds,
        test,
        _number(opening.get("gap")) if test is not None else None,
        openings=len([data for data in openings if data.get("score") is not None]),
        reason=str(opening.get("reason") or ""),
        sealed=bool(split) and not openings and any(data.get("sealed", True) for data in split),
    )


def recorded(fold: Fold, topic: str) -> list[dict[str, Any]]:
    """The data of every record under `topic`, in order."""
    found = (unwrap(event.body.data) for event in fold.records if event.body.topic == topic)
    return [dict(data) for data in found if isinstance(data, Mapping)]


def _is_about(opening: Mapping[str, Any], trial: Trial) -> bool:
    return opening.get("score") is not None and opening.get("number", trial.number) == trial.number


def _search_score(trial: Trial, opening: Mapping[str, Any]) -> tuple[Measured, int]:
    scores = list(fold_scores(trial.reports).values())
    value = trial.values[0]
    known = _measured(opening, "cv_score", "cv_low", "cv_high")
    if known is not None:
        return known, len(scores)
    interval = corrected_interval(scores)
    if interval is not None:
        return Measured(value, *interval), len(scores)
    if trial.sd:
        return Measured(value, value - 1.96 * trial.sd[0], value + 1.96 * trial.sd[0]), 0
    return Measured(value), 0


def _measured(data: Mapping[str, Any], score_key: str, low: str, high: str) -> Measured | None:
    found = _number(data.get(score_key))
    return None if found is None else Measured(found, _number(data.get(low)), _number(data.get(high)))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
