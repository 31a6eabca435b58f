"""Where a CMA-ES stands, read from a history: its runs and generations, and which trials each learned from.

N, c  ordered columns and categories     D  all columns     λ  population     generations and runs count from 0
A generation ends with its λ-th told trial, whichever they are: one that was asked of an earlier generation of the run
counts with the point it tried, its step shortened to what the distribution could have drawn. Failed trials rank last,
those that break a result constraint before them, by how much; cancelled ones, and those that a change of the
space left outside it, were never there. Of the foreign trials
told meanwhile the best takes the worst member's place if it is better than all members.
Sources: Hansen 2011, arXiv:1110.4181 (points from elsewhere); Nomura et al. 2021, arXiv:2012.06932 (the warm start).
"""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from ayar.base.rng import stream
from ayar.numerics import cma
from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.cma_stops import Course, stop_reason
from ayar.numerics.pareto import rank_feasible_first
from ayar.numerics.single_thread import one_blas_thread
from ayar.samplers.catcma import Layout, Model, Points
from ayar.samplers.cma_draws import Draws
from ayar.samplers.cma_start import first_model, restarted_model, warm_model
from ayar.samplers.restarts import Ended, Run, next_run
from ayar.trial.history import History
from ayar.trial.setup import Setup
from ayar.trial.state import State

_SAME = 1e-6  # unit coordinates this close are the same draw, made on another machine


@dataclass(frozen=True)
class Options:
    """The sampler's options."""

    population: int | None
    sigma: float
    restarts: str


