"""Trainings whose loss is a given function of the learning rate, and a quadratic: subjects with a known answer."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ayar.base.rng import stream
from ayar.training.base import Part, Run, Scores, Settings, Task

Curve = Callable[[float], float]


class CurveRun(Run):
    """Its loss is the curve's value at the present rate, plus noise; it counts its updates."""

    def __init__(self, curve: Curve, noise: float, seed: int) -> None:
        self.curve, self.noise, self.seed = curve, noise, seed
        self.count, self.lr = 0, 1.0

    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        self.lr = self.lr if lr is None else lr
        self.count += 1
        return self.curve(self.lr) + self.noise * float(stream(self.seed, self.count, "noise").normal())

    def validate(self, part: Part = "validation") -> Scores:
        return Scores(self.curve(self.lr), 100)

    def state(self) -> Any:
        return self.count, self.lr

    def load(self, state: Any) -> None:
        self.count, self.lr = state

    def parts(self) -> Mapping[str, bytes]:
        return {"count": str(self.count).encode(), "lr": str(self.lr).encode()}


class CurveTask(Task):
    def __init__(self, curve: Curve, noise: float = 0.0, validation_rows: int = 100) -> None:
        self.name, self.can, self.settings = "a curve", frozenset(), Settings(0.1)
        self.batch_size, self.rows, self.validation_rows = 10, 1000, validation_rows
        self.curve, self.noise = curve, noise

    def start(self, seed: int) -> CurveRun:
        return CurveRun(self.curve, self.noise, seed)


class QuadraticRun(Run):
    """Least squares on fresh rows of a given curvature, by plain gradient descent: it breaks beyond 2/λ_max."""

    def __init__(self, curvatures: np.ndarray[Any, Any], seed: int) -> None:
        self.curvatures, self.rng, self.lr = curvatures, stream(seed, 0, "quadratic"), 0.1
        self.w = np.ones(len(curvatures))

    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        self.lr = self.lr if lr is None else lr
        target = 0.1 * self.rng.normal(size=len(self.w))  # the batch's own minimum lies beside the true one
        gap = self.w - target
        self.w = self.w - self.lr * self.curvatures * gap
        return float(0.5 * (self.curvatures * gap**2).sum())

    def validate(self, part: Part = "validation") -> Scores:
        return Scores(float(0.5 * (self.curvatures * self.w**2).sum()), 100)

    def state(self) -> Any:
        return self.w.copy(), self.lr, self.rng.bit_generator.state

    def load(self, state: Any) -> None:
        self.w, self.lr, self.rng.bit_generator.state = state[0].copy(), state[1], state[2]

    def parts(self) -> Mapping[str, bytes]:
        return {"w": self.w.tobytes()}


class QuadraticTask(Task):
    def __init__(self, curvatures: list[float]) -> None:
        self.name, self.can, self.settings = "a quadratic", frozenset(), Settings(0.1)
        self.batch_size, self.rows, self.validation_rows = 10, 1000, 100
        self.curvatures = np.array(curvatures)

    def start(self, seed: int) -> QuadraticRun:
        return QuadraticRun(self.curvatures, seed)
