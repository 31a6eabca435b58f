"""Confirming a winner: the few best are run again on new splits, in rounds, until one stands out or the rounds end.

The plan, the race and the verdict, all pure; `study.confirm` does the running and the recording.
A candidate is dropped when the corrected interval of its paired difference to the leader excludes nought (Nadeau and
Bengio 2003). The standing comes from a model of the whole table (`numerics.ranking`), which shrinks the candidates
towards each other, so that being first among equals does not flatter again.
New splits of the same rows still share the luck of those rows: only nested cross-validation or a sealed test set is
independent of it.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ayar.evaluate.intervals import cv_interval, paired_interval
from ayar.numerics.ranking import effects, posterior, probability_best
from ayar.trial.goal import Direction

CONFIRMED = "evaluate.confirmed"
"""Topic of the verdict in a study's log."""
SURE = 0.95
"""Probability of being best from which there is a winner, though others were not dropped."""
LEVEL = 0.95

Rounds = Mapping[int, Sequence[Sequence[float]]]
"""By candidate: the scores of each round that it ran, in order; as many a round for all, on the same folds."""


class Candidate(msgspec.Struct, frozen=True):
    """A trial that may be the winner."""

    number: int
    params: dict[str, Any]
    value: float
    """What the search told."""
    seconds: float | None
    """How long its objective ran."""


class Plan(msgspec.Struct, frozen=True):
    """What is to be run; `str` says what it costs."""

    candidates: tuple[Candidate, ...]
    """By the model's expectation, the best first."""
    repeats: int
    """Rounds at most."""
    direction: Direction
    goal: str
    folds: int
    """Scores a round; 1 where the objective has no folds."""
    ratio: float
    """Rows judged for each row fitted, ρ; 0 where it is not known."""
    workers: int = 1
    bounds: tuple[float, float] = (-math.inf, math.inf)
    """Least and greatest possible score."""

    @property
    def runs(self) -> int:
        """Runs of the objective at most."""
        return len(self.candidates) * self.repeats

    @property
    def seconds(self) -> float | None:
        """Expected length at most; None where no candidate's length is known."""
        known = [candidate.seconds for candidate in self.candidates if candidate.seconds is not None]
        return self.repeats * sum(known) * len(self.candidates) / len(known) / self.workers if known else None

    def __str__(self) -> str:
        how = f"{self.folds} folds each" if self.folds > 1 else "one value each"
        length = "" if self.seconds is None else f", about {self.seconds:.2g} s of work if none is dropped"
        return (
            f"confirming the best {len(self.candidates)}: at most {self.runs} runs of the objective ({how}, "
            f"up to {self.repeats} rounds){length}"
        )


class Standing(msgspec.Struct, frozen=True):
    """How one candidate came out."""

    number: int
    score: float
    """Corrected: on new splits, shrunk for having been compared."""
    low: float | None
    """Of the 95 % corrected interval of `score`."""
    high: float | None
    best: float
    """Probability of being truly the best of the candidates."""
    rank: int
    before: int
    """Its rank by the search, from 1."""
    told: float
    """What the search told."""
    rounds: int
    dropped: bool
    """Whether it left the race."""
    seconds: float | None
    """Of one run, in the mean."""
    params: dict[str, Any]


class Confirmed(msgspec.Struct, frozen=True):
    """The verdict; `str` says it in words."""

    goal: str
    direction: Direction
    standings: tuple[Standing, ...]
    """By rank."""
    tie: bool
    """Whether no candidate stands out."""
    number: int
    """The trial to use: the winner; of a tie the cheapest of those still in the race."""
    runs: int
    """Runs of the objective that the verdict rests on."""
    failed: tuple[int, ...] = ()
    """Candidates whose run failed; they are out."""

    @property
    def chosen(self) -> Standing:
        """The standing of the trial to use."""
        return next(standing for standing in self.standings if standing.number == self.number)

    @property
    def table(self) -> list[dict[str, Any]]:
        """One row a candidate, by rank."""
        return [msgspec.to_builtins(standing) for standing in self.standings]

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return data

    def explain(self) -> str:
        """What was found, why, and what to do next."""
        lines = [str(self), ""]
        for s in self.standings:
            how = "dropped after" if s.dropped else "ran"
            change = "as before" if s.rank == s.before else f"was {s.before}"
            lines.append(
                f"{s.rank}. trial {s.number} ({change}): {_score(s)}, the search told {s.told:.4g}; "
                f"best with probability {s.best:.2f}; {how} {s.rounds} round{'s' if s.rounds > 1 else ''}"
            )
        lines += [f"trial {number} failed when it was run again" for number in self.failed]
        lines.append(
            "More rounds (repeats=) go on where this ended. New splits of the same rows share the luck of those rows: "
            "for a score that is free of it open the sealed test set, or use nested cross-validation."
        )
        return "\n".join(lines)

    def __str__(self) -> str:
        chosen = self.chosen
        if not self.tie:
            return (
                f"confirmed: trial {chosen.number} is best with probability {chosen.best:.2f}; "
                f"{self.goal} {_score(chosen)} when run again, where the search told {chosen.told:.4g}"
            )
        still = [s.number for s in self.standings if not s.dropped]
        return (
            f"a tie: trials {', '.join(map(str, still))} cannot be told apart; the cheapest of them is trial "
            f"{chosen.number}, {self.goal} {_score(chosen)} when run again, best with probability {chosen.best:.2f}"
        )


