"""Callbacks that report to a trial and end it: XGBoost, LightGBM, Keras, Lightning, and ranks of PyTorch."""

import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ayar
from ayar.base.errors import ArgumentError, TrialPruned
from ayar.integrations.watching import Watch

X = np.random.default_rng(0).normal(size=(120, 4))
Y = X[:, 0] + 0.1 * X[:, 1]


class Stub:
    """A trial that wants to end at a step, and keeps what it is told."""

    number = 3

    def __init__(self, ends_at: int | None = None) -> None:
        self.told: list[tuple[int, float]] = []
        self._ends_at = ends_at

    def report(self, value: float, step: int) -> None:
        self.told.append((step, value))

    def should_prune(self) -> bool:
        return self._ends_at is not None and self.told[-1][0] >= self._ends_at

    @property
    def steps(self) -> list[int]:
        return [step for step, _ in self.told]


# -- which metric ------------------------------------------------------------------------------------------------------


def test_a_single_metric_needs_no_name() -> None:
    trial = Stub()
    Watch(trial, None, "Guest").take({"valid_0-rmse": 0.5}, 1)
    assert trial.told == [(1, 0.5)]


@pytest.mark.parity("OP11")
def test_several_metrics_need_one_and_the_error_lists_them() -> None:
    with pytest.raises(ArgumentError, match=r"Guest: name the metric to report by metric=\.\.\.; there are: 'a', 'b'"):
        Watch(Stub(), None, "Guest").take({"a": 1.0, "b": 2.0}, 0)
    with pytest.raises(ArgumentError, match=r"Guest: no metric is called 'acc'; there are: 'loss'"):
        Watch(Stub(), "acc", "Guest").take({"loss": 1.0}, 0)
    with pytest.raises(ArgumentError, match="there are: none"):
        Watch(Stub(), None, "Guest").take({}, 0)


def test_the_plain_name_is_enough_where_one_set_has_it() -> None:
    trial = Stub()
    watch = Watch(trial, "auc", "Guest")
    watch.take({"valid-auc": 0.5, "valid-loss": 1.0}, 0)
    assert trial.told == [(0, 0.5)]
    with pytest.raises(ArgumentError, match="there are: 'a-auc', 'b-auc'"):
        watch.take({"a-auc": 0.5, "b-auc": 0.6}, 1)


