"""One-cycle against a constant learning rate on digits: after 10 epochs, after 30, and at rates that are too high.

    python -m benchmarks.one_cycle
    python -m benchmarks.one_cycle --seeds 3 --epochs 5

1,797 rows, 30 % held out (a share of right answers moves by about 0.006 from one split to another), an MLP
64-128-128-10, SGD with momentum 0.9, batches of 64. Every figure is the mean accuracy over seeds, with its lowest and
highest. "Tuned" is the constant rate with the best mean: what one-cycle has to be compared with.
"""

import argparse
import os
from collections.abc import Sequence
from statistics import fmean

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy loads

from ayar.training import Constant, NumpyTask, OneCycle, Schedule, run_schedule  # noqa: E402

RATES = (0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0)
"""Constant rates to choose the tuned one from, and maxima of one-cycle beside them."""
UNTUNED = 0.01
"""The rate of the baseline that nobody tuned: the default of PyTorch's and Keras's SGD."""


def digits() -> NumpyTask:
    """The network and its rows."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return NumpyTask(X / 16, y, hidden=(128, 128), batch_size=64, momentum=0.9, validation=0.3, name="digits")


def accuracies(task: NumpyTask, schedule: Schedule, seeds: Sequence[int]) -> list[float]:
    """Accuracy on the held-out rows at the end of a complete run, for each seed."""
    found = []
    for seed in seeds:
        scores = run_schedule(task, schedule, seed).scores
        assert scores.metric is not None
        found.append(scores.metric)
    return found


def cell(found: Sequence[float]) -> str:
    """Mean, lowest and highest."""
    return f"{fmean(found):.3f} ({min(found):.3f}-{max(found):.3f})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=10)
    asked = parser.parse_args()
    task, seeds = digits(), range(asked.seeds)
    steps = asked.epochs * task.steps_per_epoch
    print(f"Accuracy after {asked.epochs} epochs ({steps} steps), {asked.seeds} seeds: mean (lowest-highest)\n")
    print("| rate | constant | one-cycle with this maximum |\n|---|---|---|")
    constant, cycle = {}, {}
    for rate in RATES:
        constant[rate] = accuracies(task, Constant(steps, rate, momentum=0.9), seeds)
        cycle[rate] = accuracies(task, OneCycle(steps, rate), seeds)
        print(f"| {rate:g} | {cell(constant[rate])} | {cell(cycle[rate])} |", flush=True)
    tuned = max(RATES, key=lambda rate: fmean(constant[rate]))
    top = max(RATES, key=lambda rate: fmean(cycle[rate]))
    print(f"\nTuned constant {tuned:g}: {cell(constant[tuned])}; one-cycle to {top:g}: {cell(cycle[top])}.")
    long = accuracies(task, Constant(3 * steps, UNTUNED, momentum=0.9), seeds)
    print(f"Constant {UNTUNED:g} for {3 * asked.epochs} epochs: {cell(long)}.")


if __name__ == "__main__":
    main()
