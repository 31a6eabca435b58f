"""Regret on the zoo: a sampler after few trials against random search after many, medians over seeds.

    python -m benchmarks.zoo_quality                     # gp after 50 trials, random after 200, 10 seeds; some minutes
    python -m benchmarks.zoo_quality --sampler auto --seeds 5

Regret is the loss without noise of the best trial seen, less the problem's optimum.
"""

import argparse
import statistics
from concurrent.futures import ProcessPoolExecutor

from benchmarks.timing import table


def regret(name: str, sampler: str, trials: int, seed: int) -> float:
    """Regret of the best trial seen in one study; infinite where every trial failed."""
    import ayar
    from ayar.testing.zoo import ZOO

    problem = ZOO[name]
    study = ayar.create_study(problem.space, sampler=sampler, seed=seed, max_failures=trials)
    best, found = float("inf"), float("inf")
    for _ in range(trials):
        trial = study.ask()
        try:
            loss = problem.objective(dict(trial))
        except ValueError:
            study.tell(trial, state="failed")
            continue
        study.tell(trial, loss)
        if loss < best:
            best, found = loss, problem.regret(dict(trial))
    return found


def compare(
    name: str, sampler: str, trials: int, random_trials: int, seeds: int
) -> tuple[str, float, float, float, float]:
    """Medians on one problem: the sampler's regret, its worst seed, random's after as many trials, and after more."""
    own = [regret(name, sampler, trials, seed) for seed in range(seeds)]
    equal = [regret(name, "random", trials, seed) for seed in range(seeds)]
    more = [regret(name, "random", random_trials, seed) for seed in range(seeds)]
    return name, statistics.median(own), max(own), statistics.median(equal), statistics.median(more)


def main() -> None:
    """Print the table."""
    from ayar.testing.zoo import ZOO

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sampler", default="gp")
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--random-trials", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with ProcessPoolExecutor(given.workers) as pool:
        jobs = [
            pool.submit(compare, name, given.sampler, given.trials, given.random_trials, given.seeds) for name in ZOO
        ]
        found = [job.result() for job in jobs]
    rows = [
        [name, *(f"{number:.1e}" for number in numbers), "yes" if numbers[0] < numbers[3] else "no"]
        for name, *numbers in found
    ]
    head = ["problem", f"{given.sampler}, {given.trials}", "worst seed", f"random, {given.trials}"]
    print(table([*head, f"random, {given.random_trials}", "better"], rows))
    print(f"\nbetter on {sum(row[-1] == 'yes' for row in rows)} of {len(rows)}")


if __name__ == "__main__":
    main()
