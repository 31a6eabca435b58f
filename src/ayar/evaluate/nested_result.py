"""What nested cross-validation found: the outer score, how much the inner one flatters, how stable the choice is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ayar.base.errors import shorten
from ayar.evaluate.intervals import Interval, cv_interval, within
from ayar.trial.goal import Direction


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else shorten(value)


@dataclass(frozen=True)
class OuterFold:
    """One search, and its winner on rows that it has not seen."""

    fold: int
    score: float
    """Of the winner, on the outer fold."""
    inner: float
    """What the search told of it, by its own folds."""
    params: Mapping[str, Any]
    n_train: int
    n_test: int

    def __str__(self) -> str:
        params = ", ".join(f"{name}={_text(value)}" for name, value in self.params.items())
        return f"outer fold {self.fold}: {self.score:.4g}, the search told {self.inner:.4g} for {params}"


@dataclass(frozen=True)
class Stability:
    """How one parameter was chosen over the outer folds."""

    name: str
    folds: int
    """In how many of them the winner has it at all."""
    usual: Any
    """The choice made most often; of numbers the median."""
    share: float
    """How often a winner agrees: has the usual choice, or a number within a factor of 2 (or 0.5) of the usual one."""
    low: Any = None
    """Least of the numbers chosen."""
    high: Any = None

    def __str__(self) -> str:
        spread = "" if self.low is None else f", {self.low:.4g} to {self.high:.4g}"
        return f"{self.name}: {_text(self.usual)}{spread}, {100 * self.share:.0f} % of {self.folds} folds agree"


@dataclass(frozen=True)
class Nested:
    """The result; `str` says it in a sentence, `explain()` in full."""

    metric: str
    direction: Direction
    folds: tuple[OuterFold, ...]
    bounds: tuple[float, float] = (-np.inf, np.inf)
    """Least and greatest possible score."""

    @property
    def score(self) -> float:
        """Mean of the outer scores: what to expect of the search."""
        return float(np.mean([fold.score for fold in self.folds]))

    @property
    def interval(self) -> Interval | None:
        """95 % corrected t interval of `score`; None for a single fold."""
        sizes = np.array([(fold.n_train, fold.n_test) for fold in self.folds], dtype=np.float64).mean(axis=0)
        found = cv_interval([fold.score for fold in self.folds], float(sizes[0]), float(sizes[1]))
        return within(found, self.bounds)

    @property
    def inner(self) -> float:
        """Mean of what the searches told of their winners."""
        return float(np.mean([fold.inner for fold in self.folds]))

    @property
    def optimism(self) -> float:
        """By how much a search's own score flatters its winner, in the metric's unit; positive where it does."""
        return (self.inner - self.score) * (1.0 if self.direction == "maximize" else -1.0)

    @property
    def stability(self) -> tuple[Stability, ...]:
        """How each parameter was chosen, by name."""
        names = sorted({name for fold in self.folds for name in fold.params})
        return tuple(
            _stability(name, [fold.params[name] for fold in self.folds if name in fold.params]) for name in names
        )

    @property
    def table(self) -> list[dict[str, Any]]:
        """One row an outer fold."""
        return [asdict(fold) for fold in self.folds]

    def to_dict(self) -> dict[str, Any]:
        """All of it, numbers and rows."""
        low, high = self.interval or (None, None)
        return {
            "metric": self.metric,
            "direction": self.direction,
            "score": self.score,
            "low": low,
            "high": high,
            "inner": self.inner,
            "optimism": self.optimism,
            "stability": [asdict(item) for item in self.stability],
            "folds": self.table,
        }

    def __str__(self) -> str:
        interval = self.interval
        sure = "" if interval is None else f" (95 % interval {interval[0]:.4g} to {interval[1]:.4g})"
        way = "flatter by" if self.optimism > 0 else "do not flatter:"
        return (
            f"nested {self.metric} {self.score:.4g}{sure} over {len(self.folds)} outer folds; the searches' own "
            f"scores, {self.inner:.4g} in the mean, {way} {self.optimism:.2g}"
        )

    def explain(self) -> str:
        """What was found, why, and what to do next."""
        lines = [str(self), "", *map(str, self.folds), "", "chosen settings:", *map(str, self.stability), ""]
        loose = [item.name for item in self.stability if item.share < 0.5]
        if loose:
            lines.append(
                f"{', '.join(loose)}: the folds disagree, so the data says little about it; a simple value will do."
            )
        lines.append(
            "This is what to expect of the search as a whole. For the final model run the same search once on all "
            "rows; the score to report for it is this one, not its own."
        )
        return "\n".join(lines)


def _stability(name: str, values: list[Any]) -> Stability:
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        numbers = np.array(values, dtype=np.float64)
        usual = float(np.median(numbers))
        near = np.abs(numbers - usual) <= 1e-12 + np.where(np.abs(numbers) > abs(usual), abs(usual), 0.5 * abs(usual))
        return Stability(name, len(values), usual, float(near.mean()), float(numbers.min()), float(numbers.max()))
    keys = Counter(repr(value) for value in values)
    usual_key, count = keys.most_common(1)[0]
    return Stability(name, len(values), next(v for v in values if repr(v) == usual_key), count / len(values))
