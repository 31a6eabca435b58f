"""Feasible draws: uniforms in, configurations out that meet every rule.

1. Plain draws, in growing batches, kept where they fit. Enough in nearly all spaces.
2. When too few fit, a finite space of up to 100,000 codes is listed and drawn from: so it is known when it is used up.
3. Else a population walks downhill on the rules' distances to a feasible place and then at random among feasible
   places (`ayar.space.walk`), so that constraints of tiny volume still get spread-out draws.
"""

import math
from collections.abc import Callable

import numpy as np

from ayar.base.errors import SpaceError
from ayar.space.codec import Codec, Floats, Mask
from ayar.space.space import Space
from ayar.space.walk import walk

Uniforms = Callable[[int], Floats]
"""`uniforms(m)` gives (m, D) numbers in [0, 1); the caller owns the generator."""

Accept = Callable[[Floats], Mask]
"""Of masked codes (m, D), which the caller wants: (m,) bool."""

PLAIN_DRAWS = 8_192
LARGEST_BATCH = 2_048
LISTED_AT_MOST = 100_000
FRUITLESS_WALKS = 3


def draw(space: Space, uniforms: Uniforms, count: int, accept: Accept | None = None) -> tuple[Floats, Mask]:
    """Up to `count` configurations that meet every rule and that `accept` takes, as masked codes (X, A).

    Draws are uniform in the unit cube, given the rules; those that needed the listing are uniform over configurations.
    Two rows may be equal. Fewer than `count` come back only if no more could be found: in a finite space of up to
    100,000 codes because there are none.

    Raises:
        SpaceError: no draw met the rules; the message counts how often each was met.
    """
    found = _Found(space, count, accept)
    size, tries = count, 0
    # Given points are drawn from their list: in the cube the lonely ones would come up more often.
    while space.codec.given is None and found.missing and tries < PLAIN_DRAWS + count:
        found.keep(found.suitable(space.codec.from_unit(uniforms(size))))
        tries += size
        size = min(4 * max(size, 4), LARGEST_BATCH)
    if found.missing:
        _harder(space, uniforms, found)
    if found.missing == count and not found.feasible:
        raise SpaceError(_explanation(space, uniforms))
    return found.rows()


class _Found:
    """The configurations kept so far, and whether any met the rules at all."""

    def __init__(self, space: Space, count: int, accept: Accept | None) -> None:
        self.space = space
        self.accept = accept
        self.missing = count
        self.feasible = False
        self.kept: list[Floats] = []

    def suitable(self, X: Floats) -> Floats:
        """Masked codes of those rows of decoded codes X that are feasible and wanted."""
        masked = self.space.codec.masked(X)
        if self.space.rules:
            masked = masked[self.space.feasible(X, ~np.isnan(masked))]
        self.feasible |= len(masked) > 0
        return masked if self.accept is None else masked[self.accept(masked)]

    def keep(self, suitable: Floats) -> None:
        """Keep rows of masked codes, as far as they are needed."""
        self.kept.append(suitable[: self.missing])
        self.missing -= len(self.kept[-1])

    def rows(self) -> tuple[Floats, Mask]:
        X = self.kept[0] if len(self.kept) == 1 else np.vstack([np.empty((0, len(self.space.codec.names))), *self.kept])
        return X, ~np.isnan(X)


def _harder(space: Space, uniforms: Uniforms, found: _Found) -> None:
    """The listing where the space is small enough, else walks."""
    listed = listing(space.codec, LISTED_AT_MOST)
    if listed is not None:
        rest = found.suitable(listed)
        if len(rest):
            # With no column there is one configuration, and no uniform number to pick it with.
            picks = uniforms(found.missing)[:, 0] * len(rest) if rest.shape[1] else np.zeros(found.missing)
            found.keep(rest[picks.astype(np.intp)])
        return
    fruitless = 0
    while found.missing and fruitless < FRUITLESS_WALKS:
        before = found.missing
        found.keep(found.suitable(walk(space, uniforms, found.missing)))
        fruitless += found.missing == before


def listing(codec: Codec, most: int) -> Floats | None:
    """(m, D) codes of every configuration once, inactive columns at their first level, rules left out.

    None where a column is continuous, or the product of all levels is above `most`. A list of given points, of any
    length, is what it is.
    """
    if codec.given is not None:
        return codec.given.X
    levels = [column.levels for column in codec.columns]
    if not all(levels) or math.prod(levels) > most:
        return None
    number = np.arange(math.prod(levels))
    X = np.empty((len(number), len(levels)))
    for place in reversed(range(len(levels))):
        number, level = np.divmod(number, levels[place])
        tick = codec.structure.params[codec.names[place]].tick
        X[:, place] = np.array([tick(i) for i in range(levels[place])])[level]
    first = X[0].copy()
    return X[np.all(codec.activity(X) | (first == X), axis=1)]


def _explanation(space: Space, uniforms: Uniforms) -> str:
    """What to say when no configuration met the rules: how often each was met, alone."""
    X = space.codec.from_unit(uniforms(1_000))
    A = space.codec.activity(X)
    counts = [(int(rule.met(space.codec, X, A).sum()), str(rule)) for rule in space.rules]
    lines = "\n".join(f"  {met:>5} of 1,000 draws meet: {text}" for met, text in sorted(counts))
    return (
        f"found no configuration that meets all {len(counts)} rules of the space:\n{lines}\n"
        "loosen the rule that is met least, or widen the bounds; where it is an equation between continuous "
        "parameters, compute one of them from the others in the objective"
    )
