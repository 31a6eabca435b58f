"""Run tuners on problems: one CSV for each peer, problem and seed. What is there already is not run again.

    python -m benchmarks.run --suite tabular,kernels --peers ayar-auto,optuna-tpe --trials 100 --seeds 5 --out DIR
    python -m benchmarks.run ... --pending 8          # eight trials out at a time, the oldest told first
    python -m benchmarks.run ... --sample 3           # slow peers on three problems of each suite, drawn once by seed
    python -m benchmarks.table DIR

The problem lives here, the tuner in a process of its own. Noise is drawn by problem, seed and trial, the same for every
peer. A peer that raises, dies, answers later than `process.PATIENCE_S`, or thinks longer than `--limit` in all has
failed for that unit: its file holds the trials until then and the reason, and the unit is run again only once someone
deletes it.

Columns: trial (in the order of telling), loss (empty: failed), truth of what was tried, truth of what the tuner would
recommend (infinite before the first success), seconds of its ask and of its tell.
"""

import argparse
import json
import math
import multiprocessing
import time
import zlib
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.peers import PEERS, Peer, python_of
from benchmarks.peers.process import PeerFailed, Process, Talk
from benchmarks.problems import Params, Problem, active
from benchmarks.results import FAILED, HEAD, write_scales

OFTEN, SELDOM = 10, 5
"""A tuner with a recommendation of its own is asked for it after each of the first trials, then after every fifth."""


class Row(NamedTuple):
    """One trial."""

    trial: int
    loss: float | None
    truth: float
    recommended: float
    ask_s: float
    tell_s: float

    def text(self) -> str:
        """A line of the CSV."""
        loss = "" if self.loss is None else repr(self.loss)
        return f"{self.trial},{loss},{self.truth!r},{self.recommended!r},{self.ask_s:.6f},{self.tell_s:.6f}"


@dataclass(frozen=True)
class Unit:
    """One run: what a worker process is told."""

    suite: str
    """Where the problem is loaded from; "noisy" holds problems of "tabular"."""
    folder: Path
    """Of the problem's results."""
    problem: str
    peer: str
    seed: int
    trials: int
    pending: int
    limit_s: float

    @property
    def path(self) -> Path:
        """Where its CSV goes."""
        tail = f"-p{self.pending}" if self.pending > 1 else ""
        return self.folder / f"{self.peer}-{self.seed}{tail}.csv"


# -- one run -----------------------------------------------------------------------------------------------------------


class Run:
    """A tuner on a problem: the trials that are out, and what was seen."""

    def __init__(self, process: Talk, problem: Problem, unit: Unit) -> None:
        self.process, self.problem, self.unit = process, problem, unit
        self.truths: dict[str, float] = {}
        self.best_loss, self.best_truth, self.word = math.inf, math.inf, math.inf
        recommends = process.peer.recommends
        self.recommends = recommends == "always" or (recommends == "noisy" and problem.noisy)

    def rows(self) -> Iterator[Row]:
        """Each trial once it was told.

        Raises:
            PeerFailed: no more can be had of this peer.
        """
        self.process.start(self.problem.space, self.unit.seed, self.unit.trials, self.unit.pending)
        out: deque[tuple[dict[str, Any], Params]] = deque()
        asked, spent, more = 0, 0.0, True
        for told in range(self.unit.trials):
            while more and len(out) < self.unit.pending and asked < self.unit.trials:
                answer = self.process.say({"op": "ask"})
                more = answer["id"] is not None
                if more:
                    out.append((answer, self.params(answer["params"])))
                    asked += 1
            if not out:
                return  # the tuner says that the space is exhausted
            row = self.tell(told, *out.popleft())
            yield row
            spent += row.ask_s + row.tell_s
            if spent > self.unit.limit_s:
                raise PeerFailed(f"thought for more than {self.unit.limit_s:g} s by trial {row.trial}")

    def params(self, proposed: Params) -> Params:
        """What is active of a proposal."""
        try:
            return active(self.problem.space, proposed)
        except ValueError as error:
            raise PeerFailed(f"proposed what is not in the space: {error}") from error

    def tell(self, told: int, asked: dict[str, Any], params: Params) -> Row:
        """Evaluate and tell one trial."""
        noise = np.random.default_rng([zlib.crc32(self.problem.name.encode()), self.unit.seed, told])
        loss = self.problem.evaluate(params, noise).loss
        answer = self.process.say({"op": "tell", "id": asked["id"], "loss": loss})
        truth = self.truth(params)
        if loss is not None and loss < self.best_loss:
            self.best_loss, self.best_truth = loss, truth
        return Row(told + 1, loss, truth, self.recommended(told + 1), asked["seconds"], answer["seconds"])

    def recommended(self, trial: int) -> float:
        """Truth of what the tuner recommends: the best value observed, or its own word of now or some trials ago."""
        if not self.recommends:
            return self.best_truth
        if trial <= OFTEN or trial % SELDOM == 0 or trial == self.unit.trials:
            answer = self.process.say({"op": "recommend"})
            self.word = self.best_truth if answer is None else self.truth(self.params(answer["params"]))
        return self.word

    def truth(self, params: Params) -> float:
        """The loss without noise, worked out once."""
        key = json.dumps(params, sort_keys=True)
        if key not in self.truths:
            self.truths[key] = float(self.problem.truth(params))
        return self.truths[key]


# -- in a worker process -----------------------------------------------------------------------------------------------

PROCESSES: dict[str, Talk] = {}
"""Peers of this worker that are kept running for the next unit: the fast ones, whose start would cost the most."""


