"""Ask and tell: your own loop, wherever the evaluation happens.

Run it with `python examples/ask_tell.py`. Run it again and it goes on: the study lives in `ask_tell.db`.
"""

import numpy as np

import ayar

space = {
    "degree": ayar.Int(1, 12),
    "ridge": ayar.Float(1e-8, 1e2, log=True),
}
rng = np.random.default_rng(0)
x = np.linspace(-1.0, 1.0, 60)
y = np.sin(4.0 * x) + 0.15 * rng.standard_normal(len(x))
train, test = slice(0, None, 2), slice(1, None, 2)


def error(params):
    """Root mean squared error of a ridge regression on powers of x."""
    powers = np.vander(x, params["degree"] + 1)
    A = powers[train].T @ powers[train] + params["ridge"] * np.eye(powers.shape[1])
    weights = np.linalg.solve(A, powers[train].T @ y[train])
    return float(np.sqrt(np.mean((powers[test] @ weights - y[test]) ** 2)))


if __name__ == "__main__":
    study = ayar.create_study(space, storage="sqlite:///ask_tell.db", name="ridge", seed=0, load_if_exists=True)
    if not study.trials:
        study.enqueue({"degree": 3, "ridge": 1e-3})  # a point worth trying first
    for _ in range(15):
        with study.ask() as trial:  # told failed if the block raises
            study.tell(trial, error(trial))
    print(study)
    print(study.best)
