"""Many cheap trials: what whole studies cost, Ayar and Optuna side by side, and whether a trial grows dearer with n.

    python -m benchmarks.scale                        # whole studies, 3 rounds, the systems in turn
    python -m benchmarks.scale --only cmaes --rounds 1
    python -m benchmarks.scale --long                 # 100,000 trials; 10,000 trials of 100 parameters
    python -m benchmarks.scale --stores               # the same study in memory, on disk, and with eight workers

Every figure comes from a fresh process and leaves out imports. `wall` is what one waits; `processor` is disturbed least
by other work on the machine. Memory is what the process grew by, for each trial. Objectives take microseconds: where
an evaluation takes a tenth of a second, what is measured here vanishes beside it.
"""

import argparse
import json
import math
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.overhead import disk, optuna_objective
from benchmarks.timing import fresh, space, spread, table

ME = "benchmarks.scale"
NAMES = [f"x{i}" for i in range(40)]
GOALS = {"near": "minimize", "far": "minimize"}


def near(params: dict[str, float]) -> float:
    """Distance to the origin, squared; microseconds."""
    return math.fsum(value * value for value in params.values())


def near_and_far(params: dict[str, float]) -> tuple[float, float]:
    """Distances to two places: no point is best in both."""
    return near(params), math.fsum((value - 2.0) * (value - 2.0) for value in params.values())


@dataclass(frozen=True)
class Case:
    """One study, the same for both systems."""

    trials: int
    peer: str
    """Optuna's sampler."""
    asked: str
    """What Ayar is asked to reach, wall time."""
    goals: int = 1
    mixed: bool = False
    """Ten mixed parameters, not forty floats."""

    @property
    def what(self) -> str:
        """The study in words."""
        return f"{self.trials:,} trials, {'10 mixed parameters' if self.mixed else '40 floats'}, {self.goals} goal(s)"


CASES = {
    "tpe": Case(1_000, "TPESampler", "2 s"),
    "cmaes": Case(10_000, "CmaEsSampler", "2 s"),
    "nsga2": Case(10_000, "NSGAIISampler", "2 s", goals=2),
    "random": Case(10_000, "RandomSampler", "1 s", mixed=True),
}


def ayar_study(name: str, storage: str = "memory") -> Callable[[int], None]:
    """A fresh study; what runs so many trials of it."""
    import ayar

    case = CASES[name]
    params = space() if case.mixed else {name: ayar.Float(-5.0, 10.0) for name in NAMES}
    place = None if storage == "memory" else storage
    goals = GOALS if case.goals > 1 else None
    study = ayar.create_study(params, sampler=name, goals=goals, storage=place, name="scale", seed=0)

    def run(trials: int) -> None:
        for _ in range(trials):
            trial = study.ask()
            study.tell(
                trial, 1.0 if case.mixed else near(trial.params) if goals is None else near_and_far(trial.params)
            )

    return run


