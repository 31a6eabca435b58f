"""Running the few best trials again on new splits and seeds, round by round; each run is in the log when it is over.

What to run, who is dropped and what it means is decided in `evaluate.confirm`, from the log alone: a confirmation that
was interrupted goes on where it ended, and one with more rounds adds them to those there are.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from ayar.analysis.recommend import leaders
from ayar.base.errors import ArgumentError, ObjectiveFailed, shorten
from ayar.base.jsontext import number_from_wire, unwrap, wrap
from ayar.base.rng import stream, stream_key
from ayar.evaluate.confirm import CONFIRMED, Candidate, Confirmed, Plan, racing, verdict
from ayar.executors.base import Ended, Task
from ayar.study.attempt import Payload
from ayar.study.outcome import Outcome
from ayar.study.proposing import wire_of
from ayar.study.running import Crew, make_executor
from ayar.study.seat import Seat
from ayar.trial.crossval import fold_scores
from ayar.trial.events import Recorded
from ayar.trial.fold import Fold
from ayar.trial.state import State
from ayar.trial.trial import Report

RUN = "evaluate.confirm_run"
_POLL_SECONDS = 3600.0


class Run(msgspec.Struct, frozen=True):
    """One run of one candidate, as the log keeps it."""

    number: int
    turn: int
    """Which round, from 1."""
    split: str
    """Tells one kind of splits from another."""
    scores: tuple[float, ...] = ()
    """Of each fold, or the one value; empty if it failed."""
    seconds: float = 0.0
    failure: str = ""


def confirm(
    seat: Seat,
    objective: Callable[..., Any],
    k: int,
    repeats: int,
    crew: Crew,
    watch: Callable[[str], object] | None,
) -> Confirmed:
    """Confirm the winner; arguments and errors as for `Study.confirm`."""
    for name, value, least in (("k", k, 2), ("repeats", repeats, 1)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ArgumentError(f"confirm: expected a whole number {name} >= {least}, got {shorten(value)}")
    race = _Race(seat, objective, _plan(seat.log.refresh(), objective, k, repeats, crew), crew, watch or _silent)
    return race.run()


def _silent(_: str) -> None:
    """Say nothing."""


def _plan(fold: Fold, objective: Callable[..., Any], k: int, repeats: int, crew: Crew) -> Plan:
    goals = fold.setup.goals
    if len(goals) != 1:
        raise ArgumentError(f"confirm: expected a study with one goal, got {len(goals)}")
    trials = [fold.history.trial(number) for number in leaders(fold, k)]
    if len(trials) < 2:
        raise ArgumentError(f"confirm: expected at least 2 different complete trials, got {len(trials)}")
    candidates = tuple(Candidate(t.number, _plain(t.params), float(t.values[0]), t.seconds) for t in trials)
    folds = len(getattr(objective, "folds", ())) or 1
    ratio = float(getattr(objective, "test_ratio", 0.0))
    measure = getattr(objective, "metric", None)
    return Plan(
        candidates,
        repeats,
        goals[0].direction,
        str(getattr(measure, "name", goals[0].name)),
        folds,
        ratio,
        crew.slots,
        getattr(measure, "bounds", (-math.inf, math.inf)),
    )


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value if value is None or isinstance(value, bool | int | float | str) else shorten(value)
        for name, value in params.items()
    }


class _Race:
    """One call: rounds until one candidate is left, or all rounds have run."""

    def __init__(
        self,
        seat: Seat,
        objective: Callable[..., Any],
        plan: Plan,
        crew: Crew,
        watch: Callable[[str], object],
    ) -> None:
        self.seat = seat
        self.objective = objective
        self.plan = plan
        self.crew = crew
        self.watch = watch
        self.split = str(getattr(objective, "split", "")) or "one value"
        self.runs = {(run.turn, run.number): run for run in self._recorded()}

    def _recorded(self) -> list[Run]:
        records = self.seat.log.fold.records
        found = [msgspec.convert(unwrap(e.body.data), Run) for e in records if e.body.topic == RUN]
        wanted = {candidate.number for candidate in self.plan.candidates}
        return [run for run in found if run.number in wanted and run.split == self.split]

    def run(self) -> Confirmed:
        self.watch(str(self.plan))
        if self.runs:
            self.watch(f"{len(self.runs)} of these runs are in the log and are not run again")
        for turn in range(1, self.plan.repeats + 1):
            failed = self._failed()
            going = [
                number for number in self._contenders(turn) if number not in failed and (turn, number) not in self.runs
            ]
            if going:
                self._run(turn, going)
            if len(self._still(turn)) < 2:
                break
        return self._verdict()

    def _contenders(self, turn: int) -> list[int]:
        """Who runs this round: who was not dropped by the rounds before it."""
        return [candidate.number for candidate in self.plan.candidates] if turn == 1 else self._still(turn - 1)

    def _still(self, turn: int) -> list[int]:
        """Who is left after a round, by that round and those before it."""
        return racing(self.plan, self._rounds(turn))

    def _rounds(self, most: int | None = None) -> dict[int, list[Sequence[float]]]:
        """Scores by candidate, of the rounds up to `most`; those of a failed candidate are left out."""
        failed = self._failed()
        rounds: dict[int, list[Sequence[float]]] = defaultdict(list)
        for turn in range(1, (most or self.plan.repeats) + 1):
            for candidate in self.plan.candidates:
                run = self.runs.get((turn, candidate.number))
                if run is not None and candidate.number not in failed:
                    rounds[candidate.number].append(run.scores)
        return rounds

    def _failed(self) -> list[int]:
        return sorted({run.number for run in self.runs.values() if run.failure})

    def _run(self, turn: int, numbers: Sequence[int]) -> None:
        """Run one round of some candidates, and write each to the log as it ends."""
        fold = self.seat.log.fold
        anew = getattr(self.objective, "on_new_folds", None)
        objective = self.objective if anew is None else anew(turn)
        seed = stream_key(fold.setup.seed, turn, "confirm") % 2**63
        reports: dict[int, list[Report]] = defaultdict(list)

        def on_message(number: int, message: dict[str, Any]) -> dict[str, Any]:
            if "report" in message:
                step, value, part = message["report"]
                reports[number].append(Report(step, number_from_wire(value), part))
            return {"prune": False}

        waiting = set(numbers)
        with make_executor(fold, objective, self.crew, on_message, seed) as executor:
            queue = list(numbers)
            while waiting:
                while queue and len(waiting) - len(queue) < executor.slots:
                    number = queue.pop(0)
                    payload = Payload(number, wire_of(fold.setup, dict(fold.history.params(number))), attempt=0)
                    executor.submit(Task(number, msgspec.to_builtins(payload)))
                for ended in executor.poll(_POLL_SECONDS):
                    waiting.discard(ended.number)
                    self._keep(turn, ended, reports[ended.number])

    def _keep(self, turn: int, ended: Ended, reports: Sequence[Report]) -> None:
        run = self._read(turn, ended, reports)
        self.seat.write(Recorded(RUN, wrap(msgspec.to_builtins(run), RUN)))
        self.runs[(turn, run.number)] = run
        what = f"failed: {run.failure}" if run.failure else f"{np.mean(run.scores):.6g}"
        self.watch(f"round {turn}, trial {run.number}: {what}")

    def _read(self, turn: int, ended: Ended, reports: Sequence[Report]) -> Run:
        about: Any = {"number": ended.number, "turn": turn, "split": self.split, "seconds": ended.seconds}
        if ended.failure is not None:
            return Run(**about, failure=f"{ended.failure.kind}: {shorten(ended.failure.message)}")
        outcome = msgspec.convert(ended.result["outcome"], Outcome)
        if outcome.state is not State.COMPLETE:
            why = outcome.failure.message if outcome.failure is not None else str(outcome.state)
            return Run(**about, failure=shorten(why))
        by_fold = fold_scores(reports)
        scores = [by_fold[part] for part in sorted(by_fold)] or [number_from_wire(outcome.values[0])]
        if len(scores) != self.plan.folds and self.plan.folds > 1:
            return Run(**about, failure=f"expected {self.plan.folds} fold scores, got {len(scores)}")
        return Run(**about, scores=tuple(scores))

    def _verdict(self) -> Confirmed:
        rounds = self._rounds()
        if len(rounds) < 2:
            reasons = "; ".join(f"trial {run.number}: {run.failure}" for run in self.runs.values() if run.failure)
            raise ObjectiveFailed(
                f"confirm: expected at least 2 candidates that run again, got {len(rounds)}: {reasons}"
            )
        seconds = {
            number: float(np.mean([run.seconds for run in self.runs.values() if run.number == number]))
            for number in rounds
        }
        rng = stream(self.seat.log.setup.seed, len(self.runs), "evaluate.confirm")
        found = verdict(self.plan, rounds, seconds, rng, self._failed())
        told = [unwrap(event.body.data) for event in self.seat.log.fold.records if event.body.topic == CONFIRMED]
        if not told or told[-1] != found.to_dict():
            self.seat.write(Recorded(CONFIRMED, wrap(found.to_dict(), CONFIRMED)))
        self.watch(str(found))
        return found
