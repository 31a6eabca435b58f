"""How busy eight worker processes are kept: trials of 100 ms that only wait, so that cores do not matter.

    python -m benchmarks.workers                 # 1, 2, 4 and 8 workers, 3 rounds
    python -m benchmarks.workers --sampler gp

Efficiency is trials · 0.1 s / (workers · wall time), from the call of `minimize` to its return, the start of the worker
processes included; with the study in memory and on SQLite.
"""

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.timing import fresh, spread, table

ME = "benchmarks.workers"
SECONDS = 0.1


def wait(trial: dict[str, float]) -> float:
    """An objective that takes its time and no processor."""
    time.sleep(SECONDS)
    return (trial["x"] - 0.3) ** 2 + trial["y"]


def timed(workers: int, trials: int, sampler: str, storage: str) -> None:
    """Print the efficiency of one study."""
    import ayar

    place = None if storage == "memory" else storage
    space = {"x": (0.0, 1.0), "y": (0.0, 1.0)}
    begin = time.perf_counter()
    study = ayar.minimize(wait, space, max_trials=trials, workers=workers, sampler=sampler, storage=place, seed=0)
    seconds = time.perf_counter() - begin
    if len(study.trials) != trials:
        raise SystemExit(f"expected {trials} trials, got {len(study.trials)}")
    print(trials * SECONDS / (workers * seconds))


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sampler", default="random")
    parser.add_argument("--time", nargs=3, metavar=("WORKERS", "TRIALS", "STORAGE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.time:
        timed(int(given.time[0]), int(given.time[1]), given.sampler, given.time[2])
        return
    rows = []
    for workers in (1, 2, 4, 8):
        found: dict[str, list[float]] = {"memory": [], "SQLite": []}
        for _ in range(given.rounds):
            with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
                for kind, storage in (("memory", "memory"), ("SQLite", f"sqlite:///{folder}/s.db")):
                    words = ["--sampler", given.sampler, "--time", str(workers), str(100 * workers), storage]
                    found[kind].append(100 * float(fresh(ME, *words)))
        rows.append([str(workers), *(spread(values, " %") for values in found.values())])
    print(table(["workers", "busy, in memory", "busy, SQLite"], rows))


if __name__ == "__main__":
    main()
