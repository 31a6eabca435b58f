"""What the disciplined recipe is worth: against defaults, against thirty random trials, and before a search.

    python -m benchmarks.disciplined                 both tables, 10 seeds
    python -m benchmarks.disciplined --seeds 3 --only recipe

Networks in plain NumPy on the three tables that scikit-learn ships. Every seed draws its own rows for training,
validation (what recipe and searches see) and test (what is reported). Steps are updates of weights, all counted.

    recipe   `disciplined` with a budget of 4 full trainings, the defaults, and 30 random trials on the full space
    search   `disciplined` and 20 trials on its narrowed space, against 60 trials on the full space
"""

import argparse
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import ayar
from ayar.training import Constant, NumpyTask, OneCycle, Schedule, disciplined, run_schedule

EPOCHS = {"digits": 10, "breast cancer": 20, "diabetes": 30}
SPACE: Mapping[str, Any] = {
    "lr": ayar.Float(1e-5, 10.0, log=True),
    "momentum": ayar.Float(0.5, 0.99),
    "weight_decay": ayar.Float(1e-7, 1e-1, log=True),
}
RECIPE_TRIALS, FULL_TRIALS = 20, 60


@dataclass(frozen=True)
class Subject:
    """One data set, cut by a seed: what is searched on, and the same training judged on test rows."""

    name: str
    task: NumpyTask
    judge: NumpyTask

    @property
    def steps(self) -> int:
        """Updates of a full training."""
        return EPOCHS[self.name] * self.task.steps_per_epoch

    def cycle(self, params: Mapping[str, Any]) -> OneCycle:
        """The schedule of a trial."""
        return OneCycle(self.steps, params["lr"], momentum=(params["momentum"], params["momentum"]))

    def loss(self, params: Mapping[str, Any]) -> float:
        """Validation loss of a trial."""
        found = run_schedule(self.task, self.cycle(params), 0, weight_decay=params["weight_decay"]).loss
        return min(found, 1e6)

    def test(self, schedule: Schedule, decay: float | None) -> float:
        """The score on test rows, mean over three trainings: error rate, or mean squared error of scaled labels."""
        scores = [run_schedule(self.judge, schedule, seed, weight_decay=decay).scores for seed in (1, 2, 3)]
        if self.name == "diabetes":
            return float(np.mean([score.loss for score in scores]))
        return float(np.mean([1.0 - (score.metric or 0.0) for score in scores]))


def subject(name: str, seed: int) -> Subject:
    """A data set in three parts drawn by `seed`: 60 % training, 20 % validation, 20 % test; scaled by the first."""
    from sklearn import datasets

    X, y = getattr(datasets, f"load_{name.replace(' ', '_')}")(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(X))
    train, validation, test = np.split(order, [int(0.6 * len(X)), int(0.8 * len(X))])
    spread = X[train].std(0)
    X = (X - X[train].mean(0)) / np.where(spread > 0, spread, 1.0)
    if name == "diabetes":
        y = (y - y[train].mean()) / y[train].std()

    def made(part: Any) -> NumpyTask:
        return NumpyTask(X[train], y[train], hidden=(64,), validation=(X[part], y[part]), name=name)

    return Subject(name, made(validation), made(test))


def recipe_row(name: str, seed: int) -> dict[str, float]:
    """Test scores and steps of recipe, defaults and thirty random trials."""
    made = subject(name, seed)
    recipe = disciplined(made.task, EPOCHS[name], seed=seed)
    study = ayar.minimize(made.loss, SPACE, max_trials=30, sampler="random", seed=seed)
    best = study.best.params
    return {
        "recipe": made.test(recipe.schedule, recipe.settings.weight_decay),
        "default": made.test(Constant(made.steps, made.task.settings.lr), None),
        "random 30": made.test(made.cycle(best), best["weight_decay"]),
        "recipe steps": recipe.spend.steps,
        "random steps": 30 * made.steps,
        "full trainings": recipe.spend.steps / made.steps,
    }


def search_row(name: str, seed: int) -> dict[str, float]:
    """Test scores and steps of the recipe followed by a short search, and of a long search on the full space."""
    made = subject(name, seed)
    recipe = disciplined(made.task, EPOCHS[name], seed=seed)
    short = ayar.minimize(made.loss, recipe.to_space(SPACE), max_trials=RECIPE_TRIALS, seed=seed).best.params
    full = ayar.minimize(made.loss, SPACE, max_trials=FULL_TRIALS, seed=seed).best.params
    return {
        "recipe + 20": made.test(made.cycle(short), short["weight_decay"]),
        "full 60": made.test(made.cycle(full), full["weight_decay"]),
        "steps": recipe.spend.steps + RECIPE_TRIALS * made.steps,
        "full steps": FULL_TRIALS * made.steps,
    }


ROWS: Mapping[str, Callable[[str, int], dict[str, float]]] = {"recipe": recipe_row, "search": search_row}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only", choices=sorted(ROWS))
    asked = parser.parse_args()
    for what in [asked.only] if asked.only else ROWS:
        print(f"\n{what}: mean ± standard error over {asked.seeds} seeds; error rate, or squared error for diabetes")
        for name in EPOCHS:
            rows = [ROWS[what](name, seed) for seed in range(asked.seeds)]
            print(f"  {name:14s}" + "  ".join(f"{key} {_said([row[key] for row in rows])}" for key in rows[0]))


def _said(values: list[float]) -> str:
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    mean = statistics.fmean(values)
    return f"{mean:.0f}" if mean > 100 else f"{mean:.4f} ± {error:.4f}"


if __name__ == "__main__":
    main()
