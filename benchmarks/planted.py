"""Planted tasks: each part of the `gp` sampler must pay on the kind of problem it is for.

    python -m benchmarks.planted                       # every task, 20 seeds, both arms; about half an hour on 2 cores
    python -m benchmarks.planted --tasks "noise,batch" --seeds 5

A task plays one study with the sampler as it is and one with a part of it taken away, with the same seeds and the same
draws of noise. Its score is a regret or a loss: less is better. Medians over seeds, with quartiles, and in how many
seeds the part won.
"""

import argparse
import math
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.ablations import replaced
from benchmarks.timing import table

Params = Mapping[str, Any]
Loss = Callable[[Params, np.random.Generator], Any]
"""What a trial returns: a number, a result with metrics, or None for a failure."""


@dataclass(frozen=True)
class Task:
    """One part of the sampler and the problem it is for."""

    part: str
    without: Mapping[str, Any]
    """"module:NAME" -> what takes its place in the other arm."""
    space: Callable[[], Any]
    loss: Loss
    score: Callable[[Any], float]
    """Of a finished study."""
    trials: int = 40
    pending: int = 0
    study: Mapping[str, Any] = field(default_factory=dict)


def _box(D: int) -> dict[str, Any]:
    return {f"x{d}": (0.0, 1.0) for d in range(D)}


def _u(params: Params) -> Any:
    return np.array([value for name, value in params.items() if name.startswith("x")])


def _least(loss: Callable[[Params], float]) -> Callable[[Any], float]:
    """Score: the noise-free loss of the best trial seen."""

    def score(study: Any) -> float:
        done = [trial for trial in study.trials if trial.state == "complete"]
        return loss(min(done, key=lambda trial: trial.values[0]).params) if done else math.inf

    return score


def _hartmann(params: Params) -> float:
    from ayar.testing.zoo import ZOO

    return ZOO["hartmann6"].regret({f"x{d}": params[f"x{d}"] for d in range(6)})


def _cliff(params: Params) -> float:
    """A valley whose walls rise by eight orders of magnitude."""
    return float(np.exp(18.0 * np.mean((_u(params) - 0.37) ** 2) / 0.4) - 1.0)


def _squashed(params: Params) -> float:
    """All that matters happens in the lowest twentieth of each range, as where a log scale was forgotten."""
    return float(np.mean((np.log10(_u(params) + 1e-3) + 2.1) ** 2))


def _bowl(params: Params) -> float:
    return float(np.mean((_u(params) - np.array([0.21, 0.65, 0.43, 0.8])) ** 2))


def _uneven(params: Params, rng: np.random.Generator) -> Any:
    import ayar

    sd = 0.3 if rng.random() < 0.6 else 0.002
    return ayar.Result(_bowl(params) + sd * float(rng.standard_normal()), sd=sd)


def _crashing(params: Params, _rng: np.random.Generator) -> Any:
    x = _u(params)
    return None if x[0] + x[1] > 1.0 or x[2] < 0.2 else _hartmann(params)


def _constrained(params: Params, _rng: np.random.Generator) -> Any:
    x = _u(params)
    return {"value": float(-x.sum()), "use": float((x**2).sum()), "gap": float(np.sin(9.0 * x[0]) - x[1])}


def _best_kept(study: Any) -> float:
    kept = [t for t in study.trials if t.metrics["use"] <= 1.2 and t.metrics["gap"] <= 0.0]
    return min((float(t.values[0]) for t in kept), default=0.0)


def _believing() -> Any:
    """Beliefs that are near the best point, each off by two thirds of its deviation."""
    import ayar

    best = (0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573)
    return {f"x{d}": ayar.Float(0.0, 1.0, prior=ayar.Normal(x + 0.1 * (-1) ** d, 0.15)) for d, x in enumerate(best)}


def _plain(loss: Callable[[Params], float]) -> Loss:
    return lambda params, _rng: loss(params)


def _no_warp(y: Any) -> Any:
    from ayar.numerics.warps import Warp

    return Warp(math.inf, float(np.mean(y)), 1.0, 1.0, 0.0, float(np.std(y)) or 1.0)


