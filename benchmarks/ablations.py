"""Arms of the engine against each other: one constant or option changed, everything else equal.

    python -m benchmarks.ablations --arms base,no-branch --suites tabular,synthetic --seeds 8 --trials 100 --out FILE
    python -m benchmarks.ablations --table --out FILE

Every arm runs on the same problems with the same seeds and the same draws of noise, in one process each. An arm is a
sampler, its options and what is replaced in the package (`arms`). `--noise 0.2` adds normal noise of that share of the
scale, from the best to the median, to every problem. FILE gets a JSON line a run; runs it already
holds are skipped, so an interrupted command goes on. The table pairs arms with the first one: mean normalised regret,
its difference with a 95 % interval (bootstrap over problems), mean rank, wins, ties and losses.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.arms import ARMS
from benchmarks.problems import Outcome, Params, Problem
from benchmarks.timing import table

MARKS = (10, 20, 50, 100, 200)
CAP = 2.0
"""Regrets are cut here before they are averaged: one hopeless run is not to decide."""


def run(arm: str, problem: Problem, seed: int, trials: int, pending: int = 0) -> dict[str, Any]:
    """One study: regret at each mark of the best observed configuration, under noise of the recommended one."""
    from ayar.samplers import SAMPLERS
    from benchmarks.peers.ayar import Ayar
    from benchmarks.peers.wire import Axis, Start

    constants = dict(ARMS[arm])
    settings = constants.pop("study", {})
    sampler = SAMPLERS.get_class(constants.pop("sampler", "gp"))(**constants.pop("options", {}))
    started = time.perf_counter()
    with replaced(constants):
        axes = [Axis(**vars(parameter)) for parameter in problem.space]
        tuner = Ayar(Start(axes, seed, trials, settings={"sampler": sampler, **settings}))
        regrets = list(_regrets(tuner, problem, seed, trials, pending))
    marks = {str(mark): regrets[min(mark, len(regrets)) - 1] for mark in MARKS if mark <= trials}
    return {
        "arm": arm,
        "problem": f"{problem.suite}/{problem.name}",
        "seed": seed,
        "trials": trials,
        "regret": marks,
        "ms": round(1e3 * (time.perf_counter() - started) / trials, 1),
    }


@contextmanager
def replaced(changes: Mapping[str, Any]) -> Iterator[None]:
    """For a while, other values under names such as "module:CONSTANT" or "module:Class.method"."""
    with ExitStack() as stack:
        for name, value in changes.items():
            module, _, path = name.partition(":")
            *holders, last = path.split(".")
            holder = import_module(module)
            for each in holders:
                holder = getattr(holder, each)
            stack.callback(setattr, holder, last, vars(holder)[last])
            setattr(holder, last, value)
        yield


def _regrets(tuner: Any, problem: Problem, seed: int, trials: int, pending: int) -> Iterator[float]:
    best, regret = np.inf, CAP
    waiting: list[Any] = []
    asked, told = 0, 0
    while asked < trials or waiting:
        if asked < trials:
            try:
                waiting.append((*tuner.ask(), asked))
            except StopIteration:
                trials = asked
                continue
            asked += 1
            if len(waiting) <= pending and asked < trials:
                continue
        handle, params, number = waiting.pop(0)
        loss = problem.evaluate(params, np.random.default_rng([seed, number])).loss
        tuner.tell(handle, loss)
        told += 1
        if loss is not None and loss < best:
            best, regret = loss, problem.regret(problem.truth(params))
        recommended = tuner.recommend() if problem.noisy and told in MARKS else None
        yield regret if recommended is None else problem.regret(problem.truth(recommended))


def done(path: Path) -> list[dict[str, Any]]:
    """The runs that a file holds."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def show(runs: Sequence[dict[str, Any]], arms: Sequence[str]) -> str:
    """A Markdown table for each mark; only problems and seeds that every arm has run."""
    found = {arm: {(r["problem"], r["seed"]): r for r in runs if r["arm"] == arm} for arm in arms}
    common = sorted(set.intersection(*(set(of) for of in found.values())))
    if not common:
        return "no problem and seed that every arm has run"
    problems = sorted({problem for problem, _ in common})
    lines = [f"{len(problems)} problems, {len(common)} runs an arm", ""]
    for mark in sorted({int(m) for key in common for m in found[arms[0]][key]["regret"]}):
        scores = {
            arm: np.array(
                [
                    np.mean([min(found[arm][key]["regret"][str(mark)], CAP) for key in common if key[0] == problem])
                    for problem in problems
                ]
            )
            for arm in arms
        }
        lines += [f"after {mark} trials", "", _table(scores, arms), ""]
    return "\n".join(lines)


