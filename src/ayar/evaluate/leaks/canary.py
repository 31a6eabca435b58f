"""The shuffled-label canary: a whole pipeline on labels that nothing can predict.

The labels are shuffled, everything is run again, and the score is held against a dummy's on the same labels and folds.
A pipeline that beats the dummy knows the labels of rows that it should not have seen. Labels that are constant within
groups are shuffled from group to group, so that rows of one group keep their common label and a split through groups
gives itself away.

d_p  advantage over the best dummy in permutation p, positive is better, on a scale without unit: the plain difference
     for scores between two bounds (accuracy), the share of the way to perfection for scores with one (r2, rmse,
     log loss), else the difference relative to the dummy's score
flagged when  mean d > max(0.05, 3 s/√P),  s the standard deviation of d over P permutations

Sources: Ojala and Garriga 2010, JMLR 11, 1833-1863 (test 1), for permuted labels; the threshold is ours, and `python -m
benchmarks.leaks` measures it. Cost: P times all folds; nothing here is quick but the models.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import ArgumentError, shorten
from ayar.base.rng import stream
from ayar.evaluate.labels import encode
from ayar.evaluate.leaks.dummy import CLASS_DUMMIES, VALUE_DUMMIES, Dummy
from ayar.evaluate.leaks.findings import LeakFinding
from ayar.evaluate.metrics import Metric
from ayar.evaluate.rows import Indices, Rows, take
from ayar.evaluate.split import Folds

PERMUTATIONS = 5
LEAST_ADVANTAGE = 0.05
LEAST_GROUPS = 10
"""With fewer, a shuffle may hit the true labels, or their mirror image, by chance."""

Score = Callable[[Rows], float]
"""Labels -> the score of the whole pipeline, run on them."""


@dataclass(frozen=True)
class CanaryRun:
    """Scores on shuffled labels."""

    metric: str
    scores: tuple[float, ...]
    dummies: tuple[float, ...]
    """The best dummy's, on the same labels and folds."""
    advantages: tuple[float, ...]
    """How much better than the dummy, without unit; see the top of this file."""

    @property
    def advantage(self) -> float:
        """Mean over permutations."""
        return float(np.mean(self.advantages))

    @property
    def limit(self) -> float:
        """What the advantage may not exceed."""
        error = float(np.std(self.advantages, ddof=1)) / np.sqrt(len(self.advantages))
        return max(LEAST_ADVANTAGE, float(3 * error))

    @property
    def flagged(self) -> bool:
        """Whether the pipeline knows shuffled labels."""
        return self.advantage > self.limit

    @property
    def words(self) -> str:
        """The scores in words."""
        return (
            f"on shuffled labels the mean {self.metric} is {np.mean(self.scores):.3g}, a dummy's "
            f"{np.mean(self.dummies):.3g} ({len(self.scores)} permutations)"
        )

    def finding(self) -> LeakFinding | None:
        """What it says, if anything."""
        if not self.flagged:
            return None
        return LeakFinding(
            "canary",
            f"{self.words}; better by {self.advantage:.3g}, where {self.limit:.3g} may be chance",
            0.97 if self.advantage > 2 * self.limit else 0.85,
            "some step sees labels or rows that it should not: put every fitted step (selection, encoding, scaling, "
            "imputation) inside the model, and rows that belong together on one side",
            numbers={
                "score": float(np.mean(self.scores)),
                "dummy": float(np.mean(self.dummies)),
                "advantage": self.advantage,
                "limit": self.limit,
            },
        )


