"""Every configuration exactly once, lazily: a grid of 10^12 combinations starts at once.

An odometer over the parameters, parents first: an inactive parameter is skipped, and a rule is tried as soon as all
parameters it names are decided, so that a hopeless corner is left early. The last parameter turns fastest.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ayar.base.errors import SpaceError
from ayar.space.codec import Codec, Floats
from ayar.space.conditions import Structure
from ayar.space.constraints import Rule
from ayar.space.domains import Domain


def grid(
    structure: Structure, codec: Codec, rules: Sequence[Rule], points: int | None = None
) -> Iterator[dict[str, Any]]:
    """Every configuration that meets the rules, once.

    Arguments:
        structure, codec, rules: those of one space.
        points: how many values a continuous Float stands for, evenly spaced on its scale, bounds included; at least 2.

    Raises:
        SpaceError: a continuous Float, and no `points`.
    """
    if points is not None and points < 2:
        raise SpaceError(f"grid: points must be at least 2, so that both bounds are in, got {points}")
    order = [name for name in structure.order if name in codec.places]
    values = [_codes(structure.params[name], codec, codec.places[name], points) for name in order]
    return _walk(codec, [codec.places[name] for name in order], values, _due(order, codec, rules))


def _codes(domain: Domain, codec: Codec, place: int, points: int | None) -> Sequence[int] | list[float]:
    """Level numbers of one column, or its codes if it is continuous."""
    if domain.levels or codec.structure.demands[codec.names[place]] is None:
        return range(domain.levels)
    if points is None:
        raise SpaceError(
            f"grid: {codec.names[place]!r} = {domain!r} is continuous; give it a step, list its values in "
            "Ordinal([...]), or say how many values each such parameter stands for: grid(points=5)"
        )
    U = np.full((points, len(codec.names)), 0.5)
    U[:, place] = np.linspace(0.0, 1.0, points)
    # The way through a logarithm may miss the bounds by a rounding.
    return [codec.columns[place].low, *codec.from_unit(U)[1:-1, place].tolist(), codec.columns[place].high]


def _due(order: Sequence[str], codec: Codec, rules: Sequence[Rule]) -> list[list[Rule]]:
    """For each depth of the walk, the rules whose parameters are all decided there; functions wait for the last."""
    depth = {name: place + 1 for place, name in enumerate(order)}
    for name in codec.structure.order:
        # A constant is decided, active or not, with the last of its parents.
        depth.setdefault(name, max((depth[test.parent] for test in codec.structure.tests[name]), default=0))
    due: list[list[Rule]] = [[] for _ in range(len(order) + 1)]
    for rule in rules:
        due[max((depth[name] for name in rule.names), default=len(order))].append(rule)
    return due


def _walk(
    codec: Codec, places: Sequence[int], values: Sequence[Sequence[Any]], due: Sequence[Sequence[Rule]]
) -> Iterator[dict[str, Any]]:
    X: Floats = np.full((1, len(places)), np.nan)
    turning: list[Iterator[float]] = []
    if not _fits(codec, X, due[0]):
        return
    while True:
        if len(turning) == len(places):
            yield codec.decode(X, ~np.isnan(X))[0]
        else:
            turning.append(_turns(codec, X, places[len(turning)], values[len(turning)]))
        while turning:
            place = places[len(turning) - 1]
            X[0, place] = next(turning[-1], math.inf)
            if math.isinf(X[0, place]):
                X[0, place] = math.nan
                turning.pop()
            elif _fits(codec, X, due[len(turning)]):
                break
        if not turning:
            return


def _turns(codec: Codec, X: Floats, place: int, values: Sequence[Any]) -> Iterator[float]:
    """The codes a column takes under the choices made so far: NaN alone where it is inactive."""
    if not codec.active_at(place, X):
        return iter([math.nan])
    if isinstance(values, range):
        return map(codec.structure.params[codec.names[place]].tick, values)
    return iter(values)


def _fits(codec: Codec, X: Floats, rules: Sequence[Rule]) -> bool:
    A = ~np.isnan(X)
    return all(rule.met(codec, X, A)[0] for rule in rules)
