"""The point of largest score: which part of the space is looked at, and the search there.

A quarter of the proposals improve the branch tried least for its size, since a branch whose first points were unlucky
is else given up. Where nothing free is found there, the whole space is searched. A trust region around the best gained
nothing in 10 and 20 dimensions (docs/research/engine-ablations.md, section 9).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ayar.base.rng import Streams
from ayar.numerics.arrays import Floats
from ayar.samplers.acquisition import Total
from ayar.samplers.branch import Branch
from ayar.samplers.candidates import Batch, climb, completed, drawn, enumerated, join, mutated, settle, spread
from ayar.samplers.gp_task import Task
from ayar.samplers.scores import Scores
from ayar.samplers.unseen import Unseen

Choice = tuple[Batch, dict[str, Any]]
"""A point, (1, D), and what its note says of it."""

_BRANCH_SHARE = 0.25  # measured on the zoo: with 0 it stays in the first good branch, with 0.3 it gains nothing more
_REPEAT_SHARE = 0.3  # of proposals, where repeats are allowed and noise is loud
_LOUD = 0.7  # signal to noise, σ_f² by the variance of a typical target's noise, below which it is
_PARENTS = 5


@dataclass(frozen=True, eq=False)
class Searcher:
    """Finds one proposal, the i-th of a call."""

    task: Task
    scores: Scores
    unseen: Unseen
    rng: Streams
    i: int

    def best(self) -> Choice | None:
        """The free point of largest score; None where there is none."""
        repeated = self._repeated()
        if repeated is not None:
            return repeated
        for branch, arm, where in self._turns():
            found = self._best_free(branch)
            if found is not None:
                point, value = found
                return point, {"arm": arm, "why": f"largest {self.scores.words}{where}", "score": value}
        return None

    def _repeated(self) -> Choice | None:
        """One of the best told points again, where repeats are allowed and noise is loud."""
        goals, told = self.scores.models.goals, self.scores.told
        if self.task.setup.repeats != "allow" or len(goals) != 1 or not self.scores.improves:
            return None
        model = goals[0].surrogate
        if model.theta.signal > _LOUD * model.noise or self.rng(self.i, "repeat").random() >= _REPEAT_SHARE:
            return None
        order = self.scores.order()
        best = order[self.scores.good[order]][:_PARENTS]
        if not len(best):
            return None
        _, deviation = model.latent(told.U[best], told.A[best])
        row = best[[int(np.argmax(deviation))]]
        point = settle(self.task.setup.space, completed(told.U[row], told.A[row]))
        return (point, {"arm": "repeat", "why": "one of the best again: the noise is loud"}) if len(point) else None

    def _turns(self) -> Iterator[tuple[Branch | None, str, str]]:
        """Parts of the space in the order in which they are tried: branch, arm, words."""
        turn, told = self.rng(self.i, "arm").random(), self.scores.told
        if turn < _BRANCH_SHARE and (activity := told.neglected_branch(self.task.conditional)) is not None:
            yield Branch(activity), "neglected branch", " in the branch tried least for its size"
        yield None, "model", ""

    def _best_free(self, branch: Branch | None) -> tuple[Batch, float] | None:
        total, points = self.scores.total(branch), enumerated(self.task.setup.space)
        if points is None:
            points, values = self._climbed(total, branch)
        else:
            values = total.values(points.U, points.A)
        values = np.where(self.unseen.accepts(points.X), values, -np.inf)
        chosen = int(np.argmax(values))
        return (points.rows(slice(chosen, chosen + 1)), float(values[chosen])) if np.isfinite(values[chosen]) else None

    def _climbed(self, total: Total, branch: Branch | None) -> tuple[Batch, Floats]:
        """Candidates everywhere or in the branch, and what is found from the best of them."""
        model, space, effort = self.scores.models.every[0], self.task.setup.space, self.task.effort
        uniforms, half = self.rng(self.i, "candidates").random, effort.candidates // 2
        anchors = settle(space, self._parents(branch))
        if not len(anchors):
            anchors = drawn(space, _PARENTS, uniforms)
        wide = spread(space, anchors.U, half, uniforms)
        near = mutated(space, anchors.U, half, self.task.active, uniforms)
        pool = join(anchors, wide, near)
        return climb(space, total, pool, model.surrogate.theta.lengths, starts=effort.starts)

    def _parents(self, branch: Branch | None) -> Floats:
        """(k, D) complete coordinates of the best told points, those in the branch first."""
        order, told = self.scores.order(), self.scores.told
        best, A = completed(told.U[order], told.A[order]), told.A[order]
        if branch is not None:
            best = best[np.argsort(~branch.holds(A), kind="stable")]
        return best[:_PARENTS]
