"""Read the training of a PyTorch network before any search: what to use, what it is worth, and where to search on.

    python examples/torch_disciplined.py

Needs the extras `torch`, `sklearn` and, for the pictures of the page, `plots`.
"""

import torch
from sklearn.datasets import load_digits

import ayar
from ayar.integrations.torch import TorchTask
from ayar.training import OneCycle, disciplined, run_schedule

torch.set_num_threads(1)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
order = torch.randperm(len(X), generator=torch.Generator().manual_seed(0))
held, rest = order[:540], order[540:]

task = TorchTask(
    model=lambda: torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)),
    optimizer=lambda model: torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9),
    data=(X[rest], y[rest]),
    validation=(X[held], y[held]),
    batch_size=64,
    name="digits, two layers",
)
epochs, steps = 10, 10 * task.steps_per_epoch

recipe = disciplined(task, epochs, budget=4, say=print)
print()
print(recipe.explain())
recipe.write("recipe.html")

# The search begins where the reading ended: ranges about what was found, and the found point first.
narrowed = recipe.to_space({"lr": ayar.Float(1e-5, 10.0, log=True), "weight_decay": ayar.Float(1e-7, 0.1, log=True)})
print()
print(narrowed.explain())


def objective(trial: ayar.Trial) -> float:
    """Validation loss after half a training."""
    cycle = OneCycle(steps // 2, trial["lr"])
    return run_schedule(task, cycle, seed=0, weight_decay=trial["weight_decay"]).loss


study = ayar.minimize(objective, narrowed, max_trials=5, seed=0)
print(f"\nbest of 5 trials: loss {study.best.value:.4f} at lr {study.best['lr']:.3g}")
