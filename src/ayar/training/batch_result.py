"""What `find_batch_size` found: a size that was run, a table of all that were, and the reasons."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from ayar.base.registry import door
from ayar.numerics.step_time import GOOD, StepTime, fastest_size, knee_of
from ayar.training.batch_probe import Outcome
from ayar.training.gradient_noise import GradientNoise

Goal = Literal["memory", "throughput", "time"]
_NOISY = 0.2
"""Spread of step times about their fit that puts the knee in doubt."""
_GOALS: dict[Goal, str] = {
    "memory": "the largest that memory holds with room to spare",
    "throughput": f"the smallest with {GOOD:.0%} of the best throughput",
    "time": "the shortest expected time to the target, or the task's own where that is within 5 % of it",
}


@dataclass(frozen=True)
class BatchSize:
    """The batch size to train with; `size` is one that ran, its probe is in `outcomes`."""

    task: str
    goal: Goal
    size: int
    before: int
    """The task's own batch size."""
    rows: int
    """Training rows of the task."""
    epochs: float
    """Epochs at the task's own batch size that stand for reaching the target."""
    cap: int
    """No larger size was tried."""
    largest: int
    """Largest size that memory held, with a tenth to spare where memory was the limit."""
    memory_limited: bool
    """Whether memory ran out below the cap."""
    batch_norm: bool
    """Whether layers take statistics over the batch."""
    outcomes: tuple[Outcome, ...]
    """All probes, in the order they were made."""
    step_time: StepTime | None
    """The curve through the step times; None with fewer than 3 sizes."""
    noise: GradientNoise | None
    """For goal "time"."""
    rate_test: Any = None
    """The range test at the new size, if it was asked for."""

    @property
    def changed(self) -> bool:
        """Whether the size is another than the task's own: a learning rate found before holds no more."""
        return self.size != self.before

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for each size, smallest first: what was measured, and the expected time to the target.

        Columns: batch_size, fits, failure, peak_memory (bytes), seconds_per_step, samples_per_s, epoch_seconds,
        steps_per_epoch, seconds_to_target (for goal "time"), chosen. None where nothing is known.
        """
        last = {outcome.size: outcome for outcome in self.outcomes}
        return [self._row(last[size]) for size in sorted(last)]

    def _row(self, outcome: Outcome) -> dict[str, Any]:
        per_epoch = -(-self.rows // outcome.size)
        seconds = outcome.seconds
        return {
            "batch_size": outcome.size,
            "fits": outcome.fitted,
            "failure": outcome.failure,
            "peak_memory": outcome.peak_memory,
            "seconds_per_step": seconds,
            "samples_per_s": outcome.size / seconds if seconds else None,
            "epoch_seconds": seconds * per_epoch if seconds else None,
            "steps_per_epoch": per_epoch,
            "seconds_to_target": seconds * self.steps_to_target(outcome.size) if seconds and self.noise else None,
            "chosen": outcome.size == self.size,
        }

    def steps_to_target(self, size: int) -> float:
        """Steps that `size` needs to get as far as `epochs` epochs of the task's own size get: S_min (1 + B_noise/B).

        NaN without a noise scale.
        """
        if self.noise is None:
            return float("nan")
        own = self.epochs * -(-self.rows // self.before)
        noise = self.noise.mean
        if np.isinf(noise):
            return own * self.before / size
        return own * (1.0 + noise / size) / (1.0 + noise / self.before)

    @property
    def steps(self) -> int:
        """Updates that were spent, those of the range test not counted."""
        return sum(outcome.steps for outcome in self.outcomes) + (self.noise.steps if self.noise else 0)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        plain = asdict(self) | {"changed": self.changed, "steps": self.steps, "table": self.table}
        if self.rate_test is not None:
            plain["rate_test"] = self.rate_test.to_dict()
        if self.noise is not None:
            plain["noise"] = self.noise.to_dict()
        return plain

    def explain(self) -> str:
        """The size, the numbers behind it, and what to do next."""
        said = [f"{self.task}: batch size {self.size} ({_GOALS[self.goal]}; it was {self.before}).", self._limit()]
        said += [self._speed(), self._time(), self._accumulation(), self._next()]
        return " ".join(sentence for sentence in said if sentence)

    def plot(self) -> Any:
        """Throughput, step time and, if known, time to the target by batch size; needs the extra `plots`."""
        fitted = None
        if self.step_time is not None:
            B = np.geomspace(min(o.size for o in self.outcomes), self.largest, 60)
            fitted = {"batch_size": B.tolist(), "samples_per_s": self.step_time.throughput(B).tolist()}
        noise = self.noise.table if self.noise is not None else []
        return door("batch_size")(self.table, fitted=fitted, noise=noise)

    def _limit(self) -> str:
        probes = f"{len(self.outcomes)} probes of forward, backward, optimizer step and validation"
        if not self.memory_limited:
            left = -(-self.rows // self.cap)
            return (
                f"Memory was not the limit in {probes}: the cap of {self.cap} rows was reached, "
                f"which leaves {left} steps per epoch."
            )
        failed = min((outcome for outcome in self.outcomes if not outcome.fitted), key=lambda outcome: outcome.size)
        return (
            f"Memory holds {self.largest} with a tenth to spare and ran out at {failed.size} ({failed.failure}), "
            f"by {probes}."
        )

    def _speed(self) -> str:
        [row] = [row for row in self.table if row["chosen"]]
        said = f"It makes {row['samples_per_s']:.4g} samples/s, {row['epoch_seconds']:.3g} s per epoch."
        curve = self.step_time
        if curve is None:
            return said
        return (
            f"{said} The fit of the step times has its knee near {knee_of(curve, self.largest):.0f} rows: a step costs "
            f"{curve.a:.2g} s however small, and {curve.b:.2g} s per row where it is large "
            f"(spread about the fit {curve.spread:.0%}"
            + ("; that is much: measure again on a quiet machine)." if curve.spread > _NOISY else ").")
        )

    def _time(self) -> str:
        if self.noise is None or self.step_time is None:
            return ""
        seconds = {row["batch_size"]: row["seconds_to_target"] for row in self.table if row["fits"]}
        against = f", against {seconds[self.before]:.3g} s with {self.before}" if self.before in seconds else ""
        early, late = (fastest_size(self.step_time, noise, self.largest) for noise in self.noise.range)
        return (
            f"{self.noise.explain()} Expected time to where {self.epochs:g} epoch(s) of batch size {self.before} lead: "
            f"{seconds[self.size]:.3g} s in {self.steps_to_target(self.size):.0f} steps{against}, if the rate is tuned "
            f"for each size. At the ends of the range the fastest size would be {early:.0f} and {late:.0f} rows."
        )

    def _accumulation(self) -> str:
        if self.before <= self.largest:
            return ""
        said = (
            f"The task's own {self.before} rows do not fit: to keep them, accumulate gradients over "
            f"{-(-self.before // self.largest)} batches; it is never faster, only the same training."
        )
        if not self.batch_norm:
            return said
        return (
            f"{said} Here it is not even that: BatchNorm takes its statistics from the small batches. GroupNorm or "
            "LayerNorm would not mind."
        )

    def _next(self) -> str:
        if self.rate_test is not None:
            return f"The learning rate was tested again at this size: {self.rate_test.explain()}"
        if not self.changed:
            return "The size stays, and so does the learning rate."
        return (
            "The size changed, so a learning rate found before holds no more: run lr_range_test on "
            f"task.resized({self.size}), or hand it in as rate_test=lr_range_test."
        )
