"""The four networks that range tests are compared on: digits and MNIST-1D, each plain and with batch norm.

Plain torch, so that every peer trains the very same thing in an environment of its own: `rows` gives the tensors,
`network` the weights of a seed, `BATCH` and `MOMENTUM` the rest. A third of the rows is held out.
"""

from functools import cache
from typing import Any

BATCH, MOMENTUM, CLASSES = 64, 0.9, 10
TASKS = ("digits-plain", "digits-norm", "mnist1d-plain", "mnist1d-conv")


@cache
def rows(task: str) -> tuple[Any, Any, Any, Any]:
    """Training and held-out features and classes of a task, as tensors."""
    import torch

    torch.set_num_threads(1)
    x, y = _digits() if task.startswith("digits") else _mnist1d()
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
    held = round(0.3 * len(x))
    x, y = x[order], y[order]
    return x[held:], y[held:], x[:held], y[:held]


def _digits() -> tuple[Any, Any]:
    import torch
    from sklearn.datasets import load_digits

    found = load_digits()
    return torch.tensor(found.data / 16, dtype=torch.float32), torch.tensor(found.target)


def _mnist1d() -> tuple[Any, Any]:
    import torch
    from mnist1d.data import get_dataset_args, make_dataset

    made = make_dataset(get_dataset_args())  # from a seed of its own
    return torch.tensor(made["x"], dtype=torch.float32), torch.tensor(made["y"], dtype=torch.int64)


def network(task: str, seed: int) -> Any:
    """The network of a task with the weights of a seed; rows in, ten logits out."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    if task == "mnist1d-conv":
        parts: list[nn.Module] = [nn.Unflatten(1, (1, 40))]
        for i, o in ((1, 16), (16, 16), (16, 16)):
            parts += [nn.Conv1d(i, o, 5, stride=2, padding=2), nn.BatchNorm1d(o), nn.ReLU()]
        return nn.Sequential(*parts, nn.Flatten(), nn.Linear(16 * 5, CLASSES))
    inputs = 64 if task.startswith("digits") else 40
    norm = task.endswith("norm")
    parts = []
    for i, o in ((inputs, 128), (128, 128)):
        parts += [nn.Linear(i, o), *([nn.BatchNorm1d(o)] if norm else []), nn.ReLU()]
    return nn.Sequential(*parts, nn.Linear(128, CLASSES))
