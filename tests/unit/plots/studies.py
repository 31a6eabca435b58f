"""The five kinds of study that every picture must stand: empty, one trial, conditional, several goals, very large."""

from functools import cache

import numpy as np

from ayar.base.rng import stream
from ayar.space.domains import Categorical, Constant, Float, Int
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial import events as ev
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.state import State

CONDITIONAL = Space(
    {
        "C": Float(1e-3, 1e3, log=True),
        "kernel": Categorical(["rbf", "poly", "linear"]),
        "gamma": Float(1e-4, 10.0, log=True, when={"kernel": ["rbf", "poly"]}),
        "degree": Int(2, 5, when={"kernel": "poly"}),
        "scale": Constant("unit"),
    }
)


def empty() -> Fold:
    """No trial yet."""
    return fold_of(CONDITIONAL, [])


def single() -> Fold:
    """One complete trial."""
    return fold_of(CONDITIONAL, [({"C": 1.0, "kernel": "linear", "scale": "unit"}, 0.5)])


def conditional(trials: int = 40, space: Space = CONDITIONAL, name: str = "svm") -> Fold:
    """A conditional space with failed, pruned and running trials, fold reports and an opened test set."""
    rng = stream(0, 0, "tests.pictures")
    codec = space.codec
    X = codec.from_unit(rng.random((trials, len(codec.names))))
    A = codec.activity(X)
    points = codec.decode(codec.mask(X, A), A)
    told = [_told(i, params, rng) for i, params in enumerate(points)]
    scores = [one.values if one.state is State.COMPLETE else 0.0 for one in told]
    best = int(np.argmax(np.array(scores)))
    opened = {"number": best, "metric": "accuracy", "score": 0.9, "low": 0.88, "high": 0.92}
    opened |= {"cv_score": 0.93, "cv_low": 0.9, "cv_high": 0.95, "gap": -0.03, "count": 1}
    records = [("evaluate.split", {"metric": "accuracy"}), ("evaluate.seal_opened", opened)]
    return fold_of(space, told, goals={"accuracy": "maximize"}, records=records, name=name)


def _told(number: int, params: dict[str, object], rng: np.random.Generator) -> Told:
    value = float(0.9 - 0.05 * rng.random() - 0.02 * abs(np.log10(float(str(params["C"])))))
    if number % 9 == 4:
        failure = Failure(
            "exception", "no luck", type="ValueError", where="svm.py:3", traceback="Traceback", digest="d"
        )
        return Told(params, state=State.FAILED, failure=failure)
    if number % 9 == 5:
        return Told(params, value, state=State.PRUNED)
    if number % 9 == 6:
        return Told(params, state=State.RUNNING)
    reports = [(k, value + 0.01 * float(rng.standard_normal()), k) for k in range(3)]
    return Told(params, value, reports=reports, note={"sampler": "gp", "arm": "model"})


def several() -> Fold:
    """Two goals against each other."""
    goals = {"loss": "minimize", "size": "minimize"}
    trials = [({"x": i / 30}, ((i / 30 - 0.3) ** 2, 1.0 - i / 30)) for i in range(30)]
    return fold_of({"x": (0.0, 1.0)}, trials, goals=goals)


@cache
def large(trials: int = 100_000) -> Fold:
    """Very many trials; added ones, which are one event each."""
    rng = stream(0, 0, "tests.large")
    fold = fold_of({"x": (0.0, 1.0), "k": ["a", "b"]}, [])
    x = rng.random(trials)
    values = (x - 0.3) ** 2 + 0.1 * rng.random(trials)
    bodies = (
        ev.TrialAdded(i, {"x": float(x[i]), "k": "ab"[i % 2]}, State.COMPLETE, values=(float(values[i]),))
        for i in range(trials)
    )
    fold.extend(ev.Event(i, body, at=i, active=i) for i, body in enumerate(bodies, fold.head + 1))
    return fold


STUDIES = {"empty": empty, "single": single, "conditional": conditional, "several": several}
