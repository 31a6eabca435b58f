"""How a run of CMA-ES begins: from what the caller believes, from the best trials there are, or anywhere.

D  coded columns     N, c  ordered columns and categories     q  (c, most levels) probabilities of the levels
Source of the warm start: Nomura et al. 2021, Warm starting CMA-ES for hyperparameter optimization, arXiv:2012.06932.
"""

import numpy as np

from ayar.numerics import cma
from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.cma import Gaussian
from ayar.samplers.belief import Belief, NumberBelief
from ayar.samplers.candidates import completed
from ayar.samplers.catcma import Layout, Model
from ayar.space.space import Space

_BEST_SHARE = 0.1


def first_model(space: Space, layout: Layout, population: int, sigma: float) -> Model:
    """Around the defaults, else the means of the priors, else the middle; as wide as `sigma`, narrower by a prior.

    Categories start from their priors, else even.
    """
    codec = space.codec
    mean, widths = np.full(len(codec.columns), 0.5), np.full(len(codec.columns), sigma)
    q = _even(layout)
    for part in () if (belief := Belief.of(space)) is None else belief.parts:
        if isinstance(part, NumberBelief):
            mean[part.place], widths[part.place] = part.mean, min(part.sd, sigma)
        elif part.place in layout.unordered:
            q[layout.unordered == part.place, : len(part.shares)] = part.shares
    defaults = codec.to_unit(codec.encode([space.defaults()])[0])[0]
    mean = np.where(np.isnan(defaults), mean, defaults)[layout.ordered]
    C = np.diag((widths[layout.ordered] / sigma) ** 2)
    return Model.start(layout, population, Gaussian.start(mean, sigma, C), q)


def restarted_model(space: Space, layout: Layout, population: int, sigma: float, uniforms: Floats) -> Model:
    """Around a random place, (D,) uniform numbers, likelier where the priors are high; categories even."""
    belief = Belief.of(space)
    U = uniforms if belief is None else belief.units(uniforms[None])[0]
    return Model.start(layout, population, Gaussian.start(U[layout.ordered], sigma), _even(layout))


def warm_model(usual: Model, X: Floats, A: Bools, sigma: float) -> Model:
    """Around the best tenth of the trials that were there before: their mean, their spread and their levels.

    Of fewer than ten trials the best one is the mean, and the spread that of a run without any.

    Arguments:
        usual: the run's start were there none, and the answer where there are none.
        X, A: (n, D) masked natural values of the trials, best first, and their activity.
        sigma: the usual first step.
    """
    layout, count = usual.layout, max(1, int(_BEST_SHARE * len(X)))
    if not len(X):
        return usual
    V = completed(layout.codec.to_unit(X[:count]), A[:count])[:, layout.ordered]
    narrow = len(X) * _BEST_SHARE >= 1.0 and len(layout.ordered) > 0
    gaussian = cma.around(V) if narrow else Gaussian.start(V[0], sigma)
    levels = np.arange(_even(layout).shape[1])
    hits = (X[:count, layout.unordered, None] == levels).sum(axis=0)
    q = _even(layout) * layout.levels[:, None] + hits
    return Model.start(layout, usual.strategy.population, gaussian, q / q.sum(axis=1, keepdims=True))


def _even(layout: Layout) -> Floats:
    within = np.arange(int(layout.levels.max(initial=2))) < layout.levels[:, None]
    return np.where(within, 1.0 / layout.levels[:, None], 0.0)
