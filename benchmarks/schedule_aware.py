"""Schedule-aware stopping on real one-cycle trainings: steps saved, winners kept, false stops, beside the median rule.

    python -m benchmarks.schedule_aware              # 10 seeds of 40 trials
    python -m benchmarks.schedule_aware --seeds 3

A network in plain NumPy on digits; each trial draws its highest rate, decay, width, batch size and length (8, 12 or 16
epochs, each with a complete cycle). All trials are trained to the end once; each rule then sees their curves of
validation loss in the same order. A stop is false where the trial would have ended better than the best complete trial
by then. The median rule is that of common tuners: after 5 complete trials, stop where the best loss so far is worse
than the median of theirs at the same epoch. `winner kept`: the trial that ends best of all is not stopped.
"""

import argparse
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.timing import spread, table

EPOCHS = (8, 12, 16)
_STARTUP = 5


@dataclass(frozen=True)
class Recorded:
    """One trial, trained to its end."""

    losses: tuple[float, ...]
    """Validation loss after each epoch."""
    peak: int
    """Epochs done when the rate is highest."""
    steps: int
    """Updates of an epoch."""

    @property
    def end(self) -> float:
        """The loss that counts; infinite for a trial that diverged."""
        return self.losses[-1] if math.isfinite(self.losses[-1]) else math.inf


def record(seed: int, trials: int) -> list[Recorded]:
    """Train so many random configurations."""
    from sklearn.datasets import load_digits

    from ayar.training import OneCycle
    from ayar.training.numpy_task import NumpyTask

    X, y = load_digits(return_X_y=True)
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(trials):
        epochs, batch = int(rng.choice(EPOCHS)), int(rng.choice([32, 64, 128]))
        width, decay = int(rng.choice([16, 32, 64, 128])), float(10 ** rng.uniform(-6, -2))
        task = NumpyTask(X / 16.0, y, hidden=(width,), batch_size=batch)
        cycle = OneCycle(steps=epochs * task.steps_per_epoch, max_lr=float(10 ** rng.uniform(-3, 0.5)))
        run, losses = task.start(seed), []
        for t, (lr, momentum) in enumerate(cycle):
            run.step(lr=lr, momentum=momentum, weight_decay=decay)
            if (t + 1) % task.steps_per_epoch == 0:
                losses.append(run.validate().loss)
        found.append(Recorded(tuple(losses), -(-(cycle.peak + 1) // task.steps_per_epoch), task.steps_per_epoch))
    return found


def schedule_aware(recorded: Sequence[Recorded]) -> list[int]:
    """Epochs that each trial was given by the scheduler, in a study of its own."""
    import ayar
    from ayar.trial.progress import SCHEDULE, SchedulePlan

    study = ayar.create_study({"x": (0.0, 1.0)}, sampler="random", seed=0, scheduler="schedule_aware")
    given = []
    for each in recorded:
        trial = study.ask()
        trial.set_user_attr(SCHEDULE, SchedulePlan(len(each.losses), each.peak).to_json())
        done = 0
        for done, loss in enumerate(each.losses, 1):
            trial.report(loss, done)
            if trial.should_prune():
                break
        given.append(done)
        if done < len(each.losses) or not math.isfinite(each.end):
            study.tell(trial, state="pruned")
        else:
            study.tell(trial, each.end)
    return given


def median_rule(recorded: Sequence[Recorded]) -> list[int]:
    """Epochs that each trial was given by the rule of the docstring."""
    complete: list[Recorded] = []
    given = []
    for each in recorded:
        done = len(each.losses)
        for epoch in range(1, len(each.losses)):
            there = [min(other.losses[:epoch]) for other in complete if len(other.losses) >= epoch]
            if len(there) >= _STARTUP and not min(each.losses[:epoch]) <= np.median(there):
                done = epoch
                break
        given.append(done)
        if done == len(each.losses):
            complete.append(each)
    return given


RULES: dict[str, Callable[[Sequence[Recorded]], list[int]]] = {
    "schedule_aware": schedule_aware,
    "median": median_rule,
}


def judged(recorded: Sequence[Recorded], given: Sequence[int]) -> dict[str, float]:
    """Share of the steps saved, whether the winner was kept, stops and false stops, and loss of the best kept."""
    whole = sum(len(each.losses) * each.steps for each in recorded)
    spent = sum(done * each.steps for done, each in zip(given, recorded, strict=True))
    kept = [done == len(each.losses) for done, each in zip(given, recorded, strict=True)]
    ends = np.array([each.end for each in recorded])
    false = sum(
        not kept[i] and ends[i] < min((ends[j] for j in range(i) if kept[j]), default=math.inf)
        for i in range(len(recorded))
    )
    best = float(ends[np.array(kept)].min())
    return {
        "saved": 1.0 - spent / whole,
        "kept": float(kept[int(np.argmin(ends))]),
        "stops": float(len(kept) - sum(kept)),
        "false": float(false),
        "lost": best - float(ends.min()),
    }


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--trials", type=int, default=40)
    given = parser.parse_args()
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in RULES}
    for seed in range(given.seeds):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            recorded = record(seed, given.trials)
        for name, rule in RULES.items():
            results[name].append(judged(recorded, rule(recorded)))
    rows = []
    for name, each in results.items():
        saved, lost = [100 * one["saved"] for one in each], [one["lost"] for one in each]
        kept, stops, false = (sum(one[key] for one in each) for key in ("kept", "stops", "false"))
        rows.append(
            [
                name,
                spread(saved, "%"),
                f"{kept:.0f} of {len(each)}",
                f"{stops:.0f}",
                f"{false:.0f}",
                spread(lost, "", 4),
            ]
        )
    print(table(["rule", "steps saved", "winner kept", "stops", "false stops", "loss of the best kept, more by"], rows))


if __name__ == "__main__":
    main()
