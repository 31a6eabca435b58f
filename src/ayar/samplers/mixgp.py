"""MixGP: Gaussian processes over the whole mixed, conditional space, and an acquisition climbed by mixed local search.

For 10 to 1,000 trials that cost more than a fraction of a second each. Beyond some 60 active parameters, or for cheap
objectives by the ten thousand, take another sampler.

n, b, D  told trials, pending ones, parameters     U, A  (n, D) unit coordinates, activity
Start: `design`. What is modelled: `quantities`; by what: Matérn-5/2 on one embedding of all branches
(`numerics.surrogate`), fitted by MAP (`fits`). What a point is worth: `scores`, `acquisition`. Where the best point is
looked for: `candidates`, everywhere or in a part of the space (`region`). Nothing is kept between calls.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from scipy.special import ndtri

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.base.rng import Streams
from ayar.numerics.arrays import Floats
from ayar.numerics.embedding import Embedding
from ayar.numerics.priors import prior
from ayar.numerics.qmc import shifted_sobol
from ayar.numerics.single_thread import one_blas_thread
from ayar.numerics.theta import Theta
from ayar.samplers import quantities
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.belief import Belief
from ayar.samplers.candidates import Batch, climb, completed, drawn, enumerated, join, mutated, settle, spread
from ayar.samplers.design import active_parameters, sequence, start_length
from ayar.samplers.fingerprint import numeric_fingerprint
from ayar.samplers.fits import NOTE_VERSION, Fits, Fitter, last_fit, read_fits
from ayar.samplers.models import Models, modelled
from ayar.samplers.region import Branch, Limit, Region, patience, side_and_center
from ayar.samplers.scores import WORDS, Scores
from ayar.samplers.told import Told, read_told
from ayar.samplers.unseen import Unseen
from ayar.space.draw import draw
from ayar.trial.history import History
from ayar.trial.setup import Setup

Choice = tuple[Batch, dict[str, Any]]
"""A point, (1, D), and its note."""

_FANTASIES = 8
_BRANCH_SHARE = 0.25  # measured on the zoo: with 0 it stays in the first good branch, with 0.3 it gains nothing more
_REGION_SHARE = 0.5  # of proposals, once a trust region is called for
_REGION_FROM = 8  # active parameters from which it is always called for
_STAGNATION = 15  # told trials without a better posterior mean after which it is called for anywhere
_SPREAD, _MUTATED = 256, 256  # candidates before the local search; half as many above 300 rows
_RANDOM_SHARE = 0.07  # of proposals; measured: mean log10 regret over the zoo −3.2 without, −3.4 with
_REPEAT_SHARE = 0.3  # of proposals, where repeats are allowed and noise is loud
_LOUD = 0.7  # signal to noise, σ_f² / σ_n², below which it is
_PARENTS = 5
_BELIEF = 10.0  # β of πBO: what is believed counts as much as the data after so many trials


@dataclass(frozen=True)
class MixGP(Sampler):
    """Gaussian-process search of mixed, conditional spaces; the name in the table is "gp".

    Arguments:
        acquisition: "ei" (log expected improvement), "pi" (probability of improvement), "ucb" (confidence bound of 1.8
            deviations) or "thompson" (the best point of a function drawn from the model). Several goals take the
            expected gain of hypervolume instead.

    Raises:
        ArgumentError: another acquisition.

    >>> from ayar.testing.folds import fold_of
    >>> fold = fold_of({"x": (-1.0, 1.0)}, [({"x": x / 4}, (x / 4) ** 2) for x in range(-4, 4, 2)])
    >>> proposal = MixGP().propose(fold.setup, fold.history, Streams(0, 4), 1)[0]
    >>> abs(proposal.params["x"]) < 0.2
    True
    """

    acquisition: str = "ei"
    capabilities: ClassVar = Capabilities(several_goals=True, result_constraints=True, learns=True)

    def __post_init__(self) -> None:
        if self.acquisition not in WORDS:
            near = did_you_mean(str(self.acquisition), WORDS)
            raise ArgumentError(
                f"acquisition: expected one of {', '.join(WORDS)}, got {shorten(self.acquisition)}{near}"
            )

    def propose(self, setup: Setup, history: History, rng: Streams, count: int) -> list[Proposal]:
        """Start-up points first, then the best by the models; as `Sampler.propose`."""
        task, codec = _Task.of(setup, self.acquisition), setup.space.codec
        told, unseen = read_told(history, codec), Unseen(setup, history)
        fits = read_fits(history, task.fitter.belief)
        local = _from_regions(history, told)
        proposals: list[Proposal] = []
        with one_blas_thread():
            for i in range(count):
                choice = _Chooser(task, told, local, unseen, fits, rng, i).choose()
                if choice is None:
                    break
                point, note = choice
                proposals.append(Proposal(codec.decode(point.X, point.A)[0], note))
                told = told.with_pending(point.U, point.A)
                unseen.take(point.X)
                fits.remember(note)
        return proposals


def _from_regions(history: History, told: Told) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """(n,) told rows that a trust region proposed."""
    return np.array([history.note(int(number)).get("arm") == "trust region" for number in told.numbers], dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class _Task:
    """What setup and options alone decide."""

    setup: Setup
    acquisition: str
    active: float
    """Parameters active in an average configuration."""
    start: int
    """n₀, length of the start."""
    fitter: Fitter
    belief: Belief | None
    levels: Floats
    """(D,) number of values of unordered parameters, 0 for the others."""

    @classmethod
    def of(cls, setup: Setup, acquisition: str) -> "_Task":
        space = setup.space
        columns = space.codec.columns
        active = active_parameters(space)
        levels = [column.levels if column.kind == "categorical" else 0 for column in columns]
        embedding = Embedding.of(columns)
        return cls(
            setup=setup,
            acquisition=acquisition,
            active=active,
            start=start_length(space, active, setup.max_trials),
            fitter=Fitter(embedding, prior(embedding.categorical, active)),
            belief=Belief.of(space),
            levels=np.array(levels, dtype=np.float64),
        )


@dataclass(frozen=True, eq=False)
class _Chooser:
    """One proposal: the i-th of a call, with the earlier ones pending."""

    task: _Task
    told: Told
    local: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    unseen: Unseen
    fits: Fits
    rng: Streams
    i: int

    def choose(self) -> Choice | None:
        """The point and its note; None when the space is exhausted."""
        n, b = len(self.told.U), len(self.told.U_pending)
        starting = n + b < self.task.start or n < min(self.task.start, 2)
        explores = not starting and self.rng(self.i, "explore").random() < _RANDOM_SHARE
        choice = None if explores else self._from_start() if starting else self._from_models()
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

    # -- by models -------------------------------------------------------------------------------------------------

    def _from_models(self) -> Choice | None:
        """The best point of the first rung of the ladder that has one."""
        for fitted, fallback in ((True, None), (False, "no model with the fitted length-scales; used the prior's")):
            try:
                models = self._models(fitted)
                found = self._best(models) if models.every else None
            except np.linalg.LinAlgError:
                continue
            if found is not None:
                point, why = found
                fit = {"models": models.noted, "fingerprint": numeric_fingerprint()}
                return point, {**why, **self._expected(models, point), **fit, "fallback": fallback}
        return None

    def _models(self, fitted: bool) -> Models:
        """Every quantity modelled, under fitted θ or the prior's mode; pending trials imagined."""
        setup, told = self.task.setup, self.told
        c = last_fit(len(told.U)) if fitted else 0
        early = told.first(c)
        thetas = dict(self._thetas(early, c))
        goals, limits = quantities.goals(setup, told), quantities.limits(setup, told)
        normals = self._normals(_FANTASIES if len(setup.goals) == 1 else 1)
        believed = np.zeros((len(told.U_pending), 1))

        def model(quantity: quantities.Quantity, normals: Floats) -> Any:
            theta = thetas.get(quantity.name)
            mode, count = self.task.fitter.belief.mode, 0 if theta is None else c
            return modelled(quantity, told, self.task.fitter.embedding, theta or mode, count, normals)

        return Models([model(goal, normals) for goal in goals], [model(limit, believed) for limit in limits])

    def _thetas(self, early: Told, c: int) -> Iterator[tuple[str, Theta]]:
        """θ of every quantity that the first c told rows teach."""
        for quantity in quantities.every(self.task.setup, early):
            theta = self.fits.at(quantity.name, c)
            yield quantity.name, theta or self.task.fitter.theta(quantity, early.U, early.A, self.fits)

    def _normals(self, count: int) -> Floats:
        """(b, count) normal numbers that make the pending answers; 0, the mean, where there is but one."""
        b = len(self.told.U_pending)
        if count == 1 or not b:
            return np.zeros((b, count))
        return ndtri(shifted_sobol(count, self.rng(self.i, "fantasy").random(b))).T

    def _best(self, models: Models) -> Choice | None:
        """The free point of largest score, in the part of the space whose turn it is, else anywhere."""
        task, uniforms = self.task, self.rng(self.i, "path").random
        belief = task.belief and replace(task.belief, weight=_BELIEF / max(len(self.told.U), 1))
        scores = Scores(models, self.told, task.acquisition, belief, uniforms)
        repeated = self._repeated(scores)
        if repeated is not None:
            return repeated
        for limit, arm, where in self._turns(scores):
            found = self._best_free(scores, limit)
            if found is not None:
                point, value = found
                return point, {"arm": arm, "why": f"largest {scores.words}{where}", "score": value}
        return None

    def _turns(self, scores: Scores) -> Iterator[tuple[Limit | None, str, str]]:
        """Parts of the space in the order in which they are tried: limit, arm, words."""
        turn = self.rng(self.i, "arm").random()
        if turn < _BRANCH_SHARE and (activity := self.told.neglected_branch()) is not None:
            yield Branch(activity), "neglected branch", " in the branch tried least for its size"
        elif scores.improves and turn >= 1.0 - _REGION_SHARE and (region := self._region(scores)) is not None:
            yield region, "trust region", f" in a box of side {region.side:g} around the best"
        yield None, "model", ""

    def _region(self, scores: Scores) -> Region | None:
        """The trust region, where many parameters or a long time without progress call for one."""
        goals, told = scores.models.goals, self.told
        if len(goals) > 1:
            return None
        means = np.where(told.good, goals[0].at_told(len(told.U)), np.inf)
        if self.task.active < _REGION_FROM and len(means) - int(np.argmin(means)) <= _STAGNATION:
            return None
        side, row = side_and_center(means, self.local, told.U, patience(self.task.active))
        order = np.concatenate([[row], scores.order()])
        center = completed(told.U[order], told.A[order])[0]
        return Region.around(center, side, goals[0].surrogate.theta.lengths, self.task.levels)

    def _repeated(self, scores: Scores) -> Choice | None:
        """One of the best told points again, where repeats are allowed and noise is loud."""
        goals = scores.models.goals
        if self.task.setup.repeats != "allow" or len(goals) != 1 or not scores.improves:
            return None
        theta = goals[0].surrogate.theta
        if theta.signal > _LOUD * theta.noise or self.rng(self.i, "repeat").random() >= _REPEAT_SHARE:
            return None
        best = scores.order()[:_PARENTS]
        _, deviation = goals[0].surrogate.latent(self.told.U[best], self.told.A[best])
        row = best[int(np.argmax(deviation))]
        point = settle(self.task.setup.space, completed(self.told.U[[row]], self.told.A[[row]]))
        return (point, {"arm": "repeat", "why": "one of the best again: the noise is loud"}) if len(point) else None

    def _best_free(self, scores: Scores, limit: Limit | None) -> tuple[Batch, float] | None:
        total, points = scores.total(limit), enumerated(self.task.setup.space)
        if points is None:
            points, values = self._searched(scores, total, limit)
        else:
            values = total.values(points.U, points.A)
        values = np.where(self.unseen.accepts(points.X), values, -np.inf)
        chosen = int(np.argmax(values))
        return (points.rows(slice(chosen, chosen + 1)), float(values[chosen])) if np.isfinite(values[chosen]) else None

    def _searched(self, scores: Scores, total: Any, limit: Limit | None) -> tuple[Batch, Floats]:
        """Candidates everywhere or in the limit, and what is found from the best of them."""
        model, space, uniforms = scores.models.every[0], self.task.setup.space, self.rng(self.i, "candidates").random
        share = 1 if len(model.rows) <= 300 else 2
        anchors = settle(space, self._parents(scores, limit))
        if not len(anchors):
            anchors = drawn(space, _PARENTS, uniforms)
        wide = spread(space, anchors.U, _SPREAD // share, uniforms)
        near = mutated(space, anchors.U, _MUTATED // share, self.task.active, uniforms)
        box = None
        if isinstance(limit, Region):
            box = limit.lower, limit.upper
            wide = settle(space, limit.squeezed(wide.U, uniforms(wide.U.shape)))
            near = settle(space, np.clip(near.U, *box))
        return climb(space, total, join(anchors, wide, near), model.surrogate.theta.lengths, box)

    def _parents(self, scores: Scores, limit: Limit | None) -> Floats:
        """(k, D) complete coordinates of the best told points, those in the limit first; a box has its centre alone."""
        if isinstance(limit, Region):
            return limit.center[None]
        order = scores.order()
        best, A = completed(self.told.U[order], self.told.A[order]), self.told.A[order]
        if limit is not None:
            best = best[np.argsort(~limit.admits(best, A), kind="stable")]
        return best[:_PARENTS]

    def _expected(self, models: Models, point: Batch) -> dict[str, Any]:
        """Mean and deviation there: in the goal's own units where there is one goal, else in those of the targets."""
        if not models.goals:
            return {}
        found = [goal.surrogate.predict(point.U, point.A) for goal in models.goals]
        means, deviations = ([float(part[0]) for part in parts] for parts in zip(*found, strict=True))
        warp = models.goals[0].quantity.warp
        if len(models.goals) > 1 or warp is None:
            return {"mean": means, "sd": deviations}
        reach = np.array([means[0] - deviations[0], means[0], means[0] + deviations[0]])
        low, middle, high = warp.values(reach).tolist()
        return {"mean": self.task.setup.signs[0] * middle, "sd": 0.5 * (high - low)}
