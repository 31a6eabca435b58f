"""A small convolutional network trained on MNIST-1D: 7 parameters, 0.2 to 1 s a trial, with the noise of real training.

The loss is the error on 1,000 held-out rows after six epochs on 3,000. A trial's generator seeds weights, order of rows
and dropout; the truth is the mean over three fixed seeds. Training that diverges is a failed trial; in the truth it
counts as all rows wrong, and a configuration fails if all three diverge.
Source: Greydanus and Kobak 2024, arXiv:2011.14439; the data are made by the package mnist1d, without the network.

`python -m benchmarks.suites.mnist1d` computes the scale again (`mnist1d_scale.json`).
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np

from benchmarks.problems import Outcome, Parameter, Params, Problem, Space
from benchmarks.suites.data import MissingDataError
from benchmarks.suites.learners import KEPT, TRUTH_SEEDS
from benchmarks.suites.scale import Losses, Scale, find, read, write

EPOCHS = 6
TRAINING_ROWS = 3000
CLASSES = 10

SPACE: Space = (
    Parameter("learning_rate", "float", 1e-4, 1.0, log=True),
    Parameter("batch", "int", 32, 512, log=True),
    Parameter("layers", "int", 1, 3),
    Parameter("channels", "int", 4, 32, log=True),
    Parameter("dropout", "float", 0.0, 0.6),
    Parameter("optimizer", "categorical", values=("sgd", "adam")),
    Parameter("momentum", "float", 0.0, 0.99, when={"optimizer": ("sgd",)}),
)


@cache
def rows() -> tuple[Any, Any, Any, Any]:
    """Training and held-out features (n, 1, 40) and classes (n,), as tensors.

    Raises:
        MissingDataError: torch or mnist1d is not installed.
    """
    try:
        import torch
        from mnist1d.data import get_dataset_args, make_dataset
    except ImportError as error:
        raise MissingDataError("the suite mnist1d needs torch and mnist1d: pip install 'ayar[bench]'") from error
    torch.set_num_threads(1)
    made = make_dataset(get_dataset_args())  # from a seed of its own
    x = torch.tensor(made["x"], dtype=torch.float32)[:, None, :]
    y = torch.tensor(made["y"], dtype=torch.int64)
    return x[:TRAINING_ROWS], y[:TRAINING_ROWS], x[TRAINING_ROWS:], y[TRAINING_ROWS:]


def network(layers: int, channels: int, dropout: float) -> Any:
    """Convolutions of width five, each halving the row, and one linear layer."""
    from torch import nn

    parts: list[nn.Module] = []
    for i in range(layers):
        parts += [nn.Conv1d(channels if i else 1, channels, 5, stride=2, padding=2), nn.ReLU()]
    return nn.Sequential(*parts, nn.Flatten(), nn.Dropout(dropout), nn.Linear(channels * (40 >> layers), CLASSES))


def descent(params: Params, weights: Any) -> Any:
    """The optimizer."""
    from torch import optim

    if params["optimizer"] == "adam":
        return optim.Adam(weights, params["learning_rate"])
    return optim.SGD(weights, params["learning_rate"], momentum=params["momentum"])


def error(params: Params, seed: int) -> float:
    """Train once; the share of held-out rows that are wrong, infinite where training diverged."""
    return remembered(tuple(params.items()), seed)


@lru_cache(KEPT)
def remembered(items: tuple[tuple[str, Any], ...], seed: int) -> float:
    """The training itself."""
    import torch
    from torch.nn.functional import cross_entropy

    params = dict(items)
    x, y, held_out, classes = rows()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = network(params["layers"], params["channels"], params["dropout"])
        optimizer = descent(params, model.parameters())
        for _ in range(EPOCHS):
            for batch in torch.randperm(len(x)).split(params["batch"]):  # type: ignore[no-untyped-call]  # torch's own
                optimizer.zero_grad()
                cross_entropy(model(x[batch]), y[batch]).backward()  # type: ignore[no-untyped-call]  # torch's own
                optimizer.step()
        model.eval()
        with torch.no_grad():
            scores = model(held_out)
    if not bool(torch.isfinite(scores).all()):
        return float("inf")
    return float((scores.argmax(1) != classes).float().mean())


def evaluate(params: Params, rng: np.random.Generator) -> Outcome:
    """A trial."""
    loss = error(params, int(rng.random() * 2**31))
    return Outcome(loss if np.isfinite(loss) else None)


def truth(params: Params) -> float:
    """The mean over three fixed seeds."""
    errors = [error(params, seed) for seed in TRUTH_SEEDS]
    return float(np.mean(np.minimum(errors, 1.0))) if np.isfinite(errors).any() else float("inf")


def truths(configurations: Sequence[Params]) -> Losses:
    """Of many."""
    return np.array([truth(params) for params in configurations])


def mnist1d() -> list[Problem]:
    """The one problem."""
    rows()  # says at once what is missing
    scale = read("mnist1d", "cnn")
    return [Problem("cnn", "mnist1d", "real", True, SPACE, evaluate, truth, scale["best"], scale["median"])]


def scale() -> Scale:
    """Its scale."""
    return find(SPACE, truths, draws=80, rounds=8, parents=3, children=4)


if __name__ == "__main__":
    write("mnist1d", [("cnn", scale)])
