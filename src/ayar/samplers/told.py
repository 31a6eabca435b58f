"""What a model-based proposal knows: told trials as arrays, and pending points.

n, b  usable told trials, pending points      D  coded columns      U, A  (n, D) unit coordinates and activity
Told rows stand in the order of their tell.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.pareto import rank
from ayar.space.codec import Codec
from ayar.trial.fold_values import fold_values
from ayar.trial.history import History
from ayar.trial.state import State


@dataclass(frozen=True, eq=False)
class Told:
    """A history as a model reads it."""

    numbers: Ints
    """(n,) numbers of the trials."""
    U: Floats
    A: Bools
    goals: Floats
    """(n, J) losses of the goals, NaN throughout for a failed trial."""
    sd: Floats
    """(n, J) standard errors of the losses, NaN where unknown."""
    metrics: Floats
    """(n, c) metrics that result constraints bound, NaN where unknown."""
    violations: Floats
    """(n, c) by how much each is broken: 0 where it is kept, NaN where unknown."""
    failed: Bools
    """(n,) trials that failed."""
    U_pending: Floats
    A_pending: Bools

    @property
    def good(self) -> Bools:
        """(n,) trials with finite losses that keep the result constraints."""
        good: Bools = (self.violations == 0.0).all(axis=1) & np.isfinite(self.goals).all(axis=1)
        return good

    @cached_property
    def merit(self) -> Floats:
        """(n,) each row's place: good ones first, best before others, then what breaks least, failed ones last."""
        finite = np.asarray(np.isfinite(self.goals).all(axis=1))
        merit = np.full(len(finite), np.inf)
        merit[finite] = self.goals[finite, 0] if self.goals.shape[1] == 1 else rank(self.goals[finite])
        greatest = np.max(self.violations, axis=0, where=np.isfinite(self.violations), initial=0.0)
        broken = (self.violations / np.where(greatest > 0.0, greatest, 1.0)).sum(axis=1)
        places = np.empty(len(finite))
        places[np.lexsort((merit, broken, ~finite))] = np.arange(len(finite))
        return places

    @property
    def activity(self) -> Bools:
        """(n + b, D) activity of the told, then of the pending points."""
        return np.vstack([self.A, self.A_pending])

    def neglected_branch(self, conditional: Bools) -> Bools | None:
        """(D,) activity of the branch with the fewest points for its size.

        None where all points are in one branch, or where nearly every point is in its own (many free conditions).
        A point that lacks an unconditional parameter, as before a define-by-run space grew, is in none.

        Arguments:
            conditional: (D,) which columns conditions can switch off.
        """
        whole = (self.activity | conditional).all(axis=1)
        branches, counts = np.unique(self.activity[whole], axis=0, return_counts=True)
        if not 2 <= len(branches) <= counts.sum() // 2:
            return None
        return np.asarray(branches[np.argmin(counts / (branches.sum(axis=1) + 1.0))])

    def first(self, c: int) -> "Told":
        """The first c told rows, without the pending ones."""
        rows = {name: getattr(self, name)[:c] for name in _ROWS}
        return replace(self, **rows, U_pending=self.U_pending[:0], A_pending=self.A_pending[:0])

    def with_pending(self, u: Floats, a: Bools) -> "Told":
        """The same after one more point was handed out; u, a (1, D)."""
        return replace(self, U_pending=np.vstack([self.U_pending, u]), A_pending=np.vstack([self.A_pending, a]))


_ROWS = ("numbers", "U", "A", "goals", "sd", "metrics", "violations", "failed")


def read_told(history: History, codec: Codec) -> Told:
    """The usable part of a history.

    Cancelled trials say nothing, pruned ones what they reported last or what their folds come to (`trial.fold_values`).
    Trials that a change of the space left outside it are not used: cut to a bound they would say what nobody measured.
    """
    _, A = history.columns(codec)
    U = history.units(codec)
    usable = np.flatnonzero(history.having(State.COMPLETE, State.PRUNED, State.FAILED) & history.inside)
    rows = usable[np.argsort(history.told[usable], kind="stable")]
    pending = np.flatnonzero(history.pending)
    where = _as_slice(rows)
    failed = history.having(State.FAILED)[where]
    losses, sd = (part[where] for part in fold_values(history))
    finite = np.isfinite(losses).all(axis=1) & ~failed
    return Told(
        numbers=rows,
        U=U[where],
        A=A[where],
        goals=np.where(finite[:, None], losses, np.nan),
        sd=sd,
        metrics=_metrics(history, rows),
        violations=history.violations[where],
        failed=failed | (np.isinf(losses).any(axis=1)),
        U_pending=U[pending],
        A_pending=A[pending],
    )


def _as_slice(rows: Ints) -> Ints | slice:
    """The rows, as a slice where they follow each other: what it picks need not be copied."""
    n = len(rows)
    if n and rows[-1] - rows[0] == n - 1 and bool((np.diff(rows) == 1).all()):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def _metrics(history: History, rows: Ints) -> Floats:
    names = [constraint.name for constraint in history.constraints]
    if not names:
        return np.empty((len(rows), 0))
    found = np.array([[history.row(int(row)).metrics.get(name, np.nan) for name in names] for row in rows])
    return found.reshape(len(rows), len(names))
