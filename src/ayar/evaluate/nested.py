"""Nested cross-validation: how good is the whole search, from choosing to fitting, on rows that it has not seen?

Each outer fold is set aside as a sealed test set; a search of its own runs on the other rows, with folds of its own,
and its winner, fitted on all of them, is judged on the fold. Groups and times part the rows in both loops. The mean of
the outer scores is honest for what the search would find on all rows; it judges no single configuration.
Cost: k whole searches. Not for a search that takes days: seal one test set instead. For few rows it is the only way in
which every row is judged and none twice.
Source: Varma and Simon 2006, doi 10.1186/1471-2105-7-91; Cawley and Talbot 2010, JMLR 11, 2079-2107.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError, shorten
from ayar.base.rng import stream
from ayar.evaluate.crossval import CrossValidation
from ayar.evaluate.holdout import choose_kind
from ayar.evaluate.labels import moments, refuse_missing
from ayar.evaluate.nested_result import Nested, OuterFold
from ayar.evaluate.rows import Indices, Rows, count_rows, fingerprint, take
from ayar.evaluate.scorers import Measure, read_measure
from ayar.evaluate.sealed_test import Sealed
from ayar.evaluate.split import Folds
from ayar.evaluate.split_table import check_folds, check_sorted, read_split, run_forward


def nested_cv(
    search: Any,
    X: Rows,
    y: Rows,
    *,
    build: Callable[[dict[str, Any]], Any] | None = None,
    max_trials: int | None = None,
    cv: object = 5,
    inner_cv: object = 5,
    metric: object = "accuracy",
    groups: Rows | None = None,
    times: Rows | None = None,
    fit: Callable[[Any, Rows, Rows], object] | None = None,
    seed: int = 0,
    name: str = "nested",
    watch: Callable[[str], object] | None = print,
) -> Nested:
    """Judge a search by nested cross-validation.

    Arguments:
        search: called as `search(objective, max_trials=..., name=...)` for each outer fold, and returns its study:
            `functools.partial(ayar.maximize, space=space, seed=0)`. With `storage=` in the partial, searches that were
            interrupted go on, and folds that were judged are not run again. Or a search of scikit-learn's kind, an
            object with `fit`, `predict`, `best_score_` and `best_params_`, which is copied for each fold and brings its
            own folds and models; it gets `groups=` where there are any.
        X, y: n rows and their labels or targets.
        build: makes a model of parameters, as for `CrossValidation`; not with a search of scikit-learn's kind.
        max_trials: of each search.
        cv: the outer folds, a number or whatever `CrossValidation` takes.
        inner_cv: the inner folds.
        metric: one, as for `CrossValidation`; a search of scikit-learn's kind must itself choose by the same.
        groups: n names of what rows share; none is on both sides, outside or inside.
        times: n moments; all that is judged comes after what was fitted, outside and inside.
        fit: as for `CrossValidation`.
        seed: draws the outer folds.
        name: of the studies: "nested-0" for the first outer fold, and so on.
        watch: called with a line of text: first the cost, then each fold; None for silence.

    Raises:
        ArgumentError: rows of different number, no way to make models, folds that cannot be made or run against time,
            a score that is NaN.
        NoTrial: a search without a winner.

    >>> from functools import partial
    >>> import ayar
    >>> class Threshold:
    ...     def __init__(self, at): self.at = at
    ...     def fit(self, X, y): pass
    ...     def predict(self, X): return X[:, 0] > self.at
    >>> X = np.linspace(-1, 1, 60).reshape(-1, 1)
    >>> found = nested_cv(
    ...     partial(ayar.maximize, space={"at": (-1.0, 1.0)}, seed=0), X, X[:, 0] > 0.1,
    ...     build=lambda params: Threshold(**params), max_trials=10, cv=3, watch=None,
    ... )
    >>> found.score > 0.8
    True
    """
    say = watch or (lambda _: None)
    counts = {word: count_rows(rows, word) for word, rows in (("X", X), ("y", y)) if rows is not None}
    counts |= {
        word: count_rows(rows, word) for word, rows in (("groups", groups), ("times", times)) if rows is not None
    }
    if len(set(counts.values())) != 1:
        raise ArgumentError(f"nested_cv: expected as many rows in each, got {counts}")
    refuse_missing(y, "y")
    if times is not None:
        order = np.argsort(moments(times), kind="stable")
        X, y, groups = take(X, order), take(y, order), None if groups is None else take(groups, order)
    measure = read_measure(metric, y)
    kind = choose_kind(y, groups, times)
    content = fingerprint(X, y, groups)
    split = read_split(cv, kind)
    folds = split.split(y, groups, stream(seed, 0, f"evaluate.nested|{content}"))
    check_folds(folds, groups)
    check_sorted(split, folds, kind)
    _check_forward(folds, kind, "cv")
    whole = Sealed(X, y, groups, kind, seed, content, 0)
    judge: Callable[[Sealed, int], OuterFold]
    if hasattr(search, "fit"):
        if build is not None:
            raise ArgumentError(f"nested_cv: expected build= or a search with fit, got both: {shorten(search)}")
        say(f"nested cross-validation: {len(folds)} searches by {type(search).__name__}, each on its own copy")

        def judge(data: Sealed, place: int) -> OuterFold:
            return _guest_fold(search, data, measure, place)

    else:
        if build is None or not callable(search) or max_trials is None:
            raise ArgumentError(
                "nested_cv: expected search as a function such as functools.partial(ayar.maximize, space=space) with "
                f"build= and max_trials=, or an object with fit and predict, got {shorten(search)}"
            )
        inner = CrossValidation(build, _part(whole, folds[0]), cv=inner_cv, metric=measure, fit=fit)
        _check_forward(inner.folds, kind, "inner_cv")
        say(_cost(len(folds), max_trials, len(inner.folds)))

        def judge(data: Sealed, place: int) -> OuterFold:
            objective = CrossValidation(build, data, cv=inner_cv, metric=measure, fit=fit)
            study = search(objective, max_trials=max_trials, name=f"{name}-{place}")
            return _own_fold(objective, study, place)

    found = []
    for place, fold in enumerate(folds):
        found.append(_finite(judge(_part(whole, fold), place), measure))
        say(str(found[-1]))
    result = Nested(measure.name, measure.direction, tuple(found), measure.bounds)
    say(str(result))
    return result


def _check_forward(folds: Folds, kind: str, what: str) -> None:
    if kind == "time" and not run_forward(folds):
        raise ArgumentError(
            f"{what}: expected folds that judge what comes after all they fit, as times are given, got others; use "
            f"{what}=TimeSplit(), or leave out times= if time does not matter"
        )


def _finite(fold: OuterFold, measure: Measure) -> OuterFold:
    """The fold, if both its scores are numbers: a mean over folds must not be NaN, nor leave one out."""
    if np.isfinite(fold.score) and np.isfinite(fold.inner):
        return fold
    raise ArgumentError(
        f"nested_cv: outer fold {fold.fold}: expected a score by {measure.name!r} on {fold.n_test} rows and one of the "
        f"search, got {fold.score} and {fold.inner}; the metric may need both classes there: lower cv, or use a "
        "stratified split"
    )


def _cost(outer: int, trials: int, inner: int) -> str:
    fits = outer * (trials * inner + 1)
    return (
        f"nested cross-validation: {outer} searches of {trials} trials of {inner} folds: at most {fits} fits "
        f"({outer} x ({trials} x {inner} + 1))"
    )


def _part(data: Sealed, fold: tuple[Indices, Indices]) -> Sealed:
    """An outer fold as sealed data: what is judged is the test set."""
    fitted, judged = fold
    sides = [
        (take(data.X, rows), take(data.y, rows), None if data.groups is None else take(data.groups, rows))
        for rows in (fitted, judged)
    ]
    mark = fingerprint(data.fingerprint, fitted, judged)
    return Sealed(*sides[0], data.kind, data.seed, mark, len(judged), sides[1])


def _own_fold(objective: CrossValidation, study: Any, place: int) -> OuterFold:
    """The winner of a study, judged on the outer fold once: the study's log keeps the score."""
    score = objective.test_score(study) or objective.open_test(study)
    data = objective.data
    return OuterFold(
        fold=place,
        score=score.score,
        inner=float(score.cv_score if score.cv_score is not None else np.nan),
        params=dict(study.best.params) if study.best.number == score.number else score.params,
        n_train=data.n_development,
        n_test=data.n_test,
    )


class _Once:
    """A ledger for one opening, of a search that keeps no log."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, Mapping[str, Any]]] = []

    def record(self, topic: str, data: Mapping[str, Any]) -> None:
        """Keep an entry."""
        self.kept.append((topic, data))

    def records(self, topic: str) -> list[Mapping[str, Any]]:
        """Entries of a topic."""
        return [data for found, data in self.kept if found == topic]


def _guest_fold(search: Any, data: Sealed, measure: Measure, place: int) -> OuterFold:
    """A fitted copy of somebody's search, judged on the outer fold."""
    own = deepcopy(search)
    own.fit(data.X, data.y, **({} if data.groups is None else {"groups": data.groups}))
    rows = data.open(_Once(), number=-1)
    return OuterFold(
        fold=place,
        score=measure.judge(own, rows.X, rows.y),
        inner=float(own.best_score_),
        params=dict(own.best_params_),
        n_train=data.n_development,
        n_test=data.n_test,
    )
