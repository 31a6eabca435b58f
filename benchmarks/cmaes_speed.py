"""Cost of CMA-ES: whole studies by ask and tell at 40 float parameters, and what reading a long history again costs.

    python -m benchmarks.cmaes_speed                  # 10,000 trials, 3 rounds
    python -m benchmarks.cmaes_speed --trials 2000

Seconds of processor time, which other work on the machine disturbs least; each round in a process of its own. `random`
is there for what any sampler pays. "read again" is the first proposal of a sampler that has read nothing of the study.
"""

import argparse
import time

from benchmarks.timing import fresh, spread, table

ME = "benchmarks.cmaes_speed"
PARAMETERS = 40


def timed(sampler: str, trials: int) -> None:
    """Print the processor seconds of one study, those of them spent in `propose`, and those of a first proposal."""
    import ayar
    from ayar.samplers import SAMPLERS

    kind = SAMPLERS.get_class(sampler)
    plain, spent = kind.propose, 0.0

    def watched(*arguments: object) -> object:
        nonlocal spent
        begin = time.process_time()
        found = plain(*arguments)
        spent += time.process_time() - begin
        return found

    kind.propose = watched
    study = ayar.create_study({f"x{i}": (0.0, 1.0) for i in range(PARAMETERS)}, sampler=sampler, seed=0)
    begin = time.process_time()
    for _ in range(trials):
        trial = study.ask()
        study.tell(trial, sum((value - 0.3) ** 2 for value in trial.params.values()))
    whole, own, spent = time.process_time() - begin, spent, 0.0
    if sampler == "cmaes":
        study.change(sampler=kind(restarts="bipop"))  # another object, which has read nothing yet
        study.ask()
    print(whole, own, spent)


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--time", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.time:
        timed(given.time, given.trials)
        return
    rows = []
    for sampler in ("random", "cmaes"):
        answers = [fresh(ME, "--time", sampler, "--trials", str(given.trials)).split() for _ in range(given.rounds)]
        whole, own, again = zip(*(map(float, answer) for answer in answers), strict=True)
        each = [1e6 * seconds / given.trials for seconds in own]
        rows.append([sampler, spread(whole, " s", 2), spread(each, " µs"), spread(again, " s", 2)])
    print(
        table(["sampler", f"{given.trials:,} trials, median (least – greatest)", "`propose`, each", "read again"], rows)
    )


if __name__ == "__main__":
    main()
