"""Which rows to seal away: at random, by class, by whole groups, by both, or the newest.

n  rows    m  rows to seal, wished for: exact at random and by class, approached by groups and by time
"""

import numpy as np

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.evaluate.labels import are_classes, encode, moments
from ayar.evaluate.rows import Indices, Rows, count_rows
from ayar.evaluate.split_strata import StratifiedGroupKFold

KINDS = ("random", "stratified", "group", "stratified_group", "time")
"""How rows may be parted; names of `SPLITS`."""


def read_size(test: object, n: int, what: str = "seal") -> int:
    """How many of `n` rows to seal: `test` is a share between 0 and 1 or a number of rows; `what` is for messages.

    Raises:
        ArgumentError: nothing would be sealed, or fewer than two rows would be left.

    >>> read_size(0.2, 150), read_size(30, 150)
    (30, 30)
    """
    name = "test=" if what == "seal" else "share="
    wrong = isinstance(test, bool) or not isinstance(test, int | float) or not test > 0
    if wrong or (isinstance(test, float) and test >= 1):
        raise ArgumentError(
            f"{what}: expected {name} as a share between 0 and 1 or a whole number of rows, got {shorten(test)}; "
            f"try {name}0.2"
        )
    size = max(1, round(n * test)) if isinstance(test, float) else int(test)  # type: ignore[call-overload]  # a number, see above
    if n - size < 2:
        raise ArgumentError(f"{what}: expected at least 2 rows left to fit, got {n} rows and {name}{test!r}")
    return size


def choose_kind(y: Rows, groups: Rows | None, times: Rows | None) -> str:
    """The kind of split that the data asks for, a name of `SPLITS`: by time, by group, stratified, else at random.

    Raises:
        ArgumentError: both groups and times are given, so that it must be said.
    """
    if groups is not None and times is not None:
        raise ArgumentError(
            "seal: expected groups= or times=, got both; say which one parts the rows by split='group' or split='time'"
        )
    if times is not None:
        return "time"
    if groups is not None:
        return "group"
    return "stratified" if are_classes(y) else "random"


def choose_rows(
    kind: str, size: int, y: Rows, groups: Rows | None, times: Rows | None, rng: np.random.Generator
) -> tuple[Indices, Indices]:
    """(rows for development, rows to seal); ascending, or in order of time where `times` are given.

    Raises:
        ArgumentError: what the kind needs is missing, or one side would be empty.
    """
    n = count_rows(y, "y")
    if kind == "random":
        chosen = rng.choice(n, size, replace=False)
    elif kind == "stratified":
        chosen = _by_class(y, size, rng)
    elif kind == "group":
        chosen = _by_group(groups, size, rng)
    elif kind == "stratified_group":
        chosen = _by_class_and_group(y, groups, size, rng)
    elif kind == "time":
        chosen = _newest(times, size)
    else:
        raise ArgumentError(f"expected one of {', '.join(KINDS)}, got kind={kind!r}{did_you_mean(kind, KINDS)}")
    sealed = np.zeros(n, dtype=np.bool_)
    sealed[chosen] = True
    order = np.arange(n) if times is None else np.argsort(moments(times), kind="stable")
    return order[~sealed[order]], order[sealed[order]]


def _by_class(y: Rows, size: int, rng: np.random.Generator) -> Indices:
    """As many rows of every class as its share, within one, and at least one on both sides."""
    classes, codes = encode(y, "y")
    counts = np.bincount(codes)
    rarest = int(np.argmin(counts))
    if counts[rarest] < 2 or not len(classes) <= size <= len(codes) - len(classes):
        raise ArgumentError(
            f"seal: expected rows of each of the {len(classes)} classes on both sides, got {counts[rarest]} of class "
            f"{classes[rarest]!r} and {size} of {len(codes)} rows to seal; merge or drop rare classes, change test=, "
            "or pass split='random'"
        )
    quotas = _quotas(counts, size)
    chosen = [rng.choice(np.flatnonzero(codes == i), quota, replace=False) for i, quota in enumerate(quotas)]
    sealed: Indices = np.concatenate(chosen)
    return sealed


def _quotas(counts: Indices, size: int) -> Indices:
    """(c,) rows to take of `counts`, `size` in all: the shares, rounded, and neither none nor all of a class."""
    wished = counts * (size / counts.sum())
    quotas: Indices = np.clip(np.floor(wished), 1, counts - 1).astype(np.intp)
    while quotas.sum() != size:
        step = 1 if quotas.sum() < size else -1
        after = quotas + step
        room = (after >= 1) & (after < counts)
        quotas[np.argmax(np.where(room, (wished - quotas) * step, -np.inf))] += step
    return quotas


def _by_group(groups: Rows | None, size: int, rng: np.random.Generator) -> Indices:
    """Whole groups in random order, each taken if that brings the number of rows nearer to `size`."""
    if groups is None:
        raise ArgumentError("seal: split='group' needs a group for every row, got none; pass groups=")
    names, codes = encode(groups, "groups")
    if len(names) < 2:
        raise ArgumentError(f"seal: expected at least 2 groups, got {shorten(names)}; leave out groups=")
    sizes = np.bincount(codes)
    taken: list[int] = []
    filled = 0
    for group in rng.permutation(len(names)):
        after = filled + sizes[group]
        if after < len(codes) and abs(after - size) <= abs(filled - size):
            taken.append(group)
            filled = after
    sealed: Indices = np.flatnonzero(np.isin(codes, taken or [np.argmin(sizes)]))
    return sealed


def _by_class_and_group(y: Rows, groups: Rows | None, size: int, rng: np.random.Generator) -> Indices:
    """One of as many parts of whole groups, classes in proportion, as bring the number of rows near to `size`."""
    parts = max(2, round(count_rows(y, "y") / size))
    folds = StratifiedGroupKFold(parts).split(y, groups, rng)
    return min((judged for _, judged in folds), key=lambda judged: abs(len(judged) - size))


def _newest(times: Rows | None, size: int) -> Indices:
    """The `size` newest rows, and with them all that are as old as the oldest of these."""
    if times is None:
        raise ArgumentError("seal: split='time' needs a time for every row, got none; pass times=")
    values = moments(times)
    cut = np.sort(values)[len(values) - size]
    chosen: Indices = np.flatnonzero(values >= cut)
    if len(values) - len(chosen) < 2:
        raise ArgumentError(
            f"seal: expected at least 2 rows older than the {size} newest, got {len(values) - len(chosen)} before "
            f"{shorten(cut)}; change test=, or pass finer times="
        )
    return chosen
