"""A noisy objective: the luckiest trial is not the best one, so ask for the trial that all trials recommend.

Each trial trains a small random network once, so the same parameters give another error every time. A training takes
a millisecond here, so the script can find out afterwards what the two trials are really worth. One study proves
nothing: what recommending is worth on average, and where it gains nothing, is in docs/research/recommending.md.
Run it with `python examples/noisy_training.py`.
"""

import numpy as np
from threadpoolctl import threadpool_limits

import ayar
from ayar import Categorical, Float, Int

space = {
    "units": Int(20, 100, log=True),
    "scale": Float(0.1, 10.0, log=True),
    "ridge": Float(1e-6, 1e1, log=True),
    "activation": Categorical(["tanh", "relu"]),
}
ACTIVATIONS = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0.0)}

data = np.random.default_rng(0)
X = data.uniform(-1.0, 1.0, (300, 4))
y = np.sin(3.0 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.2 * data.standard_normal(len(X))
train, test = slice(0, 150), slice(150, None)


def error(params, seed):
    """Root mean squared error of a network whose hidden weights are drawn, and whose last layer is fitted."""
    drawn = np.random.default_rng(seed)
    hidden = drawn.standard_normal((5, params["units"]))
    H = ACTIVATIONS[params["activation"]](params["scale"] * (X @ hidden[1:] + hidden[0]))
    A = H[train].T @ H[train] + params["ridge"] * np.eye(params["units"])
    residual = H[test] @ np.linalg.solve(A, H[train].T @ y[train]) - y[test]
    return float(np.sqrt(np.mean(residual**2)))


def objective(trial):
    """One training, with a seed of its own."""
    return error(trial, trial.number)


def average_error(params):
    """Mean error of 200 trainings: what the parameters are really worth."""
    return float(np.mean([error(params, 1_000 + seed) for seed in range(200)]))


if __name__ == "__main__":
    with threadpool_limits(1):  # on matrices this small, threads would only wait for each other
        study = ayar.minimize(objective, space, max_trials=40, seed=0)
        for word, trial in [("luckiest", study.best), ("recommended", study.recommended)]:
            told, average = trial.values[0], average_error(trial.params)
            print(f"{word}: trial {trial.number} told {told:.3f}, and gives {average:.3f} on average of 200 trainings")
        print(study.model_check().sentence)
