"""What one proposal of TPE costs: ten mixed parameters, n trials told; and whole studies of many float parameters.

    python -m benchmarks.tpe_speed
    python -m benchmarks.tpe_speed --sizes 1000 --asks 50 --rounds 1
    python -m benchmarks.tpe_speed --sampler auto --sizes 100 1000 10000 100000 --rounds 0

One thread, in memory. The n trials are random ones, so that 10,000 of them need no patience; the asks that follow are
timed, each told before the next. A whole study is asked and told from its first trial on, so its seconds hold the loop
too; what Python loads once is loaded before.
"""

import argparse
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy loads

from benchmarks.gp_speed import loss  # noqa: E402
from benchmarks.timing import space, spread, table  # noqa: E402

FLOATS = 40
TRIALS = 1_000


def ask_times(n: int, asks: int, sampler: str) -> list[float]:
    """Milliseconds of each of `asks` asks after n random trials."""
    import ayar

    study = ayar.create_study(space(), sampler="random", seed=0)
    for _ in range(n):
        trial = study.ask()
        study.tell(trial, loss(trial.params))
    study.change(sampler=sampler)
    times = []
    for _ in range(asks):
        begin = time.perf_counter()
        trial = study.ask()
        times.append(1000 * (time.perf_counter() - begin))
        study.tell(trial, loss(trial.params))
    return times


def study_seconds(seed: int, trials: int = TRIALS) -> float:
    """Seconds of a whole study of 40 floats."""
    import ayar

    study = ayar.create_study({f"x{i}": (0.0, 1.0) for i in range(FLOATS)}, sampler="tpe", seed=seed)
    begin = time.perf_counter()
    for _ in range(trials):
        trial = study.ask()
        study.tell(trial, sum((x - 0.3) ** 2 for x in trial.params.values()))
    return time.perf_counter() - begin


def main() -> None:
    """Read the arguments and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--asks", type=int, default=100)
    parser.add_argument("--sampler", default="tpe", help="of the asks; whole studies are of tpe")
    parser.add_argument("--rounds", type=int, default=5, help="whole studies; 0 leaves them out")
    given = parser.parse_args()
    rows = [[f"{n:,}", spread(ask_times(n, given.asks, given.sampler), " ms", 2)] for n in given.sizes]
    print(table(["n", "one ask, median (least – greatest)"], rows))
    if given.rounds:
        study_seconds(0, trials=20)
        seconds = [study_seconds(seed) for seed in range(given.rounds)]
        print(f"\n{TRIALS:,} trials of {FLOATS} floats: {spread(seconds, ' s', 2)}")


if __name__ == "__main__":
    main()
