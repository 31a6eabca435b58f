"""Find a learning rate for a PyTorch network, see why, and train one cycle with it.

The digits of scikit-learn and a network with batch norm. Needs: pip install "ayar[torch,sklearn]".
"""

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from ayar.integrations.torch import TorchTask
from ayar.training import OneCycle, lr_range_test, run_schedule

torch.set_num_threads(1)
X, y = load_digits(return_X_y=True)
train_rows, held_rows, train_y, held_y = train_test_split(
    torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y), test_size=0.3, random_state=0, stratify=y
)


def network() -> torch.nn.Module:
    """Two hidden layers, each with batch norm."""
    nn = torch.nn
    hidden = nn.Sequential(nn.Linear(64, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Linear(128, 128), nn.BatchNorm1d(128))
    return nn.Sequential(hidden, nn.ReLU(), nn.Linear(128, 10))


def main() -> None:
    """Test, explain, train."""
    task = TorchTask(
        model=network,
        optimizer=lambda model: torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9),
        data=(train_rows, train_y),
        validation=(held_rows, held_y),
        batch_size=64,
        name="digits",
    )
    found = lr_range_test(task)
    print(found.explain())
    if found.max_lr is None:
        return
    result = run_schedule(task, OneCycle(steps=8 * task.steps_per_epoch, max_lr=found.max_lr), seed=1)
    print(result.explain())


if __name__ == "__main__":
    main()
