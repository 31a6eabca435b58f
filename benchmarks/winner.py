"""How far the winner's score is from the truth, naive and corrected: simulated searches over equal configurations.

    python -m benchmarks.winner                  # 200 searches, 100 configurations, accuracy 0.90
    python -m benchmarks.winner --searches 50

A row is right with chance 0.90 for every configuration, so whoever wins is lucky. `independent` configurations err on
rows of their own; `alike` ones share hard rows (their hits correlate by 0.5), as models of one data set do. Too good by
zero is the truth; `covered` is how often the 95 % interval holds it: of the naive winner's folds (corrected t), and of
the bootstrap.

The second table is of `study.confirm`: races of five candidates over three rounds of five folds, whose truths differ by
`spread` standard deviations of a fold's score. Stated is the probability of being best that the verdict gives its first
candidate, happened how often it was best.
"""

import argparse

import numpy as np

from ayar.evaluate import KFold, corrected_means, cv_interval
from ayar.evaluate.confirm import Candidate, Plan, racing, verdict
from benchmarks.timing import table

ACCURACY = 0.9
HEAD = (
    "searches over equal configurations",
    "rows",
    "naive, too good by",
    "corrected, too good by",
    "naive covered",
    "corrected covered",
)


def hits(rng: np.random.Generator, configurations: int, rows: int, shared: float) -> np.ndarray:
    """(t, n) which rows each configuration has right; a share of the rows is decided for all of them at once."""
    own = rng.random((configurations, rows)) < ACCURACY
    common = rng.random(rows) < ACCURACY
    return np.where(rng.random((configurations, rows)) < np.sqrt(shared), common, own)


def searched(seed: int, configurations: int, rows: int, shared: float) -> tuple[float, float, bool, bool]:
    """Errors of the naive and the corrected score of one search, and whether their intervals hold the truth."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    found = hits(rng, configurations, rows, shared)
    corrected = corrected_means(found, rng, direction="maximize", draws=500)
    folds = [judged for _, judged in KFold(5).split(range(rows), None, rng)]
    scores = [float(found[corrected.winner, judged].mean()) for judged in folds]
    low, high = cv_interval(scores, rows * 0.8, rows * 0.2) or (0.0, 1.0)
    return (
        corrected.naive - ACCURACY,
        corrected.score - ACCURACY,
        low <= ACCURACY <= high,
        corrected.low <= ACCURACY <= corrected.high,
    )


def raced(seed: int, spread: float, ratio: float = 0.25) -> tuple[float, bool]:
    """What a confirmation states of its first candidate, and whether that is the best."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    truth = rng.normal(0.0, spread, 5)
    luck = rng.normal(0.0, np.sqrt(ratio), 5)  # of the rows: it stays, whatever the split
    scores = (truth + luck)[:, None] + rng.normal(size=15) + rng.normal(size=(5, 15))
    plan = Plan(tuple(Candidate(i, {}, 0.0, 1.0) for i in range(5)), 3, "maximize", "score", 5, ratio)
    rounds: dict[int, list[list[float]]] = {i: [] for i in range(5)}
    for turn in range(3):
        for i in racing(plan, rounds):
            rounds[i].append(scores[i, 5 * turn : 5 * turn + 5].tolist())
    first = verdict(plan, rounds, {}, rng).standings[0]
    return first.best, first.number == int(truth.argmax())


def main() -> None:
    """Prints two tables. A row a setting: means over searches, with their standard error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--searches", type=int, default=200)
    parser.add_argument("--configurations", type=int, default=100)
    given = parser.parse_args()
    rows = []
    for name, count, shared in (("independent", 200, 0.0), ("independent", 1000, 0.0), ("alike", 200, 0.5)):
        told = np.array([searched(seed, given.configurations, count, shared) for seed in range(given.searches)])
        means, errors = told.mean(axis=0), told.std(axis=0, ddof=1) / np.sqrt(len(told))
        rows.append(
            [
                f"{given.searches}, {name}",
                str(count),
                *(f"{means[i]:+.4f} ± {errors[i]:.4f}" for i in (0, 1)),
                *(f"{100 * means[i]:.0f} %" for i in (2, 3)),
            ]
        )
    print(table(list(HEAD), rows))
    races = []
    for spread in (0.01, 0.2, 0.5, 1.0, 3.0):
        told = np.array([raced(seed, spread) for seed in range(2 * given.searches)])
        error = np.sqrt(told[:, 1].var() / len(told))
        races.append([f"{spread:g}", f"{told[:, 0].mean():.3f}", f"{told[:, 1].mean():.3f} ± {error:.3f}"])
    print()
    print(table([f"spread, {2 * given.searches} races each", "stated", "happened"], races))


if __name__ == "__main__":
    main()
