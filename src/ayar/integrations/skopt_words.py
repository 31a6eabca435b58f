"""What scikit-optimize's words mean here: its surrogates, acquisitions and results. The package is not needed."""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import OptimizeResult

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.samplers.base import Sampler
from ayar.samplers.mixgp import MixGP
from ayar.trial.trial import Trial

_SURROGATES = {"GP": "gp", "RF": "tpe", "ET": "tpe", "GBRT": "tpe", "DUMMY": "random"}
_ACQUISITIONS = {"EI": "ei", "PI": "pi", "LCB": "ucb", "EIps": "ei", "PIps": "pi", "gp_hedge": "ei"}
_UNUSED = {
    "n_initial_points", "n_random_starts", "initial_point_generator", "acq_optimizer", "n_points", "n_jobs",
    "n_restarts_optimizer", "xi", "kappa", "noise", "model_queue_size", "acq_func_kwargs", "acq_optimizer_kwargs",
    "random_state", "space_constraint", "init_point_gen_kwargs",
}  # fmt: skip
"""Knobs of its models; ours have none of them, and decide for themselves."""


def sampler_for(surrogate: Any = "GP", acq_func: str = "gp_hedge", **knobs: Any) -> str | Sampler:
    """Our sampler for its surrogate: a Gaussian process for "GP", `tpe` for its forests and boosted trees.

    Raises:
        ArgumentError: a surrogate or acquisition that it has not, or a model object, which no sampler here can use.

    >>> sampler_for("RF"), sampler_for("GP", "LCB")
    ('tpe', MixGP(acquisition='ucb', overhead_ms=256))
    """
    unknown = next((knob for knob in knobs if knob not in _UNUSED), None)
    if unknown is not None:
        raise ArgumentError(f"no argument of scikit-optimize is called {unknown!r}{did_you_mean(unknown, _UNUSED)}")
    ignored = sorted(knob for knob in knobs if knob not in ("random_state", "n_jobs"))
    if ignored:
        warnings.warn(f"{', '.join(ignored)}: no counterpart here, the sampler decides", UserWarning, stacklevel=3)
    name = _SURROGATES.get(surrogate.upper()) if isinstance(surrogate, str) else None
    if name is None:
        raise ArgumentError(f"base_estimator: expected one of {', '.join(_SURROGATES)}, got {shorten(surrogate)}")
    if acq_func not in _ACQUISITIONS:
        raise ArgumentError(f"acq_func: expected one of {', '.join(_ACQUISITIONS)}, got {shorten(acq_func)}")
    acquisition = _ACQUISITIONS[acq_func]
    return MixGP(acquisition=acquisition) if name == "gp" and acquisition != "ei" else name


def result_of(trials: Iterable[Trial], names: Sequence[str], sign: float, **fields: Any) -> OptimizeResult:
    """Its result: x, fun, x_iters, func_vals, models, and the given fields.

    Arguments:
        trials: complete ones, in order.
        names: the parameters in the order of x; one that is not active is None.
        sign: -1 where the study maximises, since its results are minimised.
    """
    told = [(trial, sign * trial.values[0]) for trial in trials if trial.values]
    points = [[trial.get(name) for name in names] for trial, _ in told]
    values = np.array([value for _, value in told], dtype=float)
    best = int(np.argmin(values)) if told else None
    found = {
        "x": None if best is None else points[best],
        "fun": None if best is None else float(values[best]),
        "x_iters": points,
        "func_vals": values,
        "models": [],
    }
    return OptimizeResult({**found, **fields})  # type: ignore[call-arg]  # a dict by inheritance; the stubs miss it


def callbacks_of(callback: Any) -> list[Callable[[Any], Any]]:
    """Its `callback=`: None, one function of the result, or several.

    Raises:
        ArgumentError: neither.
    """
    several = [] if callback is None else list(callback) if isinstance(callback, Iterable) else [callback]
    if not all(map(callable, several)) or isinstance(callback, str | Mapping):
        raise ArgumentError(f"callback: expected a function of the result, or a list of them, got {shorten(callback)}")
    return several


def wants_stop(callbacks: Sequence[Callable[[Any], Any]], result: Any) -> bool:
    """Call each; whether one of them returned True."""
    answers = [bool(callback(result)) for callback in callbacks]
    return any(answers)
