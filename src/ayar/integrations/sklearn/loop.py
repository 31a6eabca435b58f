"""One part of a search: ask for candidates, have them evaluated, tell their scores.

Candidates are asked for in batches whose size does not depend on the number of processes, and told in the order of
their trials; so the same seed gives the same search for any `n_jobs`. A batch is small, because a sampler that learns
should know what came before.
"""

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError, StudyFinished
from ayar.evaluate.intervals import standard_error
from ayar.integrations.sklearn.folds import Folds
from ayar.integrations.sklearn.host import Evaluate
from ayar.integrations.sklearn.parts import Part
from ayar.integrations.sklearn.rows import FITS, Row, kept
from ayar.samplers import SAMPLERS
from ayar.study.live_trial import LiveTrial
from ayar.study.study import Study
from ayar.trial.crossval import FOLDS, FoldPlan
from ayar.trial.failure import Failure
from ayar.trial.result import Result
from ayar.trial.state import State

FITS_AT_ONCE = 8
"""Fits in a batch, at least: enough for the cores of a desk."""
UNLEARNED = 8
"""Batches of a sampler that does not learn are so many times larger."""


@dataclass(frozen=True)
class Evaluation:
    """What candidates are judged by."""

    evaluate: Evaluate
    folds: Folds
    goals: tuple[str, ...]
    """Names of the scores that the search maximises."""

    def values(self, scores: Any) -> dict[str, float]:
        """The goals' values among the scores of one fit.

        Raises:
            ArgumentError: the scorer returned other names.
        """
        if not isinstance(scores, dict):
            return {name: float(scores) for name in self.goals}
        if len(self.goals) == 1 and self.goals[0] not in scores and self.goals[0] == "score":
            return {"score": float(next(iter(scores.values())))}
        missing = [name for name in self.goals if name not in scores]
        if missing:
            raise ArgumentError(f"refit: expected a name among the scores {sorted(scores)}, got {missing[0]!r}")
        return {name: float(scores[name]) for name in self.goals}


def batch_size(sampler: str, folds: Folds) -> int:
    """How many candidates are asked for together."""
    fits = 2 if folds.singly else len(folds.pairs)
    size = max(1, math.ceil(FITS_AT_ONCE / fits))
    return size if SAMPLERS.get_class(sampler).capabilities.learns else UNLEARNED * size


def search(study: Study, part: Part, judged: Evaluation, size: int) -> Iterator[list[int]]:
    """Search until the study hands out no more; yields the trial numbers of each batch once they are told."""
    plan = FoldPlan(len(judged.folds.pairs), split=judged.folds.digest).to_json()
    while batch := _ask(study, size):
        for live in batch if len(judged.goals) == 1 else ():  # reports, and so folds, are of one goal
            live.set_user_attr(FOLDS, plan)
        with contextlib.ExitStack() as stack:
            for live in batch:  # an interrupt puts them back, an exception tells them failed
                stack.enter_context(live)
            if judged.folds.singly:
                _race(study, part, judged, batch)
            else:
                found = judged.evaluate([part.candidate(live.params) for live in batch], 0)
                for live, rows in zip(batch, found, strict=True):
                    for fold, row in enumerate(rows):
                        _report(live, judged, fold, row)
                    _tell(study, live, judged, rows)
        yield [live.number for live in batch]


def _ask(study: Study, size: int) -> list[LiveTrial]:
    batch: list[LiveTrial] = []
    with contextlib.suppress(StudyFinished):
        while len(batch) < size:
            batch.append(study.ask())
    return batch


def _race(study: Study, part: Part, judged: Evaluation, batch: Sequence[LiveTrial]) -> None:
    """Fold by fold: a candidate that the scheduler stops, or that fails, sees no further fold."""
    rows: dict[int, list[Row]] = {live.number: [] for live in batch}
    racing = list(batch)
    for fold in range(len(judged.folds.pairs)):
        if not racing:
            break
        found = judged.evaluate([part.candidate(live.params) for live in racing], fold)
        going_on = []
        for live, (row,) in zip(racing, found, strict=True):
            own = rows[live.number]
            own.append(row)
            _report(live, judged, fold, row)
            last = fold == len(judged.folds.pairs) - 1
            if last or math.isnan(sum(judged.values(row["test_scores"]).values())):
                _tell(study, live, judged, own)
            elif live.should_prune():
                live.set_user_attr(FITS, kept(own))
                study.tell(live, state=State.PRUNED)
            else:
                going_on.append(live)
        racing = going_on


def _report(live: LiveTrial, judged: Evaluation, fold: int, row: Row) -> None:
    values = list(judged.values(row["test_scores"]).values())
    if len(values) == 1 and not math.isnan(values[0]):
        live.report(values[0], step=fold, fold=fold)


def _tell(study: Study, live: LiveTrial, judged: Evaluation, rows: Sequence[Row]) -> None:
    live.set_user_attr(FITS, kept(rows))
    scores = [judged.values(row["test_scores"]) for row in rows]
    means = {name: float(np.mean([each[name] for each in scores])) for name in judged.goals}
    if any(math.isnan(mean) for mean in means.values()):
        study.tell(live, state=State.FAILED, failure=_failure(rows))
        return
    errors = {name: standard_error([each[name] for each in scores], *judged.folds.sizes) for name in judged.goals}
    known = errors if all(map(math.isfinite, errors.values())) else None
    study.tell(live, Result(means, sd=known))


def _failure(rows: Sequence[Row]) -> Failure:
    text = next((row["fit_error"] for row in rows if row.get("fit_error")), None)
    if text is None:
        return Failure(
            "bad_value", "expected a score in every fold, got NaN: the scorer gave it, or raised", type="NaN"
        )
    last = text.strip().splitlines()[-1]
    name, _, message = last.partition(": ")
    return Failure("exception", message or last, type=name if message else "", traceback=text[-8192:])
