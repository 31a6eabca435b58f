"""Small random studies with nothing wrong, and the same with one planted fault.

A clean study: 2 to 4 parameters of mixed kinds, each with a real effect; the optimum lies inside (10 % to 90 % of every
range, never on the outermost of few levels); results carry noise of 2 % of their spread; the points are drawn at random
or, in every second study, gather round the optimum as a model-based sampler's would.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ayar.base.rng import stream
from ayar.space.domains import Categorical, Float, Int
from ayar.space.draw import draw
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.fold import Fold

DOMAINS: tuple[Callable[[], Any], ...] = (
    lambda: Float(0.0, 1.0),
    lambda: Float(1e-5, 1e-1, log=True),
    lambda: Int(1, 12),
    lambda: Categorical(["a", "b", "c"]),
    lambda: Float(-5.0, 10.0),
)


@dataclass(frozen=True)
class Simulation:
    """One study to come: its space, and what a point is worth (lower is better, without noise)."""

    space: Space
    targets: Mapping[str, float]
    """Where the optimum lies, in unit coordinates."""
    weights: Mapping[str, float]
    rng: np.random.Generator
    offsets: Mapping[str, Any] = field(default_factory=dict)

    def losses(self, U: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Weighted squares of the distance from the optimum; one step for a wrong choice."""
        total = np.zeros(len(U))
        for j, column in enumerate(self.space.codec.columns):
            weight = self.weights[column.name]
            if column.kind == "categorical":
                steps = np.array([0.0, 0.15, 0.3])
                total += weight * steps[np.minimum((U[:, j] * 3).astype(int), 2)]
            else:
                total += weight * (U[:, j] - self.targets[column.name]) ** 2
        return total


def simulation(seed: int) -> Simulation:
    """A clean study's law."""
    rng = stream(seed, 0, "tests.simulated")
    chosen = rng.choice(len(DOMAINS), size=int(rng.integers(2, 5)), replace=False)
    space = Space({f"p{k}": DOMAINS[int(k)]() for k in chosen})
    targets = {name: float(rng.uniform(0.1, 0.9)) for name in space.names}
    for column in space.codec.columns:
        if column.kind == "int":
            targets[column.name] = float(rng.uniform(1.6, column.levels - 1.6) / column.levels)
    weights = {name: float(rng.uniform(0.5, 1.5)) for name in space.names}
    return Simulation(space, targets, weights, rng)


def points(found: Simulation, trials: int, gather: bool) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(n, D) unit coordinates; the last two thirds near the optimum if `gather`."""
    U = found.rng.random((trials, len(found.space.codec.names)))
    if gather:
        near = np.array([found.targets[name] for name in found.space.codec.names])
        late = np.arange(trials) >= trials // 3
        around = near + found.rng.normal(0.0, 0.15, U[late].shape)
        # Folded back at the bounds: cut there, points would stand on them and repeat.
        U[late] = 1.0 - np.abs(1.0 - np.abs(around))
    return U


def study(
    found: Simulation,
    trials: int = 40,
    *,
    gather: bool = False,
    noise: float = 0.02,
    told: Callable[[int, dict[str, Any], float, float], Told] | None = None,
    extra: Callable[[np.ndarray[Any, np.dtype[np.float64]]], np.ndarray[Any, np.dtype[np.float64]]] | None = None,
) -> Fold:
    """The study carried out.

    `noise` is a share of the spread of the losses; `told` makes a trial of (number, params, loss, noise's deviation);
    `extra` changes the losses of unit coordinates.
    """
    codec = found.space.codec
    X = codec.from_unit(points(found, trials, gather))
    A = codec.activity(X)
    X = codec.mask(X, A)
    losses = found.losses(np.nan_to_num(codec.to_unit(X)))
    if extra is not None:
        losses = extra(np.nan_to_num(codec.to_unit(X)))
    deviation = noise * float(np.std(losses))
    noisy = losses + deviation * found.rng.standard_normal(trials)
    make = told or (lambda _number, params, loss, sd: Told(params, loss, sd=sd))
    rows = zip(codec.decode(X, A), noisy, strict=True)
    return fold_of(found.space, [make(i, params, float(loss), deviation) for i, (params, loss) in enumerate(rows)])


def clean(seed: int, trials: int = 40) -> Fold:
    """A study with nothing wrong."""
    return study(simulation(seed), trials, gather=bool(seed % 2))


def drawn(space: Space, trials: int, seed: int = 0) -> list[dict[str, Any]]:
    """Feasible points of a space, drawn at random."""
    rng = stream(seed, 0, "tests.drawn")
    X, A = draw(space, lambda m: rng.random((m, len(space.codec.names))), trials)
    return space.codec.decode(X, A)
