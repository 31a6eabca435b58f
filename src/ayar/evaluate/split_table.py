"""What `cv=` says: the kinds of splits by name, and the check that no fold judges what it was fitted on."""

from collections.abc import Callable, Iterable
from numbers import Integral

import numpy as np

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.evaluate.labels import encode
from ayar.evaluate.rows import Rows
from ayar.evaluate.split import Folds, GivenSplit, GroupKFold, KFold, Split, StratifiedKFold, TimeSplit
from ayar.evaluate.split_guest import GuestSplit
from ayar.evaluate.split_parts import HoldOut, PredefinedSplit, RepeatedSplit
from ayar.evaluate.split_strata import StratifiedGroupKFold


def check_folds(folds: Folds, groups: Rows | None) -> None:
    """See that nothing seen in fitting is used in judging.

    Raises:
        ArgumentError: a row, or a group, on both sides of a fold.
    """
    names, codes = ([], None) if groups is None else encode(groups, "groups")
    for i, (fit, judge) in enumerate(folds):
        both = np.intersect1d(fit, judge)
        if len(both):
            raise ArgumentError(f"cv: fold {i}: expected no row on both sides, got {len(both)}, the first is {both[0]}")
        if codes is None:
            continue
        shared = np.intersect1d(codes[fit], codes[judge])
        if len(shared):
            raise ArgumentError(
                f"cv: fold {i}: expected no group on both sides, got {len(shared)}, the first is "
                f"{names[shared[0]]!r}; use cv=GroupKFold(), or leave out groups= if they do not matter"
            )


def check_classes(folds: Folds, y: Rows) -> None:
    """See that every fold has two classes to fit on.

    Raises:
        ArgumentError: all rows, or those to fit of a fold, are of one class.
    """
    classes, codes = encode(y, "y")
    if len(classes) == 1:
        raise ArgumentError(
            f"y: expected rows of two classes or more, got {len(codes)} rows all of class {classes[0]!r}, of which "
            "every model is right; see how the rows were chosen"
        )
    for i, (fit, _) in enumerate(folds):
        if np.ptp(codes[fit]) == 0:
            raise ArgumentError(
                f"cv: fold {i}: expected rows of two classes to fit on, got {len(fit)} rows all of class "
                f"{classes[codes[fit[0]]]!r}; use StratifiedKFold or StratifiedGroupKFold, fewer folds, or a later "
                "start by time"
            )


def run_forward(folds: Folds) -> bool:
    """Whether every fold judges rows that stand after all it fits."""
    return all(fit.max() < judged.min() for fit, judged in folds)


def check_sorted(split: Split, folds: Folds, kind: str) -> None:
    """See that a split by time gets rows in order of time, which only data of kind "time" surely has.

    Raises:
        ArgumentError: it is of another kind.
    """
    by_time = (
        isinstance(split, TimeSplit)
        or (isinstance(split, HoldOut) and split.kind == "time")
        or (isinstance(split, GuestSplit) and len(folds) > 1 and run_forward(folds))
    )
    if by_time and kind != "time":
        raise ArgumentError(
            f"cv: expected rows in order of time for {split!r}, but the data is {kind!r}, and may be unsorted; pass "
            "times= to seal() or nested_cv(), which sort by them"
        )


SPLITS: dict[str, Callable[..., Split]] = {
    "random": KFold,
    "stratified": StratifiedKFold,
    "group": GroupKFold,
    "stratified_group": StratifiedGroupKFold,
    "time": TimeSplit,
}
"""Kinds of splits by name; `seal(split=)` and `cv=` take the same names."""


_OURS = (
    KFold, StratifiedKFold, GroupKFold, StratifiedGroupKFold, TimeSplit, GivenSplit, HoldOut, PredefinedSplit,
    RepeatedSplit, GuestSplit,
)  # fmt: skip


def read_split(cv: object, kind: str = "random") -> Split:
    """The split that `cv` says: a number of folds of `kind`, a name, a record, a splitter, or a list of index pairs.

    Raises:
        ArgumentError: something else; an unknown name.

    >>> read_split(3, "stratified")
    StratifiedKFold(k=3)
    >>> read_split("time")
    TimeSplit(k=5, gap=0)
    """
    if isinstance(cv, Integral):
        return SPLITS[kind](int(cv))
    if isinstance(cv, str):
        if cv not in SPLITS:
            raise ArgumentError(f"cv: no split is called {cv!r}{did_you_mean(cv, SPLITS)}")
        return SPLITS[cv]()
    if isinstance(cv, _OURS):
        return cv
    if hasattr(cv, "split") and hasattr(cv, "get_n_splits"):
        return GuestSplit(cv)
    if isinstance(cv, Iterable):
        return GivenSplit(list(cv))
    raise ArgumentError(
        f"cv: expected a number of folds, one of {', '.join(SPLITS)}, a split such as KFold(5), a splitter of "
        f"scikit-learn, or a list of index pairs, got {shorten(cv)}"
    )
