"""How good the winner is, and how sure we are: cross-validation with its interval, the sealed test, the gap.

Reads what `ayar.evaluate` left in the log: fold reports and interval on the trial, "evaluate.split" when the study
began, "evaluate.seal_opening" before and "evaluate.seal_opened" after each opening of the sealed test set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ayar.analysis.words import number_text
from ayar.base.jsontext import unwrap
from ayar.trial.best import best_number
from ayar.trial.crossval import fold_scores
from ayar.trial.fold import Fold
from ayar.trial.trial import Trial

OPENING = "evaluate.seal_opening"
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
    """Whether the study keeps a sealed test set that nobody has opened."""

    @property
    def sentence(self) -> str:
        """The score in one sentence."""
        how = f"{self.folds}-fold cross-validation" if self.folds else "the search"
        found = f"Trial {self.trial.number}: {self.metric} {self.search.text} in {how}"
        if self.test is None:
            return f"{found}; {'the test set is still sealed' if self.sealed else 'no test on unseen rows'}."
        gap = "" if self.gap is None else f", gap {self.gap:+.3g}"
        often = f", opened {self.openings} times" if self.openings > 1 else ""
        return f"{found}; {self.test.text} on the sealed test set{gap}{often}."


def score(fold: Fold) -> Score:
    """The winner of a study with one goal.

    Raises:
        NoTrial: no complete, feasible trial.
    """
    trial = fold.history.trial(best_number(fold.history))
    opened = [data for data in recorded(fold, OPENED) if data.get("number", trial.number) == trial.number]
    test = opened[-1] if opened else {}
    split = recorded(fold, SPLIT)
    times = openings(fold)
    return Score(
        trial,
        metric=str(test.get("metric") or (split[0].get("metric") if split else None) or fold.setup.goals[0].name),
        search=_search_score(trial, test),
        folds=len(fold_scores(trial.reports)),
        test=_measured(test, "score", "low", "high"),
        gap=_number(test.get("gap")),
        openings=times,
        reason=str(test.get("reason") or ""),
        sealed=bool(split) and not times,
    )


def openings(fold: Fold) -> int:
    """How often the sealed test set was opened: intents that were the first or gave a reason, and scores."""
    intents = recorded(fold, OPENING)
    valid = sum(1 for place, data in enumerate(intents) if place == 0 or data.get("reason"))
    return max(valid, len(recorded(fold, OPENED)))


def recorded(fold: Fold, topic: str) -> list[dict[str, Any]]:
    """The data of every record under `topic`, in order."""
    found = (unwrap(event.body.data) for event in fold.records if event.body.topic == topic)
    return [dict(data) for data in found if isinstance(data, Mapping)]


def _search_score(trial: Trial, test: Mapping[str, Any]) -> Measured:
    value = trial.values[0]
    told = _measured(test, "cv_score", "cv_low", "cv_high")
    if told is not None:
        return told
    low, high = _number(trial.attrs.get("cv_low")), _number(trial.attrs.get("cv_high"))
    if (low is None or high is None) and trial.sd:
        low, high = value - 1.96 * trial.sd[0], value + 1.96 * trial.sd[0]
    return Measured(value, low, high)


def _measured(data: Mapping[str, Any], score_key: str, low: str, high: str) -> Measured | None:
    found = _number(data.get(score_key))
    return None if found is None else Measured(found, _number(data.get(low)), _number(data.get(high)))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
