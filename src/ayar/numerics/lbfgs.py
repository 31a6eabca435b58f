"""Limited-memory BFGS in a box, many starts at once, each with its own curvature and its own line search.

s  starts     p  coordinates     X  (s, p) points     F  (s,) values to minimise     G  (s, p) gradients
One call of the function serves all starts, so that their points share one matrix product; a start whose step was
refused shortens it while the others go on. Steps are projected on the box, and coordinates held by a bound are left
out of the direction. The work is a count of calls, never a time. A value that is not finite refuses its step.
Sources: Nocedal and Wright 2006, Numerical Optimization, section 7.2, eq. (3.57) (shorter steps);
Bertsekas 1982, Projected Newton methods, SIAM J. Control Optim. 20, eq. (32) (which coordinates are held).
"""

from collections.abc import Callable

import numpy as np

from ayar.numerics.arrays import Bools, Floats

_MEMORY = 8
_ARMIJO = 1e-4
_FIRST_STEP = 0.2  # longest coordinate of a start's first step
_SHORTEST = 1e-10  # a start whose step has shrunk below this share of its direction ends
_CURVATURE = 1e-10  # a pair with less curvature than this, relative, is not kept


def minimize(
    function: Callable[[Floats], tuple[Floats, Floats]],
    starts: Floats,
    lower: Floats,
    upper: Floats,
    *,
    calls: int,
    tolerance: float = 1e-6,
) -> tuple[Floats, Floats]:
    """The best point that each start reached, (s, p), and its value, (s,).

    Arguments:
        function: (s, p) points -> (s,) values and (s, p) gradients.
        starts: (s, p) points, moved into the box.
        lower: the box's lower corner; whatever broadcasts to (s, p).
        upper: the box's upper corner, likewise.
        calls: at most this many calls of `function`, the first one included.
        tolerance: a start ends when no free coordinate of its gradient exceeds this.

    >>> def bowl(X):
    ...     return ((X - 3.0) ** 2).sum(axis=1), 2.0 * (X - 3.0)
    >>> x, f = minimize(bowl, np.zeros((1, 2)), np.zeros(2), np.ones(2), calls=9)
    >>> x.tolist(), f.tolist()
    ([[1.0, 1.0]], [8.0])
    """
    X = np.clip(starts, lower, upper)
    F, G = _finite(*function(X))
    memory = _Memory(*X.shape)
    free = _free(X, G, lower, upper)
    direction, step = memory.directions(G, free), np.ones(len(X))
    for _ in range(calls - 1):
        moving = (np.abs(G * free).max(axis=1) > tolerance) & (step > _SHORTEST)
        if not moving.any():
            break
        Y = np.where(moving[:, None], np.clip(X + step[:, None] * direction, lower, upper), X)
        FY, GY = _finite(*function(Y))
        gain = np.minimum(_dot(G, Y - X), 0.0)
        with np.errstate(invalid="ignore"):
            rise = FY - F  # NaN, and so refused, where both are infinite
        taken = moving & (FY < F) & (rise <= _ARMIJO * gain)
        memory.keep(taken, Y - X, GY - G)
        step = np.where(taken, 1.0, step)
        if (refused := moving & ~taken).any():
            step = np.where(refused, step * _shorter(gain, rise), step)
        X, F, G = np.where(taken[:, None], Y, X), np.where(taken, FY, F), np.where(taken[:, None], GY, G)
        free = _free(X, G, lower, upper)
        direction = np.where(taken[:, None], memory.directions(G, free), direction)
    return X, F


def _dot(A: Floats, B: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", A, B))


def _finite(F: Floats, G: Floats) -> tuple[Floats, Floats]:
    good = np.isfinite(F) & np.isfinite(G).all(axis=1)
    return np.where(good, F, np.inf), np.where(good[:, None], G, 0.0)


def _free(X: Floats, G: Floats, lower: Floats, upper: Floats) -> Bools:
    """False where a bound holds the coordinate: descent would leave the box."""
    return ~(((lower >= X) & (G > 0.0)) | ((upper <= X) & (G < 0.0)))


def _shorter(gain: Floats, rise: Floats) -> Floats:
    """Factor for a refused step: the minimum of the parabola through value, slope and refused value."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = -0.5 * gain / (rise - gain)
    return np.where(np.isfinite(factor), np.clip(factor, 0.1, 0.5), 0.1)


class _Memory:
    """The last pairs (step taken, change of gradient) of every start: S and Y, (s, m, p) each, newest last.

    With R the upper triangle of S Yᵀ and D its diagonal, the inverse Hessian H = γ I + … of Byrd, Nocedal and Schnabel
    1994, Math. Programming 63, eq. (3.1), turns a gradient g into γ q + Sᵀ c, where a = R⁻¹ S g, q = g − Yᵀ a and
    c = R⁻ᵀ (D a − γ Y q): what the two loops give, in a few products for all starts. An empty place is a pair of zeros,
    with 1 on the diagonal of R.
    """

    def __init__(self, s: int, p: int) -> None:
        self.steps, self.changes = np.zeros((s, _MEMORY, p)), np.zeros((s, _MEMORY, p))
        self.diagonal = np.ones((s, _MEMORY))
        self.inverse = np.tile(np.eye(_MEMORY), (s, 1, 1))  # R⁻¹
        self.scale = np.zeros(s)  # γ, Nocedal and Wright, eq. (7.20); 0 before the first pair

    def keep(self, taken: Bools, steps: Floats, changes: Floats) -> None:
        product, square = _dot(steps, changes), _dot(changes, changes)
        curved = taken & (product > _CURVATURE * np.sqrt(_dot(steps, steps) * square)) & (product > 0.0)
        if not curved.any():
            return
        kept = slice(None) if curved.all() else curved  # the slice copies nothing
        for store, new in ((self.steps, steps), (self.changes, changes), (self.diagonal, product)):
            store[kept, :-1] = store[kept, 1:]
            store[kept, -1] = new[kept]
        # R loses its first row and column and gains the column (S y, s·y); so does its inverse.
        inverse, last = self.inverse[kept, 1:, 1:], product[kept, None]
        column = _times(inverse, _times(self.steps[kept, :-1], changes[kept]))
        self.inverse[kept, :-1, :-1] = inverse
        self.inverse[kept, :-1, -1] = -column / last
        self.inverse[kept, -1, -1] = 1.0 / last[:, 0]
        self.scale[kept] = product[kept] / square[kept]

    def directions(self, G: Floats, free: Bools) -> Floats:
        """−H G on the free coordinates; steepest descent where that would not descend."""
        g = G * free
        gamma = np.where(self.scale > 0.0, self.scale, 1.0)[:, None]
        a = _times(self.inverse, _times(self.steps, g))
        q = gamma * (g - _times(self.changes.swapaxes(1, 2), a))
        c = _times(self.inverse.swapaxes(1, 2), self.diagonal * a - _times(self.changes, q))
        q += _times(self.steps.swapaxes(1, 2), c)
        q *= free
        first = g * (_FIRST_STEP / np.maximum(np.abs(g).max(axis=1), 1e-300))[:, None]
        trusted = (self.scale > 0.0) & (_dot(q, g) > 0.0)
        return -np.where(trusted[:, None], q, first)


def _times(M: Floats, v: Floats) -> Floats:
    """M v for every start: (s, i, j) by (s, j)."""
    return np.asarray((M @ v[:, :, None])[:, :, 0])
