"""How far the winner's score is from the truth, naive and corrected: simulated searches over equal configurations.

    python -m benchmarks.winner                  # 200 searches, 100 configurations, accuracy 0.90
    python -m benchmarks.winner --searches 50

A row is right with chance 0.90 for every configuration, so whoever wins is lucky. `independent` configurations err on
rows of their own; `alike` ones share hard rows (their hits correlate by 0.5), as models of one data set do. Too good by
zero is the truth; `covered` is how often the 95 % interval holds it: of the naive winner's folds (corrected t), and of
the bootstrap.
"""

import argparse

import numpy as np

from ayar.evaluate import KFold, corrected_means, cv_interval
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


def main() -> None:
    """Prints a row a setting: means over searches, with their standard error."""
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


if __name__ == "__main__":
    main()
