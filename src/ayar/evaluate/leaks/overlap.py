"""Rows, groups, files and moments on both sides of a fold, outer or inner.

No guess: the user said what rows share, or when they happened, and the folds are index pairs. So every case is found,
and a finding is certain. One exception is a column of dates that nobody named as the time: a hint.
Cost: one pass over the folds.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import shorten
from ayar.evaluate.labels import encode, moments
from ayar.evaluate.leaks.findings import LeakFinding, percent
from ayar.evaluate.leaks.material import Material
from ayar.evaluate.rows import Indices, Rows

CERTAIN = 0.99


def check_rows(material: Material) -> Iterator[LeakFinding]:
    """A row that is fitted on and judged, and an inner fold that sees what the outer fold judges."""
    found = [
        (where, len(both), int(both[0]))
        for where, fit, judged in material.all_folds()
        if len(both := np.intersect1d(fit, judged))
    ]
    if found:
        where, count, first = found[0]
        yield LeakFinding(
            "rows",
            f"{count} rows are fitted on and judged in {where}, the first is row {first}{_more(len(found))}",
            CERTAIN,
            "make folds whose two sides have no row in common",
            numbers={"folds": len(found), "rows": count},
        )
    strays = [
        (i, len(both))
        for i, ((_, judged), folds) in enumerate(zip(material.folds, material.inner, strict=bool(material.inner)))
        if len(both := np.intersect1d(judged, np.concatenate([rows for fold in folds for rows in fold])))
    ]
    if strays:
        yield LeakFinding(
            "rows",
            f"the inner folds of fold {strays[0][0]} use {strays[0][1]} rows that this fold judges{_more(len(strays))}",
            CERTAIN,
            "draw inner folds from the rows that the outer fold fits on, and from no others",
            numbers={"folds": len(strays), "rows": strays[0][1]},
        )


def check_shared(material: Material, kind: str, names: Rows) -> Iterator[LeakFinding]:
    """A group or a file (`kind` says which) on both sides."""
    values, codes = encode(names, kind)
    found = []
    for where, fit, judged in material.all_folds():
        both = np.intersect1d(codes[fit], codes[judged])
        if len(both):
            found.append((where, both, float(np.mean(np.isin(codes[judged], both)))))
    if not found:
        return
    where, both, share = found[0]
    worst = max(share for _, _, share in found)
    one = kind.removesuffix("s")
    yield LeakFinding(
        kind,
        f"{len(both)} of {len(values)} {kind} are on both sides of {where}, the first is {shorten(values[both[0]])}; "
        f"they hold {percent(share)} of the rows judged{_more(len(found))}",
        CERTAIN,
        f"split by whole {kind} in every loop: seal(..., groups=) and cv=GroupKFold(); a model may learn the {one} "
        "instead of the task",
        numbers={"folds": len(found), "shared": len(both), "share": worst},
    )


def check_time(material: Material, times: Rows) -> Iterator[LeakFinding]:
    """Rows to fit that are as new as a row judged, or newer."""
    values = moments(times)
    found = [
        (where, newer)
        for where, fit, judged in material.all_folds()
        if (newer := _newer_share(values, fit, judged)) > 0
    ]
    if found:
        where, share = found[0]
        yield LeakFinding(
            "time",
            f"{percent(share)} of the rows to fit in {where} are not older than the oldest row judged"
            f"{_more(len(found))}",
            CERTAIN,
            "fit on the past and judge the future: seal(..., times=) and cv=TimeSplit(), with gap= where labels look "
            "ahead",
            numbers={"folds": len(found), "share": max(share for _, share in found)},
        )


def _newer_share(values: NDArray[np.generic], fit: Indices, judged: Indices) -> float:
    return float(np.mean(values[fit] >= values[judged].min()))


def check_dates(material: Material) -> Iterator[LeakFinding]:
    """A column of dates that the folds do not respect."""
    for each in material.columns:
        if not each.is_time or each.distinct < 2:
            continue
        if any(_newer_share(each.values, fit, judged) > 0 for _, fit, judged in material.all_folds()):
            yield LeakFinding(
                "time",
                f"column {each.name} holds dates, and folds fit on rows newer than rows they judge",
                0.4,
                f"if the model is to foresee, pass times=X[{each.name!r}] to seal() and use cv=TimeSplit()",
                column=each.name,
            )


def _more(count: int) -> str:
    return f"; {count} folds in all have this" if count > 1 else ""
