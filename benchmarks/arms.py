# ruff: noqa: ARG001, ARG002, ARG005 - a stand-in has the arguments of what it replaces
"""What the arms of `ablations` put in the place of a constant or a function of the engine.

What the package decided for, and the tables that say why, is in
docs/research/engine-ablations.md. Numbers of the ablations are those of its sections.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from ayar.numerics import gp_fit, kernels, priors, surrogate, warps
from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.embedding import Axis, Embedding
from ayar.samplers import acquisition, effort, scores

Arm = dict[str, Any]
"""Perhaps "sampler", "options" of it and "study" settings; else "module:NAME" -> what takes its place."""


# -- 1: priors of the length-scales, and the kernel --------------------------------------------------------------------


def _without_growth(categorical: Bools, active: float) -> priors.Prior:
    return priors.prior(categorical, 1.0)


def _optuna_penalty(self: priors.Prior, vector: Floats) -> tuple[float, Floats]:
    """The package's own, with 0.1 (ℓ² + ℓ⁻²) of Optuna's GPSampler for the length-scales."""
    D = self.parameters
    z = (vector - self.mean) / self.deviation
    z[:D] = 0.0
    squares = np.exp(2.0 * vector[:D])
    gradient = z / self.deviation
    gradient[:D] = 0.2 * (squares - 1.0 / squares)
    return float(0.5 * z @ z + 0.1 * (squares + 1.0 / squares).sum()), gradient


def _squared_exponential(k: Floats, g: Floats, decay: Floats, signal: float) -> tuple[Floats, Floats]:
    """σ_f² e^{−‖z−z′‖²/2} and the g with ∂k/∂(‖z−z′‖²) = −(5/6) g."""
    np.multiply(k, -0.5, out=k)
    np.exp(k, out=k)
    k *= signal
    np.multiply(k, 0.6, out=g)
    return k, g


# -- 2: warps of the told values ---------------------------------------------------------------------------------------


def _no_exponent(x: Floats, spread: float) -> float:
    return 1.0


def _no_cap(y: Floats, cap: float | None = None) -> warps.Warp:
    return warps.fit_warp(y, cap=float(y.max()))


def _fence(widths: float) -> Callable[..., warps.Warp]:
    """So many quartile widths above the upper quartile."""

    def fit_warp(y: Floats, cap: float | None = None) -> warps.Warp:
        low, high = np.quantile(y, [0.25, 0.75])
        return warps.fit_warp(y, cap=float(high + widths * (high - low)) if high > low else float(y.max()))

    return fit_warp


def _standardised(y: Floats, cap: float | None = None) -> warps.Warp:
    deviation = float(np.std(y)) or 1.0
    return warps.Warp(math.inf, float(np.mean(y)), deviation, 1.0, 0.0, 1.0)


class _HalfRank:
    """The worse half by normal quantiles of its ranks, as Vizier does; told values in between by interpolation."""

    def __init__(self, y: Floats) -> None:
        center = float(np.median(y))
        better = y[y < center]
        deviation = float(np.sqrt(np.mean((better - center) ** 2))) if len(better) else float(np.std(y))
        by_rank = ndtri((rankdata(y) - 0.5) / len(y))
        t = np.where(y > center, np.maximum(by_rank, 0.0), (y - center) / (deviation or 1.0))
        self._y, first = np.unique(y, return_index=True)
        self._t = np.maximum.accumulate(t[first])
        self._mean, self._deviation = float(t.mean()), float(t.std()) or 1.0

    def targets(self, y: Floats) -> Floats:
        return np.asarray((np.interp(y, self._y, self._t) - self._mean) / self._deviation)

    def values(self, t: Floats) -> Floats:
        return np.interp(t * self._deviation + self._mean, self._t, self._y)

    def variances(self, y: Floats, sd: Floats) -> Floats:
        return np.full(np.shape(y), np.nan)


def _half_rank(y: Floats, cap: float | None = None) -> _HalfRank:
    return _HalfRank(y)


# -- 4: the threshold --------------------------------------------------------------------------------------------------


def _observed_threshold(self: scores.Scores, limit: Any) -> Floats:
    """The best target told, not the least posterior mean; it ignores regions and limits."""
    model = self.models.goals[0].surrogate
    return np.asarray(model.process.y[: len(model.rows)].min(axis=0))


# -- 5: conditional parameters -----------------------------------------------------------------------------------------


def _imputed(columns: Any) -> Embedding:
    """An inactive parameter counts as its middle."""
    axes = [Axis(column.levels if column.kind == "categorical" else 0, False) for column in columns]
    return Embedding(axes)


# -- 6: sets without order ---------------------------------------------------------------------------------------------


class _Cocabo:
    """The kernel ½ (k_x + k_c) / 2 + ½ k_x k_c of Ru et al. 2020, arXiv:1906.08878, in the place of one product of all.

    k_x is Matérn-5/2 on the columns of numbers, k_c on those of sets, which are noted where a space is embedded.
    """

    def __init__(self) -> None:
        self._sets: Bools = np.zeros(0, dtype=np.bool_)
        self._ratio: Floats = np.zeros((0, 0))

    def of(self, columns: Any) -> Embedding:
        """The usual embedding."""
        axes = [Axis(column.levels if column.kind == "categorical" else 0, column.conditional) for column in columns]
        found = Embedding(axes)
        self._sets = found.categorical[found.blk]
        return found

    def between(self, Z: Floats, Y: Floats, signal: float, room: Floats | None = None) -> tuple[Floats, Floats]:
        """As `kernels.matern52`; g is that of the numbers."""
        return self._mixed(
            kernels.matern52(Z[:, ~self._sets], Y[:, ~self._sets], 1.0),
            kernels.matern52(Z[:, self._sets], Y[:, self._sets], 1.0),
            signal,
        )

    def within(self, Z: Floats, signal: float, room: Floats | None = None) -> tuple[Floats, Floats]:
        """As `kernels.matern52_within`; g is that of the numbers."""
        return self._mixed(
            kernels.matern52_within(Z[:, ~self._sets], 1.0), kernels.matern52_within(Z[:, self._sets], 1.0), signal
        )

    def slopes(self, W: Floats, Z: Floats) -> Floats:
        """As `gp_fit._slopes`, from W of the numbers."""
        found = _SLOPES(W, Z)
        found[:, self._sets] = _SLOPES(W * self._ratio, Z)[:, self._sets]
        return found

    def _mixed(self, numbers: Any, sets: Any, signal: float) -> tuple[Floats, Floats]:
        (k_x, g_x), (k_c, g_c) = numbers, sets
        by_x, by_c = signal * g_x * (0.25 + 0.5 * k_c), signal * g_c * (0.25 + 0.5 * k_x)
        self._ratio = by_c / np.maximum(by_x, 1e-300)
        return signal * (0.25 * (k_x + k_c) + 0.5 * k_x * k_c), by_x


_SLOPES: Callable[[Floats, Floats], Floats] = vars(gp_fit)["_slopes"]
_COCABO = _Cocabo()


# -- 7: the start ------------------------------------------------------------------------------------------------------


def _starts(length: int) -> Callable[..., int]:
    return lambda space, active, max_trials: length


def _no_first(space: Any, belief: Any) -> Floats:
    return np.empty((0, len(space.codec.columns)))


# -- 10: pending trials ------------------------------------------------------------------------------------------------


def _believed(self: Any) -> Floats:
    """Kriging believer: the model's own mean."""
    return np.zeros((len(self.uniforms), 1))


