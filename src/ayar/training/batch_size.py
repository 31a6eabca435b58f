"""Find a batch size: the largest that memory holds, the knee of throughput, or the fastest to a target.

Smith's advice is the largest batch that memory holds, judged by run time (arXiv:1803.09820, section 4.2). Memory is
searched by real batches (`batch_search`, `batch_probe`); the step times of the same probes give throughput
(`numerics.step_time`); the gradient noise scale (`gradient_noise`) says how many steps a size saves. Not for comparing
how well sizes generalise: that needs whole trainings, and a rate of its own for each.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, get_args

import numpy as np

from ayar.base.clock import SYSTEM, Clock
from ayar.base.errors import ArgumentError, did_you_mean
from ayar.numerics.step_time import StepTime, fastest_size, fit_step_time, knee_of, relative_time
from ayar.training.base import Task
from ayar.training.batch_probe import Outcome, probe
from ayar.training.batch_result import BatchSize, Goal
from ayar.training.batch_search import Bracket, search_largest
from ayar.training.gradient_noise import GradientNoise, gradient_noise_scale
from ayar.training.host_memory import Held, free_memory, resident, too_large

LEAST_STEPS = 10
"""Per epoch: a batch holds at most a tenth of the rows."""
WORTH = 0.05
"""Of the time to the target: less is not worth a change of size."""
_SIZES_FOR_A_FIT = 3


def find_batch_size(
    task: Task,
    goal: Goal = "memory",
    *,
    most: int | None = None,
    epochs: float = 1.0,
    rate_test: Callable[[Task], Any] | None = None,
    seed: int = 0,
    clock: Clock = SYSTEM,
    free: Callable[[], int | None] = free_memory,
) -> BatchSize:
    """Probe real batches and choose a size; nothing is returned that did not run.

    Arguments:
        task: what to train; needs "resize", and "gradients" for goal "time".
        goal: "memory": 90 % of the largest that fits; "throughput": the smallest with 95 % of the best samples/s;
            "time": the one with the least T(B) (1 + B_noise/B), at a rate tuned for each size; the task's own where
            that would take at most 5 % longer.
        most: no larger size is tried; a tenth of the rows if not given, so that an epoch keeps ten steps.
        epochs: at the task's own batch size, standing for the target in the table.
        rate_test: called with the resized task if the size changes, such as `lr_range_test`: the rate found before
            holds no more. Its answer is in the result.
        seed: of the probes.
        clock: measures; it is sent along where a probe runs in another process.
        free: bytes of host memory that are free; a probe that would take more than 80 % of them is refused.

    Raises:
        ArgumentError: the task cannot be resized or lacks gradients; not one row fits; an argument out of range.
        Exception: any error of the training that is not out of memory.
    """
    _check(task, goal, most, epochs)
    prober = _Prober(task, seed, clock, free)
    cap = min(most, task.rows) if most is not None else max(1, task.rows // LEAST_STEPS)
    found = search_largest(prober.fits, cap)
    curve = _curve(prober.outcomes)
    noise = _noise(task, seed) if goal == "time" else None
    size, largest = found.chosen, found.chosen
    if goal != "memory" and curve is not None:
        wanted = _round_size(knee_of(curve, largest)) if noise is None else _fastest(curve, noise, task, largest)
        size = prober.run_or(min(wanted, largest), found)
    return BatchSize(
        task=task.name,
        goal=goal,
        size=size,
        before=task.batch_size,
        rows=task.rows,
        epochs=epochs,
        cap=cap,
        largest=largest,
        memory_limited=found.failed is not None,
        batch_norm=task.batch_norm,
        outcomes=tuple(prober.outcomes),
        step_time=curve,
        noise=noise,
        rate_test=rate_test(task.resized(size)) if rate_test is not None and size != task.batch_size else None,
    )


class _Prober:
    """Probes sizes of one task, and remembers what each took."""

    def __init__(self, task: Task, seed: int, clock: Clock, free: Callable[[], int | None]) -> None:
        self._task, self._seed, self._clock, self._free = task, seed, clock, free
        self.outcomes: list[Outcome] = []

    def fits(self, size: int) -> bool:
        """Run real batches of a size, unless host memory would not hold them."""
        held = 0 if "isolated" in self._task.can else resident()
        refused = too_large(size, self._held(), held, self._free())
        outcome = Outcome(size, failure=refused) if refused else probe(self._task, size, self._seed, self._clock)
        self.outcomes.append(outcome)
        return outcome.fitted

    def run_or(self, size: int, found: Bracket) -> int:
        """This size, run if it was not yet; the proven one if it does not run."""
        if any(outcome.size == size and outcome.fitted for outcome in self.outcomes) or self.fits(size):
            return size
        return found.chosen

    def _held(self) -> list[Held]:
        known = [Held(o.size, o.peak_resident) for o in self.outcomes if o.fitted and o.peak_resident is not None]
        return [Held(0, self.outcomes[0].resident), *known] if known else []


def _fastest(curve: StepTime, noise: GradientNoise, task: Task, largest: int) -> int:
    """A round size near the fastest; the task's own if that is as fast but for 5 %: a new one needs a new rate."""
    wanted, own = _round_size(fastest_size(curve, noise.mean, largest)), task.batch_size
    best, kept = relative_time(curve, noise.mean, np.array([min(wanted, largest), own], float)).tolist()
    return own if own <= largest and kept <= (1.0 + WORTH) * best else wanted


def _round_size(wanted: float) -> int:
    """The nearest, in logs, of 1, 2, 3, 4, 6, 8, 12, 16, 24, ..."""
    power = 2.0 ** np.floor(np.log2(wanted))
    around = np.array([power, 1.5 * power, 2.0 * power]) if power >= 2.0 else np.array([1.0, 2.0])
    return int(around[np.argmin(np.abs(np.log(around / wanted)))])


def _noise(task: Task, seed: int) -> GradientNoise:
    asked = partial(gradient_noise_scale, seed=seed)
    return task.isolated(asked) if "isolated" in task.can else asked(task)


def _curve(outcomes: list[Outcome]) -> StepTime | None:
    timed = [(o.size, o.seconds) for o in outcomes if o.seconds]
    if len({size for size, _ in timed}) < _SIZES_FOR_A_FIT:
        return None
    return fit_step_time(np.array([size for size, _ in timed], float), np.array([seconds for _, seconds in timed]))


def _check(task: Task, goal: str, most: int | None, epochs: float) -> None:
    if goal not in get_args(Goal):
        raise ArgumentError(f"no goal is called {goal!r}{did_you_mean(str(goal), get_args(Goal))}")
    if "resize" not in task.can:
        raise ArgumentError(
            f"{task.name} cannot change its batch size (`can` lacks 'resize'): give it data that can be cut into "
            "batches of any size, or keep the size it has"
        )
    if goal == "time" and "gradients" not in task.can:
        raise ArgumentError(
            f"goal='time' needs the noise scale, and {task.name} gives no norms of gradients (`can` lacks "
            "'gradients'): take goal='throughput'"
        )
    if most is not None and most < 1:
        raise ArgumentError(f"most must be a whole number of at least 1, got {most}")
    if not epochs > 0:
        raise ArgumentError(f"epochs must be above 0, got {epochs}")
