"""Speed of the stores: ask + tell as a study grows, and with 1, 4 and 16 workers, beside Optuna's stores.

    python -m benchmarks.stores                                # SQLite; Optuna's SQLite and journal file
    python -m benchmarks.stores --postgres ADDRESS             # a PostgreSQL server for both, besides
    python -m benchmarks.stores --grow 10000,100000            # how ask + tell and opening change with the trials there

Random search on ten mixed parameters, fresh processes, the systems in turn, imports left out. Ayar's asks and tells are
forced to disk; `two syncs` is what that costs here at the moment. A grown study is filled in memory (/dev/shm), where
nothing waits for a disk, then copied to the disk and measured there.
"""

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from benchmarks.overhead import RUN, disk, optuna_objective, optuna_study, together
from benchmarks.timing import fresh, spread, table

ME = "benchmarks.stores"
WORKERS = (1, 4, 16)
PEER_TRIALS = 10_000
"""Optuna is measured up to here: it takes a quarter of an hour to fill a larger study."""


def places(folder: Path, postgres: str | None) -> list[tuple[str, str, str]]:
    """(system, kind of store, address) of fresh places."""
    found = [
        ("ayar", "SQLite", f"sqlite:///{folder}/ayar.db"),
        ("optuna", "SQLite", f"sqlite:///{folder}/optuna.db"),
        ("optuna", "journal file", f"journal:{folder}/optuna.log"),
    ]
    if postgres is not None:
        found += [("ayar", "PostgreSQL", database(postgres)), ("optuna", "PostgreSQL", database(postgres))]
    return found


def database(postgres: str) -> str:
    """The address of a new database on the server."""
    from sqlalchemy import create_engine, make_url, text

    url = make_url(postgres).set(drivername="postgresql+psycopg")
    name = f"bench_{uuid.uuid4().hex[:12]}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def workers(rounds: int, trials: int, postgres: str | None) -> list[list[str]]:
    """Trials a second of 1, 4 and 16 processes on one study."""
    figures: dict[tuple[str, str, int], list[float]] = {}
    syncs = []
    for _ in range(rounds):
        for count in WORKERS:
            with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
                for system, kind, address in places(Path(folder), postgres):
                    speed = together(system, address, count, max(1, trials // count))
                    figures.setdefault((system, kind, count), []).append(speed)
                syncs.append(disk(Path(folder)))
    stores = list(dict.fromkeys((system, kind) for system, kind, _ in figures))
    rows = [[*store, *(spread(figures[*store, count]) for count in WORKERS)] for store in stores]
    return [*rows, ["disk", "two syncs", spread(syncs), "", ""]]


def grown(system: str, address: str, trials: int) -> None:
    """Print seconds to open the study, milliseconds of ask + tell then, and bytes of memory a trial."""
    RUN[system]("memory", 1)  # imports
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.perf_counter()
    study = opened(system, address)
    seconds = time.perf_counter() - begin
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    times = []
    for _ in range(100):
        begin = time.perf_counter()
        trial = study.ask()
        if system == "optuna":
            optuna_objective(trial)
        study.tell(trial, 1.0)
        times.append(time.perf_counter() - begin)
    print(seconds, 1e3 * statistics.median(times), 1024 * held / trials)


def opened(system: str, address: str) -> Any:
    """The study with its trials read."""
    if system == "ayar":
        import ayar

        return ayar.load_study(address)
    study = optuna_study(address)
    study.get_trials(deepcopy=False)
    return study


def grow(sizes: list[int], rounds: int, postgres: str | None) -> list[list[str]]:
    """One row a size and store: filled where nothing waits for a disk, measured `rounds` times on the disk."""
    rows = []
    for trials in sizes:
        for i in range(len(places(Path(), postgres))):
            with (
                tempfile.TemporaryDirectory(dir="/dev/shm") as quick,
                tempfile.TemporaryDirectory(dir=Path.cwd()) as slow,
            ):
                system, kind, address = places(Path(quick), postgres)[i]
                if system == "optuna" and trials > PEER_TRIALS:
                    continue
                # In a process of its own, which closes the store when it ends.
                fill = [
                    sys.executable,
                    "-W",
                    "ignore",
                    "-m",
                    "benchmarks.overhead",
                    "--fill",
                    system,
                    address,
                    str(trials),
                ]
                subprocess.run(fill, check=True)
                found, syncs = [], []
                for _ in range(rounds):
                    for file in Path(quick).iterdir():
                        shutil.copy(file, slow)
                    said = fresh(ME, "--measure", system, address.replace(quick, slow), str(trials))
                    found.append([float(word) for word in said.split()])
                    syncs.append(1e3 / disk(Path(slow)))
            seconds, each, held = zip(*found, strict=True)
            figures = spread(seconds, " s", 2), spread(each, " ms", 1), spread(syncs, " ms", 1), spread(held)
            rows.append([f"{trials:,}", system, kind, *figures])
    return rows


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=320, help="of one study, over all its workers")
    parser.add_argument("--postgres", metavar="ADDRESS", help="postgresql://... of a server that may make databases")
    parser.add_argument("--grow", metavar="N,N", help="measure studies of so many trials instead")
    parser.add_argument("--measure", nargs=3, metavar=("SYSTEM", "ADDRESS", "TRIALS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        grown(*given.measure[:2], int(given.measure[2]))
    elif given.grow:
        head = ["trials there", "system", "store", "open", "ask + tell", "two syncs", "bytes a trial"]
        sizes = [int(size) for size in given.grow.split(",")]
        print(table(head, grow(sizes, given.rounds, given.postgres)))
    else:
        head = ["system", "store", *(f"{count} workers" for count in WORKERS)]
        print(f"trials a second\n\n{table(head, workers(given.rounds, given.trials, given.postgres))}")


if __name__ == "__main__":
    main()
