"""Which learning rate range tests suggest, beside the best maximum of a one-cycle training, on four networks.

    python -m benchmarks.peers --install range
    python -m benchmarks.range_test                      # four networks, 3 seeds, about 5 minutes of one core
    python -m benchmarks.range_test --tasks digits-plain --seeds 5

The truth: complete one-cycles of 6 epochs, maxima four to a decade, 3 seeds each; the one with the lowest mean
validation loss. "As good" are all maxima whose loss is no more than one standard error of the paired differences above.
A suggestion's factor is how far it lies from the best. Peers run their own packages with their own defaults in an
environment of their own; without it they are left out.
"""

import argparse
import json
import math
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy loads

import numpy as np  # noqa: E402

from benchmarks.peers import environment, python_of  # noqa: E402
from benchmarks.range_tasks import BATCH, MOMENTUM, TASKS, network, rows  # noqa: E402

EPOCHS, TRUTH_SEEDS = 6, range(100, 103)
MAXIMA = np.geomspace(10**-2.5, 10**0.5, 13)
LIMIT = 3.0
ROOT = Path(__file__).resolve().parents[1]


def as_task(name: str) -> Any:
    """The network as a Task."""
    import torch

    from ayar.integrations.torch.task import TorchTask

    x, y, held_x, held_y = rows(name)
    return TorchTask(
        lambda: network(name, int(torch.randint(2**31, ()))),
        lambda model: torch.optim.SGD(model.parameters(), lr=0.01, momentum=MOMENTUM),
        (x, y),
        validation=(held_x, held_y),
        batch_size=BATCH,
        device="cpu",
        name=name,
    )


def truth(task: Any) -> tuple[float, list[float]]:
    """The best maximum of the grid, and all that are as good."""
    from ayar.training import OneCycle, run_schedule

    steps = EPOCHS * task.steps_per_epoch
    losses = np.array(
        [[run_schedule(task, OneCycle(steps, float(lr)), seed).loss for seed in TRUTH_SEEDS] for lr in MAXIMA]
    )
    best = int(np.argmin(losses.mean(axis=1)))
    good = [float(MAXIMA[best])]
    for lr, row in zip(MAXIMA, losses, strict=True):
        gaps = row - losses[best] if np.isfinite(row).all() else np.full(len(row), math.inf)
        if np.isfinite(gaps).all() and 0 < gaps.mean() <= gaps.std(ddof=1) / math.sqrt(len(gaps)):
            good.append(float(lr))
    return float(MAXIMA[best]), sorted(good)


def ours(task: Any, seeds: Sequence[int]) -> list[dict[str, float]]:
    """What Ayar says, with cycles and without, and its other rules; one dict a seed."""
    from ayar.training import lr_range_test

    found = []
    for seed in seeds:
        result = lr_range_test(task, seed=10 * seed)
        low, high = result.bracket or (math.nan, math.nan)
        said = {"Ayar": result.max_lr or math.nan, "Ayar, sweeps alone": math.sqrt(low * high)}
        for rule in ("steepest", "minimum", "minimum/10", "valley", "slide", "last good"):
            said[f"Ayar's rule: {rule}"] = result.rules[rule].median or math.nan
        found.append(said | {"steps": result.steps_spent})
    return found


def peers(name: str, seeds: Sequence[int]) -> list[dict[str, float]]:
    """What the other packages say; empty without their environment."""
    if not environment("range").exists():
        return []
    words = [python_of("range"), "-m", "benchmarks.peers.range", name, *map(str, seeds)]
    bare = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(words, cwd=ROOT, env=bare, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def factor(said: float, best: float) -> float:
    """How far apart, 1 or more; infinite without a suggestion."""
    return max(said / best, best / said) if said > 0 else math.inf


def cell(said: Sequence[float], best: float) -> str:
    """Suggestions over the seeds, and the worst factor."""
    worst = max(factor(value, best) for value in said)
    words = f"{worst:.1f}x" if math.isfinite(worst) else "none"
    return f"{min(said):.2g} - {max(said):.2g} ({words})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    names, seeds = asked.tasks.split(","), range(asked.seeds)
    columns, bests = {}, {}
    for name in names:
        task = as_task(name)
        bests[name], good = truth(task)
        said = ours(task, seeds)
        other = peers(name, seeds) or [{}] * len(said)
        columns[name] = [a | b for a, b in zip(said, other, strict=True)]
        words = ", ".join(f"{lr:.2g}" for lr in good)
        print(
            f"{name}: best maximum {bests[name]:.2g} (as good: {words}); steps {said[0].pop('steps'):.0f}", flush=True
        )
    print("\n| | " + " | ".join(f"{name}: {bests[name]:.2g}" for name in names) + " | within 3x |")
    print("|---|" + "---|" * (len(names) + 1))
    for rule in [key for key in columns[names[0]][0] if key != "steps"]:
        cells = [[said[rule] for said in columns[name]] for name in names]
        pairs = [(value, bests[name]) for name, values in zip(names, cells, strict=True) for value in values]
        near = sum(factor(value, best) <= LIMIT for value, best in pairs)
        line = " | ".join(cell(values, bests[name]) for name, values in zip(names, cells, strict=True))
        print(f"| {rule} | {line} | {near} of {len(pairs)} |")


if __name__ == "__main__":
    main()
