"""Cost of NSGA-II: whole studies by ask and tell, two goals, 40 parameters, and the sampler's share of it.

    python -m benchmarks.nsga2_speed                  # 10,000 trials, 3 rounds
    python -m benchmarks.nsga2_speed --trials 2000

Seconds of processor time, which other work on the machine disturbs least; each round in a process of its own.
"""

import argparse
import time

from benchmarks.timing import fresh, spread, table

ME = "benchmarks.nsga2_speed"
PARAMETERS = 40


def timed(sampler: str, trials: int) -> None:
    """Print the processor seconds of one study, and those of them spent in `propose`."""
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
    space = {f"x{i}": ayar.Float(0.0, 1.0) for i in range(PARAMETERS)}
    study = ayar.create_study(space, sampler=sampler, goals={"f": "minimize", "g": "minimize"}, seed=0)
    begin = time.process_time()
    for _ in range(trials):
        trial = study.ask()
        first = trial["x0"]
        study.tell(trial, (first, 1.0 - first + trial["x1"]))
    print(time.process_time() - begin, spent)


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
    for sampler in ("random", "nsga2"):
        answers = [fresh(ME, "--time", sampler, "--trials", str(given.trials)).split() for _ in range(given.rounds)]
        whole, own = zip(*((float(w), float(o)) for w, o in answers), strict=True)
        each = [1e6 * seconds / given.trials for seconds in own]
        rows.append([sampler, spread(whole, " s", 2), spread(each, " µs")])
    print(table(["sampler", f"{given.trials:,} trials, median (least – greatest)", "`propose`, each"], rows))


if __name__ == "__main__":
    main()
