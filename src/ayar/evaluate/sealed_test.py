"""A sealed test set: rows set aside before the search, opened once, at the end, for the winner.

The search picks the luckiest of many trials, so its own score flatters (Cawley and Talbot 2010, JMLR 11, 2079-2107);
only rows that no trial has seen can say by how much. `seal` hands out the rest, the development rows. The sealed rows
come out through `Sealed.open` alone, which writes to a ledger first, and they do not travel: a pickled `Sealed`, as a
worker process gets it, has none. Within one process this guards against accident, not against intent.
"""

from dataclasses import dataclass, field
from typing import Any

from ayar.base.errors import ArgumentError, SealedTestSet, did_you_mean
from ayar.base.rng import stream
from ayar.evaluate.holdout import KINDS, choose_kind, choose_rows, read_size
from ayar.evaluate.labels import refuse_missing
from ayar.evaluate.leaks.material import Outline, outline
from ayar.evaluate.ledger import Ledger, Opening, check_sealed, open_once
from ayar.evaluate.rows import Indices, Rows, count_rows, fingerprint, take


@dataclass(frozen=True, eq=False, repr=False)
class OpenedRows:
    """The rows of a test set that has been opened."""

    X: Rows
    y: Rows
    groups: Rows | None
    opening: Opening
    """When, for which trial, why and how often."""


@dataclass(frozen=True, eq=False, repr=False)
class Sealed:
    """What `seal` returns: the development rows, and a test set that opens once.

    Use `X`, `y` and `groups` as you like: explore, clean, cross-validate. Fit no preparation (scaling, selection) on
    all of them before cross-validation, or folds learn of each other; put it into the model instead.
    """

    X: Rows
    """Development rows; by time, the oldest first, where times were given."""
    y: Rows
    groups: Rows | None
    kind: str
    """How the rows were parted, a name of `SPLITS`; `cv=5` makes folds of the same kind."""
    seed: int
    fingerprint: str
    """Identifies the data, all of it, and which rows are sealed."""
    n_test: int
    """How many rows are sealed."""
    _sealed: tuple[Rows, Rows, Rows | None] | None = field(default=None)

    @property
    def n_development(self) -> int:
        """How many rows are left for development."""
        return count_rows(self.X)

    def open(self, ledger: Ledger, *, number: int, reason: str | None = None) -> OpenedRows:
        """Hand out the sealed rows, once; the intent is written to `ledger` (a study) first.

        Arguments:
            ledger: keeps the openings, over restarts; a study does.
            number: that of the trial to be judged.
            reason: why the set is opened again; needed from the second opening on.

        Raises:
            SealedTestSet: opened before and no reason given, or a copy that came through pickle and has no rows.
        """
        rows = self._rows()
        return OpenedRows(*rows, open_once(ledger, self.fingerprint, number, reason))

    def check(self, ledger: Ledger, reason: str | None = None) -> None:
        """See that `open` would be allowed, before dear preparations; writes nothing.

        Raises:
            SealedTestSet: as `open` does.
        """
        self._rows()
        check_sealed(ledger, reason)

    def outline(self) -> Outline | None:
        """What leak checks may know of the sealed rows: hashes and sums, no row; None for a copy without them."""
        return None if self._sealed is None else outline(*self._sealed[:2])

    def _rows(self) -> tuple[Rows, Rows, Rows | None]:
        if self._sealed is None:
            raise SealedTestSet(
                "expected the test rows, but this copy of the data was pickled, as for a worker process, and left them "
                "behind; open the test set in the process that called seal()"
            )
        return self._sealed

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_sealed": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __repr__(self) -> str:
        return f"<Sealed {self.n_development} development rows, {self.n_test} sealed, {self.kind}, {self.fingerprint}>"


def seal(
    X: Rows,
    y: Rows,
    *,
    test: float | int = 0.2,
    split: str = "auto",
    groups: Rows | None = None,
    times: Rows | None = None,
    seed: int = 0,
) -> Sealed:
    """Set rows aside as a test set that is opened once, at the end.

    Arguments:
        X: n rows: an array, a list, a sparse matrix, a DataFrame.
        y: n labels or targets.
        test: the share of rows to seal, or their number.
        split: "random", "stratified" (classes in proportion), "group" (whole groups), "stratified_group" (both), "time"
            (the newest rows); "auto" takes what the data asks for: time where `times` are given, groups where these
            are, stratified where `y` reads as classes, else random.
        groups: n names of what rows share (a patient, a file); no group ends up on both sides.
        times: n moments, in any form that sorts.
        seed: chooses the rows; equal data and seed give equal rows in every process.

    Raises:
        ArgumentError: X, y, groups and times differ in length; missing labels; sides that would be empty.

    >>> import numpy as np
    >>> data = seal(np.arange(10.0).reshape(10, 1), ["a", "b"] * 5, test=0.4)
    >>> data.n_development, data.n_test, data.kind
    (6, 4, 'stratified')
    """
    n = _common_length(X=X, y=y, groups=groups, times=times)
    refuse_missing(y, "y")
    if split != "auto" and split not in KINDS:
        raise ArgumentError(f"seal: no split is called {split!r}{did_you_mean(split, ['auto', *KINDS])}")
    kind = choose_kind(y, groups, times) if split == "auto" else split
    content = fingerprint(X, y, groups, times)
    rng = stream(seed, 0, f"evaluate.seal|{content}")
    development, sealed = choose_rows(kind, read_size(test, n), y, groups, times, rng)
    return Sealed(
        *_rows_of(development, X, y, groups),
        kind=kind,
        seed=seed,
        fingerprint=fingerprint(content, development, sealed),
        n_test=len(sealed),
        _sealed=_rows_of(sealed, X, y, groups),
    )


def _common_length(**data: Rows | None) -> int:
    lengths = {name: count_rows(rows, name) for name, rows in data.items() if rows is not None}
    if len(set(lengths.values())) != 1:
        found = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ArgumentError(f"seal: expected as many rows in each of {', '.join(lengths)}, got {found}")
    return lengths["y"]


def _rows_of(rows: Indices, X: Rows, y: Rows, groups: Rows | None) -> tuple[Rows, Rows, Rows | None]:
    return take(X, rows), take(y, rows), None if groups is None else take(groups, rows)