def test_a_step_reported_twice_warns_once() -> None:
    watch = Watch(Stub(), None, "Guest")
    watch.take({"loss": 1.0}, 0)
    with pytest.warns(UserWarning, match="Guest: step 0 of trial 3 is reported a second time; the last value counts"):
        watch.take({"loss": 0.9}, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        watch.take({"loss": 0.8}, 0)


# -- boosting ----------------------------------------------------------------------------------------------------------


def xgboost_ways() -> dict[str, Callable[[Any], Any]]:
    import xgboost

    data = xgboost.DMatrix(X, Y)
    return {
        "train": lambda callback: xgboost.train(
            {"nthread": 1}, data, 6, evals=[(data, "valid")], callbacks=[callback], verbose_eval=False
        ),
        "cv": lambda callback: xgboost.cv({"nthread": 1}, data, 6, nfold=3, callbacks=[callback]),
        "sklearn": lambda callback: xgboost.XGBRegressor(n_estimators=6, n_jobs=1, callbacks=[callback]).fit(
            X, Y, eval_set=[(X, Y)], verbose=False
        ),
    }


def lightgbm_ways() -> dict[str, Callable[[Any], Any]]:
    import lightgbm

    options = {"verbose": -1, "num_threads": 1, "metric": "l2"}
    data = lightgbm.Dataset(X, Y, free_raw_data=False)
    return {
        "train": lambda callback: lightgbm.train(options, data, 6, valid_sets=[data], callbacks=[callback]),
        "cv": lambda callback: lightgbm.cv(options, data, 6, nfold=3, stratified=False, callbacks=[callback]),
        "sklearn": lambda callback: lightgbm.LGBMRegressor(n_estimators=6, n_jobs=1, verbose=-1).fit(
            X, Y, eval_X=(X,), eval_y=(Y,), callbacks=[callback]
        ),
    }


@pytest.mark.parity("OP11")
@pytest.mark.parametrize("way", ["train", "cv", "sklearn"])
@pytest.mark.parametrize("guest", ["xgboost", "lightgbm"])
def test_boosting_reports_each_round_and_ends_where_it_is_told_to(guest: str, way: str) -> None:
    if guest == "xgboost":
        from ayar.integrations.xgboost import PruningCallback as Callback

        train = xgboost_ways()[way]
    else:
        from ayar.integrations.lightgbm import PruningCallback as Callback  # type: ignore[assignment]

        train = lightgbm_ways()[way]
    whole = Stub()
    train(Callback(whole))
    assert whole.steps == list(range(6))
    values = [value for _, value in whole.told]
    assert values == sorted(values, reverse=True), "a loss, with its own sign"

    ended = Stub(ends_at=2)
    with pytest.raises(TrialPruned, match="trial 3 was stopped after round 2 by the study's scheduler"):
        train(Callback(ended))
    assert ended.told == whole.told[:3]


def test_xgboost_with_several_metrics_lists_their_names() -> None:
    import xgboost

    from ayar.integrations.xgboost import PruningCallback

    data = xgboost.DMatrix(X, Y)
    options = {"eval_metric": ["rmse", "mae"], "nthread": 1}

    def train(callback: PruningCallback) -> None:
        xgboost.train(options, data, 2, evals=[(data, "valid")], callbacks=[callback], verbose_eval=False)

    with pytest.raises(ArgumentError, match=r"XGBoost: name the metric .*there are: 'valid-rmse', 'valid-mae'"):
        train(PruningCallback(Stub()))
    trial = Stub()
    train(PruningCallback(trial, "mae"))
    assert trial.steps == [0, 1]


def test_a_process_of_another_rank_needs_no_trial() -> None:
    from ayar.integrations.xgboost import PruningCallback

    xgboost_ways()["train"](PruningCallback(None))


@pytest.mark.parity("OP11")
def test_a_study_prunes_boosting_by_its_scheduler() -> None:
    import xgboost

    from ayar.integrations.xgboost import PruningCallback
    from ayar.training import Constant, announce

    data = xgboost.DMatrix(X, Y)

    def objective(trial: Any) -> float:
        announce(trial, Constant(steps=20, lr=1.0))
        log: dict[str, Any] = {}
        xgboost.train(
            {"eta": trial["eta"], "nthread": 1}, data, 20, evals=[(data, "valid")], evals_result=log,
            callbacks=[PruningCallback(trial)], verbose_eval=False,
        )  # fmt: skip
        return float(log["valid"]["rmse"][-1])

    study = ayar.minimize(
        objective, {"eta": ayar.Float(1e-3, 0.5, log=True)}, max_trials=16, sampler="random", seed=1,
        scheduler="schedule_aware",
    )  # fmt: skip
    assert study.counts()[ayar.State.PRUNED] >= 3
    assert study.best.state is ayar.State.COMPLETE


# -- Keras, Lightning --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parity("OP11")
def test_keras_ends_after_the_epoch_and_only_then_ends_the_trial() -> None:
    import keras

    from ayar.integrations.keras import PruningCallback

    class Ends(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
        seen = 0

        def on_train_end(self, logs: Any = None) -> None:
            Ends.seen += 1

    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    ended = Stub(ends_at=1)
    with pytest.raises(TrialPruned, match="trial 3 was stopped after epoch 1 by the study's scheduler"):
        model.fit(X, Y, validation_split=0.3, epochs=5, verbose=0, callbacks=[Ends(), PruningCallback(ended)])
    assert (ended.steps, Ends.seen) == ([0, 1], 1)
    whole = Stub()
    model.fit(X, Y, validation_split=0.3, epochs=2, verbose=0, callbacks=[PruningCallback(whole)])
    assert whole.steps == [0, 1]
    with pytest.raises(ArgumentError, match=r"Keras: no metric is called 'val_acc'.* there are: 'loss', 'val_loss'"):
        model.fit(X, Y, validation_split=0.3, verbose=0, callbacks=[PruningCallback(Stub(), "val_acc")])


LIGHTNING = """
import pathlib, sys, warnings
warnings.filterwarnings("ignore")
import lightning, torch
from lightning.pytorch.loggers import CSVLogger
from ayar.base.errors import TrialPruned
from ayar.integrations.lightning import PruningCallback

class Model(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)
    def training_step(self, batch, _):
        return ((self.layer(batch[0]) - batch[1]) ** 2).mean()
    def validation_step(self, batch, _):
        self.log("val_loss", ((self.layer(batch[0]) - batch[1]) ** 2).mean(), sync_dist=True)
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.01)

class Trial:
    number = 3
    steps = []
    def report(self, value, step):
        self.steps.append(step)
    def should_prune(self):
        return self.steps[-1] >= 1

def loader():
    torch.manual_seed(0)
    X = torch.randn(64, 4)
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, X[:, :1]), batch_size=16)

devices, metric = int(sys.argv[1]), sys.argv[2]
torch.set_num_threads(1)
trainer_of = dict(accelerator="cpu", devices=devices, max_epochs=5, logger=False, enable_checkpointing=False,
                  enable_progress_bar=False, enable_model_summary=False)
if devices > 1:
    trainer_of["strategy"] = "ddp"
trainer = lightning.Trainer(**trainer_of)
stop = PruningCallback(Trial() if trainer.is_global_zero else None, metric)
trainer.callbacks.append(stop)
try:
    trainer.fit(Model(), loader(), loader())
    stop.settle()
    said = "complete"
except TrialPruned as error:
    said = f"{error}; epochs {trainer.current_epoch}"
except Exception as error:
    said = f"{type(error).__name__}: {error}"
# A file for each rank: lines of two processes on one pipe may run together.
pathlib.Path(f"rank-{trainer.global_rank}").write_text(said)
"""


def lightning_says(folder: Path, devices: int, metric: str) -> list[str]:
    script = folder / "train.py"
    script.write_text(LIGHTNING)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(script), str(devices), metric], capture_output=True, text=True, timeout=240,
        env=environment, check=False, cwd=folder,
    )  # fmt: skip
    said = [path.read_text() for path in sorted(folder.glob("rank-*"))]
    assert len(said) == devices, done.stderr
    return said