class Search:
    """Reads a history forward; dropped and made again, it gives the same bits.

    Arguments:
        setup: whose space is searched.
        seed: the study's.
        options: the sampler's.
    """

    def __init__(self, setup: Setup, seed: int, options: Options) -> None:
        self.space = setup.space
        self.seed = seed
        self.options = options
        self.layout = Layout.of(setup.space.codec)
        self.run = 0
        self.generation = 0
        """Of the study, over all runs."""
        self.stopped = ""
        """Why the last run ended; with restarts "none" the distribution stays as it was then."""
        self._past: list[Ended] = []
        self._position = 0
        self._cut = 0
        self._started = False
        first = Run(options.population or cma.usual_population(self.layout.width))
        self._usual = first_model(self.space, self.layout, first.population, options.sigma)
        self.draws = Draws(setup.space, self.layout, seed, self._usual)
        self._begin(first, self._usual)

    def _begin(self, run: Run, model: Model) -> None:
        self._run = run
        self.model = model
        self.draws.use(model)
        self._course = Course()
        self._told = 0
        self._await_generation()

    def _await_generation(self) -> None:
        self._members: list[int] = []
        self._foreign: list[int] = []

    # -- reading ---------------------------------------------------------------------------------------------------

    def read(self, history: History) -> None:
        """Take in what was told since the last call."""
        if not self._started:
            self._warm_up(history)
        if self._started:
            order = history.order
            while self._position < len(order):
                number, self._position = order[self._position], self._position + 1
                self._take(history, number)

    def _warm_up(self, history: History) -> None:
        """Begin from the trials told before the first proposal; again and again, until a proposal of ours is told."""
        order = history.order
        while self._position < len(order) and not _is_own(history, order[self._position]):
            self._position += 1
        self._started = self._position < len(order)
        first = order[self._position] if self._started else _first_running(history)
        seen = None if first is None else history.row(first).seen
        cut = len(order) if seen is None else bisect_right(order, seen, key=lambda number: int(history.told[number]))
        if cut != self._cut:
            self._cut = cut
            before = np.array(order[:cut], dtype=np.intp)
            before = before[history.inside[before]]
            before = before[np.argsort(_fronts(history, before), kind="stable")]
            X, A = history.columns(self.space.codec)
            best = before[~_failed(history, before)]
            self._begin(self._run, warm_model(self._usual, X[best], A[best], self.options.sigma))
        if self._started:
            self._position = cut

    def _take(self, history: History, number: int) -> None:
        row = history.row(number)
        if row.state is State.CANCELLED or row.outside:
            return
        if not _is_own(history, number):
            self._foreign.append(number)
        elif row.note["run"] >= self.run:
            self._members.append(number)
            if len(self._members) == self._run.population:
                self._close(history)

    def _close(self, history: History) -> None:
        """Learn from a full generation, and end the run where it has nothing more to find."""
        if not (self.stopped and self.options.restarts == "none"):
            numbers = self._ranked(history)
            failed = _failed(history, numbers)
            if not failed.all():
                self._learn(history, numbers, failed)
            self._told += len(numbers)
            kept = numbers[~failed & (history.violations[numbers] == 0.0).all(axis=1)]
            self._course.add(_losses(history, kept)[:, 0].tolist(), self._run.population)
            self._end_run()
        self.generation += 1
        self._await_generation()

    def _ranked(self, history: History) -> Ints:
        """The generation's trials, best first."""
        own = np.array(sorted(self._members), dtype=np.intp)
        numbers = np.concatenate([own, np.array(self._foreign, dtype=np.intp)])
        fronts = _fronts(history, numbers)
        order = np.argsort(fronts[: len(own)], kind="stable")
        if len(numbers) > len(own):
            best = len(own) + int(np.argmin(fronts[len(own) :]))
            if fronts[best] < fronts[order[0]]:
                order = np.concatenate([[best], order[:-1]])
        return numbers[order]

    def _learn(self, history: History, numbers: Ints, failed: Bools) -> None:
        X, A = history.columns(self.space.codec)
        with one_blas_thread():
            tried = self._tried(history, numbers, X[numbers])
            self.model = self.model.learned(tried, A[numbers], failed)
        self.draws.use(self.model)

    def _tried(self, history: History, numbers: Ints, X: Floats) -> Points:
        """What each trial tried: its draw where it is of this generation, else its point, brought within reach."""
        layout, to_unit, gaussian = self.layout, self.space.codec.to_unit, self.model.gaussian
        V, J = np.empty((len(X), len(layout.ordered))), np.empty((len(X), len(layout.unordered)), dtype=np.intp)
        drawn_X, ours = np.full(X.shape, np.nan), np.zeros(len(X), dtype=np.bool_)
        for i, number in enumerate(numbers.tolist()):
            note = history.note(number)
            if _is_own(history, number) and note["generation"] == self.generation:
                drawn, row = (self.draws.again(number), note["redraw"]) if "redraw" in note else self.draws.of(number)
                ours[i], V[i], J[i], drawn_X[i] = True, drawn.points.V[row], drawn.points.J[row], drawn.X[row]
        # A draw that was made in another space, or with another seed, is a point from outside too.
        outside = ~ours | (np.abs(to_unit(drawn_X) - to_unit(X)) > _SAME).any(axis=1)
        if outside.any():
            points = layout.points(X[outside], gaussian.mean)
            V[outside], J[outside] = gaussian.shortened(points.V), points.J
        return Points(V, J)

    def _end_run(self) -> None:
        limit = self._run.most_trials
        reason = stop_reason(self._course, self.model.gaussian, self.model.strategy, ~self.layout.discrete)
        if reason is None and limit is not None and self._told >= limit:
            reason = "it had had its share of the trials"
        if reason is None:
            return
        self.stopped = reason
        if self.options.restarts != "none":
            self._past.append(Ended(self._run, self._told))
            self.run += 1
            uniforms = stream(self.seed, self.run, "cma restart").random(2 + len(self.space.codec.names))
            run = next_run(self.options.restarts, self._past, (float(uniforms[0]), float(uniforms[1])))
            sigma = self.options.sigma * run.step_share
            self._begin(run, restarted_model(self.space, self.layout, run.population, sigma, uniforms[2:]))


def _is_own(history: History, number: int) -> bool:
    """Whether a trial was drawn from the search distribution, not by chance or elsewhere."""
    note = history.note(number)
    return note.get("sampler") == "cmaes" and "run" in note


def _first_running(history: History) -> int | None:
    running = np.flatnonzero(history.having(State.RUNNING)).tolist()
    return next((number for number in running if _is_own(history, number)), None)


def _losses(history: History, numbers: Ints) -> Floats:
    """(m, J) lower is better."""
    return np.asarray(history.values[numbers] * [goal.sign for goal in history.goals])


def _failed(history: History, numbers: Ints) -> Bools:
    failed = history.state[numbers] == State.FAILED.code
    return np.asarray(failed | ~np.isfinite(history.values[numbers]).all(axis=1))


def _fronts(history: History, numbers: Ints) -> Ints:
    """(m,) ranks, the best 0: by loss, trials that break a result constraint after all that keep them, failed last."""
    losses = np.where(_failed(history, numbers)[:, None], np.nan, _losses(history, numbers))
    if losses.shape[1] == 1 and not history.constraints:
        return np.argsort(np.argsort(losses[:, 0], kind="stable"), kind="stable")
    return rank_feasible_first(losses, history.violations[numbers])
