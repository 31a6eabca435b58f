"""MixGP: Gaussian processes over the whole mixed, conditional space, and an acquisition climbed by mixed local search.

For 10 to 1,000 trials that cost more than a fraction of a second each. Beyond some 60 active parameters, or for cheap
objectives by the ten thousand, take another sampler.

n, b, D  told trials, pending ones, parameters     U, A  (n, D) unit coordinates, activity
Start: `design`. What is modelled: `quantities`; by what: Matérn-5/2 on one embedding of all branches
(`numerics.surrogate`), fitted by MAP (`fits`), put together in `modelling`. What a point is worth: `scores`,
`acquisition`. Where the best point is looked for: `searching`, `candidates`, `branch`. Nothing is kept between calls.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.base.rng import Streams
from ayar.numerics.single_thread import one_blas_thread
from ayar.samplers.acquisition import ACQUISITIONS
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.candidates import Batch
from ayar.samplers.design import is_starting, start_point
from ayar.samplers.effort import EFFORTS, FULL
from ayar.samplers.fingerprint import numeric_fingerprint
from ayar.samplers.fits import NOTE_VERSION, Fits, read_fits
from ayar.samplers.gp_task import Task
from ayar.samplers.modelling import Modeller
from ayar.samplers.models import Models
from ayar.samplers.scores import Scores
from ayar.samplers.searching import Choice, Searcher
from ayar.samplers.told import Told, read_told
from ayar.samplers.unseen import Unseen
from ayar.space.draw import draw
from ayar.trial.history import History
from ayar.trial.setup import Setup

_RANDOM_SHARE = 0.07  # of proposals; measured: mean log10 regret over the zoo −3.2 without, −3.4 with
_BELIEF = 10.0  # β of πBO: what is believed counts as much as the data after so many trials
_LADDER = ((True, None), (False, "no model with the fitted length-scales; used the prior's"))
"""Rungs tried in turn: with fitted θ or the prior's mode, and what the note says of it."""


@dataclass(frozen=True)
class MixGP(Sampler):
    """Gaussian-process search of mixed, conditional spaces; the name in the table is "gp".

    Arguments:
        acquisition: "ei" (log expected improvement), "pi" (probability of improvement), "ucb" (confidence bound of 1.8
            deviations) or "thompson" (the best point of a function drawn from the model). Several goals take the
            expected gain of hypervolume instead.

        overhead_ms: what a proposal may cost, in milliseconds of an ordinary core: 8, 16, 32, 64, 128 or 256. Less
            holds fewer told trials in the model and scores fewer points (`effort`); "auto" sets it by the objective.

    Raises:
        ArgumentError: another acquisition or overhead.

    >>> from ayar.testing.folds import fold_of
    >>> fold = fold_of({"x": (-1.0, 1.0)}, [({"x": x / 4}, (x / 4) ** 2) for x in range(-4, 4, 2)])
    >>> proposal = MixGP().propose(fold.setup, fold.history, Streams(0, 4), 1)[0]
    >>> abs(proposal.params["x"]) < 0.2
    True
    """

    acquisition: str = "ei"
    overhead_ms: int = FULL
    capabilities: ClassVar = Capabilities(several_goals=True, result_constraints=True, learns=True)

    def __post_init__(self) -> None:
        if self.acquisition not in ACQUISITIONS:
            near = did_you_mean(str(self.acquisition), ACQUISITIONS)
            raise ArgumentError(
                f"acquisition: expected one of {', '.join(ACQUISITIONS)}, got {shorten(self.acquisition)}{near}"
            )

        if self.overhead_ms not in EFFORTS:
            raise ArgumentError(
                f"overhead_ms: expected one of {', '.join(map(str, EFFORTS))}, got {shorten(self.overhead_ms)}"
            )

    def propose(self, setup: Setup, history: History, rng: Streams, count: int) -> list[Proposal]:
        """Start-up points first, then the best by the models; as `Sampler.propose`."""
        task, codec = Task.of(setup, self.acquisition, self.overhead_ms), setup.space.codec
        told, unseen = read_told(history, codec), Unseen(setup, history)
        fits = read_fits(history, task.fitter.belief)
        proposals: list[Proposal] = []
        with one_blas_thread():
            for i in range(count):
                choice = _Chooser(task, history, told, unseen, fits, rng, i).choose()
                if choice is None:
                    break
                point, note = choice
                proposals.append(Proposal(codec.decode(point.X, point.A)[0], note))
                told = told.with_pending(point.U, point.A)
                unseen.take(point.X)
                fits.remember(note)
        return proposals


@dataclass(frozen=True, eq=False)
class _Chooser:
    """One proposal: the i-th of a call, with the earlier ones pending."""

    task: Task
    history: History
    told: Told
    unseen: Unseen
    fits: Fits
    rng: Streams
    i: int

    def choose(self) -> Choice | None:
        """The point and its note; None when the space is exhausted."""
        n, b = len(self.told.U), len(self.told.U_pending)
        starting = is_starting(self.task.start, n, int(self.told.failed.sum()), b)
        explores = not starting and self.rng(self.i, "explore").random() < _RANDOM_SHARE
        choice = None if explores else self._from_start() if starting else self._from_models()
        choice = choice or self._drawn(
            None if explores else "neither the start-up design nor a model gave a free point"
        )
        if choice is None:
            return None
        point, why = choice
        return point, {"sampler": "gp", "version": NOTE_VERSION, "told": n, "pending": b, **why}

    def _from_start(self) -> Choice | None:
        point = start_point(self.task.setup, self.unseen, self.rng.first + self.i)
        return None if point is None else (point, {"arm": "start", "why": "start-up design"})

    def _drawn(self, fallback: str | None) -> Choice | None:
        codec, generator = self.task.setup.space.codec, self.rng(self.i, "draw")
        X, A = draw(self.task.setup.space, lambda m: generator.random((m, len(codec.names))), 1, self.unseen.accepts)
        note = {"arm": "random", "why": "drawn at random", "fallback": fallback}
        return (Batch(codec.to_unit(X), X, A), note) if len(X) else None

    def _from_models(self) -> Choice | None:
        """The best point of the first rung of the ladder that has one."""
        shifts = self.rng(self.i, "fantasy").random(len(self.told.U_pending))
        modeller = Modeller(self.task, self.told, self.fits, shifts)
        for fitted, fallback in _LADDER:
            try:
                models = modeller.models(fitted=fitted)
                found = self._searcher(models).best() if models.every else None
            except np.linalg.LinAlgError:
                continue
            if found is not None:
                point, why = found
                fit = {"models": models.noted, "fingerprint": numeric_fingerprint()}
                return point, {**why, **self._expected(models, point), **fit, "fallback": fallback}
        return None

    def _searcher(self, models: Models) -> Searcher:
        belief = self.task.belief and replace(self.task.belief, weight=_BELIEF / max(len(self.told.U), 1))
        scores = Scores(models, self.told, self.task.acquisition, belief, self.rng(self.i, "path").random)
        return Searcher(self.task, scores, self.unseen, self.rng, self.i)

    def _expected(self, models: Models, point: Batch) -> dict[str, Any]:
        """Mean and deviation there, in the goal's own units; lists of them, goal by goal, where there are several."""
        if not models.goals:
            return {}
        found = [goal.expected(point.U, point.A) for goal in models.goals]
        means = [sign * float(mean[0]) for (mean, _), sign in zip(found, self.task.setup.signs, strict=True)]
        deviations = [float(deviation[0]) for _, deviation in found]
        return {"mean": means, "sd": deviations} if len(found) > 1 else {"mean": means[0], "sd": deviations[0]}
