"""Workers to be killed: each is forked from the supervisor and works on a study, keeping a ledger outside the store.

The ledger is a file opened for appending: "acked NUMBER VALUE" is written after the store returned, so it holds nothing
that was not acknowledged, and what it holds survives the worker.
"""

import os
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import ayar
from ayar.base.failpoint import arm
from ayar.storage.base import Appended, Store
from ayar.trial import events as ev

INTERRUPTED = 130


@dataclass(frozen=True)
class Job:
    """What a crew works on."""

    address: str
    study: str
    budget: int
    lease_s: float
    ledger: Path
    pause_s: float = 0.0
    """How long an objective runs."""


def value_of(number: int) -> float:
    """What the objective returns for a trial: known to the supervisor too."""
    return number * 0.125 + 1 / 3


def objective_of(job: Job) -> Callable[[Any], float]:
    """Reports once and returns; the random sampler makes everything else quick."""

    def objective(trial: Any) -> float:
        trial.report(trial["x"], step=0)
        time.sleep(job.pause_s)
        return value_of(trial.number)

    return objective


def join(job: Job) -> ayar.Study:
    """The job's study, made by whoever comes first."""
    return ayar.create_study(
        {"x": (0.0, 1.0)}, storage=job.address, name=job.study, sampler="random", seed=0, max_trials=job.budget,
        lease_s=job.lease_s, retries={"lost": 1_000_000}, load_if_exists=True,
    )  # fmt: skip


def fork(job: Job, failpoint: str = "") -> int:
    """Start a worker with a fail-point armed; its pid."""
    pid = os.fork()
    if pid == 0:
        _live(lambda: _work(job, failpoint))
    return pid


def _work(job: Job, failpoint: str) -> int:
    arm(failpoint)
    try:
        study = join(job)
        keep_ledger(study.store, job.ledger)
        study.optimize(objective_of(job))
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0 if study.ended == "budget" else INTERRUPTED


def _live(work: Callable[[], int]) -> NoReturn:
    code = 1
    try:
        code = work()
    except BaseException:  # the supervisor sees the code, a person the text
        traceback.print_exc()
    finally:
        os._exit(code)


def keep_ledger(store: Store, path: Path) -> None:
    """Write to `path` what `store` acknowledged, once its append has returned."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    append = store.append

    def witnessed(study: int, bodies: Sequence[ev.Body], **options: Any) -> Appended:
        answer = append(study, bodies, **options)
        for body in bodies:
            if isinstance(body, ev.TrialTold):
                os.write(file, f"acked {body.number} {body.values[0]!r}\n".encode())
        return answer

    store.append = witnessed  # type: ignore[method-assign]  # a witness of one store object


def read_ledger(path: Path) -> dict[int, float]:
    """What was acknowledged: trial number -> value."""
    lines = path.read_text().splitlines() if path.exists() else []
    return {int(number): float(value) for _, number, value in map(str.split, lines)}
