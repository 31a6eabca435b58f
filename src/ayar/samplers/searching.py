"""The point of largest score: which part of the space is looked at, and the search there.

A quarter of the proposals improve the branch tried least for its size, since a branch whose first points were unlucky
is else given up. Where there are many parameters, or progress has stopped, half come from a trust region. Where nothing
free is found in the part whose turn it is, the whole space is searched.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ayar.base.rng import Streams
from ayar.numerics.arrays import Floats
from ayar.samplers.acquisition import Total
from ayar.samplers.candidates import Batch, climb, completed, drawn, enumerated, join, mutated, settle, spread
from ayar.samplers.gp_task import Task
from ayar.samplers.region import Branch, Limit, Region, patience, side_and_center
from ayar.samplers.scores import Scores
from ayar.samplers.unseen import Unseen
from ayar.trial.history import History

Choice = tuple[Batch, dict[str, Any]]
"""A point, (1, D), and what its note says of it."""

_BRANCH_SHARE = 0.25  # measured on the zoo: with 0 it stays in the first good branch, with 0.3 it gains nothing more
_REGION_SHARE = 0.5  # of proposals, once a trust region is called for
_REGION_FROM = 8  # active parameters from which it is always called for
_STAGNATION = 15  # told trials without a better posterior mean after which it is called for anywhere
_REPEAT_SHARE = 0.3  # of proposals, where repeats are allowed and noise is loud
_LOUD = 0.7  # signal to noise, σ_f² by the variance of a typical target's noise, below which it is
_PARENTS = 5
_LOCAL = "trust region"


@dataclass(frozen=True, eq=False)
class Searcher:
    """Finds one proposal, the i-th of a call."""

    task: Task
    history: History
    scores: Scores
    unseen: Unseen
    rng: Streams
    i: int

    def best(self) -> Choice | None:
        """The free point of largest score; None where there is none."""
        repeated = self._repeated()
        if repeated is not None:
            return repeated
        for limit, arm, where in self._turns():
            found = self._best_free(limit)
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

    def _turns(self) -> Iterator[tuple[Limit | None, str, str]]:
        """Parts of the space in the order in which they are tried: limit, arm, words."""
        turn, told = self.rng(self.i, "arm").random(), self.scores.told
        if turn < _BRANCH_SHARE and (activity := told.neglected_branch(self.task.conditional)) is not None:
            yield Branch(activity), "neglected branch", " in the branch tried least for its size"
        elif turn >= 1.0 - _REGION_SHARE and (region := self._region()) is not None:
            yield region, _LOCAL, f" in a box of side {region.side:g} around the best"
        yield None, "model", ""

    def _region(self) -> Region | None:
        """The trust region, where many parameters or a long time without progress call for one."""
        goals, told = self.scores.models.goals, self.scores.told
        if len(goals) != 1 or not told.good.any():
            return None
        means = np.where(told.good, goals[0].at_told(len(told.U)), np.inf)
        if self.task.active < _REGION_FROM and len(means) - int(np.argmin(means)) <= _STAGNATION:
            return None
        local = np.array([self.history.note(int(number)).get("arm") == _LOCAL for number in told.numbers])
        side, row = side_and_center(means, local, told.U, patience(self.task.active))
        order = np.concatenate([[row], self.scores.order()])
        center = completed(told.U[order], told.A[order])[0]
        return Region.around(center, side, goals[0].surrogate.theta.lengths, self.task.levels)

    def _best_free(self, limit: Limit | None) -> tuple[Batch, float] | None:
        total, points = self.scores.total(limit), enumerated(self.task.setup.space)
        if points is None:
            points, values = self._climbed(total, limit)
        else:
            values = total.values(points.U, points.A)
        values = np.where(self.unseen.accepts(points.X), values, -np.inf)
        chosen = int(np.argmax(values))
        return (points.rows(slice(chosen, chosen + 1)), float(values[chosen])) if np.isfinite(values[chosen]) else None

    def _climbed(self, total: Total, limit: Limit | None) -> tuple[Batch, Floats]:
        """Candidates everywhere or in the limit, and what is found from the best of them."""
        model, space, effort = self.scores.models.every[0], self.task.setup.space, self.task.effort
        uniforms, half = self.rng(self.i, "candidates").random, effort.candidates // 2
        anchors = settle(space, self._parents(limit))
        if not len(anchors):
            anchors = drawn(space, _PARENTS, uniforms)
        wide = spread(space, anchors.U, half, uniforms)
        near = mutated(space, anchors.U, half, self.task.active, uniforms)
        box = None
        if isinstance(limit, Region):
            box = limit.lower, limit.upper
            wide = settle(space, limit.squeezed(wide.U, uniforms(wide.U.shape)))
            near = settle(space, np.clip(near.U, *box))
        pool = join(anchors, wide, near)
        return climb(space, total, pool, model.surrogate.theta.lengths, box=box, starts=effort.starts)

    def _parents(self, limit: Limit | None) -> Floats:
        """(k, D) complete coordinates of the best told points, those in the limit first; a box has its centre alone."""
        if isinstance(limit, Region):
            return limit.center[None]
        order, told = self.scores.order(), self.scores.told
        best, A = completed(told.U[order], told.A[order]), told.A[order]
        if limit is not None:
            best = best[np.argsort(~limit.admits(best, A), kind="stable")]
        return best[:_PARENTS]
