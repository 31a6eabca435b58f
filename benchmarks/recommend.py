"""What `study.recommended` is worth on noisy trainings: its true regret beside that of the best value seen.

    AYAR_BENCH_DATA=... python -m benchmarks.recommend                      # random search, noisy tables, 20 seeds
    AYAR_BENCH_DATA=... python -m benchmarks.recommend --sampler gp --suite noisy-all --seeds 10

A table's trial reads the result of one training; scored is the median over its trainings. Regret is 0 at the best
configuration of the table, 1 at the median one; `best tried` is what nobody can do better than choose among the trials.
"""

import argparse
import statistics
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from benchmarks.peers.ayar import KINDS
from benchmarks.problems import Params, Problem
from benchmarks.suites import load
from benchmarks.timing import table

COLUMNS = ("best seen", "recommended", "best tried")


def searched(problem: Problem, sampler: str, trials: int, seed: int) -> tuple[float, float, float]:
    """Regrets of one study: of the best value seen, of the recommended trial, of the best configuration tried."""
    import ayar

    space = {parameter.name: KINDS[parameter.kind](parameter) for parameter in problem.space}
    study = ayar.create_study(space, sampler=sampler, seed=seed, max_failures=trials)
    rng = np.random.Generator(np.random.Philox(key=seed))
    truths = []
    for _ in range(trials):
        trial = study.ask()
        params: Params = dict(trial.params)
        loss = problem.evaluate(params, rng).loss
        study.tell(trial, loss) if loss is not None else study.tell(trial, state="failed")
        truths.append(problem.regret(problem.truth(params)))
    return truths[study.best.number], truths[study.recommended.number], min(truths)


def one(suite: str, place: int, sampler: str, trials: int, seed: int) -> tuple[float, float, float]:
    """The same, by name: problems do not travel between processes."""
    return searched(load(suite)[place], sampler, trials, seed)


def main() -> None:
    """Prints a row a table, medians and means over seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", default="noisy")
    parser.add_argument("--sampler", default="random")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    rows = []
    with ProcessPoolExecutor(given.jobs) as pool:
        for place, problem in enumerate(load(given.suite)):
            jobs = [
                pool.submit(one, given.suite, place, given.sampler, given.trials, seed) for seed in range(given.seeds)
            ]
            columns = list(zip(*(job.result() for job in jobs), strict=True))
            rows.append([problem.name, *(f"{statistics.fmean(c):.3f} ({statistics.median(c):.3f})" for c in columns)])
    head = [f"{given.sampler}, {given.trials} trials, {given.seeds} seeds: mean (median)", *COLUMNS]
    print(table(head, rows))


if __name__ == "__main__":
    main()