# -- 12: several θ -----------------------------------------------------------------------------------------------------


class _Mixture:
    """ln of the mean utility over models, each with its own threshold."""

    def __init__(self, terms: list[acquisition.Improvement]) -> None:
        self._terms = terms

    def values(self, U: Floats, A: Bools) -> Floats:
        each = np.column_stack([term.values(U, A) for term in self._terms])
        return np.asarray(np.logaddexp.reduce(each, axis=1) - np.log(each.shape[1]))

    def values_and_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        found = [term.values_and_slopes(U, A) for term in self._terms]
        each = np.column_stack([value for value, _ in found])
        top = np.logaddexp.reduce(each, axis=1)
        share = np.exp(each - top[:, None])
        slopes = sum(share[:, [k]] * slope for k, (_, slope) in enumerate(found))
        return np.asarray(top - np.log(each.shape[1])), np.asarray(slopes)


def _ensembles(most: int) -> Callable[..., Any]:
    """Averages up to so many told rows, one θ beyond."""

    def improvement(self: scores.Scores, limit: Any) -> Any:
        goal = self.models.goals[0]
        if len(goal.rows) <= most:
            return _ensemble(self, limit)
        return acquisition.Improvement(goal.surrogate, self._threshold(limit))

    return improvement


def _ensemble(self: scores.Scores, limit: Any) -> Any:
    """Improvement averaged over the θ of the proposal and those found from each of the prior's starts alone."""
    goal = self.models.goals[0]
    own, quantity = goal.surrogate, goal.quantity
    embedding, rows = own.lens.embedding, goal.rows
    U, A, y = self.told.U[rows], self.told.A[rows], quantity.y[own.rows]
    belief = priors.prior(embedding.categorical, max(float(A.sum(axis=1).mean()), 1.0))
    noise = quantity.noise[own.rows]
    models = [own]
    for start in belief.starts:
        theta = gp_fit.fit(gp_fit.Evidence(embedding, U, A, y, noise, belief), [start], bent=own.theta.bent)
        models.append(surrogate.build(embedding, U, A, y, theta, noise))
    return _Mixture([acquisition.Improvement(model, model.means.min(axis=0)) for model in models])