def run_canary(
    score: Score, y: Rows, folds: Folds, metric: Metric, groups: Rows | None, classes: bool, seed: int
) -> CanaryRun:
    """Shuffle, run and compare.

    Raises:
        ArgumentError: a score that is no number.
    """
    codes = _whole_groups(y, groups)
    rules = CLASS_DUMMIES if classes else VALUE_DUMMIES
    scores = []
    rows = np.zeros((len(np.asarray(y)), 1))
    dummies = np.empty((PERMUTATIONS, len(rules)))
    for p in range(PERMUTATIONS):
        rng = stream(seed, p, "evaluate.canary")
        labels = take(y, _shuffled(len(rows), codes, rng))
        scores.append(_number(score(labels)))
        for i, rule in enumerate(rules):
            dummies[p, i] = fold_scores(partial(Dummy, rule, rng), rows, labels, folds, metric).mean()
    sign = 1.0 if metric.direction == "maximize" else -1.0
    best = int(np.argmax(sign * dummies.mean(axis=0)))
    advantages = [_advantage(found, dummy, metric) for found, dummy in zip(scores, dummies[:, best], strict=True)]
    return CanaryRun(metric.name, tuple(scores), tuple(dummies[:, best].tolist()), tuple(advantages))


def fold_scores(
    build: Callable[[], Any],
    X: Rows,
    y: Rows,
    folds: Folds,
    metric: Metric,
    fit: Callable[[Any, Rows, Rows], object] | None = None,
) -> NDArray[np.float64]:
    """The score of each fold that has one: more than one label to fit, and what the metric needs to judge.

    Raises:
        ArgumentError: there is no such fold.
    """
    scores = []
    for rows, judged in folds:
        labels = take(y, rows)
        if len(np.unique(np.asarray(labels))) < 2:
            continue
        model = build()
        if fit is None:
            model.fit(take(X, rows), labels)
        else:
            fit(model, take(X, rows), labels)
        scores.append(metric.judge(model, take(X, judged), take(y, judged)))
    # Shuffling can leave a fold with one class to judge, on which some metrics are not defined.
    scores = [score for score in scores if not np.isnan(score)]
    if not scores:
        raise ArgumentError(
            "canary: expected a fold with two labels to fit, got none; the labels are too uneven to shuffle"
        )
    return np.array(scores, dtype=np.float64)


def _number(score: object) -> float:
    """A score, or the mean of fold scores."""
    values = np.asarray(score, dtype=np.float64)
    if not values.size or not np.all(np.isfinite(values)):
        raise ArgumentError(
            f"pipeline: expected a score, or a score of each fold, got {shorten(score)}; let it return numbers for "
            "shuffled labels too"
        )
    return float(values.mean())


def why_no_canary(y: Rows, groups: Rows | None) -> str | None:
    """Why labels cannot be shuffled, if so."""
    codes = _whole_groups(y, groups)
    if codes is None or codes.max() + 1 >= LEAST_GROUPS:
        return None
    return (
        f"labels are constant within groups, and {codes.max() + 1} groups are too few to shuffle them between; "
        f"with fewer than {LEAST_GROUPS} a shuffle may hit the true labels"
    )


def _whole_groups(y: Rows, groups: Rows | None) -> Indices | None:
    """(n,) codes of the groups, if each has one label; None where rows are shuffled one by one."""
    if groups is None:
        return None
    names, codes = encode(groups, "groups")
    labels = np.asarray(y).reshape(len(codes), -1)
    first = np.zeros(len(names), dtype=np.intp)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    if len(names) == len(codes) or not np.array_equal(labels, labels[first[codes]]):
        return None
    return codes


def _shuffled(n: int, codes: Indices | None, rng: np.random.Generator) -> Indices:
    """For each row the row whose label it gets."""
    if codes is None:
        return rng.permutation(n)
    _, first = np.unique(codes, return_index=True)
    rows: Indices = first[rng.permutation(len(first))][codes]
    return rows


def _advantage(score: float, dummy: float, metric: Metric) -> float:
    gain = score - dummy if metric.direction == "maximize" else dummy - score
    low, high = metric.bounds
    if np.isfinite(low) and np.isfinite(high):
        return gain / (high - low)
    perfect = high if metric.direction == "maximize" else low
    room = abs(perfect - dummy) if np.isfinite(perfect) else abs(dummy)
    return gain / room if room > 0 else 0.0


def cost_words(folds: Sequence[object], n_train: float) -> str:
    """What a run of the canary costs."""
    return f"{PERMUTATIONS} permutations x {len(folds)} folds = {PERMUTATIONS * len(folds)} fits of {n_train:,.0f} rows"
