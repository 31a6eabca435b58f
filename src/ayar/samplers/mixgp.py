"""MixGP: a Gaussian process over the whole mixed, conditional space, and expected improvement by mixed local search.

For 10 to 1,000 trials that cost more than a fraction of a second each. Beyond some 60 active parameters, or for cheap
objectives by the ten thousand, take another sampler.

n, b, D  told trials, pending ones, parameters     U, A  (n, D) unit coordinates, activity     y  (n,) warped targets
θ  fitted length-scales, variances and input warps
Start: `design`. Model: Matérn-5/2 on one embedding of all branches (`numerics.embedding`), fitted by MAP (`fits`) to
values capped, warped and standardised (`numerics.warps`). Pending trials answer in 8 imagined ways sharing one factor
(`numerics.gp`). A quarter of the proposals improve the branch tried least for its size, since a branch whose first
points were unlucky is else given up. Nothing is kept between calls. Sources: in the files named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import ndtri

from ayar.base.rng import Streams
from ayar.numerics import surrogate
from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.embedding import Embedding
from ayar.numerics.priors import prior
from ayar.numerics.qmc import shifted_sobol
from ayar.numerics.single_thread import one_blas_thread
from ayar.numerics.surrogate import Surrogate
from ayar.numerics.theta import Theta
from ayar.numerics.warps import Warp
from ayar.samplers.acquisition import LogEI
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.candidates import Batch, climb, completed, drawn, enumerated, join, mutated, settle, spread
from ayar.samplers.design import active_parameters, sequence, start_length
from ayar.samplers.fingerprint import numeric_fingerprint
from ayar.samplers.fits import NOTE_VERSION, Fitter, last_fit, read_fits
from ayar.samplers.told import Told, read_told, single_losses
from ayar.samplers.unseen import Unseen
from ayar.space.draw import draw
from ayar.trial.history import History
from ayar.trial.setup import Setup

Choice = tuple[Batch, dict[str, Any]]
"""A point, (1, D), and its note."""

_FANTASIES = 8
_BRANCH_SHARE = 0.25  # measured on the zoo: with 0 it stays in the first good branch, with 0.3 it gains nothing more
_SPREAD, _MUTATED = 256, 256  # candidates before the local search; half as many above 300 rows
_RANDOM_SHARE = 0.07  # of proposals; measured: mean log10 regret over the zoo −3.2 without, −3.4 with
_PARENTS = 5
_WHY = {
    "expected improvement": "largest expected improvement on the best trial",
    "neglected branch": "largest expected improvement in the branch tried least for its size",
}


@dataclass(frozen=True)
class MixGP(Sampler):
    """Gaussian-process search of mixed, conditional spaces; the name in the table is "gp".

    >>> from ayar.testing.folds import fold_of
    >>> fold = fold_of({"x": (-1.0, 1.0)}, [({"x": x / 4}, (x / 4) ** 2) for x in range(-4, 4, 2)])
    >>> proposal = MixGP().propose(fold.setup, fold.history, Streams(0, 4), 1)[0]
    >>> abs(proposal.params["x"]) < 0.2
    True
    """

    capabilities: ClassVar = Capabilities(several_goals=True, result_constraints=True, learns=True)

    def propose(self, setup: Setup, history: History, rng: Streams, count: int) -> list[Proposal]:
        """Start-up points first, then the best of expected improvement; as `Sampler.propose`."""
        task, codec = _Task.of(setup), setup.space.codec
        told, unseen = read_told(history, codec), Unseen(setup, history)
        fits = read_fits(history, task.fitter.belief)
        proposals: list[Proposal] = []
        with one_blas_thread():
            for i in range(count):
                choice = _Chooser(task, told, unseen, fits, rng, i).choose()
                if choice is None:
                    break
                point, note = choice
                proposals.append(Proposal(codec.decode(point.X, point.A)[0], note))
                told = told.with_pending(point.U, point.A)
                unseen.take(point.X)
                if "theta" in note:
                    fits.setdefault(note["fit"], task.fitter.belief.theta(np.array(note["theta"])))
        return proposals


@dataclass(frozen=True, eq=False)
class _Task:
    """What a setup alone decides."""

    setup: Setup
    active: float
    """Parameters active in an average configuration."""
    start: int
    """n₀, length of the start."""
    fitter: Fitter

    @classmethod
    def of(cls, setup: Setup) -> "_Task":
        space = setup.space
        active = active_parameters(space)
        embedding = Embedding.of(space.codec.columns)
        fitter = Fitter(embedding, prior(embedding.categorical, active))
        return cls(setup, active, start_length(space, active, setup.max_trials), fitter)


@dataclass(frozen=True, eq=False)
class _Chooser:
    """One proposal: the i-th of a call, with the earlier ones pending."""

    task: _Task
    told: Told
    unseen: Unseen
    fits: dict[int, Theta]
    rng: Streams
    i: int

    def choose(self) -> Choice | None:
        """The point and its note; None when the space is exhausted."""
        n, b = len(self.told.U), len(self.told.U_pending)
        starting = n + b < self.task.start or n < min(self.task.start, 2)
        explores = not starting and self.rng(self.i, "explore").random() < _RANDOM_SHARE
        choice = None if explores else self._from_start() if starting else self._from_model()
        choice = choice or self._drawn(None if explores else "neither start-up design nor model had a free point")
        if choice is None:
            return None
        point, why = choice
        return point, {"sampler": "gp", "version": NOTE_VERSION, "told": n, "pending": b, **why}

    def _from_start(self) -> Choice | None:
        """The trial's own place in the start sequence, or the next free one."""
        points = sequence(self.task.setup.space, self.task.setup.seed)
        free = np.flatnonzero(self.unseen.accepts(points.X))
        if not len(free):
            return None
        place = free[np.searchsorted(free, self.rng.first + self.i) % len(free)]
        return points.rows(slice(place, place + 1)), {"arm": "start", "why": "start-up design"}

    def _drawn(self, fallback: str | None) -> Choice | None:
        codec, generator = self.task.setup.space.codec, self.rng(self.i, "draw")
        X, A = draw(self.task.setup.space, lambda m: generator.random((m, len(codec.names))), 1, self.unseen.accepts)
        note = {"arm": "random", "why": "drawn at random", "fallback": fallback}
        return (Batch(codec.to_unit(X), X, A), note) if len(X) else None

    def _from_model(self) -> Choice | None:
        """The best point of the first rung of the ladder that has one."""
        losses = single_losses(self.told, self.rng(self.i, "goals").random((self.told.goals.shape[1],)))
        y, warp = surrogate.targets(losses)
        for theta, count, fallback in self._thetas(losses):
            try:
                model = surrogate.build(self.task.fitter.embedding, self.told.U, self.told.A, y, theta)
                found = self._improving(model)
            except np.linalg.LinAlgError:
                continue
            if found is not None:
                point, why = found
                expected = self._expected(model, warp, point)
                fit = {"fit": count, "theta": theta.vector.tolist(), "fingerprint": numeric_fingerprint()}
                return point, {**why, **expected, **fit, "fallback": fallback}
        return None

    def _thetas(self, losses: Floats) -> Iterator[tuple[Theta, int, str | None]]:
        """The ladder: θ by the schedule, then the prior's mode; each with its fit count and reason."""
        c = last_fit(len(losses))
        fitter = self.task.fitter
        theta = self.fits.get(c)
        if theta is None:
            theta = fitter.theta(self.told.U[:c], self.told.A[:c], losses[:c], self.fits, self.rng(self.i, "fit"))
        yield theta, c, None
        yield fitter.belief.mode, 0, "no model with the fitted length-scales; used the prior's"

    def _improving(self, model: Surrogate) -> Choice | None:
        """The free point of largest expected improvement, in the branch whose turn it is, else anywhere."""
        imagined = self._imagined(model)
        if self.rng(self.i, "arm").random() < _BRANCH_SHARE:
            branch = self.told.neglected_branch()
            found = None if branch is None else self._best_free(model, self._score(imagined, branch))
            if found is not None:
                return found
        return self._best_free(model, self._score(imagined, None))

    def _score(self, model: Surrogate, branch: Bools | None) -> LogEI:
        means = model.means
        A = np.vstack([self.told.A[model.rows], self.told.A_pending])
        inside = np.ones(len(A), dtype=np.bool_) if branch is None else (branch == A).all(axis=1)
        return LogEI(model, means[inside if inside.any() else slice(None)].min(axis=0), branch)

    def _best_free(self, model: Surrogate, score: LogEI) -> Choice | None:
        points = enumerated(self.task.setup.space)
        if points is None:
            points, values = self._searched(score, self._parents(model, score.branch), model.theta.lengths)
        else:
            values = score.values(points.U, points.A)
        values = np.where(self.unseen.accepts(points.X), values, -np.inf)
        chosen = int(np.argmax(values))
        if not np.isfinite(values[chosen]):
            return None
        arm = "expected improvement" if score.branch is None else "neglected branch"
        note = {"arm": arm, "why": _WHY[arm], "log_ei": float(values[chosen])}
        return points.rows(slice(chosen, chosen + 1)), note

    def _parents(self, model: Surrogate, branch: Bools | None) -> Floats:
        """(k, D) complete coordinates of the best told points, those of the branch first."""
        order = model.rows[np.argsort(model.means[:, 0], kind="stable")]
        best, A = completed(self.told.U[order], self.told.A[order]), self.told.A[order]
        if branch is not None:
            best = best[np.argsort((branch != A).any(axis=1), kind="stable")]
        return best[:_PARENTS]

    def _searched(self, score: LogEI, parents: Floats, lengths: Floats) -> tuple[Batch, Floats]:
        share = 1 if len(score.model.rows) <= 300 else 2
        space, uniforms = self.task.setup.space, self.rng(self.i, "candidates").random
        anchors = settle(space, parents)
        if not len(anchors):
            anchors = drawn(space, _PARENTS, uniforms)
        pool = join(
            anchors,
            spread(space, anchors.U, _SPREAD // share, uniforms),
            mutated(space, anchors.U, _MUTATED // share, self.task.active, uniforms),
        )
        return climb(space, score, pool, lengths)

    def _imagined(self, model: Surrogate) -> Surrogate:
        """The model with its pending trials answered."""
        told = self.told
        if not len(told.U_pending):
            return model
        shifts = self.rng(self.i, "fantasy").random(len(told.U_pending))
        return model.fantasize(told.U_pending, told.A_pending, ndtri(shifted_sobol(_FANTASIES, shifts)).T)

    def _expected(self, model: Surrogate, warp: Warp, point: Batch) -> dict[str, Any]:
        """Mean and deviation there: in the goal's own units where there is one goal, else in those of the targets."""
        mean, deviation = (float(part[0]) for part in model.predict(point.U, point.A))
        if len(self.task.setup.goals) > 1:
            return {"mean": mean, "sd": deviation}
        low, middle, high = warp.values(np.array([mean - deviation, mean, mean + deviation])).tolist()
        return {"mean": self.task.setup.signs[0] * middle, "sd": 0.5 * (high - low)}
