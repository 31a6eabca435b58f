"""What `cv=` says: the kinds of splits by name, and the check that no fold judges what it was fitted on."""

from collections.abc import Callable, Iterable

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
    """See that every fold has two classes to fit on, where `y` has them at all.

    Raises:
        ArgumentError: a fold whose rows to fit are all of one class.
    """
    classes, codes = encode(y, "y")
    for i, (fit, _) in enumerate(folds):
        if len(classes) > 1 and np.ptp(codes[fit]) == 0:
            raise ArgumentError(
                f"cv: fold {i}: expected rows of two classes to fit on, got {len(fit)} rows all of class "
                f"{classes[codes[fit[0]]]!r}; use StratifiedKFold or StratifiedGroupKFold, fewer folds, or a later "
                "start by time"
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
    if isinstance(cv, int):
        return SPLITS[kind](cv)
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
