"""Standing subjects: small real trainings that the probes are tested on, each the same for everybody.

    digits        scikit-learn's 1,797 pictures of 8 x 8, ten classes, 30% held out; pixels from 0 to 1
    mnist1d       4,000 rows of 40, ten classes, 1,000 held out; made by the package `mnist1d`
    tables        breast cancer (classes) and diabetes (a number), standardised

Data sets come from packages; PyTorch and scikit-learn are imported when a subject is made.
"""

from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ayar.base.optional import need
from ayar.base.registry import load
from ayar.base.rng import stream
from ayar.training.base import Task
from ayar.training.numpy_mlp import OptimizerName
from ayar.training.numpy_task import NumpyTask
from ayar.training.sandbox import sandbox

Rows = tuple[NDArray[np.float64], NDArray[Any]]
TorchOptimizer = Literal["sgd", "adam", "adamw"]


@cache
def digits(standardise: bool = False) -> tuple[Rows, Rows]:
    """Training and held-out part of the digits: 1,258 and 539 rows of 64 columns."""
    X, y = need("sklearn.datasets", "sklearn").load_digits(return_X_y=True)
    return _parts(X / 16.0, y, standardise)


@cache
def table(name: Literal["breast_cancer", "diabetes"]) -> tuple[Rows, Rows]:
    """Training and held-out part of a table, standardised; targets of diabetes too."""
    X, y = getattr(need("sklearn.datasets", "sklearn"), f"load_{name}")(return_X_y=True)
    return _parts(X, (y - y.mean()) / y.std() if name == "diabetes" else y, standardise=True)


@cache
def mnist1d() -> tuple[Rows, Rows]:
    """4,000 and 1,000 rows of 40 columns."""
    package = need("mnist1d.data", "bench")
    with sandbox(None):  # it seeds the global generators
        made = package.make_dataset(package.get_dataset_args())
    return (made["x"], made["y"].astype(np.int64)), (made["x_test"], made["y_test"].astype(np.int64))


def _parts(X: NDArray[np.float64], y: NDArray[Any], standardise: bool) -> tuple[Rows, Rows]:
    order = stream(0, 0, "held out").permutation(len(X))
    held, rest = np.split(order, [round(0.3 * len(X))])
    if standardise:  # by the training part alone
        spread = X[rest].std(axis=0)
        X = (X - X[rest].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return (X[rest], y[rest]), (X[held], y[held])


def digits_numpy(
    optimizer: OptimizerName = "sgd", *, batch_size: int = 64, standardise: bool = False, dropout: float = 0.0
) -> NumpyTask:
    """The digits and a 64-128-128-10 network in plain NumPy."""
    (X, y), held = digits(standardise)
    return NumpyTask(
        X,
        y,
        hidden=(128, 128),
        optimizer=optimizer,
        dropout=dropout,
        batch_size=batch_size,
        validation=held,
        name="digits, NumPy",
    )


def table_numpy(name: Literal["breast_cancer", "diabetes"], *, batch_size: int = 32) -> NumpyTask:
    """A table and one hidden layer of 32."""
    (X, y), held = table(name)
    return NumpyTask(X, y, hidden=(32,), batch_size=batch_size, validation=held, name=name.replace("_", " "))


def digits_torch(
    *,
    batch_norm: bool = False,
    dropout: float = 0.0,
    standardise: bool = False,
    batch_size: int = 64,
    optimizer: TorchOptimizer = "sgd",
    lr: float | None = None,
) -> Task:
    """The digits and a 64-128-128-10 network in PyTorch, SGD with momentum 0.9 unless said otherwise."""
    torch = need("torch", "torch")
    nn = torch.nn

    def layer(inputs: int, outputs: int) -> list[Any]:
        norm = [nn.BatchNorm1d(outputs)] if batch_norm else []
        return [nn.Linear(inputs, outputs), *norm, nn.ReLU(), *([nn.Dropout(dropout)] if dropout else [])]

    def network() -> Any:
        return nn.Sequential(*layer(64, 128), *layer(128, 128), nn.Linear(128, 10))

    name = "digits, batch norm" if batch_norm else "digits"
    return _torch(network, digits(standardise), name, batch_size, optimizer, lr)


def mnist1d_torch(
    network: Literal["conv", "mlp"] = "conv",
    *,
    batch_size: int = 100,
    optimizer: TorchOptimizer = "sgd",
    lr: float | None = None,
) -> Task:
    """mnist1d and a small convolutional network, or a 40-100-100-10 perceptron."""
    nn = need("torch", "torch").nn

    def perceptron() -> Any:
        return nn.Sequential(nn.Linear(40, 100), nn.ReLU(), nn.Linear(100, 100), nn.ReLU(), nn.Linear(100, 10))

    def convolutions() -> Any:
        layers: list[Any] = [nn.Unflatten(1, (1, 40))]
        for inputs in (1, 25, 25):
            layers += [nn.Conv1d(inputs, 25, 5, stride=2, padding=2), nn.BatchNorm1d(25), nn.ReLU()]
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(125, 10))

    made = convolutions if network == "conv" else perceptron
    return _torch(made, mnist1d(), f"mnist1d, {network}", batch_size, optimizer, lr)


def _torch(
    network: Any, parts: tuple[Rows, Rows], name: str, batch_size: int, optimizer: TorchOptimizer, lr: float | None
) -> Task:
    torch = need("torch", "torch")

    def made(model: Any) -> Any:
        if optimizer == "sgd":
            return torch.optim.SGD(model.parameters(), lr=lr or 0.01, momentum=0.9)
        kind = torch.optim.Adam if optimizer == "adam" else torch.optim.AdamW
        return kind(model.parameters(), lr=lr or 0.001)

    (X, y), (held_X, held_y) = parts
    rows = torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y)
    held = torch.as_tensor(held_X, dtype=torch.float32), torch.as_tensor(held_y)
    task: Task = load("ayar.integrations.torch.task:TorchTask")(  # a guest, found by name: no import to a neighbour
        network, made, rows, validation=held, batch_size=batch_size, device="cpu", name=name
    )
    return task
