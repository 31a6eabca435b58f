"""TPE: draws where good trials are dense, and keeps the draw where other trials are thinnest for it.

For 20 to 10,000 trials, many parameters, many branches, cheap objectives. Where trials are dear and parameters few, the
sampler "gp" needs fewer of them.

n, b, D  told and pending trials, parameters      U, A  (n, D) unit coordinates and activity
Start: `design`. Then `CANDIDATES` draws from the density of the good trials (`tpe_split`: the best tenth; several goals
and constraints too); the one of largest ratio to the density of all other trials is tried (`tpe_ratio`). The others
include failed and pending trials, and older ones weigh less. One density spans all parameters and branches; the priors
of the space are a kernel of it (`numerics.parzen`). What is kept between calls may be dropped at any time with the same
bits (`numerics.kernel_scales`).
Sources: Bergstra et al. 2011, Algorithms for Hyper-Parameter Optimization, NeurIPS 24, section 4; Falkner et al. 2018,
BOHB, arXiv:1807.01774, section 3.2 (one joint density); Watanabe 2023, arXiv:2304.11127 (weights, sizes).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ayar.base.errors import ArgumentError, shorten
from ayar.base.rng import Streams
from ayar.numerics.arrays import Floats, Ints
from ayar.numerics.kernel_scales import Memory
from ayar.numerics.single_thread import one_blas_thread
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.candidates import Batch, completed, drawn, enumerated, pulled
from ayar.samplers.design import active_parameters, is_starting, start_length, start_point
from ayar.samplers.fingerprint import numeric_fingerprint
from ayar.samplers.told import Told, read_told
from ayar.samplers.tpe_axes import axes_of
from ayar.samplers.tpe_ratio import Independent, Joint, Ratio, Trials
from ayar.samplers.tpe_split import beyond_thresholds, good_rows
from ayar.samplers.unseen import Unseen
from ayar.space.draw import draw
from ayar.trial.history import History
from ayar.trial.setup import Setup

Choice = tuple[Batch, dict[str, Any]]
"""A point, (1, D), and its note."""

NOTE_VERSION = 1
CANDIDATES = 24
"""Draws from the density of the good trials, of which the best is proposed."""
_WHY = "the good trials' density is largest beside that of the others"
_TRIES = 4  # rounds of draws before a space is searched for free points in other ways
_RECENT = 25  # of the other trials, the newest so many weigh 1, and each older one less


@dataclass(frozen=True)
class TPE(Sampler):
    """Tree-structured Parzen estimator; the name in the table is "tpe".

    Arguments:
        joint: one density over all parameters (the default), or one for each parameter by itself, which forgets how
            they act together but learns faster where they do not.
        start: points of the start-up design; None: 4 to 8, by the number of parameters.

    Raises:
        ArgumentError: start below 1.

    >>> from ayar.testing.folds import fold_of
    >>> fold = fold_of({"x": (-1.0, 1.0)}, [({"x": x / 16}, (x / 16) ** 2) for x in range(-16, 16)])
    >>> proposal = TPE().propose(fold.setup, fold.history, Streams(0, 32), 1)[0]
    >>> abs(proposal.params["x"]) < 0.25
    True
    """

    joint: bool = True
    start: int | None = None
    memory: Memory = field(default_factory=Memory, init=False, repr=False, compare=False)

    capabilities: ClassVar = Capabilities(several_goals=True, result_constraints=True, learns=True)

    def __post_init__(self) -> None:
        if self.start is not None and not (type(self.start) is int and self.start >= 1):
            raise ArgumentError(
                f"tpe: expected start= as a whole number of trials >= 1, got {shorten(self.start)}; leave it out for "
                "4 to 8, by the number of parameters"
            )

    def propose(self, setup: Setup, history: History, rng: Streams, count: int) -> list[Proposal]:
        """Start-up points first, then the best draws; as `Sampler.propose`."""
        codec = setup.space.codec
        told, unseen = read_told(history, codec), Unseen(setup, history)
        proposals: list[Proposal] = []
        with one_blas_thread():
            for i in range(count):
                choice = _Chooser(self, setup, told, unseen, rng, i).choose()
                if choice is None:
                    break
                point, note = choice
                proposals.append(Proposal(unseen.take(point.X), note))
                told = told.with_pending(point.U, point.A)
        return proposals


@dataclass(frozen=True, eq=False)
class _Chooser:
    """One proposal: the i-th of a call, with the earlier ones pending."""

    options: TPE
    setup: Setup
    told: Told
    unseen: Unseen
    rng: Streams
    i: int

    def choose(self) -> Choice | None:
        """The point and its note; None when the space is exhausted."""
        choice = self._from_start() if self._is_starting() else self._from_densities()
        choice = choice or self._drawn()
        if choice is None:
            return None
        point, why = choice
        told, pending = len(self.told.U), len(self.told.U_pending)
        return point, {"sampler": "tpe", "version": NOTE_VERSION, "told": told, "pending": pending, **why}

    def _is_starting(self) -> bool:
        space, most = self.setup.space, self.setup.max_trials
        start = self.options.start or start_length(space, active_parameters(space), most)
        return is_starting(start, len(self.told.U), int(self.told.failed.sum()), len(self.told.U_pending))

    def _from_start(self) -> Choice | None:
        point = start_point(self.setup, self.unseen, self.rng.first + self.i)
        return None if point is None else (point, {"arm": "start", "why": "start-up design"})

    def _from_densities(self) -> Choice | None:
        """The free candidate of largest ratio; of a small space whose likely points are taken, the best free point."""
        good = good_rows(*self._outcomes())
        ratio = self._ratio(good)
        for points in self._batches(ratio, good):
            free = points.rows(np.flatnonzero(self.unseen.accepts(points.X)))
            if len(free):
                values = ratio.values(free.U, free.A)
                best = int(np.argmax(values))
                note = {"good": len(good), "log_ratio": float(values[best]), "fingerprint": numeric_fingerprint()}
                return free.rows(slice(best, best + 1)), {"arm": "densities", "why": _WHY, **note}
        return None

    def _batches(self, ratio: Ratio, good: Ints) -> Iterator[Batch]:
        """Rounds of candidates; at last all points of a small space."""
        space, uniforms = self.setup.space, self.rng(self.i, "candidates").random
        anchors = completed(self.told.U[good], self.told.A[good]) if len(good) else drawn(space, 1, uniforms).U
        for _ in range(_TRIES):
            U, stems = ratio.candidates(CANDIDATES, uniforms)
            yield pulled(space, U, anchors[np.where(stems < len(anchors), stems, 0)])
        whole = enumerated(space)
        if whole is not None:
            yield whole

    def _outcomes(self) -> tuple[Floats, Floats]:
        """Losses (n, g), and violations (n, c + g) that count what is worse than a goal's threshold too."""
        losses = self.told.goals
        return losses, np.concatenate([self.told.violations, beyond_thresholds(losses, self.setup.goals)], axis=1)

    def _ratio(self, good: Ints) -> Ratio:
        """Of the densities of the good trials, and of all others with the pending ones after them."""
        told, n = self.told, len(self.told.U)
        rest = np.delete(np.arange(n), good)
        U, A = told.U[rest], told.A[rest]
        if len(told.U_pending):
            U, A = np.concatenate([U, told.U_pending]), np.concatenate([A, told.A_pending])
        others = Trials(U, A, fading_weights(len(U)))
        best = Trials(told.U[good], told.A[good], np.ones(len(good)))
        axes = axes_of(self.setup.space)
        if not self.options.joint:
            return Independent(axes, best, others)
        places = np.concatenate([rest, np.arange(n, n + len(told.U_pending))])
        return Joint(axes, best, others, self.options.memory.at(places))

    def _drawn(self) -> Choice | None:
        generator = self.rng(self.i, "draw")
        space = self.setup.space
        X, A = draw(space, lambda m: generator.random((m, len(space.codec.names))), 1, self.unseen.accepts)
        why = {"arm": "random", "why": "drawn at random", "fallback": "neither design nor densities had a free point"}
        return (Batch(space.codec.to_unit(X), X, A), why) if len(X) else None


def fading_weights(n: int) -> Floats:
    """(n,) weights of trials in the order of their tell: 1 for the newest 25, rising from 1 / n for those before.

    >>> fading_weights(28).round(2).tolist()[:4]
    [0.04, 0.52, 1.0, 1.0]
    """
    return np.concatenate([np.linspace(1.0 / max(n, 1), 1.0, max(n - _RECENT, 0)), np.ones(min(n, _RECENT))])
