"""Planted problems whose truth is known: a smooth loss, with or without noise on what is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ayar.base.rng import stream
from ayar.space.domains import Categorical, Float, Int
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.fold import Fold
from unit.analysis.simulated import drawn

BOX = Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)})
MIXED = Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0), "n": Int(1, 9), "kind": Categorical(["a", "b", "c"])})


def bowl(params: Mapping[str, Any]) -> float:
    """Least at x = 0.3, y = 0.6; a step for kinds, a slope along n."""
    steps = {"a": 0.0, "b": 0.1, "c": 0.3}
    loss = (params["x"] - 0.3) ** 2 + (params["y"] - 0.6) ** 2 + steps[params.get("kind", "a")]
    return float(loss + 0.02 * params.get("n", 1))


@dataclass(frozen=True)
class Planted:
    """A study of `bowl`, whose told values carry normal noise of deviation `noise`."""

    space: Space = BOX
    trials: int = 60
    noise: float = 0.0
    seed: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def points(self) -> list[dict[str, Any]]:
        """The tried configurations."""
        return drawn(self.space, self.trials, self.seed)

    def fold(self, metrics: Callable[[dict[str, Any], float], dict[str, float]] | None = None) -> Fold:
        """The study; `metrics` of (parameters, a standard normal number)."""
        rng = stream(self.seed, 0, "tests.noisy")
        normals: np.ndarray[Any, np.dtype[np.float64]] = rng.standard_normal((self.trials, 2))
        told = [
            Told(params, bowl(params) + self.noise * z, metrics=metrics(params, other) if metrics else {})
            for params, (z, other) in zip(self.points, normals.tolist(), strict=True)
        ]
        return fold_of(self.space, told, seed=self.seed, **self.settings)