def optuna_study(name: str) -> Callable[[int], None]:
    """The same in Optuna."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    case = CASES[name]
    sampler = getattr(optuna.samplers, case.peer)(seed=0)
    study = optuna.create_study(sampler=sampler, directions=["minimize"] * case.goals)

    def objective(trial: Any) -> Any:
        params = {name: trial.suggest_float(name, -5.0, 10.0) for name in NAMES}
        return near(params) if case.goals == 1 else near_and_far(params)

    def run(trials: int) -> None:
        study.optimize(optuna_objective if case.mixed else objective, n_trials=trials)

    return run


SYSTEMS = {"Ayar": ayar_study, "Optuna": optuna_study}


def grown() -> float:
    """Kilobytes that this process has taken so far."""
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def whole(system: str, name: str) -> None:
    """Print the seconds of one study and the kilobytes a trial: wall, processor, memory."""
    trials = CASES[name].trials
    SYSTEMS[system](name)(5)  # imports
    run = SYSTEMS[system](name)
    run(trials // 10)
    start, wall, processor = grown(), time.perf_counter(), time.process_time()
    run(trials - trials // 10)
    share = trials / (trials - trials // 10)
    wall, processor = (time.perf_counter() - wall) * share, (time.process_time() - processor) * share
    print(json.dumps([wall, processor, (grown() - start) / (trials - trials // 10)]))


def measure(names: list[str], rounds: int) -> list[list[str]]:
    """One row a study and system, the systems in turn."""
    found: dict[tuple[str, str], list[list[float]]] = {}
    for name in names:
        for _ in range(rounds):
            for system in SYSTEMS:
                found.setdefault((name, system), []).append(json.loads(fresh(ME, "--whole", system, name)))
    rows = []
    for (name, system), figures in found.items():
        wall, processor, memory = zip(*figures, strict=True)
        case = CASES[name]
        rows.append(
            [
                f"{name}: {case.what}",
                system,
                spread(wall, " s", 2),
                spread(processor, " s", 2),
                f"{statistics.median(memory):.1f} kB",
                case.asked if system == "Ayar" else "",
            ]
        )
    return rows


LONG = {"random": (100_000, 10), "qmc": (100_000, 10), "auto": (10_000, 100)}
"""Sampler -> trials, parameters (ten mixed, or so many floats)."""


def long(name: str) -> None:
    """Print the median microseconds of a trial in each tenth of a long study, and the kilobytes a trial."""
    import ayar

    trials, width = LONG[name]
    params = space() if width == 10 else {f"x{i}": ayar.Float(-5.0, 10.0) for i in range(width)}
    study = ayar.create_study(params, sampler=name, seed=0)
    seconds, start = [], grown()
    for _ in range(trials):
        begin = time.process_time()
        trial = study.ask()
        study.tell(trial, 1.0)
        seconds.append(time.process_time() - begin)
    tenth = trials // 10
    medians = [statistics.median(seconds[i : i + tenth]) * 1e6 for i in range(0, trials, tenth)]
    print(json.dumps([*medians, (grown() - start) / trials]))


def measure_long() -> list[list[str]]:
    """One row a sampler."""
    rows = []
    for name, (trials, width) in LONG.items():
        *medians, memory = json.loads(fresh(ME, "--tenths", name))
        low, high = min(medians), max(medians)
        shown = f"{medians[0]:,.0f} | {medians[-1]:,.0f} | {low:,.0f} – {high:,.0f}"
        rows.append([f"{name}: {trials:,} trials, {width} parameters", *shown.split(" | "), f"{memory:.1f} kB"])
    return rows


def stored(place: str, name: str, trials: int) -> None:
    """Print the wall milliseconds a trial in memory, in SQLite, or in SQLite with eight workers."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        storage = "memory" if place == "memory" else f"sqlite:///{folder}/scale.db"
        if place == "8 workers":
            print(with_workers(storage, name, trials))
            return
        run = ayar_study(name, storage)
        run(20)
        begin = time.perf_counter()
        run(trials)
        print((time.perf_counter() - begin) / trials * 1e3)


def with_workers(storage: str, name: str, trials: int) -> float:
    """Wall milliseconds a trial with eight worker processes, from the first outcome to the last."""
    import ayar

    study = ayar.create_study({n: ayar.Float(-5.0, 10.0) for n in NAMES}, sampler=name, storage=storage, seed=0)
    study.optimize(f"{ME}:objective", n_trials=trials, workers=8)
    told = [trial.told_at for trial in study.trials if trial.told_at is not None]
    return float(max(told) - min(told)) / len(told) / 1e3


def objective(trial: Any) -> float:
    """What the workers run."""
    return near(trial.params)


def measure_stores(name: str, trials: int, rounds: int) -> list[list[str]]:
    """One row a place, with what two syncs of the disk cost at that moment."""
    places = ("memory", "SQLite", "8 workers")
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        for place in places:
            found.setdefault(place, []).append(float(fresh(ME, "--stored", place, name, str(trials))))
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            found.setdefault("two syncs of the disk, alone", []).append(1e3 / disk(Path(folder)))
    return [[f"{name}, {trials} trials: {place}", spread(values, " ms", 2)] for place, values in found.items()]


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=CASES, nargs="+", default=list(CASES))
    parser.add_argument("--long", action="store_true", help="whether a trial grows dearer over a long study")
    parser.add_argument("--stores", action="store_true", help="memory, SQLite, SQLite with eight workers")
    for hidden in ("--whole", "--tenths", "--stored"):
        parser.add_argument(hidden, nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.whole:
        whole(*given.whole)
    elif given.tenths:
        long(*given.tenths)
    elif given.stored:
        stored(given.stored[0], given.stored[1], int(given.stored[2]))
    elif given.long:
        head = ["study", "first tenth, µs", "last tenth, µs", "least – greatest tenth, µs", "memory a trial"]
        print(table(head, measure_long()))
    elif given.stores:
        print(table(["study", "a trial, median (least – greatest)"], measure_stores("tpe", 300, given.rounds)))
    else:
        head = ["study", "system", "wall", "processor", "memory a trial", "asked for"]
        print(table(head, measure(given.only, given.rounds)))


if __name__ == "__main__":
    main()
