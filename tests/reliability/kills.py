"""Strike at workers at random moments and at each fail-point, and look at the store after each strike.

    cd tests && python -m reliability.kills --kills 3000 --storage sqlite

One study after the other is worked on by a crew; whoever ends is replaced, until the budget is spent. Prints a line of
JSON; ends with 1, and keeps the store, when a promise was broken. Hazards: `kill` (SIGKILL), `freeze` (SIGSTOP beyond
the lease, then SIGCONT), `interrupt` (SIGINT), `terminate` (SIGTERM). Promises P1, P3 to P5, P7 to P9, P18 and P22.
"""

import argparse
import json
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ayar.base.failpoint import POINTS
from ayar.base.registry import load
from ayar.storage import open_store
from interrupts import let_through
from postgres import new_database, running_server
from reliability.history import check_acknowledged, check_drained, check_log
from reliability.workers import INTERRUPTED, Job, fork, read_ledger, value_of

LONGEST = 0.08
"""Seconds until the supervisor strikes at the latest."""
SIGNALS = {"kill": "KILL", "interrupt": "INT", "terminate": "TERM"}


@dataclass
class Tally:
    """What was done to the workers, and what was found."""

    hits: Counter[str] = field(default_factory=Counter)
    """"moment" or the name of a fail-point -> how often a worker was struck there."""
    studies: int = 0
    acknowledged: int = 0
    reclaimed: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Supervisor:
    """One crew on one study."""

    job: Job
    workers: int
    hazard: str
    rng: random.Random
    tally: Tally
    crew: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Descriptor of a process -> its pid, and the fail-point it was given."""
    frozen: dict[int, float] = field(default_factory=dict)
    """Descriptor of a stopped process -> when it goes on."""

    def run(self, strikes: int) -> None:
        """Work the study's budget off while striking `strikes` times, then check all that must hold."""
        goal = self.tally.hits.total() + strikes
        try:
            self._work(goal)
        finally:
            self._dismiss()
        self._check(drained=True)

    def _work(self, goal: int) -> None:
        finished = False
        while (not finished and not self.tally.wrong) or self.crew:
            calm = self.tally.hits.total() >= goal
            while not finished and not self.tally.wrong and len(self.crew) < self.workers:
                self._hire("" if calm else self._doom())
            for file in self._wait():
                finished |= self._bury(file)
            self._wake()
            if not calm and self.crew and self.rng.random() < 0.7:
                self._strike()
        while not self._drained() and not self.tally.wrong:
            pass

    def _dismiss(self) -> None:
        """End whoever is left, after an error of the supervisor's own."""
        for file, (pid, _) in self.crew.items():
            signal.pidfd_send_signal(file, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(file)
        self.crew.clear()

    def _doom(self) -> str:
        if self.hazard not in SIGNALS or self.rng.random() < 0.5:
            return ""
        return f"{self.rng.choice(POINTS)}:{self.rng.randint(1, 12)}:{SIGNALS[self.hazard]}"

    def _hire(self, failpoint: str) -> None:
        pid = fork(self.job, failpoint)
        self.crew[os.pidfd_open(pid)] = (pid, failpoint.partition(":")[0])

    def _wait(self) -> list[int]:
        """Whoever has ended, after a random while at the latest."""
        return select.select(list(self.crew), [], [], self.rng.uniform(0, LONGEST))[0]

    def _bury(self, file: int) -> bool:
        """Take note of one that ended; whether its study is finished."""
        pid, point = self.crew.pop(file)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.close(file)
        self.frozen.pop(file, None)
        if code in (0, INTERRUPTED) or -code in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
            if code != 0:
                self.tally.hits[point or "moment"] += 1
                self._check(drained=False)
            return code == 0
        self.tally.wrong.append(f"{self.job.study}: a worker ended with {code}")
        return False

    def _strike(self) -> None:
        file = self.rng.choice(list(self.crew))
        _, point = self.crew[file]
        if point or file in self.frozen:
            return
        if self.hazard == "freeze":
            signal.pidfd_send_signal(file, signal.SIGSTOP)
            self.frozen[file] = time.monotonic() + 1.3 * self.job.lease_s
            self.tally.hits["moment"] += 1
        else:
            signal.pidfd_send_signal(file, signal.Signals[f"SIG{SIGNALS[self.hazard]}"])

    def _wake(self) -> None:
        for file, due in list(self.frozen.items()):
            if due <= time.monotonic():
                del self.frozen[file]
                signal.pidfd_send_signal(file, signal.SIGCONT)

    def _drained(self) -> bool:
        """One calm worker more, for what the last victims left; whether it ended by itself."""
        self._hire("")
        [file] = self.crew
        select.select([file], [], [])
        return self._bury(file)

    def _check(self, *, drained: bool) -> None:
        ledger = read_ledger(self.job.ledger)  # before the log: the others go on meanwhile
        # Opened anew each time, and closed before the next fork.
        with open_store(self.job.address) as store:
            entry = store.find(self.job.study)
            events = [] if entry is None else store.read(entry.id, 0, 1_000_000)
        wrong = [*check_log(events), *check_acknowledged(events, ledger)]
        wrong += [f"trial {n}: acknowledged {v!r}" for n, v in ledger.items() if v != value_of(n)]
        if drained:
            wrong += check_drained(events, self.job.budget)
            kinds = Counter(event.kind for event in events)
            self.tally.studies += 1
            self.tally.acknowledged += len(ledger)
            self.tally.reclaimed += kinds["TrialRequeued"]
            self.tally.refused += kinds["TellRefused"]
        self.tally.wrong += [f"{self.job.study}: {words}" for words in wrong]


def run(
    address: str,
    folder: Path,
    *,
    strikes: int,
    hazard: str = "kill",
    workers: int = 4,
    budget: int = 40,
    per_study: int = 15,
    lease_s: float = 2.0,
    seed: int = 0,
) -> Tally:
    """Strike at workers `strikes` times, over as many studies as that takes; stops at the first broken promise.

    Arguments:
        address: the store; studies of new names are made in it.
        folder: for the ledgers.
        per_study: strikes at the workers of one study.
    """
    for late in ("ayar.storage.sqlite:SqliteStore", "ayar.samplers.random_search:RandomSearch"):
        load(late)  # once, and not in every worker
    pause_s = 0.05 if hazard == "freeze" else 0.0  # or hardly anybody would be stopped with a trial in hand
    tally, name = Tally(), f"{hazard}-{os.getpid()}-{seed}"
    while tally.hits.total() < strikes and not tally.wrong:
        job = Job(address, f"{name}-{tally.studies}", budget, lease_s, folder / f"{name}-{tally.studies}.txt", pause_s)
        rng = random.Random(f"{seed}-{tally.studies}")
        Supervisor(job, workers, hazard, rng, tally).run(min(per_study, strikes - tally.hits.total()))
    return tally


@contextmanager
def place(storage: str, folder: Path) -> Iterator[str]:
    """The address of what `--storage` names."""
    if storage == "postgresql":
        with running_server() as server, new_database(server.address) as address:
            yield address
    else:
        yield f"sqlite:///{folder / 'kills.db'}" if storage == "sqlite" else storage


def main() -> int:
    """Run by hand or by `make soak`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument(
        "--storage", default="sqlite", help='an address; "sqlite": a new file, "postgresql": a server of its own'
    )
    parser.add_argument("--hazard", choices=[*SIGNALS, "freeze"], default="kill")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--budget", type=int, default=40)
    parser.add_argument("--per-study", type=int, default=15)
    parser.add_argument("--lease", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    let_through()
    folder = Path(tempfile.mkdtemp(prefix="ayar-kills-"))
    begin = time.monotonic()
    with place(asked.storage, folder) as address:
        tally = run(
            address, folder, strikes=asked.kills, hazard=asked.hazard, workers=asked.workers, budget=asked.budget,
            per_study=asked.per_study, lease_s=asked.lease, seed=asked.seed,
        )  # fmt: skip
    said = {"storage": asked.storage, "hazard": asked.hazard, "strikes": tally.hits.total(), **vars(tally)}
    print(json.dumps({**said, "wrong": tally.wrong[:20], "seconds": round(time.monotonic() - begin, 1)}))
    if tally.wrong:
        print(f"a promise was broken; ledgers, and a store in a file, are kept in {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    return bool(tally.wrong)


if __name__ == "__main__":
    sys.exit(main())