def _no_limits(_setup: Any, _told: Any) -> list[Any]:
    return []


def _penalised(setup: Any, told: Any) -> list[Any]:
    """Failed trials as values half a range worse than the worst: the usual way."""
    from ayar.numerics.surrogate import targets
    from ayar.samplers.quantities import Quantity

    rows = np.arange(len(told.U))
    y, warp = targets(told.goals[:, 0])
    return [Quantity(f"goal {setup.goals[0].name}", rows, y, np.zeros(len(y)), warp=warp)]


def _without_pending(history: Any, codec: Any) -> Any:
    from ayar.samplers.told import read_told

    told = read_told(history, codec)
    return told.first(len(told.U))


TASKS: dict[str, Task] = {
    "output warp": Task(
        "capping and Yeo-Johnson of the goal",
        {"ayar.samplers.quantities:fit_warp": _no_warp},
        lambda: _box(4),
        _plain(_cliff),
        _least(_cliff),
    ),
    "input warp": Task(
        "Kumaraswamy of the parameters",
        {"ayar.numerics.surrogate:_BENT_FROM": 10**9},
        lambda: _box(3),
        _plain(_squashed),
        _least(_squashed),
        trials=60,
    ),
    "prior": Task(
        "priors of the user (πBO, start)",
        {"ayar.samplers.belief:Belief.of": classmethod(lambda _cls, _space: None)},
        _believing,
        _plain(_hartmann),
        _least(_hartmann),
    ),
    "noise": Task(
        "told standard errors",
        {"ayar.numerics.warps:Warp.variances": lambda _self, y, _sd: np.zeros(len(y))},
        lambda: _box(4),
        _uneven,
        lambda study: _bowl(study.recommended.params),
    ),
    "feasibility": Task(
        "success as a modelled quantity",
        {"ayar.samplers.quantities:limits": _no_limits, "ayar.samplers.quantities:goals": _penalised},
        lambda: _box(6),
        _crashing,
        _least(_hartmann),
        trials=50,
    ),
    "constraints": Task(
        "metrics of result constraints",
        {"ayar.samplers.quantities:limits": _no_limits},
        lambda: _box(4),
        _constrained,
        _best_kept,
        study={"constraints": ["use <= 1.2", "gap <= 0"]},
    ),
    "batch": Task(
        "pending trials imagined",
        {"ayar.samplers.mixgp:read_told": _without_pending},
        lambda: _box(6),
        _plain(_hartmann),
        _least(_hartmann),
        trials=48,
        pending=15,
    ),
}


def play(name: str, seed: int, *, whole: bool) -> float:
    """The score of one study, with the part or without it."""
    import ayar

    task = TASKS[name]
    with replaced({} if whole else task.without):
        study = ayar.create_study(task.space(), sampler="gp", seed=seed, max_failures=task.trials, **task.study)
        waiting: list[Any] = []
        for number in range(task.trials + task.pending):
            if number < task.trials:
                waiting.append((number, study.ask()))
            if number >= task.pending:
                place, trial = waiting.pop(0)
                told = task.loss(dict(trial), np.random.default_rng([seed, place]))
                if told is None:
                    study.tell(trial, state="failed")
                else:
                    study.tell(trial, told)
        return task.score(study)


def compare(name: str, seeds: int) -> list[str]:
    """One row of the table."""
    own = np.array([play(name, seed, whole=True) for seed in range(seeds)])
    other = np.array([play(name, seed, whole=False) for seed in range(seeds)])
    cells = ["{1:.3g} ({0:.3g} – {2:.3g})".format(*np.quantile(part, [0.25, 0.5, 0.75])) for part in (own, other)]
    better = "yes" if np.median(own) < np.median(other) else "no"
    return [name, TASKS[name].part, *cells, f"{int((own < other).sum())} of {seeds}", better]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with ProcessPoolExecutor(given.workers) as pool:
        jobs = [pool.submit(compare, name, given.seeds) for name in given.tasks.split(",")]
        rows = [job.result() for job in jobs]
    print(table(["task", "part", "with it", "without it", "won", "median better"], rows))


if __name__ == "__main__":
    main()
