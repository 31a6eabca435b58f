"""A training on a simulated device: its steps take simulated seconds, and its memory holds so many rows."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ayar.base.rng import stream
from ayar.testing.fake_clock import FakeClock
from ayar.training import Run, Scores, Settings, Task
from ayar.training.base import Ability, Part

MIB = 2**20


@dataclass(frozen=True)
class Device:
    """What the device does: `seconds` of a step by batch size, noise about it, rows that fit, and how it fails."""

    seconds: Callable[[float], float] = lambda B: 0.01
    noise: float = 0.0
    limit: float = math.inf
    error: Callable[[], BaseException] = MemoryError
    clock: FakeClock = field(default_factory=FakeClock)
    ran: list[int] = field(default_factory=list)
    """Sizes whose probe went through to validation."""


class DeviceRun(Run):
    def __init__(self, task: "DeviceTask", seed: int) -> None:
        self.task, self.steps = task, 0
        self.rng = stream(seed, task.batch_size + 7919 * len(task.device.ran), "device")

    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        device, B = self.task.device, self.task.batch_size
        self.steps += 1
        # The optimizer's state comes with the first update: the second step needs the most.
        if device.limit < B and self.steps > 1:
            raise device.error()
        slow = 5.0 if self.steps <= 2 else 1.0
        device.clock.advance(slow * device.seconds(B) * math.exp(device.noise * self.rng.normal()))
        return 1.0

    def validate(self, part: Part = "validation") -> Scores:
        self.task.device.ran.append(self.task.batch_size)
        return Scores(1.0, self.task.validation_rows)

    def peak_memory(self) -> int:
        return (100 + self.task.batch_size) * MIB

    def gradient_norms(self, small: int, large: int) -> tuple[float, float]:
        """|G|² = 1, tr Σ = the noise scale."""
        noisy = math.exp(0.05 * self.rng.normal())
        grown = self.task.noise_scale * (1 + self.steps / 100)
        return 1.0 + noisy * grown / small, 1.0 + noisy * grown / large

    def state(self) -> Any:
        return self.steps

    def load(self, state: Any) -> None:
        self.steps = state

    def parts(self) -> Mapping[str, bytes]:
        return {"steps": bytes([self.steps % 256])}


@dataclass(frozen=True)
class DeviceTask(Task):
    device: Device = field(default_factory=Device)
    batch_size: int = 64
    rows: int = 100_000
    validation_rows: int = 1000
    noise_scale: float = 200.0
    can: frozenset[Ability] = frozenset({"resize", "memory", "gradients"})
    batch_norm: bool = False
    name: str = "simulated"
    settings: Settings = field(default_factory=lambda: Settings(lr=0.1))
    chance: float | None = None

    def start(self, seed: int) -> DeviceRun:
        return DeviceRun(self, seed)

    def resized(self, batch_size: int) -> "DeviceTask":
        return replace(self, batch_size=batch_size)
