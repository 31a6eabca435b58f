"""What `find_batch_size` reads off a training, against what is known: the knee, the noise scale, the time to a target.

    python -m benchmarks.batch_size              # 100 simulated devices, 5 seeds, about three minutes
    python -m benchmarks.batch_size --seeds 2

1. Simulated devices with a known knee, step times with 10 % noise, medians of five: how often the fit is within one
   doubling, and how often the raw rule (smallest size with 95 % of the best measured throughput) is.
2. The gradient noise scale over 120 steps of real trainings: median of seeds, smallest to largest.
3. Steps to a target loss on digits by batch size, counted with the best of six constant rates, against
   S_min (1 + B_noise/B): as a multiple of those at the task's own size.
"""

import argparse
import statistics
from collections.abc import Callable

import numpy as np
from sklearn.datasets import load_digits

from ayar.numerics.step_time import fit_step_time, knee_of
from ayar.training import NumpyTask, gradient_noise_scale
from benchmarks.timing import table

SIZES = np.exp2(np.arange(1.0, 13.0))
SHAPES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "hard": lambda x: np.maximum(1.0, x),
    "rounded": lambda x: np.sqrt(1.0 + x**2),
    "soft": lambda x: 1.0 + x,
    "drooping": lambda x: np.maximum(1.0, x) * (1.0 + 0.04 * np.maximum(0.0, np.log2(x))),
}
RATES = (0.06, 0.12, 0.25, 0.5, 1.0, 2.0)
TRIED = (8, 16, 32, 64, 128, 256, 512)
OWN = 64


def digits() -> NumpyTask:
    X, y = load_digits(return_X_y=True)
    return NumpyTask(X / 16, y, hidden=(64,), batch_size=OWN, lr=0.1, momentum=0.0, name="digits")


def mnist1d() -> NumpyTask:
    from mnist1d.data import get_dataset_args, make_dataset

    data = make_dataset(get_dataset_args())
    held = (data["x_test"], data["y_test"])
    return NumpyTask(
        data["x"], data["y"], hidden=(100, 100), batch_size=OWN, lr=0.1, momentum=0.0, validation=held, name="mnist1d"
    )


def near(shape: str, devices: int) -> tuple[int, int]:
    """Of so many devices: within one doubling by the fit, and by the raw rule."""
    rng = np.random.Generator(np.random.Philox(key=0))
    grid = np.geomspace(2.0, 4096.0, 4000)
    fit = raw = 0
    for _ in range(devices):
        k = 2.0 ** rng.uniform(3, 8)
        noise = np.median(np.exp(0.1 * rng.standard_normal((len(SIZES), 5))), axis=1)
        seconds = 0.01 * SHAPES[shape](SIZES / k) * noise
        rows = grid / SHAPES[shape](grid / k)
        truth = grid[np.argmax(rows >= 0.95 * rows.max())]
        measured = SIZES / seconds
        fit += abs(np.log2(knee_of(fit_step_time(SIZES, seconds), 4096.0) / truth)) <= 1.0
        raw += abs(np.log2(SIZES[np.argmax(measured >= 0.95 * measured.max())] / truth)) <= 1.0
    return fit, raw


def steps_to(task: NumpyTask, target: float, rate: float, seed: int, most: int) -> float:
    """Updates until the training loss, taken every few steps, is at the target; infinite if that does not happen."""
    run = task.start(seed)
    every = max(1, most // 100)
    for step in range(1, most + 1):
        run.step(lr=rate)
        if step % every == 0 and run.validate("training").loss <= target:
            return float(step)
    return float("inf")


def fastest(task: NumpyTask, target: float, seeds: int) -> float:
    """Median steps with the best constant rate."""
    most = max(300, 40_000 // task.batch_size)
    return min(statistics.median(steps_to(task, target, rate, seed, most) for seed in range(seeds)) for rate in RATES)


def main() -> None:
    """Prints three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    knees = [[name, *(f"{hits} of {given.devices}" for hits in near(name, given.devices))] for name in SHAPES]
    print(table(["knee, within one doubling", "fit", "raw rule"], knees))
    rows = []
    means = {}
    for task in (digits(), mnist1d()):
        found = [gradient_noise_scale(task, seed=seed) for seed in range(given.seeds)]
        means[task.name] = statistics.median(one.mean for one in found)
        at = zip(*(one.points for one in found), strict=True)
        cells = [[point.scale.value for point in points] for points in at]
        shown = [f"{statistics.median(cell):.0f} ({min(cell):.0f} to {max(cell):.0f})" for cell in cells]
        rows.append([task.name, *shown, f"{means[task.name]:.0f}"])
        steps = [str(point.step) for point in found[0].points]
    print()
    print(table(["noise scale, rows, at step", *steps, "mean"], rows))
    task, target = digits(), 0.1
    counted = {size: fastest(task.resized(size), target, min(3, given.seeds)) for size in TRIED}
    noise = means[task.name]
    lines = [
        [str(size), f"{steps:.0f}", f"{steps / counted[OWN]:.2f}", f"{(1 + noise / size) / (1 + noise / OWN):.2f}"]
        for size, steps in counted.items()
    ]
    print()
    print(table([f"{task.name}, batch size", f"steps to {target:g}", f"over those of {OWN}", "expected"], lines))


if __name__ == "__main__":
    main()
