"""What other range tests suggest: fastai's four rules, Lightning's and torch-lr-finder's, with their own defaults.

The environment's python runs it: `python -m benchmarks.peers.range TASK SEED ...` prints a JSON line for each seed.
"""

import contextlib
import io
import json
import logging
import sys
import tempfile
import warnings
from typing import Any

from benchmarks.range_tasks import BATCH, MOMENTUM, network, rows


def loader(task: str, seed: int) -> Any:
    """Batches of the training rows, in the order of the seed."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    x, y, _, _ = rows(task)
    order = torch.Generator().manual_seed(seed)
    return DataLoader(TensorDataset(x, y), BATCH, shuffle=True, drop_last=True, generator=order)


def sgd(model: Any, lr: float) -> Any:
    import torch

    return torch.optim.SGD(model.parameters(), lr=lr, momentum=MOMENTUM)


def fastai(task: str, seed: int) -> dict[str, float]:
    """`Learner.lr_find` with all four of its rules."""
    import torch
    from fastai.callback.schedule import minimum, slide, steep, valley
    from fastai.data.core import DataLoaders
    from fastai.data.load import DataLoader
    from fastai.learner import Learner
    from fastai.optimizer import SGD

    x, y, held_x, held_y = rows(task)
    torch.manual_seed(seed)
    train = DataLoader(list(zip(x, y, strict=True)), bs=BATCH, shuffle=True, drop_last=True)
    train.rng.seed(seed)
    held = DataLoader(list(zip(held_x, held_y, strict=True)), bs=BATCH)
    with tempfile.TemporaryDirectory() as folder:
        learner = Learner(
            DataLoaders(train, held, device=torch.device("cpu")),
            network(task, seed),
            loss_func=torch.nn.CrossEntropyLoss(),
            opt_func=lambda params, lr: SGD(params, lr, mom=MOMENTUM),
            path=folder,
        )
        with learner.no_bar(), learner.no_logging():
            found = learner.lr_find(suggest_funcs=(minimum, steep, valley, slide), show_plot=False)
    return {f"fastai {name}": float(getattr(found, name)) for name in ("valley", "slide", "minimum", "steep")}


def lightning(task: str, seed: int) -> dict[str, float]:
    """`Tuner.lr_find`."""
    import torch
    from lightning.pytorch import LightningModule, Trainer
    from lightning.pytorch.tuner import Tuner

    class Module(LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net, self.lr = network(task, seed), 0.1

        def training_step(self, batch: Any, _: int) -> Any:
            return torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1])

        def configure_optimizers(self) -> Any:
            return sgd(self, self.lr)

    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            accelerator="cpu", logger=False, enable_progress_bar=False, enable_model_summary=False,
            default_root_dir=folder, max_epochs=50, enable_checkpointing=False,
        )  # fmt: skip
        found = Tuner(trainer).lr_find(Module(), train_dataloaders=loader(task, seed))
    said = found.suggestion() if found else None
    return {"Lightning": float("nan") if said is None else float(said)}


def torch_lr_finder(task: str, seed: int) -> dict[str, float]:
    """`LRFinder.range_test`, and the suggestion of its `plot`."""
    import matplotlib as mpl
    import torch
    from torch_lr_finder import LRFinder

    mpl.use("Agg")
    model = network(task, seed)
    finder = LRFinder(model, sgd(model, 1e-7), torch.nn.CrossEntropyLoss(), device="cpu")
    finder.range_test(loader(task, seed), end_lr=10, num_iter=100)
    said = finder.plot(suggest_lr=True)
    return {"torch-lr-finder": float(said[1]) if isinstance(said, tuple) else float("nan")}


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    task, seeds = sys.argv[1], [int(text) for text in sys.argv[2:]]
    for seed in seeds:
        said: dict[str, float] = {}
        for peer in (fastai, lightning, torch_lr_finder):
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                said |= peer(task, seed)
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
