"""Columns that alone tell the target.

Half of the rows teach, the other half is predicted from one column: a class by the majority of the three teaching rows
whose numbers are nearest, a measurement's rank by a straight line between the two that enclose it, either by the level
of a category. A column is suspected when this leaves at most 2 % of the mistakes that always saying the commonest class
makes, or explains at least 99 % of the ranks' variance. Clean strong columns pass: on iris the petal width leaves 6 %.
A missing entry counts as a value, so a gap that tells the class is found as well. Nothing can tell a leak from a column
that is honestly that good and known in time; so below exact agreement it is "likely" and no more.
Cost: at most 2,000 rows decide which columns are tried on all rows; 0.1 ms a column, and a sort for those.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.base.rng import stream
from ayar.evaluate.leaks.columns import Column, Columns, Floats
from ayar.evaluate.leaks.findings import LeakFinding, percent
from ayar.evaluate.leaks.material import Material
from ayar.evaluate.rows import Indices

LEAST_N = 20
LEFT_CLASSES, LEFT_VALUES = 0.02, 0.01
"""At most this share of the mistakes, or of the variance, is left."""
_SAMPLE = 2000
_SLACK = 3.0
_EXACT = 1e-9
_ADVICE = (
    "ask whether the column is known when a prediction is made, and leave it out if it is written after the outcome, "
    "made from it, or stands for it"
)


def check_target(material: Material) -> Iterator[LeakFinding]:
    """Columns from which the target can be read."""
    if material.n < LEAST_N:
        return
    order = stream(0, material.n, "evaluate.target").permutation(material.n)
    few = order[:_SAMPLE]
    screened = material.columns.part(few)
    limit = LEFT_CLASSES if material.classes else LEFT_VALUES
    for output, raw in enumerate(material.targets):
        target = raw if material.classes else _ranks(raw)
        if len(np.unique(target)) < 2:
            continue
        for j in _candidates(screened, target[few], material.classes):
            if _left(screened[j], target[few], material.classes, np.arange(len(few))) > _SLACK * limit:
                continue
            column = material.columns[j]
            left = _left(column, target, material.classes, order)
            if left <= limit:
                yield _finding(material, column, left, _is_exact(column, target, left), output)


def _ranks(values: Floats) -> Floats:
    """Ranks, equal values sharing their mean rank, so that no outlier stands for the whole variance."""
    _, at, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: Floats = (ends - (counts - 1) / 2)[at]
    return ranks


def _is_exact(column: Column, target: Floats, left: float) -> bool:
    """Whether no mistake is left, or the ranks are the same up to direction."""
    if left <= _EXACT:
        return True
    if column.levels is not None or not np.all(np.isfinite(column.values)):
        return False
    return abs(float(np.corrcoef(_ranks(column.values), target)[0, 1])) >= 1 - _EXACT


def _candidates(columns: Columns, target: Floats, classes: bool) -> Iterator[int]:
    """Columns that could tell the target; of a sparse matrix those with enough entries that are not zero."""
    if not columns.sparse:
        yield from range(columns.d)
        return
    _, counts = np.unique(target, return_counts=True)
    others = 1 - counts.max() / len(target) if classes else 0.5
    yield from np.flatnonzero(columns.nonzeros() >= (1 - _SLACK * LEFT_CLASSES) * others * columns.n).tolist()


def _finding(material: Material, column: Column, left: float, exact: bool, output: int) -> LeakFinding:
    which = f"output {output} of y" if len(material.targets) > 1 else "y"
    if material.classes:
        told = "every class right" if exact else f"all but {percent(left)} of what the commonest class gets wrong"
    else:
        told = "the order exactly" if exact else f"{percent(1 - left)} of the variance of its ranks"
    return LeakFinding(
        "target",
        f"column {column.name} alone tells {which}: half of the rows predict, for the other half, {told}",
        0.95 if exact and material.n >= 100 else 0.8,
        _ADVICE,
        column=column.name,
        numbers={"left": left},
    )


def _left(column: Column, target: Floats, classes: bool, order: Indices) -> float:
    """Share of mistakes, or of variance, that is left when half the rows teach the other half."""
    values = _filled(column)
    if values is None:
        return np.inf
    teach, asked = order[::2], order[1::2]
    predicted = _by_level if column.levels is not None else _by_neighbours
    guess = predicted(values[teach], target[teach], values[asked], classes)
    truth = target[asked]
    if not classes:
        total = float(np.mean((truth - truth.mean()) ** 2))
        return float(np.mean((truth - guess) ** 2)) / total if total > 0 else np.inf
    found, counts = np.unique(target[teach], return_counts=True)
    mistakes = float(np.mean(truth != found[np.argmax(counts)]))
    return float(np.mean(truth != guess)) / mistakes if mistakes > 0 else np.inf


def _filled(column: Column) -> Floats | None:
    """Values with a number of its own in place of what is missing; None for a column that never varies."""
    values = column.values
    missing = ~np.isfinite(values)
    if missing.any():
        known = values[~missing]
        if not len(known):
            return None
        values = np.where(missing, known.max() + max(float(np.ptp(known)), 1.0), values)
    return values if np.ptp(values) > 0 else None


def _by_neighbours(values: Floats, target: Floats, asked: Floats, classes: bool) -> Floats:
    """Majority of the three nearest in order, or a straight line between the two that enclose."""
    order = np.argsort(values, kind="stable")
    values, target = values[order], target[order]
    if not classes:
        line: Floats = np.interp(asked, values, target)
        return line
    at = np.searchsorted(values, asked).clip(1, len(values) - 1)
    at = np.where(np.abs(values[at] - asked) <= np.abs(asked - values[at - 1]), at, at - 1)
    at = at.clip(1, len(values) - 2)
    before, here, after = target[at - 1], target[at], target[at + 1]
    majority: Floats = np.where(before == after, before, here)
    return majority


def _by_level(codes: Floats, target: Floats, asked: Floats, classes: bool) -> Floats:
    """Majority or mean of the rows with the same level; of all rows where none has it."""
    levels, at = np.unique(codes, return_inverse=True)
    found = np.searchsorted(levels, asked).clip(max=len(levels) - 1)
    known = levels[found] == asked
    answer: NDArray[Any]
    if classes:
        names, labels = np.unique(target, return_inverse=True)
        table = np.zeros((len(levels), len(names)))
        np.add.at(table, (at, labels), 1)
        answer, rest = names[table.argmax(axis=1)], names[table.sum(axis=0).argmax()]
    else:
        answer, rest = np.bincount(at, target) / np.bincount(at), target.mean()
    guess: Floats = np.where(known, answer[found], rest)
    return guess