def _score(standing: Standing) -> str:
    if standing.low is None or standing.high is None:
        return f"{standing.score:.4g}"
    return f"{standing.score:.4g} ({standing.low:.4g} to {standing.high:.4g})"


def read_confirmed(data: Mapping[str, Any]) -> Confirmed:
    """The verdict as the log keeps it."""
    return msgspec.convert(data, Confirmed)


def racing(plan: Plan, rounds: Rounds) -> list[int]:
    """Numbers of the candidates that go on, given what all of them scored so far.

    A candidate goes on that has run every round, unless the leader is better beyond doubt.

    >>> candidates = tuple(Candidate(i, {}, 0.9, 1.0) for i in range(3))
    >>> plan = Plan(candidates, 3, "maximize", "accuracy", 3, 0.25)
    >>> racing(plan, {0: [[0.9, 0.92, 0.91]], 1: [[0.9, 0.91, 0.92]], 2: [[0.5, 0.52, 0.5]]})
    [0, 1]
    """
    sign = 1.0 if plan.direction == "maximize" else -1.0
    longest = max((len(found) for found in rounds.values()), default=0)
    running = [c.number for c in plan.candidates if len(rounds.get(c.number, ())) == longest]
    if longest == 0:
        return running
    scores = {number: [sign * score for turn in rounds[number] for score in turn] for number in running}
    leader = max(running, key=lambda number: math.fsum(scores[number]))
    return [number for number in running if not _is_beaten(plan, scores[leader], scores[number])]


def _is_beaten(plan: Plan, leader: Sequence[float], scores: Sequence[float]) -> bool:
    found = paired_interval(leader, scores, *_sizes(plan), level=LEVEL)
    return found is not None and found[0] > 0.0


def _sizes(plan: Plan) -> tuple[float, float]:
    """(n_train, n_test) of which only the ratio counts; without one scores count as independent."""
    return (1.0, plan.ratio) if plan.ratio > 0.0 else (math.inf, 1.0)


def verdict(
    plan: Plan,
    rounds: Rounds,
    seconds: Mapping[int, float | None],
    rng: np.random.Generator,
    failed: Sequence[int] = (),
) -> Confirmed:
    """What the rounds say.

    Arguments:
        plan: who was to run.
        rounds: scores of every candidate that ran at least one round.
        seconds: mean length of a run, by candidate.
        rng: for the draws behind the probabilities.
        failed: candidates whose run failed.
    """
    sign = 1.0 if plan.direction == "maximize" else -1.0
    ran = [candidate for candidate in plan.candidates if rounds.get(candidate.number)]
    scores = [sign * np.array([score for turn in rounds[c.number] for score in turn]) for c in ran]
    found = effects(_table(scores))
    drawn = posterior(found, plan.ratio, rng)
    best, mean = probability_best(drawn), found.level + drawn.mean(axis=0)
    going = set(racing(plan, {candidate.number: rounds[candidate.number] for candidate in ran}))
    before = {candidate.number: place for place, candidate in enumerate(plan.candidates, 1)}
    order = sorted(range(len(ran)), key=lambda i: (ran[i].number not in going, -mean[i]))
    standings = []
    for rank, i in enumerate(order, 1):
        candidate = ran[i]
        own = cv_interval(scores[i].tolist(), *_sizes(plan), level=LEVEL)
        half = None if own is None else 0.5 * (own[1] - own[0])
        score = sign * float(mean[i])
        standings.append(
            Standing(
                number=candidate.number,
                score=score,
                low=None if half is None else max(score - half, plan.bounds[0]),
                high=None if half is None else min(score + half, plan.bounds[1]),
                best=float(best[i]),
                rank=rank,
                before=before[candidate.number],
                told=candidate.value,
                rounds=len(rounds[candidate.number]),
                dropped=candidate.number not in going,
                seconds=seconds.get(candidate.number),
                params=candidate.params,
            )
        )
    still = [standing for standing in standings if not standing.dropped]
    tie = len(still) > 1 and standings[0].best < SURE
    chosen = min(still, key=_cost) if tie else standings[0]
    return Confirmed(
        goal=plan.goal,
        direction=plan.direction,
        standings=tuple(standings),
        tie=tie,
        number=chosen.number,
        runs=sum(len(turns) for turns in rounds.values()),
        failed=tuple(failed),
    )


def _cost(standing: Standing) -> tuple[float, int]:
    return (math.inf if standing.seconds is None else standing.seconds, standing.rank)


def _table(scores: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """(k, J), NaN from where a candidate was dropped."""
    table = np.full((len(scores), max(map(len, scores))), np.nan)
    for i, own in enumerate(scores):
        table[i, : len(own)] = own
    return table
