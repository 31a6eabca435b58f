"""Checks on the space: is it where the good values are, does each parameter matter, is each branch alive?

The thresholds were set on simulated studies, clean ones and ones with the fault (`tests/unit/analysis/test_health.py`
states the rates).
"""

import numpy as np

from ayar.analysis.axes import Axis, axes, places
from ayar.analysis.checks.base import Finding, Findings, View
from ayar.analysis.importance import Importance, Share, importance
from ayar.analysis.words import count_text, listed, number_text, percent_text
from ayar.base.rng import stream
from ayar.numerics.arrays import Floats

_BEST_SHARE = 0.1
_BEST_FEWEST = 5
_AT_BOUND = 0.02
_MOSTLY = 0.8
_FEWEST_FOR_MODEL = 15
_SURE = 0.95
_GRID = 21
_DRAWS = 200
_MATERIAL = 0.5  # a slope smaller than this, in deviations of the targets, is no reason to widen
_NO_SHARE, _NO_SHARE_HIGH = 0.01, 0.05
_FEWEST_IN_BRANCH = 5


def at_bound(view: View) -> Findings:
    """The optimum lies on a bound: the best trials stand there, or the model is sure that the best value does."""
    for axis in _numeric(view):
        for side, place, word in ((0, axis.low, "low"), (1, axis.high, "high")):
            if _best_stand_at(view, axis, side):
                why = f"{_MOSTLY:.0%} or more of the best trials are within {_AT_BOUND:.0%} of {word}="
            elif _model_points_to(view, axis, side):
                why = f"the model is {_SURE:.0%} sure that around the best trial the optimum is at {word}="
            else:
                continue
            yield Finding(
                "at-bound",
                "warning",
                f"{axis.name}: {why}{number_text(place)}.",
                f"Widen this side, for example {word}={_wider(axis, side)}.",
            )


def _numeric(view: View) -> list[Axis]:
    return [axis for axis in axes(view.fold.setup.space) if axis.labels is None and axis.low < axis.high]


def _best_places(view: View, axis: Axis) -> Floats:
    """Unit coordinates of the best tenth of the trials in which the parameter was active."""
    order = view.sample.order()
    active = order[view.sample.A[order, axis.index]]
    best = active[: max(_BEST_FEWEST, int(_BEST_SHARE * len(active)))]
    return np.asarray(view.sample.U[best, axis.index])


def _best_stand_at(view: View, axis: Axis, side: int) -> bool:
    best = _best_places(view, axis)
    # With few levels many trials stand on each by chance, so only the model can tell.
    if len(best) < _BEST_FEWEST or 0 < axis.levels < 1.0 / _AT_BOUND:
        return False
    return bool(np.mean(np.abs(best - axis.ends[side]) <= _AT_BOUND) >= _MOSTLY)


def _model_points_to(view: View, axis: Axis, side: int) -> bool:
    """Whether functions drawn along this axis, through the best trial, almost all have their optimum at the bound."""
    model = view.model
    if model is None or len(model.sample) < _FEWEST_FOR_MODEL:
        return False
    best = model.sample.order()[0]
    if not model.sample.A[best, axis.index]:
        return False
    along = places(model.sample.space, axis, _GRID)
    count = len(along)
    U = np.repeat(model.sample.U[best][None, :], count, axis=0)
    U[:, axis.index] = along
    A = np.repeat(model.sample.A[best][None, :], count, axis=0)
    normals = stream(view.fold.setup.seed, axis.index, "analysis.bound").standard_normal((count, _DRAWS))
    drawn = model.draws(U, A, normals)
    mean = np.median(drawn, axis=1)
    end = 0 if side == 0 else count - 1
    at_end = np.mean(np.argmin(drawn, axis=0) == end) >= _SURE
    return bool(at_end and mean.max() - mean[end] >= _MATERIAL)


def _wider(axis: Axis, side: int) -> str:
    """The bound moved outward by half the range; on a log scale by a factor of 10."""
    if axis.log:
        return number_text(axis.low / 10.0 if side == 0 else axis.high * 10.0)
    step = 0.5 * (axis.high - axis.low)
    if axis.levels:
        step = max(1.0, round(step))
    return number_text(axis.low - step if side == 0 else axis.high + step)


def missing_log(view: View) -> Findings:
    """A linear range over three decades whose best trials all sit in its lowest tenth."""
    for axis in _numeric(view):
        if axis.log or axis.low <= 0.0 or axis.high < 1000.0 * axis.low:
            continue
        best = _best_places(view, axis)
        if len(best) >= _BEST_FEWEST and np.mean(best <= 0.1) >= _MOSTLY:
            kind = type(view.fold.setup.space.params[axis.name]).__name__
            yield Finding(
                "missing-log",
                "warning",
                f"{axis.name}: the range {number_text(axis.low)} to {number_text(axis.high)} spans three decades, and "
                f"the best trials sit in its lowest tenth.",
                f"Search it on a log scale: {kind}({number_text(axis.low)}, {number_text(axis.high)}, log=True).",
            )


def no_effect(view: View) -> Findings:
    """A parameter whose share of the variation is surely small, for every goal."""
    found = view.importance
    idle = [] if found is None else _idle(found)
    for goal in range(1, len(view.fold.setup.goals) if idle else 0):
        also = {share.name for share in _idle(importance(view.fold, goal))}
        idle = [share for share in idle if share.name in also]
    for share in idle:
        yield Finding(
            "no-effect",
            "note",
            f"{share.name} decides {percent_text(share.share)} of the result, and surely not over "
            f"{100 * share.high:.1f} %, in {count_text(share.active, 'trial')}.",
            "Drop it or fix it, and the search has one dimension less.",
        )


def _idle(found: Importance) -> list[Share]:
    """Shares that are surely small; none where the model cannot be trusted."""
    if not found.reliable:
        return []
    return [
        share
        for share in found.shares
        if share.share <= _NO_SHARE and share.high <= _NO_SHARE_HIGH and share.active >= _FEWEST_FOR_MODEL
    ]


def dead_branch(view: View) -> Findings:
    """Conditional parameters that were hardly ever active."""
    finished = int((view.fold.history.final & view.fold.history.inside).sum())
    conditional = [axis for axis in axes(view.fold.setup.space) if axis.conditional]
    if not conditional or finished < 4 * _FEWEST_IN_BRANCH:
        return
    _, A = view.fold.history.columns(view.fold.setup.space.codec)
    active = A[view.fold.history.final].sum(axis=0)
    rare = {axis.name: int(active[axis.index]) for axis in conditional if active[axis.index] < _FEWEST_IN_BRANCH}
    if rare:
        names = listed([f"{name} ({count})" for name, count in rare.items()])
        yield Finding(
            "dead-branch",
            "note",
            f"Hardly ever active in {count_text(finished, 'trial')}: {names}.",
            "Run more start-up trials in this branch, enqueue a point in it, or drop it from the space.",
        )