@cache
def problems(suite: str) -> dict[str, Problem]:
    """The problems of a suite by name, loaded once in each process.

    Raises:
        SystemExit: there is no such suite, or its data are not here.
    """
    from benchmarks.suites import SUITES, load
    from benchmarks.suites.data import MissingDataError

    if suite not in SUITES:
        raise SystemExit(f"no suite {suite!r}; there are {', '.join(SUITES)}")
    try:
        return {problem.name: problem for problem in load(suite)}
    except MissingDataError as missing:
        raise SystemExit(f"suite {suite!r}: {missing}") from missing


def play(unit: Unit, problem: Problem, peer: Peer) -> str | None:
    """Run one unit and write its file. Returns why it failed, if it did."""
    rows: list[str] = []
    reason = None
    process = PROCESSES.pop(unit.peer, None) or Process(peer)
    try:
        rows.extend(row.text() for row in Run(process, problem, unit).rows())
        if peer.slow:
            process.close()
        else:
            PROCESSES[unit.peer] = process
    except PeerFailed as failed:
        reason = str(failed)
        process.close()
    write(unit.path, [HEAD, *rows, *([] if reason is None else [FAILED + " ".join(reason.split())])])
    return reason


def write(path: Path, lines: list[str]) -> None:
    """The whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text("\n".join(lines) + "\n")
    half.replace(path)


def work(unit: Unit) -> tuple[str | None, float]:
    """What a worker does with a unit: why it failed, and the seconds that it took."""
    begin = time.perf_counter()
    reason = play(unit, problems(unit.suite)[unit.problem], PEERS[unit.peer])
    return reason, time.perf_counter() - begin


# -- the whole ---------------------------------------------------------------------------------------------------------


def sample(names: dict[str, list[str]], count: int, seed: int, out: Path) -> dict[str, list[str]]:
    """`count` problems of each suite for the slow peers (0: all), and a note of them beside the results.

    Raises:
        SystemExit: another sample was drawn there before.
    """
    drawn = {}
    for suite, found in names.items():
        order = np.random.default_rng([seed, zlib.crc32(suite.encode())]).permutation(len(found))
        drawn[suite] = sorted(found[i] for i in order[: count or len(found)])
    note = out / "sample.json"
    whole: dict[str, Any] = {"seed": seed, "count": count, "problems": {}}
    if note.exists():
        whole = json.loads(note.read_text())
    if (whole["seed"], whole["count"]) != (seed, count):
        before = f"drawn before as --sample {whole['count']} --sample-seed {whole['seed']}"
        raise SystemExit(f"{note}: {before}; say the same, or give another --out")
    whole["problems"] |= drawn
    out.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps(whole, indent=1) + "\n")
    return drawn


def known(names: str) -> list[str]:
    """The peers of an argument.

    Raises:
        SystemExit: one is not in the table, or has no environment.
    """
    peers = names.split(",")
    unknown = [peer for peer in peers if peer not in PEERS]
    if unknown:
        raise SystemExit(f"no peer {', '.join(unknown)}; there are {', '.join(PEERS)}")
    missing = ",".join(sorted({PEERS[p].script for p in peers if not Path(python_of(PEERS[p].script)).exists()}))
    if missing:
        raise SystemExit(f"no environment for {missing}: python -m benchmarks.peers --install {missing}")
    return peers


def units(given: argparse.Namespace) -> list[Unit]:
    """All runs that have no file yet: seed by seed, problems mixed, so that what is done early is balanced."""
    peers = known(given.peers)
    names = {suite: list(problems(suite)) for suite in given.suite.split(",")}
    for suite in names:
        write_scales(given.out, problems(suite).values())
    slow = any(PEERS[peer].slow for peer in peers)
    chosen = sample(names, given.sample, given.sample_seed, given.out) if slow else {}
    homes = {given.out / problems(suite)[name].suite / name: (suite, name) for suite in names for name in names[suite]}
    pairs = list(homes.items())
    order = np.random.default_rng(0).permutation(len(pairs))
    found = [
        Unit(suite, folder, name, peer, seed, given.trials, given.pending, given.limit)
        for seed in range(given.first_seed, given.first_seed + given.seeds)
        for folder, (suite, name) in (pairs[i] for i in order)
        for peer in peers
        if not PEERS[peer].slow or name in chosen[suite]
    ]
    return [unit for unit in found if not unit.path.exists()]


def arguments() -> argparse.Namespace:
    """What the command says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--suite", required=True, help="with commas")
    parser.add_argument("--peers", required=True, help="with commas")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--pending", type=int, default=1)
    parser.add_argument("--sample", type=int, default=0, help="problems a suite for peers marked slow; 0: all")
    parser.add_argument("--sample-seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=3600.0, help="seconds of thinking a unit")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def ending(future: Future[tuple[str | None, float]]) -> str:
    """How a unit ended, in words."""
    if future.exception():
        return f"broken: {future.exception()!r}"
    reason, seconds = future.result()
    return f"{seconds:.1f} s" if reason is None else f"failed: {reason}"


def main() -> None:
    """Run what is asked and not there, and say how far it is."""
    given = arguments()
    todo = units(given)
    begin = time.perf_counter()
    count: Counter[str] = Counter()
    with ProcessPoolExecutor(given.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        futures = {pool.submit(work, unit): unit for unit in todo}
        try:
            for done, future in enumerate(as_completed(futures), 1):
                unit, words = futures[future], ending(future)
                count[words.partition(":")[0]] += 1
                left = (time.perf_counter() - begin) / done * (len(todo) - done) / 60
                where = f"{unit.suite}/{unit.problem} {unit.peer} {unit.seed}"
                print(f"{done}/{len(todo)}, {left:.0f} min left: {where}: {words}", flush=True)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
    print(f"{len(todo)} runs, {count['failed']} failed, {count['broken']} broken in the benchmark itself")
    if count["broken"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
