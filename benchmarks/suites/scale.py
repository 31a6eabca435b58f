"""The scale of a problem that has no table: its best, its median, its noise; and the files in which they are kept.

The median comes from random configurations, the best from a large random sample and a search around its best points. A
tuner may still find something better; its regret is then a little below zero.

u  (k, d) configurations in the unit cube, one column per parameter in the order of the space
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from benchmarks.problems import Params, Problem, Space, active, draw
from benchmarks.suites.data import MissingDataError

Losses = np.ndarray[Any, np.dtype[np.float64]]

SEED = 20_240
"""Of every sample here: scales are the same wherever they are computed."""


class Scale(TypedDict):
    """What is kept of a problem."""

    best: float
    median: float
    params: Params
    """A configuration whose truth is `best`."""


def random_truths(space: Space, truth: Callable[[Params], float], draws: int = 1000) -> Losses:
    """The truths of random configurations that do not fail."""
    rng = np.random.default_rng(SEED)
    found: Losses = np.array([truth(draw(space, rng)) for _ in range(draws)])
    finite: Losses = found[np.isfinite(found)]
    return finite


def decode(space: Space, u: Losses) -> list[Params]:
    """The configurations at points of the unit cube."""
    return [active(space, {p.name: p.at(float(x)) for p, x in zip(space, row, strict=True)}) for row in u]


def neighbours(u: Losses, children: int, rng: np.random.Generator, step: float) -> Losses:
    """Some points near each: every coordinate is moved with probability 3/d, a fifth of the moves go anywhere."""
    from_ = np.repeat(u, children, axis=0)
    moved = rng.random(from_.shape) < 3 / from_.shape[1]
    moved[np.arange(len(from_)), rng.integers(from_.shape[1], size=len(from_))] = True
    near = np.clip(from_ + step * rng.standard_normal(from_.shape), 0, 1 - 1e-12)
    anywhere = rng.random(from_.shape) < 0.2
    return np.where(moved, np.where(anywhere, rng.random(from_.shape), near), from_)


def find(
    space: Space,
    truths: Callable[[Sequence[Params]], Losses],
    draws: int,
    rounds: int,
    parents: int = 20,
    children: int = 50,
) -> Scale:
    """The scale of a problem: from random configurations, then rounds of `children` points near each of the best."""
    rng = np.random.default_rng(SEED)
    u = rng.random((draws, len(space)))
    losses = truths(decode(space, u))
    median = float(np.median(losses[np.isfinite(losses)]))
    for i in range(rounds):
        order = np.argsort(losses, kind="stable")[:parents]
        # From a quarter of the range down to a thousandth of it.
        born = neighbours(u[order], children, rng, 0.25 * 0.004 ** (i / max(rounds - 1, 1)))
        u, losses = np.vstack([u[order], born]), np.concatenate([losses[order], truths(decode(space, born))])
    at = int(np.argmin(losses))
    return {"best": float(losses[at]), "median": median, "params": decode(space, u[at : at + 1])[0]}


def noise(problem: Problem, draws: int = 1000, repeats: int = 20) -> float:
    """Typical deviation of observations of the best tenth of random configurations, over that tenth's spread.

    0: observations are exact. 1: within the best tenth, one observation says little about which is better.
    """
    rng = np.random.default_rng(SEED)
    points = [draw(problem.space, rng) for _ in range(draws)]
    truths = np.array([problem.truth(params) for params in points])
    edge = np.quantile(truths[np.isfinite(truths)], 0.1)
    deviations = []
    for i in np.flatnonzero(truths <= edge):
        seen = [problem.evaluate(points[i], rng).loss for _ in range(repeats)]
        deviations.append(np.std([loss for loss in seen if loss is not None], ddof=1))
    return float(np.median(deviations) / (edge - problem.best)) if edge > problem.best else float("inf")


def file_of(suite: str) -> Path:
    """Where a suite's scales are kept."""
    return Path(__file__).with_name(f"{suite}_scale.json")


@cache
def kept(suite: str) -> dict[str, Scale]:
    """The scales of a suite, by problem; none where nobody has computed them."""
    file = file_of(suite)
    scales: dict[str, Scale] = json.loads(file.read_text()) if file.exists() else {}
    return scales


def read(suite: str, name: str) -> Scale:
    """A problem's scale.

    Raises:
        MissingDataError: nobody has computed it.
    """
    if name not in kept(suite):
        raise MissingDataError(f"no scale of {name} in {file_of(suite).name}: python -m benchmarks.suites.{suite}")
    return kept(suite)[name]


def write(suite: str, tasks: Iterable[tuple[str, Callable[[], Scale]]]) -> None:
    """Keep scales beside a suite's file, one problem a line, each as it comes; those that are there are kept.

    Delete the file, or a line of it, to compute again.
    """
    scales = dict(kept(suite))
    for name, compute in tasks:
        if name not in scales:
            scales[name] = compute()
            print(f"{name}: best {scales[name]['best']:.6g}, median {scales[name]['median']:.6g}", flush=True)
        lines = (f"{json.dumps(key)}: {json.dumps(scale)}" for key, scale in scales.items())
        file_of(suite).write_text("{\n" + ",\n".join(lines) + "\n}\n")
