"""A Task of your own, in plain NumPy: what a probe needs to know of a training, in one page.

`Task` says how to train and `Run` is one training under way. Here that is softmax regression on the digits by plain
gradient descent; `ayar.training.NumpyTask` is the same for networks. Run it with `python examples/numpy_task.py`.
"""

import numpy as np
from sklearn.datasets import load_digits

from ayar.training import Run, Scores, Settings, Task

X, y = load_digits(return_X_y=True)
mixed = np.random.default_rng(0).permutation(len(X))
DATA = {
    "training": (X[mixed[540:]] / 16, y[mixed[540:]]),
    "validation": (X[mixed[:540]] / 16, y[mixed[:540]]),
}


class Digits(Task):
    """Softmax regression; L2 decay, no momentum."""

    name = "digits"
    can = frozenset({"l2"})
    batch_size = 64
    rows, validation_rows = len(DATA["training"][0]), len(DATA["validation"][0])
    settings = Settings(lr=0.1)
    chance = float(np.log(10))

    def start(self, seed):
        return DigitsRun(seed)


class DigitsRun(Run):
    """Two arrays, two settings and a generator are all that decides how it goes on."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.W, self.b = self.rng.normal(0, 0.1, (64, 10)), np.zeros(10)
        self.lr, self.weight_decay = Digits.settings.lr, Digits.settings.weight_decay
        self.order, self.place = self.rng.permutation(Digits.rows), 0

    def step(self, *, lr=None, momentum=None, weight_decay=None):
        if momentum is not None:
            raise ValueError("this task has no momentum")
        self.lr = self.lr if lr is None else lr
        self.weight_decay = self.weight_decay if weight_decay is None else weight_decay
        if self.place >= Digits.rows:
            self.order, self.place = self.rng.permutation(Digits.rows), 0
        rows = self.order[self.place : self.place + Digits.batch_size]
        self.place += Digits.batch_size
        X, y = (part[rows] for part in DATA["training"])
        with np.errstate(all="ignore"):  # a loss that is not finite is an answer, not an accident
            losses, p = self.losses(X, y)
            p[np.arange(len(y)), y] -= 1  # the gradient of cross-entropy: what was predicted less what is true
            self.W -= self.lr * (X.T @ p / len(y) + self.weight_decay * self.W)
            self.b -= self.lr * p.mean(axis=0)
        return float(losses.mean())

    def losses(self, X, y):
        Z = X @ self.W + self.b
        Z -= Z.max(axis=1, keepdims=True)
        p = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
        return -np.log(p[np.arange(len(y)), y]), p

    def validate(self, part="validation"):
        X, y = DATA[part]
        with np.errstate(all="ignore"):
            losses, p = self.losses(X, y)
        error = losses.std(ddof=1) / len(y) ** 0.5
        return Scores(float(losses.mean()), len(y), float(error), float((p.argmax(axis=1) == y).mean()), "accuracy")

    def state(self):
        arrays = self.W.copy(), self.b.copy(), self.order.copy()
        return arrays, (self.lr, self.weight_decay, self.place), self.rng.bit_generator.state

    def load(self, state):
        (self.W[...], self.b[...], self.order[...]), numbers, self.rng.bit_generator.state = state
        self.lr, self.weight_decay, self.place = numbers

    def parts(self):
        arrays = {"weights": self.W, "biases": self.b, "order": self.order}
        others = {"numbers": (self.lr, self.weight_decay, self.place), "generator": self.rng.bit_generator.state}
        return {name: array.tobytes() for name, array in arrays.items()} | {
            name: repr(value).encode() for name, value in others.items()
        }


if __name__ == "__main__":
    for lr in (0.01, 0.1, 1.0):
        run = Digits().start(seed=0)
        for _ in range(6 * Digits().steps_per_epoch):
            run.step(lr=lr)
        scores = run.validate()
        print(f"lr {lr:g}: loss {scores.loss:.3f} ± {scores.error:.3f}, accuracy {scores.metric:.3f}")