def _table(scores: dict[str, Any], arms: Sequence[str]) -> str:
    every = np.array([scores[arm] for arm in arms])
    ranks = (every[:, None] > every[None]).sum(axis=1) + 0.5 * (every[:, None] == every[None]).sum(axis=1) + 0.5
    picks = np.random.default_rng(0).integers(every.shape[1], size=(2_000, every.shape[1]))
    rows = []
    for arm, own, rank in zip(arms, every, ranks.mean(axis=1), strict=True):
        difference = own - every[0]
        low, high = np.quantile(difference[picks].mean(axis=1), [0.025, 0.975])
        wins, losses = int((difference < -1e-9).sum()), int((difference > 1e-9).sum())
        rows.append(
            [
                arm,
                f"{own.mean():.4f}",
                f"{np.exp(np.log(np.maximum(own, 1e-4)).mean()):.4f}",
                f"{difference.mean():+.4f} ({low:+.4f} to {high:+.4f})",
                f"{rank:.2f}",
                f"{wins}/{len(own) - wins - losses}/{losses}",
            ]
        )
    return table(["arm", "mean regret", "geometric", "less the first (95 %)", "mean rank", "win/tie/loss"], rows)


def main() -> None:
    """Run, or print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--arms", default="base")
    parser.add_argument("--suites", default="tabular,synthetic")
    parser.add_argument("--problems", default="", help="only those whose name holds one of these")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--pending", type=int, default=0)
    parser.add_argument("--noise", type=float, default=0.0, help="added to every problem, as a share of its scale")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    arms = given.arms.split(",")
    if not given.table:
        _run_all(given, arms)
    print(show(done(given.out), arms))


def _run_all(given: argparse.Namespace, arms: Sequence[str]) -> None:
    have = {(r["arm"], r["problem"], r["seed"]) for r in done(given.out)}
    words = [word for word in given.problems.split(",") if word]
    problems = _problems(given.suites, words)
    units = [
        (arm, problem.suite, problem.name, seed)
        for seed in range(given.seeds)
        for problem in problems
        for arm in arms
        if (arm, f"{problem.suite}/{problem.name}", seed) not in have
    ]
    with ProcessPoolExecutor(given.jobs) as pool, given.out.open("a") as out:
        jobs = [pool.submit(_one, given.suites, *unit, given.trials, given.pending, given.noise) for unit in units]
        for job in as_completed(jobs):
            out.write(json.dumps(job.result()) + "\n")
            out.flush()


_LOADED: dict[str, list[Problem]] = {}


def _problems(suites: str, words: Sequence[str]) -> list[Problem]:
    from benchmarks.suites import load

    if suites not in _LOADED:
        _LOADED[suites] = [problem for suite in suites.split(",") for problem in load(suite)]
    return [p for p in _LOADED[suites] if not words or any(word in p.name for word in words)]


def _one(
    suites: str, arm: str, suite: str, name: str, seed: int, trials: int, pending: int, noise: float
) -> dict[str, Any]:
    problem = next(p for p in _problems(suites, ()) if (p.suite, p.name) == (suite, name))
    return run(arm, noisier(problem, noise) if noise else problem, seed, trials, pending)


def noisier(problem: Problem, share: float) -> Problem:
    """The problem with normal noise of that share of its scale, best to median, on every loss."""
    deviation = share * (problem.median - problem.best)

    def evaluate(params: Params, rng: np.random.Generator) -> Outcome:
        loss = problem.evaluate(params, rng).loss
        return Outcome(None if loss is None else loss + deviation * float(rng.standard_normal()))

    return replace(problem, noisy=True, evaluate=evaluate)


if __name__ == "__main__":
    main()
