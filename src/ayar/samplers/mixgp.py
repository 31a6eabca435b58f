"""MixGP: a Gaussian process over the whole mixed, conditional space, and log expected improvement by mixed local search.

For 10 to 1,000 trials that cost more than a fraction of a second each. Beyond some 60 active parameters, or for cheap
objectives by the ten thousand, take another sampler. A proposal costs about 20 ms at 100 trials and 200 ms at 1,000.

n, b, D  told trials, pending ones, parameters     U, A  (n, D) unit coordinates, activity     y  (n,) warped targets
θ  fitted log length-scales and variances          c     number of rows θ was fitted on ("fit" in the note)
Model: Matérn-5/2 on one embedding of all branches (`numerics.embedding`), fitted by MAP (`numerics.gp_fit`) to values
capped, warped and standardised (`numerics.warps`). Pending trials answer in 8 imagined ways sharing one factor.
Pure: θ comes from the lowest trial whose note has the same c, else from a fit on the first c told rows, started at the
θ of the largest earlier c. Nothing is kept between calls. Sources: in the files named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ayar.base.rng import Streams
from ayar.numerics import gp_fit, surrogate
from ayar.numerics.embedding import Axis, Embedding
from ayar.numerics.qmc import shifted_sobol
from ayar.numerics.surrogate import Surrogate
from ayar.numerics.warps import Warp
from ayar.samplers.acquisition import LogEI
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.candidates import Batch, climb, enumerated, join, mutated, settle, spread
from ayar.samplers.design import sequence, start_length
from ayar.samplers.fingerprint import numeric_fingerprint
from ayar.samplers.single_thread import one_blas_thread
from ayar.samplers.told import Told, read_told, single_losses
from ayar.space.draw import draw
from ayar.space.space import Space
from ayar.trial.history import History
from ayar.trial.setup import Setup

Floats = NDArray[np.float64]

VERSION = 1
FANTASIES = 8
_SPREAD, _MUTATED = 256, 256  # candidates before the local search; half as many above 300 rows
_PARENTS = 5
_FRESH_STARTS = frozenset({8, 16, 32, 64, 128, 256})  # fit counts that also start from three draws of the prior
_MEASURED = 256  # points that count the active parameters


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
        task, told = _Task(setup), read_told(history, setup.space.codec)
        fits = _fits(history, task)
        proposals: list[Proposal] = []
        with one_blas_thread():
            for i in range(count):
                point, note = _choose(task, told, fits, rng, i)
                if point is None:
                    break
                params = setup.space.codec.decode(point.X, point.A)[0]
                proposals.append(Proposal(params, {"sampler": "gp", "version": VERSION, **note}))
                told = told.with_pending(point.U, point.A, setup.space.codec.keys(point.X)[0])
                if note.get("theta"):
                    fits.setdefault(note["fit"], np.array(note["theta"]))
        return proposals


class _Task:
    """What a setup alone decides."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.space = setup.space
        columns = self.space.codec.columns
        self.active = _active_parameters(self.space)
        self.start = start_length(self.space, self.active, setup.max_trials)
        self.embedding = Embedding(
            [Axis(column.levels if column.kind == "categorical" else 0, column.conditional) for column in columns]
        )
        self.belief = gp_fit.prior(self.embedding.categorical, self.active)

    def is_free(self, batch: Batch, told: Told) -> NDArray[np.bool_]:
        """(m,) mask of the points that may be proposed."""
        if self.setup.repeats == "allow":
            return np.ones(len(batch), dtype=np.bool_)
        return np.array([key not in told.taken for key in self.space.codec.keys(batch.X)], dtype=np.bool_)


def _active_parameters(space: Space) -> float:
    """How many parameters are active in an average configuration."""
    columns = space.codec.columns
    if not any(column.conditional for column in columns):
        return float(max(len(columns), 1))
    X = space.codec.from_unit(shifted_sobol(_MEASURED, np.zeros(len(columns))))
    return max(float(space.codec.activity(X).sum(axis=1).mean()), 1.0)


def _fits(history: History, task: _Task) -> dict[int, Floats]:
    """Fit count -> θ, from the notes; of several notes with one count the lowest trial's."""
    fits: dict[int, Floats] = {}
    for number in range(len(history)):
        note = history.note(number)
        theta = note.get("theta")
        if isinstance(theta, list) and len(theta) == len(task.belief.mean) and "fit" in note:
            fits.setdefault(note["fit"], np.array(theta, dtype=np.float64))
    return fits


