"""Time of one proposal of the model against the number of trials told: ten mixed parameters, one BLAS thread.

    python -m benchmarks.proposal_time
    python -m benchmarks.proposal_time --told 100 200 500 1000

The first trials are random and told beforehand; then each proposal is timed, told, and the next one asked, so that the
figure holds fits and proposals in the mix of a real study. `cpu` is the process's own time, free of its neighbours.
"""

import argparse
import math
import time

from benchmarks.timing import CHOICES, FLOATS, INTS, WORDS, space, spread, table


def loss(params: dict[str, object]) -> float:
    """A smooth bowl with a category and an integer ripple."""
    floats = [float(params[name]) for name in FLOATS]  # type: ignore[arg-type]  # numbers by construction
    ints = [int(params[name]) for name in INTS]  # type: ignore[call-overload]  # likewise
    bowl = sum((math.log10(v) + 2) ** 2 for v in floats[:2]) + sum((v - 0.3) ** 2 for v in floats[2:])
    words = sum(0.1 * (i + 1) * CHOICES.index(str(params[name])) for i, name in enumerate(WORDS))
    return float(bowl + sum(0.01 * abs(v - 40) for v in ints) + words)


def measure(told: int, proposals: int) -> tuple[list[float], list[float]]:
    """Wall and processor milliseconds of each `ask` after `told` trials."""
    import ayar

    start = ayar.create_study(space(), sampler="random", seed=0)
    study = ayar.create_study(space(), sampler="gp", seed=0)
    for _ in range(told):
        params = dict(start.ask())
        study.add(params, loss(params))
    study.tell(trial := study.ask(), loss(dict(trial)))  # the first one imports and fits without a warm start
    wall, cpu = [], []
    for _ in range(proposals):
        began, worked = time.perf_counter(), time.process_time()
        trial = study.ask()
        wall.append(1e3 * (time.perf_counter() - began))
        cpu.append(1e3 * (time.process_time() - worked))
        study.tell(trial, loss(dict(trial)))
    return wall, cpu


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--told", type=int, nargs="+", default=[100, 200, 500, 1000])
    parser.add_argument("--proposals", type=int, default=30)
    given = parser.parse_args()
    rows = []
    for told in given.told:
        wall, cpu = measure(told, given.proposals)
        rows.append([str(told), spread(wall, " ms"), spread(cpu, " ms")])
    print(table(["trials told", "wall, median (least – greatest)", "cpu"], rows))


if __name__ == "__main__":
    main()