@pytest.mark.slow
@pytest.mark.parity("OP11")
def test_lightning_stops_all_ranks_after_the_same_epoch(tmp_path: Path) -> None:
    assert lightning_says(tmp_path, 2, "val_loss") == [
        "trial 3 was stopped after epoch 1 by the study's scheduler; epochs 2",
        "rank 0 stopped it after epoch 1; epochs 2",
    ]


@pytest.mark.slow
def test_a_wrong_metric_ends_lightning_in_words(tmp_path: Path) -> None:
    assert lightning_says(tmp_path, 1, "val_acc") == [
        "ArgumentError: Lightning: no metric is called 'val_acc'; there are: 'val_loss'"
    ]


# -- ranks of PyTorch --------------------------------------------------------------------------------------------------

RANK = """
import sys
import torch.distributed as dist
from ayar.integrations.torch import TrialOfAllRanks

rank, rendezvous, breaks = int(sys.argv[1]), sys.argv[2], sys.argv[3] == "breaks"
dist.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=2)

class Trial:
    number, params, steps = 3, {"lr": 0.1}, []
    def report(self, value, step):
        if breaks and step == 1:
            raise OSError("disk full")
        self.steps.append(step)
    def should_prune(self):
        return self.steps[-1] >= 2

trial = TrialOfAllRanks(Trial() if rank == 0 else None)
try:
    for epoch in range(10):
        trial.report(trial["lr"] * epoch, epoch)
        if trial.should_prune():
            print(f"stopped at {epoch} with {dict(trial)}")
            break
except Exception as error:
    print(f"{type(error).__name__}: {error}")
dist.destroy_process_group()
"""


def ranks(folder: Path, mood: str) -> list[str]:
    script = folder / "rank.py"
    script.write_text(RANK)
    processes = [
        subprocess.Popen(
            [sys.executable, str(script), str(rank), str(folder / "meet"), mood], stdout=subprocess.PIPE, text=True
        )
        for rank in range(2)
    ]
    return [process.communicate(timeout=240)[0].strip() for process in processes]


@pytest.mark.slow
@pytest.mark.parity("OP11")
def test_rank_zero_decides_and_both_ranks_stop_at_the_same_step(tmp_path: Path) -> None:
    assert ranks(tmp_path, "calm") == ["stopped at 2 with {'lr': 0.1}"] * 2


@pytest.mark.slow
def test_a_failure_of_rank_zero_reaches_the_others(tmp_path: Path) -> None:
    assert ranks(tmp_path, "breaks") == [
        "OSError: disk full",
        "RankZeroFailed: rank 0 could not report step 1 of trial 3: OSError: disk full",
    ]