def last_fit(n: int) -> int:
    """The last fit count up to n rows: every row below 200, every second below 300, every 50th part above.

    >>> [last_fit(n) for n in (5, 201, 303, 1000)]
    [5, 200, 300, 985]
    """
    if n < 300:
        return n if n < 200 else n - n % 2
    count = 300
    while (following := count - (-count // 50)) <= n:
        count = following
    return count


_Choice = tuple[Batch | None, dict[str, Any]]


def _choose(task: _Task, told: Told, fits: dict[int, Floats], rng: Streams, i: int) -> _Choice:
    """One point (1, D), or None when the space is exhausted, and the note's content."""
    n, b = len(told.U), len(told.pending_U)
    if n + b < task.start or n < min(task.start, 2):
        point = _start_point(task, told, rng.first + i)
        if point is not None:
            return point, {"arm": "start", "told": n, "pending": b}
    losses = single_losses(told, rng(i, "arm").random(told.goals.shape[1]))
    note: dict[str, Any] = {"arm": "log_ei", "told": n, "pending": b, "fingerprint": numeric_fingerprint()}
    for fallback, theta, count in _thetas(task, told, losses, fits, rng, i):
        try:
            point, more = _by_model(task, told, losses, theta, rng, i)
        except np.linalg.LinAlgError:
            continue
        if point is not None:
            return point, {**note, "fit": count, "theta": theta.tolist(), **more, "fallback": fallback}
        break
    point = _drawn(task, told, rng, i)
    return point, {**note, "arm": "random", "fallback": "no untried point found by the model; drawn at random"}


def _start_point(task: _Task, told: Told, number: int) -> Batch | None:
    points = sequence(task.space, task.setup.seed)
    free = np.flatnonzero(task.is_free(points, told))
    if not len(free):
        return None
    place = free[np.searchsorted(free, number) % len(free)]
    return points.rows(slice(place, place + 1))


def _thetas(
    task: _Task, told: Told, losses: Floats, fits: dict[int, Floats], rng: Streams, i: int
) -> Iterator[tuple[str | None, Floats, int]]:
    """The ladder: θ by the schedule, then the prior's mode; each with its reason and fit count."""
    count = last_fit(len(losses))
    yield None, fits[count] if count in fits else _fit(task, told, losses[:count], fits, rng, i), count
    yield "kernel matrix not positive definite; refitted from the prior", task.belief.mean, 0


def _fit(task: _Task, told: Told, losses: Floats, fits: dict[int, Floats], rng: Streams, i: int) -> Floats:
    c = len(losses)
    earlier = max((count for count in fits if count < c), default=None)
    starts = [task.belief.mean if earlier is None else fits[earlier]]
    if c in _FRESH_STARTS:
        starts.extend(task.belief.draw(ndtri(rng(i, "fit").random((3, len(task.belief.mean))))))
    y, _ = surrogate.targets(losses)
    E = task.embedding(told.U[:c], told.A[:c])
    return surrogate.fit(task.embedding, E, y, task.belief, np.array(starts))


def _by_model(task: _Task, told: Told, losses: Floats, theta: Floats, rng: Streams, i: int) -> _Choice:
    y, warp = surrogate.targets(losses)
    model = surrogate.build(task.embedding, task.embedding(told.U, told.A), y, theta)
    order = model.rows[np.argsort(model.process.means[:, 0], kind="stable")]
    best = _completed(told.U[order], told.A[order])
    score = LogEI(_imagined(model, told, rng, i))
    pool = enumerated(task.space)
    if pool is None:
        points, values = _searched(task, score, best[:_PARENTS], theta, rng(i, "candidates"))
    else:
        points, values = pool, score.values(pool.U, pool.A)
    free = task.is_free(points, told)
    if not free.any():
        return None, {}
    chosen = int(np.argmax(np.where(free, values, -np.inf)))
    point = points.rows(slice(chosen, chosen + 1))
    return point, {"log_ei": float(values[chosen]), **_expectation(task, score.model, warp, point)}


def _completed(U: Floats, A: NDArray[np.bool_]) -> Floats:
    """U, best row first, without gaps: what is inactive takes its value in the best row where it is active, else ½."""
    first = np.argmax(A, axis=0)
    spare = np.where(A.any(axis=0), U[first, np.arange(U.shape[1])], 0.5)
    return np.where(A, U, spare)


def _imagined(model: Surrogate, told: Told, rng: Streams, i: int) -> Surrogate:
    """The model with its pending trials answered."""
    b = len(told.pending_U)
    if not b:
        return model
    normals = ndtri(shifted_sobol(FANTASIES, rng(i, "fantasy").random(b))).T
    return model.fantasize(told.pending_U, told.pending_A, normals)


def _searched(
    task: _Task, score: LogEI, parents: Floats, theta: Floats, generator: np.random.Generator
) -> tuple[Batch, Floats]:
    share = 1 if len(score.model.process.Z) <= 300 else 2
    pool = join(
        settle(task.space, parents),
        spread(task.space, _SPREAD // share, generator.random),
        mutated(task.space, parents, _MUTATED // share, task.active, generator.random),
    )
    return climb(task.space, score, pool, np.exp(theta[:-2]))


def _expectation(task: _Task, model: Surrogate, warp: Warp, point: Batch) -> dict[str, Any]:
    """What the model expects there, in the goal's own units where there is one goal, else in targets."""
    mean, deviation = model.predict(point.U, point.A)
    if len(task.setup.goals) > 1:
        return {"mean": float(mean[0]), "sd": float(deviation[0])}
    low, middle, high = warp.values(np.array([mean[0] - deviation[0], mean[0], mean[0] + deviation[0]]))
    return {"mean": task.setup.signs[0] * float(middle), "sd": 0.5 * float(high - low)}


def _drawn(task: _Task, told: Told, rng: Streams, i: int) -> Batch | None:
    codec, generator = task.space.codec, rng(i, "draw")
    D = len(codec.names)

    def untried(X: Floats) -> NDArray[np.bool_]:
        return task.is_free(Batch(X, X, np.isfinite(X)), told)

    X, A = draw(task.space, lambda m: generator.random((m, D)), 1, untried)
    return Batch(_completed(codec.to_unit(X), A), X, A) if len(X) else None
