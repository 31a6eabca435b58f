"""A population that walks to where all rules are met, and on among such places.

Each walker is a point of the unit cube. A step moves some of its coordinates by a random length between the whole range
and a millionth of it, reflected at the ends, and stands if the walker is no farther from meeting the rules than before.
On the feasible set, where the distance is 0, steps are symmetric and always stand inside: a random walk that leaves the
uniform law unchanged. So the draws are spread out, not exactly uniform.
Source: Metropolis et al. 1953, Equation of State Calculations by Fast Computing Machines.
"""

from collections.abc import Callable

import numpy as np

from ayar.space.codec import Floats
from ayar.space.space import Space

WALKERS = 48
STEPS_TO_FIND = 600
STEPS_TO_SPREAD = 80
SMALLEST_STEP = 2.0**-20


def walk(space: Space, uniforms: Callable[[int], Floats], wanted: int) -> Floats:
    """(m, D) codes of feasible places, all columns as though active; m is 0 if none was found.

    Arguments:
        space: whose rules are to be met.
        uniforms: `uniforms(m)` gives (m, D) numbers in [0, 1).
        wanted: how many places are hoped for; m is at most the larger of this and 48.
    """
    walkers = max(wanted, WALKERS)
    U = uniforms(walkers)
    far = _distances(space, U)
    spread = 0
    for _ in range(STEPS_TO_FIND):
        spread += bool((far == 0).any())
        if spread > STEPS_TO_SPREAD:
            break
        moved = _moved(U, uniforms(walkers), uniforms(walkers), uniforms(walkers))
        new = _distances(space, moved)
        stands = new <= far
        U[stands], far[stands] = moved[stands], new[stands]
    return space.codec.from_unit(U[far == 0])


def _distances(space: Space, U: Floats) -> Floats:
    X = space.codec.from_unit(U)
    A = space.codec.activity(X)
    # Squashed to [0, 1), so that a rule in large units does not drown the others. A rule that knows no distance counts
    # more than all that do: it is met first, and then not given up while the others come nearer.
    distances = [rule.distance(space.codec, X, A) for rule in space.rules]
    known = [np.where(np.isinf(far), len(distances), 1.0 - 1.0 / (1.0 + far)) for far in distances]
    return np.sum(known, axis=0) if known else np.zeros(len(U))


def _moved(U: Floats, chosen: Floats, length: Floats, direction: Floats) -> Floats:
    """One step of every walker: a random set of coordinates, one at least, each by a log-uniform length."""
    share = 1.5 / U.shape[1]
    moves = chosen <= np.maximum(chosen.min(axis=1, keepdims=True), share)
    step = (2.0 * direction - 1.0) * SMALLEST_STEP**length
    return np.where(moves, np.abs((U + step + 1.0) % 2.0 - 1.0), U)