def _more_candidates(count: int) -> dict[int, effort.Effort]:
    return {name: effort.Effort(each.rows, count, each.starts) for name, each in effort.EFFORTS.items()}


ARMS: dict[str, Arm] = {
    "base": {"sampler": "gp"},
    "random": {"sampler": "random"},
    "tpe": {"sampler": "tpe"},
    "cmaes": {"sampler": "cmaes"},
    "nsga2": {"sampler": "nsga2"},
    "auto": {"sampler": "auto"},
    # 1
    "hvarfner": {"ayar.numerics.priors:LENGTH": (-1.586, 1.732)},
    "no-growth": {"ayar.samplers.gp_task:prior": _without_growth},
    "optuna-lengths": {"ayar.numerics.priors:Prior.penalty": _optuna_penalty},
    "longer": {"ayar.numerics.priors:LENGTH": (-0.47, 0.75)},
    "wider": {"ayar.numerics.priors:LENGTH": (-0.87, 1.1)},
    "squared-exponential": {"ayar.numerics.kernels:_from_squares": _squared_exponential},
    # 2
    "cap-alone": {"ayar.numerics.warps:best_exponent": _no_exponent},
    "warp-alone": {"ayar.samplers.quantities:fit_warp": _no_cap},
    "fence-1.5": {"ayar.samplers.quantities:fit_warp": _fence(1.5)},
    "fence-3": {"ayar.samplers.quantities:fit_warp": _fence(3.0)},
    "fence-10": {"ayar.samplers.quantities:fit_warp": _fence(10.0)},
    "no-output-warp": {"ayar.samplers.quantities:fit_warp": _standardised},
    "half-rank": {"ayar.samplers.quantities:fit_warp": _half_rank},
    # 3
    "no-input-warp": {"ayar.numerics.surrogate:_BENT_FROM": 10**9},
    "input-warp-10": {"ayar.numerics.surrogate:_BENT_FROM": 10, "ayar.numerics.surrogate:_BENT_FROM_EACH": 1},
    "input-warp-0.5": {"ayar.numerics.priors:WARP": (0.0, 0.5)},
    "input-warp-0.75": {"ayar.numerics.priors:WARP": (0.0, 0.75)},
    # 4
    "observed": {"ayar.samplers.scores:Scores._threshold": _observed_threshold},
    # 5
    "arc-third": {"ayar.numerics.embedding:_ARC": math.pi / 3},
    "imputed": {"ayar.numerics.embedding:Embedding.of": staticmethod(_imputed)},
    # 6
    "mixture": {
        "ayar.numerics.embedding:Embedding.of": staticmethod(_COCABO.of),
        "ayar.numerics.gp:matern52": _COCABO.between,
        "ayar.numerics.gp:matern52_within": _COCABO.within,
        "ayar.numerics.gp_fit:matern52_within": _COCABO.within,
        "ayar.numerics.gp_fit:_slopes": _COCABO.slopes,
    },
    # 7
    "start-3": {"ayar.samplers.gp_task:start_length": _starts(3)},
    "start-4": {"ayar.samplers.gp_task:start_length": _starts(4)},
    "start-5": {"ayar.samplers.gp_task:start_length": _starts(5)},
    "start-7": {"ayar.samplers.gp_task:start_length": _starts(7)},
    "start-10": {"ayar.samplers.gp_task:start_length": _starts(10)},
    "start-20": {"ayar.samplers.gp_task:start_length": _starts(20)},
    "no-centre": {"ayar.samplers.design:_first": _no_first},
    # 8
    "random-0": {"ayar.samplers.mixgp:_RANDOM_SHARE": 0.0},
    "random-15": {"ayar.samplers.mixgp:_RANDOM_SHARE": 0.15},
    "random-20": {"ayar.samplers.mixgp:_RANDOM_SHARE": 0.20},
    "no-branch": {"ayar.samplers.searching:_BRANCH_SHARE": 0.0},
    # 10
    "fantasies-1": {"ayar.samplers.modelling:_FANTASIES": 1},
    "fantasies-4": {"ayar.samplers.modelling:_FANTASIES": 4},
    "believer": {"ayar.samplers.modelling:Modeller._imagined": _believed},
    # 11
    "candidates-128": {"ayar.samplers.gp_task:EFFORTS": _more_candidates(128)},
    "candidates-512": {"ayar.samplers.gp_task:EFFORTS": _more_candidates(512)},
    "candidates-2048": {"ayar.samplers.gp_task:EFFORTS": _more_candidates(2_048)},
    # 12
    "ensemble": {"ayar.samplers.scores:Scores._improvement": _ensemble},
    "ensemble-50": {"ayar.samplers.scores:Scores._improvement": _ensembles(50)},
    "ensemble-30": {"ayar.samplers.scores:Scores._improvement": _ensembles(30)},
    # noise
    "noise-4": {"ayar.numerics.priors:NOISE": (-4.0, 2.0)},
    "noise-3": {"ayar.numerics.priors:NOISE": (-3.0, 2.5)},
    "repeats": {"study": {"repeats": "allow"}},
    "repeats-noise-3": {"study": {"repeats": "allow"}, "ayar.numerics.priors:NOISE": (-3.0, 2.5)},
    "repeats-half": {"study": {"repeats": "allow"}, "ayar.samplers.searching:_REPEAT_SHARE": 0.5},
    "repeats-loud-2": {"study": {"repeats": "allow"}, "ayar.samplers.searching:_LOUD": 2.0},
    "repeats-soft": {"study": {"repeats": "allow"}, "ayar.samplers.searching:_LOUD": 30.0},
    # the acquisitions of `gp`
    "ucb": {"options": {"acquisition": "ucb"}},
    "pi": {"options": {"acquisition": "pi"}},
    "thompson": {"options": {"acquisition": "thompson"}},
}
