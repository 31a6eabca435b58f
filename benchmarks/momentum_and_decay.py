"""What `momentum_test` and `weight_decay_test` choose on digits, by the length of their cycles.

    python -m benchmarks.momentum_and_decay              # 5 first seeds, about a minute
    python -m benchmarks.momentum_and_decay --repeats 2

`few digits` are 250 rows for 25,000 weights, where decay is known to help; `digits` 1,258 rows, where it hardly does.
Each repeat takes three seeds of its own. A cell: how often a value was chosen; `tie`: how often others tied with it.
"""

import argparse
from collections import Counter
from collections.abc import Callable
from typing import Any

from sklearn.datasets import load_digits

from ayar.training import NumpyTask, momentum_test, weight_decay_test
from benchmarks.timing import table

STEPS = (60, 100, 200, 400)


def digits() -> NumpyTask:
    X, y = load_digits(return_X_y=True)
    return NumpyTask(X / 16, y, hidden=(64,), batch_size=64, name="digits")


def few_digits() -> NumpyTask:
    X, y = load_digits(return_X_y=True)
    held = (X[900:] / 16, y[900:])
    return NumpyTask(X[:250] / 16, y[:250], hidden=(128, 128), batch_size=32, validation=held, name="few digits")


def line(name: str, test: Callable[..., Any], task: NumpyTask, steps: int, repeats: int) -> list[str]:
    found = [test(task, steps=steps, seed=10 * repeat) for repeat in range(repeats)]
    chosen = Counter(one.arms[one.chosen].setting.label for one in found)
    said = ", ".join(f"{label} ({count})" for label, count in chosen.most_common())
    mean = sum(one.steps for one in found) / repeats
    return [name, str(steps), said, f"{sum(one.tie for one in found)} of {repeats}", f"{mean:.0f}"]


def main() -> None:
    """Prints one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    rows = []
    for name, test, task in (
        ("decay, few digits", weight_decay_test, few_digits()),
        ("decay, digits", weight_decay_test, digits()),
        ("momentum, digits", momentum_test, digits()),
    ):
        rows += [line(name, test, task, steps, given.repeats) for steps in STEPS]
    print(table(["test", "steps a cycle", "chosen", "tie", "steps in all"], rows))


if __name__ == "__main__":
    main()
