"""One search distribution over a mixed space: a Gaussian over what has an order, categories over what has none.

D  coded columns of the space     N  ordered ones: floats, ints, ordinals     c  categories     k  points
V  (k, N) latent coordinates, (0, 1) is the range     J  (k, c) levels of the categories     X  (k, D) natural values
A continuous coordinate beyond its range is folded back, so that the Gaussian meets a mirrored landscape and no edge. A
stepped one is rounded to its cell, the end cells reaching to infinity, and kept from freezing by a margin. A latent
coordinate stays with its point where the parameter is inactive, and there moves neither mean nor probabilities.
Source: Hamano et al. 2025, CatCMA with margin, arXiv:2504.07884; the parts are in `numerics.cma`, `numerics.margin` and
`numerics.category_distribution`.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from ayar.numerics import category_distribution, cma, margin
from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.category_distribution import Categories
from ayar.numerics.cma import Gaussian, Strategy
from ayar.space.codec import Codec

_WIDEST = 1.0  # deviation of a continuous coordinate: beyond the cube's side there is nothing to learn
_LEAST_UNIFORM = 2.0**-54  # stands for 0, whose normal number would be infinite


@dataclass(frozen=True, eq=False)
class Points:
    """Points in the distribution's own coordinates."""

    V: Floats
    J: Ints

    def rows(self, which: Ints) -> "Points":
        """Some of the points."""
        return Points(self.V[which], self.J[which])


@dataclass(frozen=True, eq=False)
class Layout:
    """Which columns of a space are searched how; columns of one value are left alone."""

    codec: Codec
    ordered: Ints
    discrete: Bools
    """(N,) which ordered columns have steps."""
    unordered: Ints
    levels: Ints
    """(c,) of the categories."""

    @classmethod
    def of(cls, codec: Codec) -> "Layout":
        """From the space's columns."""
        free = [(place, column) for place, column in enumerate(codec.columns) if column.levels != 1]
        ordered = [(place, column) for place, column in free if column.kind != "categorical"]
        unordered = [(place, column) for place, column in free if column.kind == "categorical"]
        return cls(
            codec,
            np.array([place for place, _ in ordered], dtype=np.intp),
            np.array([column.levels > 0 for _, column in ordered], dtype=np.bool_),
            np.array([place for place, _ in unordered], dtype=np.intp),
            np.array([column.levels for _, column in unordered], dtype=np.intp),
        )

    @property
    def width(self) -> int:
        """N + c: uniform numbers that a point takes."""
        return len(self.ordered) + len(self.unordered)

    def seeds(self, uniforms: Floats) -> Floats:
        """(k, N + c) uniform numbers to what points are made from: the first N turned normal, the rest as they are."""
        N = len(self.ordered)
        return np.hstack([ndtri(np.maximum(uniforms[:, :N], _LEAST_UNIFORM)), uniforms[:, N:]])

    def codes(self, points: Points) -> Floats:
        """(k, D) natural values, all columns as though active."""
        U = np.full((len(points.V), len(self.codec.columns)), 0.5)
        U[:, self.ordered] = np.where(self.discrete, np.clip(points.V, 0.0, 1.0), cma.mirrored(points.V))
        U[:, self.unordered] = (points.J + 0.5) / self.levels
        return self.codec.nearest(U)

    def points(self, X: Floats, middle: Floats) -> Points:
        """The points of masked natural values; inactive ordered coordinates are those of `middle`, (N,)."""
        V = self.codec.to_unit(X)[:, self.ordered]
        return Points(np.where(np.isnan(V), middle, V), np.nan_to_num(X[:, self.unordered], nan=0.0).astype(np.intp))

    def middles(self, V: Floats) -> Floats:
        """(k, N) V with stepped coordinates moved to the middle of their cells."""
        J = np.zeros((len(V), len(self.unordered)), dtype=np.intp)
        rounded = self.codec.to_unit(self.codes(Points(V, J)))[:, self.ordered]
        return np.where(self.discrete, rounded, V)

    def cells(self, mean: Floats) -> margin.Cells:
        """The cells of the mean's stepped coordinates."""
        x = self.codes(Points(mean[None], np.zeros((1, len(self.unordered)), dtype=np.intp)))
        columns = self.codec.columns
        low, high, step = (np.array([getattr(column, part) for column in columns]) for part in ("low", "high", "step"))
        walls = []
        for side in (-0.5, 0.5):
            wall = self.codec.to_unit(x + side * step)
            beyond = (x + side * step < low) | (x + side * step > high)
            walls.append(np.where(beyond, 2.0 * side * np.inf, wall)[0, self.ordered])
        return margin.Cells(self.codec.to_unit(x)[0, self.ordered], *walls)


@dataclass(frozen=True, eq=False)
class Model:
    """The distribution at one moment of a run."""

    layout: Layout
    strategy: Strategy
    gaussian: Gaussian
    categories: Categories
    chances: Floats
    """(N,) with which stepped coordinates leave the mean's cell."""

    @classmethod
    def start(cls, layout: Layout, population: int, gaussian: Gaussian, q: Floats | None = None) -> "Model":
        """Before a run's first generation.

        Arguments:
            layout: of the space.
            population: trials of a generation.
            gaussian: over the ordered coordinates.
            q: (c, most levels) first probabilities of the categories; even where left out.
        """
        strategy = Strategy.of(len(layout.ordered), population)
        categories = Categories.start(layout.levels, _least(layout), q)
        return cls(layout, strategy, gaussian, categories, np.full(len(layout.ordered), 0.5))

    def points(self, seeds: Floats) -> Points:
        """(k, N + c) numbers, as `Layout.seeds` makes them, to points."""
        N = len(self.layout.ordered)
        return Points(self.gaussian.points(seeds[:, :N]), self.categories.choices(seeds[:, N:]))

    def learned(self, ranked: Points, active: Bools, failed: Bools) -> "Model":
        """The distribution after a generation.

        Arguments:
            ranked: its λ points, best first.
            active: (λ, D) which columns were active.
            failed: (λ,) which trials failed: nothing moves towards these, however few succeeded.
        """
        layout, mu = self.layout, self.strategy.parents
        weights = np.where(failed, np.minimum(self.strategy.weights, 0.0), self.strategy.weights)
        out = self
        if len(layout.ordered):
            out = out._with_gaussian(ranked.V, weights, active[:, layout.ordered])
        if len(layout.unordered):
            categories = category_distribution.learn(
                self.categories, weights[:mu], ranked.J[:mu], active[:mu, layout.unordered]
            )
            out = replace(out, categories=categories)
        return out

    def _with_gaussian(self, V: Floats, weights: Floats, counts: Bools) -> "Model":
        layout, g, chances = self.layout, self.gaussian, self.chances
        success = np.zeros(len(g.mean), dtype=np.bool_)
        if layout.discrete.any():
            own = layout.middles(g.mean[None])[0]
            V, success = margin.centred(V, layout.middles(V), own, layout.discrete, self.strategy.parents)
        g = cma.folded(cma.learn(g, self.strategy, V, weights, counts), ~layout.discrete)
        widest = float(g.deviations[~layout.discrete].max(initial=0.0))
        if widest > _WIDEST:
            g = replace(g, sigma=g.sigma * _WIDEST / widest)
        if layout.discrete.any():
            cells = layout.cells(g.mean)
            g, chances = margin.corrected(g, cells, layout.discrete, success, _least(layout), chances)
        return replace(self, gaussian=g, chances=chances)


def _least(layout: Layout) -> float:
    return margin.least_chance(int(layout.discrete.sum()) + len(layout.unordered))
