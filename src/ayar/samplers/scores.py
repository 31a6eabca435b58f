"""The score of one proposal, put together from its models, and the order of the told trials that goes with it.

n, b, J  told trials, pending ones, goals
f*       threshold: the least posterior mean of a good trial in the part of the space looked at
A pending trial counts as told with what is imagined of it, once it is more likely good than not: else the next proposal
would go where it went. While no trial keeps all result constraints, only the probability of keeping them counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.improvement import boxes
from ayar.numerics.pareto import crowding, non_dominated, rank
from ayar.numerics.pathwise import sample_path
from ayar.samplers.acquisition import ACQUISITIONS, DrawnGain, FrontImprovement, Improvement, Kept, Term, Total
from ayar.samplers.belief import Belief
from ayar.samplers.branch import Branch
from ayar.samplers.models import Models
from ayar.samplers.quantities import SUCCESS
from ayar.samplers.told import Told

_MARGIN = 0.1
"""The reference point lies this part of the width of all good trials beyond the worst of them: beyond the worst of the
front, its ends are never found. Measured: docs/research/engine-ablations.md."""
_LARGEST_FRONT = {2: 1_000, 3: 60, 4: 24}  # trials of the front that the boxes are made from
_LARGEST_FRONT_ABOVE = 12
Uniforms = Callable[[tuple[int, ...]], Floats]


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores under one set of models."""

    models: Models
    told: Told
    acquisition: str
    """A key of ACQUISITIONS."""
    belief: Belief | None
    uniforms: Uniforms
    """Source of randomness for a drawn function."""

    @property
    def good(self) -> Bools:
        """(n,) told trials that count as good: all, while no limit is known that they could break."""
        return self.told.good | (not self.models.limits)

    @cached_property
    def likely(self) -> Bools:
        """(b,) pending trials that are more likely good than not."""
        U, A = self.told.U_pending, self.told.A_pending
        return np.asarray(sum((kept.values(U, A) for kept in self._kept()), np.zeros(len(U))) >= np.log(0.5))

    @property
    def improves(self) -> bool:
        """Whether there is something to improve on."""
        return bool(self.models.goals) and bool(self.good.any() or self.likely.any())

    @property
    def words(self) -> str:
        """What is largest at the point proposed."""
        if not self.improves:
            crashes = all(each.quantity.name == SUCCESS for each in self.models.limits)
            return "probability of success" if crashes else "probability of keeping the constraints"
        return "expected gain of the front" if len(self.models.goals) > 1 else ACQUISITIONS[self.acquisition].words

    def total(self, branch: Branch | None) -> Total:
        """The score, inside one part of the space or everywhere."""
        terms: list[Term] = [*self._kept()]
        if self.improves:
            terms.append(self._front() if len(self.models.goals) > 1 else self._improvement(branch))
        if self.belief is not None:
            terms.append(self.belief)
        return Total(terms, branch)

    def order(self) -> Ints:
        """Told rows that a model holds, best first."""
        if not self.models.goals:
            return np.argsort(self._broken(), kind="stable")
        means = self._means()
        held = np.asarray(np.isfinite(means).all(axis=1))
        merit = means[:, 0].copy()
        if means.shape[1] > 1:
            merit[held] = rank(means[held])
        rows = np.lexsort((merit, self._broken(), ~self.told.good, ~held))
        return rows[held[rows]]

    def _kept(self) -> list[Kept]:
        return [Kept(each.surrogate, each.quantity.low, each.quantity.high) for each in self.models.limits]

    def _broken(self) -> Floats:
        """(n,) sum of the posterior means by which limits are broken; where a model lacks the row, what was told."""
        total = np.zeros(len(self.told.U))
        for each in self.models.limits:
            broken = np.where(self.told.good, 0.0, np.inf)
            mean = each.at_told(len(total))[each.rows]
            broken[each.rows] = np.maximum(np.maximum(mean - each.quantity.high, each.quantity.low - mean), 0.0)
            total += broken
        return total

    def _means(self) -> Floats:
        """(n, J) posterior means of the goals, infinite where a model lacks the row."""
        return np.column_stack([each.at_told(len(self.told.U)) for each in self.models.goals])

    def _improvement(self, branch: Branch | None) -> Term:
        goal = self.models.goals[0]
        threshold, utility = self._threshold(branch), ACQUISITIONS[self.acquisition].utility
        if utility is None:
            return DrawnGain(sample_path(goal.surrogate, self.uniforms), float(threshold[0]))
        return Improvement(goal.surrogate, threshold, utility)

    def _threshold(self, branch: Branch | None) -> Floats:
        """f*, (S,)."""
        goal, told = self.models.goals[0], self.told
        U, A = np.vstack([told.U[goal.rows], told.U_pending]), np.vstack([told.A[goal.rows], told.A_pending])
        usable: Bools = np.concatenate([self.good[goal.rows], self.likely])
        inside = usable if branch is None else usable & branch.holds(A)
        sure = inside & self._sure(U, A)
        rows = next(np.flatnonzero(mask) for mask in (sure, inside, usable) if mask.any())
        return np.asarray(goal.surrogate.means[rows].min(axis=0))

    def _sure(self, U: Floats, A: Bools) -> Bools:
        """(m,) whether limits that demand a confidence are kept with it."""
        sure = np.ones(len(U), dtype=np.bool_)
        for each in self.models.limits:
            if each.quantity.confidence:
                kept = Kept(each.surrogate, each.quantity.low, each.quantity.high).values(U, A)
                sure &= np.exp(kept) >= each.quantity.confidence
        return sure

    def _front(self) -> FrontImprovement:
        means = self._means()
        pending = np.column_stack([each.surrogate.means[len(each.rows) :, 0] for each in self.models.goals])
        points = np.vstack([means[np.isfinite(means).all(axis=1) & self.good], pending[self.likely]])
        front = _thinned(points[non_dominated(points)])
        width = np.ptp(points, axis=0)
        reference = points.max(axis=0) + np.where(width > 0.0, _MARGIN * width, 1.0)
        wanted = np.minimum(reference, [each.quantity.high for each in self.models.goals])
        met = bool((front < wanted).all(axis=1).any())
        lower, upper = boxes(front, wanted if met else reference)
        return FrontImprovement([each.surrogate for each in self.models.goals], lower, upper)


def _thinned(front: Floats) -> Floats:
    most = _LARGEST_FRONT.get(front.shape[1], _LARGEST_FRONT_ABOVE)
    if len(front) <= most:
        return front
    return front[np.argsort(-crowding(front, np.zeros(len(front), dtype=np.intp)), kind="stable")[:most]]
