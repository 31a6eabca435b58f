"""What one proposal of the Gaussian-process sampler costs: ten mixed parameters, one thread, n trials told.

    python -m benchmarks.gp_speed
    python -m benchmarks.gp_speed --sizes 200 --rounds 3

Each figure is the median over a stretch of trials around n of a study that the sampler itself drove from the start, so
that fits happen as often as in use. Ayar and Optuna's GPSampler run in turn; Optuna stops after `--peer-trials`.
"""

import argparse
import math
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy loads

from benchmarks.timing import CHOICES, FLOATS, INTS, WORDS, space, spread, table  # noqa: E402

AROUND = 10
"""Proposals on each side of n that a figure is the median of."""


def loss(params: dict[str, object]) -> float:
    """A smooth loss with interactions."""
    floats = [math.log10(float(params[name])) for name in FLOATS]  # type: ignore[arg-type]  # floats by construction
    ints = [float(params[name]) / 50 - 1 for name in INTS]  # type: ignore[arg-type]
    words = [CHOICES.index(str(params[name])) for name in WORDS]
    return (
        sum((f + 1 + 0.3 * i) ** 2 for i, f in enumerate(floats))
        + sum(i * i for i in ints)
        + 0.5 * abs(words[0] - words[1])
    )


def ayar_times(trials: int, seed: int) -> list[float]:
    """Seconds of each ask, by trial number."""
    import ayar

    study = ayar.create_study(space(), sampler="gp", seed=seed)
    times = []
    for _ in range(trials):
        begin = time.perf_counter()
        trial = study.ask()
        times.append(time.perf_counter() - begin)
        study.tell(trial, loss(trial.params))
    return times


def optuna_times(trials: int, seed: int) -> list[float]:
    """The same in Optuna with GPSampler."""
    import warnings

    import optuna

    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.GPSampler(seed=seed))
    times = []
    for _ in range(trials):
        begin = time.perf_counter()
        trial = study.ask()
        for i, name in enumerate(FLOATS):
            trial.suggest_float(name, 1e-4, 1.0, log=i < 2)
        for name in INTS:
            trial.suggest_int(name, 1, 100)
        for name in WORDS:
            trial.suggest_categorical(name, CHOICES)
        times.append(time.perf_counter() - begin)
        study.tell(trial, loss(trial.params))
    return times


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 100, 200, 500, 1000])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--peer-trials", type=int, default=100, help="0 leaves Optuna out")
    given = parser.parse_args()
    runs = {"ayar gp": (ayar_times, max(given.sizes) + AROUND), "optuna GPSampler": (optuna_times, given.peer_trials)}
    found: dict[str, list[list[float]]] = {name: [] for name in runs}
    for seed in range(given.rounds):
        for name, (run, trials) in runs.items():
            if trials:
                found[name].append(run(trials, seed))
    rows = []
    for name, rounds in found.items():
        for size in given.sizes:
            window = [1000 * t for times in rounds for t in times[size - AROUND : size + AROUND]]
            if window and len(rounds[0]) >= size:
                rows.append([name, str(size), spread(window, " ms", 1)])
    print(table(["sampler", "n", "one ask, median (least – greatest)"], rows))


if __name__ == "__main__":
    main()
