"""The winner's score without its luck: bootstrap bias-corrected cross-validation.

t  configurations    n  rows judged (out of fold)    U  units drawn: rows, or whole groups    B  draws

The best of t noisy scores is too good. Here the choice itself is repeated: units are drawn with replacement, the
configuration that is best on the drawn rows is chosen, and its score is taken on the rows that were not drawn. The mean
over draws estimates how good the chosen configuration is; nothing is trained again.
Not for t = 1, where nothing was chosen. Cost: B·U·t where the score is a mean over rows, else B·(t + 1) scorings.
Source: Tsamardinos, Greasidou and Borboudakis 2018, Machine Learning 107, 1895-1922, doi 10.1007/s10994-018-5714-4,
algorithm 4 (BBC-CV); groups are drawn whole, as in Davison and Hinkley 1997, section 3.8.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import ArgumentError
from ayar.evaluate.labels import encode
from ayar.evaluate.metrics import Metric
from ayar.evaluate.rows import Rows
from ayar.trial.goal import Direction

Array = NDArray[Any]
Floats = NDArray[np.float64]

DRAWS = 1000
"""The paper's examples use 500 and more; the mean's own error is then a hundredth of the interval."""
_FEWEST_DRAWS = 500


class Corrected(msgspec.Struct, frozen=True):
    """A winner's score, corrected for having been chosen; `str` says it in words."""

    metric: str
    direction: str
    score: float
    """What the chosen configuration is expected to score."""
    low: float
    """Of the interval of `score`, by percentiles over draws; conservative."""
    high: float
    naive: float
    """The winner's own score on all rows: what was too good."""
    optimism: float
    """By how much `naive` flatters, in the metric's unit; positive where it does."""
    winner: int
    """Place of the best configuration among those given; the trial's number where a study was judged."""
    configurations: int
    rows: int
    draws: int
    level: float

    def __str__(self) -> str:
        return (
            f"{self.metric} {self.score:.4g} ({100 * self.level:g} % interval {self.low:.4g} to {self.high:.4g}) "
            f"corrected for the choice among {self.configurations} configurations on {self.rows} rows; "
            f"the winner's own score {self.naive:.4g} is too good by about {self.optimism:.2g}"
        )

    def to_json(self) -> dict[str, Any]:
        """The score as plain JSON values."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data


@dataclass(frozen=True)
class _Draws:
    """Score of every configuration on drawn units, and of one on those left out."""

    inside: Callable[[NDArray[np.intp]], Floats]
    """(U,) how often each unit was drawn -> (t,)"""
    outside: Callable[[NDArray[np.intp], int], float]


def corrected_means(
    by_row: Array,
    rng: np.random.Generator,
    *,
    direction: Direction,
    groups: Rows | None = None,
    metric: str = "mean",
    draws: int = DRAWS,
    level: float = 0.95,
) -> Corrected:
    """The corrected score where a configuration's score is a mean over rows: hits, losses, errors.

    Arguments:
        by_row: (t, n) what each row adds.
        rng: makes the draws.
        direction: whether greater or less is better.
        groups: n names of what rows share (a patient, or the row itself where it was judged several times).
        metric: its name.
        draws: B, at least 500.
        level: of the interval.

    Raises:
        ArgumentError: fewer than two configurations or units, values missing, too few draws.

    >>> hits = np.random.default_rng(0).random((50, 200)) < 0.9  # fifty configurations, equally good
    >>> found = corrected_means(hits, np.random.default_rng(1), direction="maximize")
    >>> found.naive > 0.93, found.score < found.naive - 0.01, found.low < 0.9 < found.high
    (True, True, True)
    """
    by_row = np.asarray(by_row, dtype=np.float64)
    units = _units(by_row.shape[1], groups)
    totals = np.zeros((len(by_row), int(units.max()) + 1))
    np.add.at(totals.T, units, by_row.T)
    sizes = np.bincount(units).astype(np.float64)

    def inside(counts: NDArray[np.intp]) -> Floats:
        means: Floats = totals @ counts / float(sizes @ counts)
        return means

    def outside(counts: NDArray[np.intp], chosen: int) -> float:
        left = counts == 0
        return float(totals[chosen, left].sum() / sizes[left].sum())

    return _corrected(_Draws(inside, outside), by_row.shape, len(sizes), rng, direction, metric, draws, level)


def corrected_scores(
    metric: Metric,
    truth: Array,
    predictions: Sequence[Array],
    rng: np.random.Generator,
    *,
    groups: Rows | None = None,
    draws: int = DRAWS,
    level: float = 0.95,
) -> Corrected:
    """The corrected score of any metric, from out-of-fold predictions.

    Arguments:
        metric: scores predictions.
        truth: (n,) as the metric takes it.
        predictions: t times n of them.
        rng, groups, draws, level: as for `corrected_means`; draws for which the metric is NaN are left out.

    Raises:
        ArgumentError: as `corrected_means`.
    """
    if metric.by_row is not None and len(predictions):
        rows = np.array([metric.by_row(truth, prediction) for prediction in predictions], dtype=np.float64)
        return corrected_means(
            rows, rng, direction=metric.direction, groups=groups, metric=metric.name, draws=draws, level=level
        )
    units = _units(len(truth), groups)

    def scores(rows: NDArray[np.intp], some: Sequence[Array]) -> Floats:
        return np.array([metric.score(truth[rows], prediction[rows]) for prediction in some], dtype=np.float64)

    def inside(counts: NDArray[np.intp]) -> Floats:
        return scores(np.repeat(np.arange(len(truth)), counts[units]), predictions)

    def outside(counts: NDArray[np.intp], chosen: int) -> float:
        return float(scores(np.flatnonzero(counts[units] == 0), [predictions[chosen]])[0])

    shape = (len(predictions), len(truth))
    many = int(units.max()) + 1
    return _corrected(_Draws(inside, outside), shape, many, rng, metric.direction, metric.name, draws, level)


def _units(n: int, groups: Rows | None) -> NDArray[np.intp]:
    """(n,) the unit of each row."""
    return np.arange(n) if groups is None else encode(groups, "groups")[1]


def _corrected(
    scores: _Draws,
    shape: tuple[int, ...],
    many: int,
    rng: np.random.Generator,
    direction: Direction,
    metric: str,
    draws: int,
    level: float,
) -> Corrected:
    configurations, rows = shape
    if configurations < 2 or many < 2:
        raise ArgumentError(
            f"expected at least 2 configurations judged on 2 rows (or groups), got {configurations} on {many}"
        )
    if draws < _FEWEST_DRAWS or not 0 < level < 1:
        raise ArgumentError(
            f"expected draws >= {_FEWEST_DRAWS} and a level between 0 and 1, got {draws!r} and {level!r}"
        )
    sign = 1.0 if direction == "maximize" else -1.0
    whole = scores.inside(np.ones(many, dtype=np.intp))
    if np.isnan(whole).any():
        raise ArgumentError(f"expected a score for every configuration, got NaN for number {np.isnan(whole).argmax()}")
    found = []
    for _ in range(draws):
        counts = np.bincount(rng.integers(many, size=many), minlength=many)
        if counts.all():
            continue
        drawn = sign * scores.inside(counts)
        if not np.isnan(drawn).all():
            found.append(scores.outside(counts, int(np.nanargmax(drawn))))
    told = np.array(found)
    told = told[~np.isnan(told)]
    if len(told) < draws / 2:
        raise ArgumentError(f"metric {metric!r} is NaN on most draws: too few rows or groups to correct its winner")
    winner = int(np.argmax(sign * whole))
    low, high = np.quantile(told, [(1 - level) / 2, (1 + level) / 2])
    score, naive = float(told.mean()), float(whole[winner])
    return Corrected(
        metric=metric,
        direction=direction,
        score=score,
        low=float(low),
        high=float(high),
        naive=naive,
        optimism=sign * (naive - score),
        winner=winner,
        configurations=configurations,
        rows=rows,
        draws=len(told),
        level=level,
    )
