"""Cost of ask + tell with the random sampler, Ayar and Optuna side by side: trials a second, and opening a big study.

    python -m benchmarks.overhead            # all of it, 5 rounds, some minutes
    python -m benchmarks.overhead --rounds 3

Each figure comes from fresh processes, the two systems in turn, so that a machine that slows down slows both. Ayar's
SQLite forces every ask and every tell to disk; `disk` is what two such syncs cost here at that moment, the limit.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.timing import CHOICES, FLOATS, INTS, WORDS, fresh, space, spread, table

ME = "benchmarks.overhead"


def ayar_trials(storage: str, count: int) -> None:
    """Ask and tell `count` trials of the study at `storage`."""
    import ayar

    place = None if storage == "memory" else storage
    study = ayar.create_study(space(), sampler="random", storage=place, name="bench", seed=0, load_if_exists=True)
    for _ in range(count):
        study.tell(study.ask(), 1.0)


def optuna_study(storage: str) -> Any:
    """The same study in Optuna."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    place: object = None
    if storage.startswith("journal:"):
        backend = optuna.storages.journal.JournalFileBackend(storage.removeprefix("journal:"))
        place = optuna.storages.JournalStorage(backend)
    elif storage != "memory":
        place = storage
    sampler = optuna.samplers.RandomSampler(seed=os.getpid())
    return optuna.create_study(storage=place, study_name="bench", sampler=sampler, load_if_exists=True)


def optuna_trials(storage: str, count: int) -> None:
    """Ask and tell `count` trials in Optuna."""
    study = optuna_study(storage)
    for _ in range(count):
        trial = study.ask()
        study.tell(trial, optuna_objective(trial))


def optuna_filled(storage: str, count: int) -> None:
    """The study of `count` finished trials, added at once: by ask and tell Optuna would take minutes to make it."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    made = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    made.optimize(optuna_objective, n_trials=count)
    optuna_study(storage).add_trials(made.trials)


def optuna_objective(trial: Any) -> float:
    """Asks for the ten parameters."""
    for i, name in enumerate(FLOATS):
        trial.suggest_float(name, 1e-4, 1.0, log=i < 2)
    for name in INTS:
        trial.suggest_int(name, 1, 100)
    for name in WORDS:
        trial.suggest_categorical(name, CHOICES)
    return 1.0


RUN = {"ayar": ayar_trials, "optuna": optuna_trials}
FILL = {"ayar": ayar_trials, "optuna": optuna_filled}


def timed(system: str, storage: str, count: int) -> None:
    """Print trials a second, imports and creation left out."""
    RUN[system](storage, 1)
    begin = time.perf_counter()
    RUN[system](storage, count)
    print(count / (time.perf_counter() - begin))


def together(system: str, storage: str, processes: int, count: int) -> float:
    """Trials a second of several processes on one study, from the first start to the last end of their loops."""
    RUN[system](storage, 1)
    command = [sys.executable, "-W", "ignore", "-m", ME, "--worker", system, storage, str(count)]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(processes)
    ]
    for worker in workers:
        worker.stdout.readline()
    begin = time.perf_counter()
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    ends = [worker.wait() for worker in workers]
    seconds = time.perf_counter() - begin
    if any(ends):
        raise SystemExit(f"{system}: a worker failed")
    check_numbers(system, storage, processes * count + 1)
    return processes * count / seconds


def worker(system: str, storage: str, count: int) -> None:
    """One of several processes: get ready, wait for the word, work."""
    RUN[system](storage, 0)
    print("ready", flush=True)
    sys.stdin.readline()
    RUN[system](storage, count)


def check_numbers(system: str, storage: str, expected: int) -> None:
    """Every trial has a number of its own, and none is missing."""
    if system == "ayar":
        import ayar

        numbers = [trial.number for trial in ayar.load_study(storage).trials]
    else:
        numbers = [trial.number for trial in optuna_study(storage).trials]
    if sorted(numbers) != list(range(expected)):
        raise SystemExit(f"{system}: expected numbers 0 to {expected - 1}, each once; got {len(numbers)} trials")


def opened(system: str, storage: str) -> None:
    """Print the seconds from nothing loaded but the package to all trials in hand."""
    if system == "ayar":
        import ayar

        ayar.load_study  # noqa: B018 - the import is not what is timed
        begin = time.perf_counter()
        trials = ayar.load_study(storage).trials
    else:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        begin = time.perf_counter()
        trials = optuna.load_study(storage=storage, study_name="bench").trials
    seconds = time.perf_counter() - begin
    print(seconds if trials else "no trials")


def disk(folder: Path, rounds: int = 50) -> float:
    """Pairs of forced writes a second."""
    file = os.open(folder / "probe", os.O_RDWR | os.O_CREAT)
    begin = time.perf_counter()
    for _ in range(2 * rounds):
        os.write(file, b"x" * 4096)
        os.fdatasync(file)
    seconds = time.perf_counter() - begin
    os.close(file)
    return rounds / seconds


def measure(rounds: int, trials: int) -> list[list[str]]:
    """All rows but the opening, the systems in turn."""
    figures: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            for system in RUN:
                found = figures.setdefault((system, "memory"), [])
                found.append(float(fresh(ME, "--time", system, "memory", "2000")))
                sqlite = f"sqlite:///{folder}/{system}.db"
                found = figures.setdefault((system, "SQLite, 1 process"), [])
                found.append(float(fresh(ME, "--time", system, sqlite, str(trials))))
                shared = f"sqlite:///{folder}/{system}-4.db"
                found = figures.setdefault((system, "SQLite, 4 processes"), [])
                found.append(together(system, shared, 4, trials // 4))
            journal = f"journal:{folder}/optuna.log"
            figures.setdefault(("optuna", "journal, 1 process"), []).append(
                float(fresh(ME, "--time", "optuna", journal, str(trials)))
            )
            figures.setdefault(("disk", "two syncs"), []).append(disk(Path(folder)))
    return [[system, what, spread(values)] for (system, what), values in figures.items()]


def measure_open(rounds: int, trials: int) -> list[list[str]]:
    """Seconds to open a study of many trials."""
    rows = []
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        for system in RUN:
            storage = f"sqlite:///{folder}/{system}.db"
            subprocess.run(
                [sys.executable, "-W", "ignore", "-m", ME, "--fill", system, storage, str(trials)], check=True
            )
            times = [float(fresh(ME, "--open", system, storage)) for _ in range(rounds)]
            rows.append([system, f"open {trials:,} trials", spread(times, " s", 2)])
    return rows


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=200, help="per SQLite figure")
    parser.add_argument("--big", type=int, default=10_000, help="trials of the study that is opened; 0: leave it out")
    for hidden in ("--time", "--worker", "--fill", "--open"):
        parser.add_argument(hidden, nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.time:
        timed(given.time[0], given.time[1], int(given.time[2]))
    elif given.worker:
        worker(given.worker[0], given.worker[1], int(given.worker[2]))
    elif given.fill:
        FILL[given.fill[0]](given.fill[1], int(given.fill[2]))
    elif given.open:
        opened(given.open[0], given.open[1])
    else:
        print(table(["system", "what", "trials/s, median (least – greatest)"], measure(given.rounds, given.trials)))
        if given.big:
            print(table(["system", "what", "median (least – greatest)"], measure_open(given.rounds, given.big)))


if __name__ == "__main__":
    main()
