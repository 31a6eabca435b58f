"""What a model-based proposal knows: told trials as arrays with one loss each, and pending points.

n, b  usable told trials, pending points      D  coded columns      U, A  (n, D) unit coordinates and activity
losses  (n,) one number a trial, lower is better, NaN for a failed one
Told rows stand in the order of their tell. Several goals become one by a random augmented Chebyshev norm; trials that
break a result constraint come after all that keep them, by how much they break it.
Source: Knowles 2006, ParEGO, IEEE Trans. Evol. Comput. 10, 50-66, eq. (2).
"""

from dataclasses import dataclass, replace

import numpy as np

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.pareto import non_dominated
from ayar.space.codec import Codec
from ayar.trial.history import History
from ayar.trial.state import State

_AUGMENTED = 0.05  # weight of the sum beside the maximum


@dataclass(frozen=True, eq=False)
class Told:
    """A history as a model reads it."""

    U: Floats
    A: Bools
    goals: Floats
    """(n, g) losses of the goals, NaN throughout for a failed trial."""
    violations: Floats
    """(n, c), 0 where a result constraint is kept, NaN where unknown."""
    U_pending: Floats
    A_pending: Bools

    @property
    def activity(self) -> Bools:
        """(n + b, D) activity of the told, then of the pending points."""
        return np.vstack([self.A, self.A_pending])

    def neglected_branch(self) -> Bools | None:
        """(D,) activity of the branch with the fewest points for its size.

        None where all points are in one branch, or where nearly every point is in its own (many free conditions).
        """
        branches, counts = np.unique(self.activity, axis=0, return_counts=True)
        if not 2 <= len(branches) <= counts.sum() // 2:
            return None
        return np.asarray(branches[np.argmin(counts / (branches.sum(axis=1) + 1.0))])

    def with_pending(self, u: Floats, a: Bools) -> "Told":
        """The same after one more point was handed out; u, a (1, D)."""
        return replace(self, U_pending=np.vstack([self.U_pending, u]), A_pending=np.vstack([self.A_pending, a]))


def read_told(history: History, codec: Codec) -> Told:
    """The usable part of a history; cancelled trials say nothing, pruned ones what they reported last."""
    X, A = history.columns(codec)
    U = codec.to_unit(X)
    order = np.array(history.order, dtype=np.intp)
    rows = order[history.having(State.COMPLETE, State.PRUNED, State.FAILED)[order]]
    pending = np.flatnonzero(history.pending)
    goals = np.where(np.isfinite(history.losses).all(axis=1, keepdims=True), history.losses, np.nan)
    goals[history.having(State.FAILED)] = np.nan
    return Told(U[rows], A[rows], goals[rows], history.violations[rows], U[pending], A[pending])


def single_losses(told: Told, uniforms: Floats) -> Floats:
    """One loss a trial, (n,): goals joined, then broken result constraints above.

    Arguments:
        told: the trials.
        uniforms: (g,) uniform numbers, the direction of this proposal among several goals.
    """
    losses = told.goals[:, 0] if told.goals.shape[1] == 1 else _chebyshev(told.goals, uniforms)
    return _feasible_first(losses, told.violations) if told.violations.shape[1] else losses


def _chebyshev(goals: Floats, uniforms: Floats) -> Floats:
    good = np.isfinite(goals).all(axis=1)
    if not good.any():
        return np.full(len(goals), np.nan)
    front = goals[good][non_dominated(goals[good])]
    ideal, width = front.min(axis=0), np.ptp(front, axis=0)
    everywhere = np.ptp(goals[good], axis=0)
    scale = np.where(width > 0.0, width, np.where(everywhere > 0.0, everywhere, 1.0))
    weights = -np.log1p(-uniforms)  # exponential numbers, normalised: uniform on the simplex
    weights /= weights.sum()
    weighed = weights * (goals - ideal) / scale
    return np.asarray(weighed.max(axis=1) + _AUGMENTED * weighed.sum(axis=1))


def _feasible_first(losses: Floats, violations: Floats) -> Floats:
    total = np.log1p(violations).sum(axis=1)
    known = np.isfinite(losses) & np.isfinite(total)
    kept = known & (total == 0.0)
    if not kept.any():
        return np.where(known, total, np.nan)
    worst = losses[kept].max()
    above = worst + 0.5 * ((worst - losses[kept].min()) or 1.0) * total / max(float(total[known].max()), 1e-300)
    return np.where(kept, losses, np.where(known, above, np.nan))
