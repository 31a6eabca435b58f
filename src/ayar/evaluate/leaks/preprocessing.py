"""Traces of preparation that was fitted on all rows, those to be judged among them.

Numbers alone cannot tell who fitted what; but some statistics come out exactly only when they were fitted on just these
rows, and chance never gives twelve right digits. What was done is then nearly certain, what it costs is not:
scaling and centring hardly move a score, so they are hints. A column that holds, level by level, the mean of the
target knows the labels of the rows it is judged on: an alarm. With a sealed test set the sums of its rows are added, as
scaling before `seal` shows only there.
Not seen: selection of columns, smoothed target means, anything fitted on more rows than these. For those hand the whole
pipeline to the canary. And a model that comes fitted, or that is one object for all folds, may carry rows over.
Cost: two passes over the columns.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ayar.evaluate.leaks.columns import Column, Floats
from ayar.evaluate.leaks.findings import LeakFinding
from ayar.evaluate.leaks.material import Material, moments

_EXACT = 1e-7
"""Relative; single precision keeps as many digits."""
_LEAST_COLUMNS = 2
_SCALING, _IMPUTING, _ENCODING = 0.35, 0.4, 0.95
_ADVICE = "move the preparation into the model, as a pipeline, so that each fold fits it on its own rows"


def check_preprocessing(material: Material) -> Iterator[LeakFinding]:
    """Scaling, imputation by the mean and target encoding that were fitted on all rows."""
    if material.columns.sparse or material.n < 3:
        return
    yield from _scaled(material)
    for column in material.columns:
        if column.levels is None:
            yield from _imputed(column)
            yield from _encoded(material, column)


def _scaled(material: Material) -> Iterator[LeakFinding]:
    sums, squares = moments(material.columns)
    for rows, n, total, square in _both(material, sums, squares):
        mean = total / n
        variance = square / n - mean**2
        varies = np.isfinite(variance) & (variance > 0)
        deviation = np.sqrt(np.where(varies, variance, 1.0))
        centred = varies & (np.abs(mean) <= _EXACT * deviation)
        # Divided by the deviation of n or of n - 1 rows.
        unit = centred & (np.minimum(np.abs(variance - 1), np.abs(variance * n / (n - 1) - 1)) <= _EXACT)
        count = int(centred.sum())
        if count < max(_LEAST_COLUMNS, 0.5 * varies.sum()):
            continue
        spread = " and deviation 1" if unit.sum() == count else ""
        yield LeakFinding(
            "preprocessing",
            f"{count} of {int(varies.sum())} columns have mean 0{spread} to the last digits over {rows}, as a scaler "
            "fitted on all of them leaves it",
            _SCALING,
            f"{_ADVICE}; scaling alone rarely moves a score",
            numbers={"columns": count, "unit": int(unit.sum())},
        )
        return


def _both(material: Material, sums: Floats, squares: Floats) -> Iterator[tuple[str, int, Floats, Floats]]:
    yield f"all {material.n} rows, judged ones among them", material.n, sums, squares
    sealed = material.sealed
    if sealed is not None and sealed.sums.shape == sums.shape:
        n = material.n + sealed.n
        yield f"all {n} rows, sealed ones among them", n, sums + sealed.sums, squares + sealed.squares


def _imputed(column: Column) -> Iterator[LeakFinding]:
    """A value that is the mean of the column, and its most frequent one."""
    known = column.values[np.isfinite(column.values)]
    if len(known) < 3:
        return
    mean, deviation = float(known.mean()), float(known.std())
    if mean == 0 or deviation == 0 or np.count_nonzero(np.abs(known - mean) <= _EXACT * deviation) < 3:
        return
    values, counts = np.unique(known, return_counts=True)
    top = int(np.argmax(counts))
    others = counts[np.arange(len(counts)) != top]
    stands_out = counts[top] >= max(3, 3 * int(others.max(initial=0)))
    if stands_out and abs(values[top] - mean) <= _EXACT * deviation:
        yield LeakFinding(
            "preprocessing",
            f"column {column.name} holds its own mean, {mean:.6g}, {counts[top]} times, as gaps filled by the mean of "
            "all rows leave it",
            _IMPUTING,
            _ADVICE,
            column=column.name,
            numbers={"times": int(counts[top])},
        )


def _encoded(material: Material, column: Column) -> Iterator[LeakFinding]:
    """A column that holds the mean target of the rows with its value, for each of its values."""
    # Such a column has the target's mean, which is quicker to see.
    mean, deviation = float(column.values.mean()), float(column.values.std())
    if not any(abs(float(target.mean()) - mean) <= _EXACT * deviation for _, target in _encodable(material)):
        return
    values, at, counts = np.unique(column.values, return_inverse=True, return_counts=True)
    repeated = counts > 1
    if not 2 <= len(values) <= material.n / 2 or repeated.sum() < 2 or not np.all(np.isfinite(values)):
        return
    for name, target in _encodable(material):
        means = np.bincount(at, target) / counts
        width = float(np.ptp(values))
        own = bool(np.all(np.abs(means - values) <= _EXACT * width))
        # Where each value stands for one target, the column tells the target and is found as such.
        if own and float(np.mean((target - means[at]) ** 2)) > 0:
            yield LeakFinding(
                "preprocessing",
                f"column {column.name} holds, for each of its {len(values)} values, exactly the mean of {name} over "
                "the rows that have it: a target encoding fitted on all rows",
                _ENCODING,
                _ADVICE,
                column=column.name,
                numbers={"values": len(values)},
            )
            return


def _encodable(material: Material) -> Iterator[tuple[str, Floats]]:
    """Targets, and for classes the membership in each, by name."""
    for target in material.targets:
        if not material.classes:
            yield "y", target
            continue
        found = np.unique(target)
        for label in found if len(found) > 2 else found[::-1]:
            yield "a class of y", (target == label).astype(np.float64)


def check_model(build: Callable[[], Any]) -> Iterator[LeakFinding]:
    """A model that comes fitted, or that is one object for all folds."""
    first, second = build(), build()
    fitted = [name for part in _parts(first) for name in vars(part) if name.endswith("_") and not name.startswith("_")]
    if fitted:
        yield LeakFinding(
            "preprocessing",
            f"the model comes fitted: {type(first).__name__} has {', '.join(fitted[:3])} before it has seen a fold",
            0.6,
            "build a new, unfitted model each time; what is fitted outside may know the rows that are judged",
            numbers={"attributes": len(fitted)},
        )
    if first is second:
        yield LeakFinding(
            "preprocessing",
            f"the same {type(first).__name__} is handed out for every fold",
            0.4,
            "build a new model at each call: lambda params: Model(**params)",
        )


def _parts(model: Any) -> Iterator[Any]:
    """The model, and the steps of a pipeline."""
    if hasattr(model, "__dict__"):
        yield model
    for step in getattr(model, "steps", ()):
        if isinstance(step, tuple) and hasattr(step[-1], "__dict__"):
            yield step[-1]
