"""Cross-validation as an objective: one trial, k fits on development rows, each fold reported; then one honest test.

Folds are drawn once, from the data's fingerprint and seed, so all trials and processes judge on the same folds and can
be compared pair by pair. Cost: k fits a trial, one more for the test. Not for models that are fitted once for hours:
judge those on a single part of the development rows, `cv=[(rows to fit, rows to judge)]`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from ayar.base.errors import ArgumentError, TrialPruned, shorten
from ayar.base.rng import stream
from ayar.evaluate.intervals import Interval, bootstrap_interval, cv_interval, standard_error, wilson_interval
from ayar.evaluate.ledger import OPENED, Ledger, freeze
from ayar.evaluate.metrics import Metric, read_metric
from ayar.evaluate.rows import Indices, Rows, fingerprint, take
from ayar.evaluate.score import LEVEL, TestScore, recorded_scores
from ayar.evaluate.sealed_test import OpenedRows, Sealed
from ayar.evaluate.split import check_folds, read_split
from ayar.trial.goal import Direction, Goal
from ayar.trial.result import Result
from ayar.trial.trial import Trial


class LiveTrial(Protocol):
    """The trial that an objective gets: its parameters, and the way to report."""

    def keys(self) -> Iterable[str]:
        """Names of the active parameters."""

    def __getitem__(self, name: str, /) -> Any: ...

    def report(self, value: float, step: int, fold: int | None = None) -> object:
        """Hand in an intermediate value."""

    def should_prune(self) -> bool:
        """Whether the scheduler wants the trial to end."""


class HasGoals(Protocol):
    """Settings of a study, as far as they matter here."""

    @property
    def goals(self) -> Sequence[Goal]:
        """What the study is after."""


class Tuned(Ledger, Protocol):
    """A study: a ledger with goals and a winner."""

    @property
    def setup(self) -> HasGoals:
        """Its settings."""

    @property
    def best(self) -> Any:
        """The best trial, or a tuple of them when there are several goals."""


class CrossValidation:
    """An objective that cross-validates a model on the development rows of sealed data.

    Arguments:
        build: turns parameters (a dict of the active ones) into an unfitted model with `fit(X, y)` and `predict(X)`,
            such as `lambda params: SVC(**params)`. Put scaling and feature selection into the model, as a pipeline, so
            that they are fitted on each fold's own rows; fix its random state.
        data: what `seal` returned.
        cv: a number of folds, of the kind by which the data was sealed; the name of a kind; a split such as
            `TimeSplit(5, gap=7)`; or a list of (rows to fit, rows to judge), counted in development rows.
        metric: a name of `METRICS`, or a `Metric`.
        fit: `fit(model, X, y)`, called in place of `model.fit(X, y)`: for sample weights or early stopping.

    Raises:
        ArgumentError: an argument that is none of these; a row or group on both sides of a fold.

    A trial's value is the mean over folds, its `sd` the corrected standard error, and its attributes `cv_low` and
    `cv_high` the 95 % interval. A study checks by `begin` that it goes on with the same data, folds and metric.

    >>> import numpy as np
    >>> from ayar.evaluate import seal
    >>> class Threshold:
    ...     def __init__(self, at): self.at = at
    ...     def fit(self, X, y): return self
    ...     def predict(self, X): return X[:, 0] > self.at
    >>> X = np.linspace(0, 1, 100).reshape(-1, 1)
    >>> objective = CrossValidation(lambda params: Threshold(params["at"]), seal(X, X[:, 0] > 0.5), cv=4)
    >>> objective.direction, objective
    ('maximize', <CrossValidation accuracy, 4 folds of 60 rows to fit and 20 to judge>)
    """

    def __init__(
        self,
        build: Callable[[dict[str, Any]], Any],
        data: Sealed,
        *,
        cv: object = 5,
        metric: str | Metric = "accuracy",
        fit: Callable[[Any, Rows, Rows], object] | None = None,
    ) -> None:
        if not callable(build):
            raise ArgumentError(
                f"build: expected a function of the parameters that makes a model, got {shorten(build)}"
            )
        if not isinstance(data, Sealed):
            raise ArgumentError(f"data: expected what ayar.evaluate.seal(X, y) returns, got {type(data).__name__}")
        self.build = build
        self.data = data
        self.fit = fit
        self.metric = read_metric(metric, data.y)
        self.split = read_split(cv, data.kind)
        rng = stream(data.seed, 0, f"evaluate.cv|{data.fingerprint}")
        self.folds = self.split.split(data.y, data.groups, rng)
        """(rows to fit, rows to judge) of each fold, in development rows."""
        check_folds(self.folds, data.groups)

    @property
    def direction(self) -> Direction:
        """Which way a study of this objective goes: "maximize" for accuracy."""
        return self.metric.direction

    def __repr__(self) -> str:
        n_train, n_test = self._fold_sizes
        k = len(self.folds)
        return f"<CrossValidation {self.metric.name}, {k} folds of {n_train:g} rows to fit and {n_test:g} to judge>"

    def __call__(self, trial: LiveTrial) -> Result:
        """The trial's score: mean over folds, with standard error and interval.

        Raises:
            TrialPruned: the scheduler said to stop after a fold.
        """
        scores: list[float] = []
        for i, (rows, judged) in enumerate(self.folds):
            if i and trial.should_prune():
                raise TrialPruned(f"stopped after {i} of {len(self.folds)} folds, mean {np.mean(scores):.6g}")
            scores.append(self._score_fold(dict(trial), rows, judged))
            trial.report(scores[-1], step=i, fold=i)
        error = standard_error(scores, *self._fold_sizes)
        interval = self._cv_interval(scores)
        return Result(
            float(np.mean(scores)),
            sd=error if np.isfinite(error) else None,
            attrs=None if interval is None else {"cv_low": interval[0], "cv_high": interval[1]},
        )

    def begin(self, study: Tuned) -> None:
        """Write into the study what is frozen for it, or see that it is still the same; studies call this.

        Raises:
            ArgumentError: the study has several goals, or goes the other way than the metric.
            StudyChanged: the study began with other data, folds or metric.
        """
        goals = study.setup.goals
        if len(goals) != 1 or goals[0].direction != self.direction:
            raise ArgumentError(
                f"expected a study with one goal, to {self.direction} {self.metric.name}, got "
                f"{', '.join(f'{goal.direction} {goal.name}' for goal in goals)}; pass direction={self.direction!r}"
            )
        freeze(study, self._facts())

    def open_test(self, study: Tuned, reason: str | None = None) -> TestScore:
        """Open the sealed test set for the study's winner, once; the log says so before any row is seen.

        The winner is fitted on all development rows first, so a model that cannot be fitted opens nothing. A crash
        after that counts as an opening.

        Arguments:
            study: whose best trial is judged, and whose log keeps the opening.
            reason: why it is opened again; needed from the second opening on, also after a restart.

        Raises:
            SealedTestSet: opened before and no reason given, or this objective came through pickle.
            NoTrial: no trial is complete.
            StudyChanged: the study was tuned on other data, folds or metric.
        """
        self.begin(study)
        self.data.check(study, reason)
        winner: Trial = study.best
        model = self._fitted(winner.params, self.data.X, self.data.y)
        rows = self.data.open(study, number=winner.number, reason=reason)
        score = self._judge(model, rows, winner)
        study.record(OPENED, score.to_json())
        return score

    def test_score(self, study: Ledger) -> TestScore | None:
        """The score of the last opening that the study's log holds; None if the set is sealed. Opens nothing."""
        scores = recorded_scores(study)
        return scores[-1] if scores else None

    @property
    def _fold_sizes(self) -> tuple[float, float]:
        """Mean number of rows (to fit, to judge) over folds."""
        return float(np.mean([len(fit) for fit, _ in self.folds])), float(
            np.mean([len(rows) for _, rows in self.folds])
        )

    def _facts(self) -> dict[str, Any]:
        n_train, n_test = self._fold_sizes
        return {
            "fingerprint": self.data.fingerprint,
            "rows": self.data.n_development,
            "sealed": self.data.n_test,
            "metric": self.metric.name,
            "direction": self.direction,
            "cv": repr(self.split),
            "folds": len(self.folds),
            "n_train": n_train,
            "n_test": n_test,
            "cv_fingerprint": fingerprint([list(fold) for fold in self.folds]),
        }

    def _fitted(self, params: Mapping[str, Any], X: Rows, y: Rows) -> Any:
        model = self.build(dict(params))
        if self.fit is None:
            model.fit(X, y)
        else:
            self.fit(model, X, y)
        return model

    def _score_fold(self, params: Mapping[str, Any], rows: Indices, judged: Indices) -> float:
        X, y = self.data.X, self.data.y
        model = self._fitted(params, take(X, rows), take(y, rows))
        return float(self.metric.score(*self.metric.pairs(model, take(X, judged), take(y, judged))))

    def _cv_interval(self, scores: Sequence[float]) -> Interval | None:
        return self._within_bounds(cv_interval(scores, *self._fold_sizes, level=LEVEL))

    def _within_bounds(self, interval: Interval | None) -> Interval | None:
        if interval is None:
            return None
        low, high = self.metric.bounds
        return max(interval[0], low), min(interval[1], high)

    def _judge(self, model: Any, rows: OpenedRows, winner: Trial) -> TestScore:
        truth, prediction = self.metric.pairs(model, rows.X, rows.y)
        score = float(self.metric.score(truth, prediction))
        low, high = self._test_interval(score, truth, prediction, rows.groups) or (None, None)
        cv_low, cv_high = self._cv_interval([report.value for report in winner.reports]) or (None, None)
        cv_score = winner.values[0]
        opening = rows.opening
        return TestScore(
            metric=self.metric.name,
            direction=self.direction,
            score=score,
            low=low,
            high=high,
            cv_score=cv_score,
            cv_low=cv_low,
            cv_high=cv_high,
            gap=score - cv_score,
            number=winner.number,
            n_test=len(truth),
            fingerprint=self.data.fingerprint,
            count=opening.count,
            at=opening.at,
            reason=opening.reason,
            opening=opening.id,
        )

    def _test_interval(
        self, score: float, truth: np.ndarray[Any, Any], prediction: np.ndarray[Any, Any], groups: Rows | None
    ) -> Interval | None:
        """Wilson for a share of independent rows; bootstrap for other scores, and by groups where rows share one."""
        if self.metric.proportion and groups is None:
            return wilson_interval(score * len(truth), len(truth), LEVEL)
        rng = stream(self.data.seed, 0, f"evaluate.bootstrap|{self.data.fingerprint}")
        return bootstrap_interval(self.metric.score, truth, prediction, rng, groups, LEVEL)
