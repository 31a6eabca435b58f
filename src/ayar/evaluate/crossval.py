"""Cross-validation as an objective: one trial, k fits on development rows, each fold reported; then one honest test.

Folds are drawn once, from the data's fingerprint and seed, so all trials and processes judge on the same folds and can
be compared pair by pair. Cost: k fits a trial, one more for the test. Not for models that are fitted once for hours:
judge those on a single part of the development rows, `cv=[(rows to fit, rows to judge)]`.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError, TrialPruned, shorten
from ayar.evaluate.corrected_winner import corrected_winner
from ayar.evaluate.cv_arguments import read_error_score, read_keeper, read_measures
from ayar.evaluate.cv_result import cv_result
from ayar.evaluate.drawn import draw_folds, fold_sizes
from ayar.evaluate.fold_score import Fit, fit_model, score_model
from ayar.evaluate.intervals import Interval, cv_interval, within
from ayar.evaluate.leak_check import LEAKS, leak_check
from ayar.evaluate.leaks.findings import LeakReport
from ayar.evaluate.ledger import Ledger, freeze
from ayar.evaluate.metrics import Metric
from ayar.evaluate.opening import open_for_winner
from ayar.evaluate.out_of_fold import ATTRIBUTE
from ayar.evaluate.rows import Indices, Rows, fingerprint, take
from ayar.evaluate.score import LEVEL, TestScore, recorded_scores
from ayar.evaluate.scorers import Measure
from ayar.evaluate.sealed_test import Sealed
from ayar.evaluate.selection import DRAWS, Corrected
from ayar.evaluate.split import Folds
from ayar.evaluate.split_table import check_sorted, read_split
from ayar.evaluate.tuned import LiveTrial, Tuned, check_goals
from ayar.trial.crossval import FOLDS, FoldPlan
from ayar.trial.goal import Direction
from ayar.trial.result import Result
from ayar.trial.trial import Trial


class CrossValidation:
    """An objective that cross-validates a model on the development rows of sealed data.

    Arguments:
        build: turns parameters (a dict of the active ones) into an unfitted model with `fit(X, y)` and `predict(X)`,
            such as `lambda params: SVC(**params)`. Put scaling and feature selection into the model, as a pipeline, so
            that they are fitted on each fold's own rows; fix its random state.
        data: what `seal` returned.
        cv: a number of folds, of the kind by which the data was sealed; the name of a kind; a split such as
            `TimeSplit(5, gap=7)`; or a list of (rows to fit, rows to judge), counted in development rows.
        metric: a name of `METRICS`, a `Metric`, a `Scorer`, a scorer of scikit-learn, or a function (model, X, y) of
            which greater is better. A list of them makes as many goals: `ayar.create_study(goals=objective.goals)`.
        also: further metrics, kept on each trial with mean and standard error (attribute `cv_metrics`) and on the
            test score; they choose nothing.
        error_score: what a fold scores whose fit or metric fails, or whose score is NaN; left out, the trial fails
            with the fold's error.
        keep_predictions: True keeps every trial's out-of-fold predictions with it, a folder in a file each: for
            `corrected`.
        fit: `fit(model, X, y)`, called in place of `model.fit(X, y)`: for sample weights or early stopping.
        reshuffle: draw new folds for each trial, from the seed and the trial's number. The search then cannot fit the
            luck of one set of folds, and trials cannot be compared fold by fold.
        check: look for leaks in data and folds when a study begins, see `check`; what is found is kept in the study,
            shown in its report, and alarms are warned of.

    Raises:
        ArgumentError: an argument that is none of these; a row or group on both sides of a fold; `reshuffle` with a
            split that draws nothing, or with `keep_predictions`.

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
        metric: object = "accuracy",
        also: Sequence[object] = (),
        error_score: float | None = None,
        keep_predictions: bool | str | Path = False,
        fit: Fit | None = None,
        reshuffle: bool = False,
        check: bool = True,
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
        self.checks = check
        self.error_score = read_error_score(error_score)
        self.metrics, self.also = read_measures(metric, also, data.y)
        self.split = read_split(cv, data.kind)
        self.folds = self._drawn(0)
        """(rows to fit, rows to judge) of each fold, in development rows; with `reshuffle` not those of any trial."""
        check_sorted(self.split, self.folds, data.kind)
        self.keeper = read_keeper(keep_predictions, self.metric, data.y, self.folds)
        self.reshuffle = reshuffle
        self._check_reshuffle()

    def _check_reshuffle(self) -> None:
        if not self.reshuffle:
            return
        if self.keeper is not None:
            raise ArgumentError(
                "expected reshuffle=True or keep_predictions, got both: predictions of different folds cannot be "
                "compared row by row; leave one out"
            )
        if fingerprint(self._drawn(0, "trial")) == fingerprint(self._drawn(1, "trial")):
            raise ArgumentError(
                f"reshuffle: expected a split that draws its folds, got {self.split!r}; leave reshuffle out"
            )

    def _drawn(self, turn: int, what: str = "cv") -> Folds:
        return draw_folds(self.split, self.data, self.metrics, turn, what)

    @property
    def metric(self) -> Measure:
        """What the study is after; the first of several."""
        return self.metrics[0]

    @property
    def direction(self) -> Direction:
        """Which way a study of this objective goes: "maximize" for accuracy."""
        return self.metric.direction

    @property
    def goals(self) -> dict[str, Direction]:
        """Name -> direction of the metrics, for `ayar.create_study(goals=...)`."""
        return {metric.name: metric.direction for metric in self.metrics}

    def on_new_folds(self, turn: int) -> "CrossValidation":
        """The same objective on folds drawn anew: turn 0 is the search's, later ones are for `study.confirm`.

        Raises:
            ArgumentError: the folds are not drawn, but given, or those of a splitter or of time.
        """
        other = copy(self)
        other.keeper = None
        other.reshuffle = False
        other.folds = self._drawn(turn)
        if turn and fingerprint(other.folds) == fingerprint(self.folds):
            raise ArgumentError(
                f"expected folds that are drawn, so that there are new ones, got {self.split!r}; judge the winner on "
                "the sealed test set, or by nested_cv"
            )
        return other

    @property
    def test_ratio(self) -> float:
        """Rows judged for each row fitted, n_test/n_train of the corrected standard error."""
        n_train, n_test = fold_sizes(self.folds)
        return n_test / n_train

    def __repr__(self) -> str:
        n_train, n_test = fold_sizes(self.folds)
        k = len(self.folds)
        name = ", ".join(self.goals)
        return f"<CrossValidation {name}, {k} folds of {n_train:g} rows to fit and {n_test:g} to judge>"

    def __call__(self, trial: LiveTrial) -> Result:
        """The trial's score: mean over folds, with standard error and interval.

        Raises:
            TrialPruned: the scheduler said to stop after a fold.
        """
        scores: list[list[float]] = []
        predictions: list[Any] = []
        params = dict(trial)
        folds = self._drawn(trial.number, "trial") if self.reshuffle else self.folds
        repeats = getattr(self.split, "repeats", 1)
        trial.set_user_attr(FOLDS, FoldPlan(len(folds) // repeats, repeats, fingerprint(folds)).to_json())
        for i, (rows, judged) in enumerate(folds):
            if i and trial.should_prune():
                mean = np.mean([score[0] for score in scores])
                raise TrialPruned(f"stopped after {i} of {len(folds)} folds, mean {mean:.6g}")
            try:
                scores.append(self._score_fold(params, rows, judged, predictions))
            except Exception as error:
                if self.error_score is None:
                    error.add_note(f"in fold {i} of {len(folds)}; error_score=NUMBER would go on with that score")
                    raise
                scores.append([self.error_score] * (len(self.metrics) + len(self.also)))
            trial.report(scores[-1][0], step=i, fold=i)
        attrs: dict[str, Any] = {}
        if self.keeper is not None and len(predictions) == len(folds):
            attrs[ATTRIBUTE] = self.keeper.pack(np.concatenate(predictions), params, fingerprint(folds))
        return cv_result(self.metrics, self.also, scores, fold_sizes(folds), attrs)

    def begin(self, study: Tuned) -> None:
        """Write into the study what is frozen for it, or see that it is still the same; studies call this.

        Raises:
            ArgumentError: the study has several goals, or goes the other way than the metric.
            StudyChanged: the study began with other data, folds or metric.
        """
        check_goals(study, self.goals)
        freeze(study, self._facts())
        if self.checks and not study.records(LEAKS):
            self._check_for(study)

    def check(self, params: Mapping[str, Any] | None = None) -> LeakReport:
        """Look for leaks in data and folds and, with `params`, in the model by the shuffled-label canary.

        Without `params` no model is fitted: about 2 s for 100,000 rows of 20 columns. With them the model is fitted on
        shuffled labels, 5 times on each fold. `leak_check` takes more: files, times, inner folds, and the whole
        pipeline from raw rows, which alone shows what was fitted before `seal`.

        Arguments:
            params: an ordinary configuration.
        """
        build = None if params is None else self.build
        # A scorer may ask a model for more than a dummy can tell.
        metric = self.metric if isinstance(self.metric, Metric) else None
        return leak_check(build, self.data, self.folds, metric=metric, params=params, fit=self.fit)

    def _check_for(self, study: Ledger) -> None:
        """Keep what is found in the study; only the process that begins it does this."""
        report = self.check()
        study.record(LEAKS, report.to_dict())
        if report.alarms:
            warnings.warn(f"{report}\n  to silence this: CrossValidation(..., check=False)", stacklevel=3)

    def open_test(self, study: Tuned, reason: str | None = None, *, trial: Trial | None = None) -> TestScore:
        """Open the sealed test set for the study's winner, once; the log says so before any row is seen.

        The winner is fitted on all development rows first, so a model that cannot be fitted opens nothing. A crash
        after that counts as an opening.

        Arguments:
            study: whose best trial is judged, and whose log keeps the opening.
            reason: why it is opened again; needed from the second opening on, also after a restart.
            trial: which trial is judged, such as `study.recommended`; needed where there are several goals.

        Raises:
            SealedTestSet: opened before and no reason given, or this objective came through pickle.
            NoTrial: no trial is complete.
            StudyChanged: the study was tuned on other data, folds or metric.
        """
        self.begin(study)
        measures = (*self.metrics, *self.also)
        return open_for_winner(study, self.data, measures, self._fitted, self._cv_interval, reason, trial)

    def corrected(self, study: Tuned, *, draws: int = DRAWS, level: float = LEVEL) -> Corrected:
        """The winner's score less the luck of having been chosen, from the kept predictions of all complete trials.

        Nothing is fitted again. Where rows come in groups, groups are drawn.

        Arguments:
            study: whose trials kept their predictions (`keep_predictions`).
            draws: of the bootstrap, at least 500.
            level: of the interval.

        Raises:
            ArgumentError: predictions were not kept, or fewer than two trials have them.
            StudyChanged: the study was tuned on other data, folds or metric.
        """
        if self.keeper is None:
            raise ArgumentError("corrected: expected kept predictions; give CrossValidation keep_predictions=True")
        self.begin(study)
        return corrected_winner(study, self.data, self.folds, self.keeper, draws, level)

    def test_score(self, study: Ledger) -> TestScore | None:
        """The score of the last opening that the study's log holds; None if the set is sealed. Opens nothing."""
        scores = recorded_scores(study)
        return scores[-1] if scores else None

    def _facts(self) -> dict[str, Any]:
        n_train, n_test = fold_sizes(self.folds)
        return {
            "fingerprint": self.data.fingerprint,
            "rows": self.data.n_development,
            "sealed": self.data.n_test,
            "metric": ", ".join(self.goals),
            "direction": self.direction,
            "cv": f"{self.split!r}, new folds for each trial" if self.reshuffle else repr(self.split),
            "folds": len(self.folds),
            "n_train": n_train,
            "n_test": n_test,
            "cv_fingerprint": fingerprint(self.folds),
        }

    def _fitted(self, params: Mapping[str, Any], X: Rows, y: Rows) -> Any:
        return fit_model(self.build, params, X, y, self.fit)

    def _score_fold(self, params: Mapping[str, Any], rows: Indices, judged: Indices, kept: list[Any]) -> list[float]:
        """Scores by all metrics; appends to `kept` what the model said, if that is asked for."""
        X, y = self.data.X, self.data.y
        model = self._fitted(params, take(X, rows), take(y, rows))
        scores = score_model(model, X, y, judged, (*self.metrics, *self.also))
        if self.keeper is not None:
            kept.append(self.keeper.read(model, take(X, judged), take(y, judged)))
        return scores

    def _cv_interval(self, scores: Sequence[float]) -> Interval | None:
        return within(cv_interval(scores, *fold_sizes(self.folds), level=LEVEL), self.metric.bounds)
