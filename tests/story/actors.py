"""Worker processes for the stories: run as a script, it forks workers that share one store, and reports in JSON.

python actors.py crowd FILE WORKERS BUDGET           workers open one new study at once and use its budget up
python actors.py forked FILE WORKERS BUDGET          children of a fork share the study their parent opened
    python actors.py killed FILE SAMPLER PROBLEM SEED    one worker after the other, each killed at a random point
python actors.py calm FILE SAMPLER PROBLEM           the same study without kills
"""

import json
import os
import random
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

import ayar
from ayar.base.registry import load
from ayar.storage.base import Store
from ayar.testing.zoo import ZOO, Problem

TRIALS = 14
PATIENCE = 120.0


def fork(work: Callable[[], None]) -> int:
    """Start `work` in a child of its own; the child's pid."""
    pid = os.fork()
    if pid == 0:
        _work(work)
    return pid


def _work(work: Callable[[], None]) -> NoReturn:
    try:
        work()
    except BaseException:  # the parent sees the exit code, the test the text
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def exit_code(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def crowd(path: str, workers: int, budget: int) -> dict[str, Any]:
    load("ayar.storage.sqlite:SqliteStore")  # once, and not in every child
    start, ready = os.pipe()

    def work() -> None:
        os.close(ready)
        os.read(start, 1)  # returns when the parent closes its end: all start together
        study = ayar.create_study(
            {"x": (0.0, 1.0)}, storage=path, name="crowd", sampler="random", seed=0, max_trials=budget,
            load_if_exists=True,
        )  # fmt: skip
        study.optimize(square)

    pids = [fork(work) for _ in range(workers)]
    os.close(start)
    os.close(ready)
    return {"exits": [exit_code(pid) for pid in pids]}


def forked(path: str, workers: int, budget: int) -> dict[str, Any]:
    study = ayar.create_study({"x": (0.0, 1.0)}, storage=path, sampler="random", seed=0, max_trials=budget)
    study.optimize(square, n_trials=1)

    def work() -> None:
        study.optimize(square)

    pids = [fork(work) for _ in range(workers)]
    work()
    return {"exits": [exit_code(pid) for pid in pids]}


def square(trial: Any) -> float:
    return float((trial["x"] - 0.3) ** 2)


class Doom:
    """Kills this process at the n-th step it is told of."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, store: Store) -> None:
        """Make every claim and append of the store two steps: before it, and after its commit."""
        for name in ("claim", "append", "release"):
            setattr(store, name, self._stepped(getattr(store, name)))

    def _stepped(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **kwargs: Any) -> Any:
            self.step()
            answer = method(*args, **kwargs)
            self.step()
            return answer

        return stepped


def search(path: str, sampler: str, problem: Problem, doom: Doom) -> None:
    from ayar.storage import open_store

    store = open_store(path)
    doom.watch(store)

    def objective(trial: Any) -> float:
        doom.step()
        return problem.objective(trial.params)

    ayar.minimize(
        objective, problem.space, storage=store, sampler=sampler, seed=3, max_trials=TRIALS, max_failures=1000,
        retries={"lost": 1000},
    )  # fmt: skip


def killed(path: str, sampler: str, problem: str, seed: int) -> dict[str, Any]:
    rng, kills = random.Random(seed), 0
    while True:
        steps = rng.randint(1, 30)
        code = exit_code(fork(lambda: search(path, sampler, ZOO[problem], Doom(steps))))  # noqa: B023 - called at once
        if code != -signal.SIGKILL:
            return {"exits": [code], "kills": kills}
        kills += 1


def calm(path: str, sampler: str, problem: str) -> dict[str, Any]:
    search(path, sampler, ZOO[problem], Doom(0))
    return {}


def act(*words: object) -> dict[str, Any]:
    """Run this file as a script and read what it prints."""
    # One BLAS thread: a process with threads is no process to fork.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "error", __file__, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return dict(json.loads(done.stdout))


def main() -> None:
    act, *words = sys.argv[1:]
    acts: dict[str, Callable[..., dict[str, Any]]] = {"crowd": crowd, "forked": forked, "killed": killed, "calm": calm}
    print(json.dumps(acts[act](*(int(word) if word.isdigit() else word for word in words))))


if __name__ == "__main__":
    main()
