"""Is something leaking? Looks for it before a search spends its time on scores that are too good.

The checks of data and folds read each column a few times (`ayar.evaluate.leaks`, a file each, with the rule and what it
can mistake): about 3 s for 100,000 rows of 20 columns. The canary runs the whole pipeline on shuffled labels, 5 times
all folds. No check proves that nothing leaks: a column that is written after the outcome, and tells a part of it, looks
like any good column.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError, shorten
from ayar.base.rng import stream
from ayar.evaluate.holdout import choose_kind
from ayar.evaluate.labels import refuse_missing
from ayar.evaluate.leaks.canary import cost_words, fold_scores, run_canary, why_no_canary
from ayar.evaluate.leaks.duplicates import check_duplicates
from ayar.evaluate.leaks.findings import LeakFinding, LeakReport, Looked
from ayar.evaluate.leaks.identifiers import check_identifiers
from ayar.evaluate.leaks.material import Material
from ayar.evaluate.leaks.near_duplicates import check_near_duplicates
from ayar.evaluate.leaks.overlap import check_dates, check_rows, check_shared, check_time
from ayar.evaluate.leaks.preprocessing import check_model, check_preprocessing
from ayar.evaluate.leaks.target import check_target
from ayar.evaluate.metrics import Metric, read_metric
from ayar.evaluate.rows import Indices, Rows, count_rows, take
from ayar.evaluate.sealed_test import Sealed
from ayar.evaluate.split import Folds, GivenSplit, Split
from ayar.evaluate.split_table import read_split, run_forward

LEAKS = "evaluate.leaks"
"""The topic under which a study keeps a report."""

Pipeline = Callable[[Rows, Rows], Any]


def leak_check(
    build: Callable[..., Any] | None,
    data: Sealed | tuple[Rows, Rows],
    cv: object = 5,
    *,
    inner: object = None,
    metric: str | Metric | None = None,
    params: Mapping[str, Any] | None = None,
    fit: Callable[[Any, Rows, Rows], object] | None = None,
    pipeline: Pipeline | None = None,
    groups: Rows | None = None,
    files: Rows | None = None,
    times: Rows | None = None,
) -> LeakReport:
    """Look for leaks in data, folds and, by the shuffled-label canary, in the whole pipeline.

    Arguments:
        build: makes an unfitted model, from `params` where these are given; with it the canary runs. None: no canary.
        data: what `seal` returned, or (X, y), n rows each, best as they come, before any preparation.
        cv: the folds, as `CrossValidation` takes them.
        inner: the folds of an inner search: as `cv`, drawn from the rows that each outer fold fits on; or a list that
            holds, for each outer fold, pairs (rows to fit, rows to judge), counted as those of `cv`.
        metric: by which the canary scores; left out, accuracy for classes and r2 for measurements.
        params: what `build` is called with; left out, it is called without arguments.
        fit: `fit(model, X, y)` in place of `model.fit(X, y)`.
        pipeline: everything you do, from raw rows to the score: `pipeline(X, y)` returns the metric's value, or one a
            fold, over its own folds. The canary runs it in place of `build`; only so does it see what was fitted before
            the split, such as a selection of columns.
        groups: n names of what rows share; left out, those of the sealed data.
        files: n names of the files that rows come from.
        times: n moments, in any form that sorts.

    Raises:
        ArgumentError: an argument that is none of these, or of another length than the data.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(200, 3)), rng.integers(0, 2, 200)
    >>> X[:, 1] = y + 0.01 * rng.normal(size=200)
    >>> print(leak_check(None, (X, y)).alarms[0].saw)
    column 1 alone tells y: half of the rows predict, for the other half, every class right
    """
    material = _material(data, cv, inner, groups, files, times)
    findings, looked = check_material(material)
    if build is not None or pipeline is not None:
        if not all(each is None or callable(each) for each in (build, pipeline)):
            raise ArgumentError(f"build: expected a function that makes a model, got {shorten(build)}")
        maker = None if build is None else _maker(build, params)
        found, look = _canary(material, maker, pipeline, metric, fit, data.seed if isinstance(data, Sealed) else 0)
        findings, looked = [*findings, *found], [*looked, look]
    else:
        looked.append(canary_cost(material))
    return report_of(findings, looked)


def check_material(material: Material) -> tuple[list[LeakFinding], list[Looked]]:
    """All checks but the canary: what they found, and what was looked at."""
    checks: Sequence[tuple[str, Iterable[LeakFinding] | str]] = (
        ("rows on both sides", check_rows(material)),
        (
            "groups on both sides",
            "no groups given" if material.groups is None else check_shared(material, "groups", material.groups),
        ),
        (
            "files on both sides",
            "no files given" if material.files is None else check_shared(material, "files", material.files),
        ),
        (
            "time on both sides",
            check_dates(material) if material.times is None else check_time(material, material.times),
        ),
        ("equal rows", check_duplicates(material)),
        ("nearly equal rows", check_near_duplicates(material)),
        ("identifier columns", check_identifiers(material)),
        ("columns that tell the target", check_target(material)),
        ("preparation fitted on all rows", check_preprocessing(material)),
    )
    findings: list[LeakFinding] = []
    looked: list[Looked] = []
    for name, found in checks:
        if isinstance(found, str):
            looked.append(Looked(name, found, ran=False))
            continue
        findings += found
        looked.append(Looked(name, f"{material.n:,} rows, {material.columns.d:,} columns, {material.fold_words}"))
    return findings, looked


def canary_cost(material: Material) -> Looked:
    """The entry of a canary that has not run: what it would cost."""
    n_train = float(np.mean([len(fit) for fit, _ in material.folds]))
    return Looked("shuffled-label canary", f"it would cost {cost_words(material.folds, n_train)}", ran=False)


def report_of(findings: Iterable[LeakFinding], looked: Iterable[Looked]) -> LeakReport:
    """The report, the surest findings first."""
    return LeakReport(tuple(sorted(findings, key=lambda finding: -finding.sure)), tuple(looked))


def _maker(build: Callable[..., Any], params: Mapping[str, Any] | None) -> Callable[[], Any]:
    return build if params is None else lambda: build(dict(params))


def _canary(
    material: Material,
    build: Callable[[], Any] | None,
    pipeline: Pipeline | None,
    metric: str | Metric | None,
    fit: Callable[[Any, Rows, Rows], object] | None,
    seed: int,
) -> tuple[list[LeakFinding], Looked]:
    name = metric or ("accuracy" if material.classes else "r2")
    judge = read_metric(name, material.y)
    found = [] if build is None else list(check_model(build))

    def score(y: Rows) -> Any:
        if pipeline is not None:
            return pipeline(material.X, y)
        return fold_scores(build, material.X, y, material.folds, judge, fit) if build is not None else None

    refusal = why_no_canary(material.y, material.groups)
    if refusal:
        return found, Looked("shuffled-label canary", refusal, ran=False)
    run = run_canary(score, material.y, material.folds, judge, material.groups, material.classes, seed)
    alarm = run.finding()
    return [*found, *([alarm] if alarm else [])], Looked("shuffled-label canary", run.words)


def _material(
    data: Sealed | tuple[Rows, Rows],
    cv: object,
    inner: object,
    groups: Rows | None,
    files: Rows | None,
    times: Rows | None,
) -> Material:
    X, y, groups = (
        (data.X, data.y, data.groups if groups is None else groups)
        if isinstance(data, Sealed)
        else (*_pair(data), groups)
    )
    refuse_missing(y, "y")
    for name, values in (("y", y), ("groups", groups), ("files", files), ("times", times)):
        if values is not None and count_rows(values, name) != count_rows(X):
            raise ArgumentError(f"leak_check: expected {name} for {count_rows(X)} rows, got {count_rows(values, name)}")
    kind = data.kind if isinstance(data, Sealed) else _kind(y, groups, times)
    seed, name = (data.seed, data.fingerprint) if isinstance(data, Sealed) else (0, "")
    folds = read_split(cv, kind).split(y, groups, stream(seed, 0, f"evaluate.cv|{name}"))
    return Material(
        X,
        y,
        folds,
        inner=() if inner is None else _inner_folds(inner, kind, folds, y, groups, seed),
        groups=groups,
        files=files,
        times=times,
        by_time=run_forward(folds),
        sealed=data.outline() if isinstance(data, Sealed) else None,
    )


def _pair(data: object) -> tuple[Rows, Rows]:
    if not isinstance(data, tuple) or len(data) != 2:
        raise ArgumentError(f"data: expected what seal(X, y) returns, or a pair (X, y), got {type(data).__name__}")
    return data


def _kind(y: Rows, groups: Rows | None, times: Rows | None) -> str:
    """The kind of folds that `cv=5` means for data that was not sealed."""
    return "time" if times is not None else choose_kind(y, groups, None)


def _inner_folds(inner: object, kind: str, folds: Folds, y: Rows, groups: Rows | None, seed: int) -> list[Folds]:
    if isinstance(inner, list | tuple):
        if len(inner) != len(folds):
            raise ArgumentError(f"inner: expected folds for each of {len(folds)} outer folds, got {len(inner)} lists")
        return [GivenSplit(each).split(y, groups, stream(seed, i, "evaluate.inner")) for i, each in enumerate(inner)]
    split = read_split(inner, kind)
    return [_within(split, fit, y, groups, stream(seed, i, "evaluate.inner")) for i, (fit, _) in enumerate(folds)]


def _within(split: Split, rows: Indices, y: Rows, groups: Rows | None, rng: np.random.Generator) -> Folds:
    """Folds of some rows, in the numbers of all rows."""
    drawn = split.split(take(y, rows), None if groups is None else take(groups, rows), rng)
    return [(rows[fit], rows[judged]) for fit, judged in drawn]
