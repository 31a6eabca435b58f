"""NSGA-II: an evolving population, sorted by front and by room within it; for several goals and many cheap trials.

For thousands of cheap trials: a proposal costs some 50 µs at any length of the study. With fewer than some hundred
trials a model (`gp`, `tpe`) gets further. With one goal it is an elitist genetic algorithm.

P  population     G  complete generations at the event the proposal is based on     D  coded columns
Generation 0 is a Latin hypercube. A later child has two parents, each the better of two survivors taken by chance;
result constraints and failures count as in `generations`. Children come in broods of P, one for each generation and
each P trial numbers, and a trial takes the child of its number: so workers that see the same never take the same.
Source: Deb, Pratap, Agarwal and Meyarivan 2002, NSGA-II, IEEE Trans. Evol. Comput. 6, 182-197,
doi 10.1109/4235.996017.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np

from ayar.base.errors import ArgumentError, shorten
from ayar.base.rng import Streams, stream
from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.sequences import LatinHypercubes
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.generations import Generations
from ayar.samplers.genetic import Genes, Uniforms, cross, mutate
from ayar.samplers.unseen import Unseen
from ayar.space.draw import draw
from ayar.space.space import Space
from ayar.trial.history import History
from ayar.trial.setup import Setup

_ROUNDS = 16  # times that children which break the space's rules are bred again
_VARIANTS = 8  # mutants tried at once in place of a child that was tried before
_RATES = (1.0, 2.0, 4.0, 8.0)  # expected mutations of those, round by round


@dataclass(frozen=True)
class NSGA2(Sampler):
    """Evolves a front, under constraints, of any space; the name in the table is "nsga2".

    Arguments:
        population: P, trials in a generation; at least 2.

    Raises:
        ArgumentError: a population that is no whole number of at least 2.

    >>> from ayar.testing.folds import fold_of
    >>> fold = fold_of({"x": (-1.0, 1.0)}, [({"x": x / 10}, (x / 10) ** 2) for x in range(-10, 10)])
    >>> NSGA2(population=10).propose(fold.setup, fold.history, Streams(0, 20), 1)[0].note["generation"]
    2
    """

    population: int = 20  # measured on ZDT and the zoo, 200 to 5,000 trials: 20 beats 50 and 100, 10 loses diversity
    capabilities: ClassVar = Capabilities(several_goals=True, result_constraints=True, learns=True)
    _evolutions: "WeakKeyDictionary[History, _Evolution]" = field(
        default_factory=WeakKeyDictionary, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not isinstance(self.population, int) or self.population < 2:
            raise ArgumentError(f"nsga2: expected population of at least 2, got {shorten(self.population)}")

    def __reduce__(self) -> tuple[type["NSGA2"], tuple[int]]:
        return NSGA2, (self.population,)  # copies and pickles go without the cache

    def propose(self, setup: Setup, history: History, rng: Streams, count: int) -> list[Proposal]:
        """The children of the trials' numbers, or mutants of those that were tried before; as `Sampler.propose`."""
        evolution, unseen = self._evolution(setup, history), Unseen(setup, history)
        found = (evolution.proposal(history, unseen, rng, i) for i in range(count))
        return [proposal for proposal in found if proposal is not None]

    def _evolution(self, setup: Setup, history: History) -> "_Evolution":
        """What the history makes of the setup's space, continued from the last call where it is the same history."""
        known = self._evolutions.get(history)
        if known is None or known.space is not setup.space or known.seed != setup.seed:
            known = self._evolutions[history] = _Evolution(setup.space, setup.seed, self.population)
        known.generations.extend(history)
        return known


class _Evolution:
    """The generations of one history, and the broods of the present one."""

    def __init__(self, space: Space, seed: int, population: int) -> None:
        self.space = space
        self.seed = seed
        self.generations = Generations(population)
        self._genes = Genes.of(space.codec.columns)
        self._broods: dict[tuple[int, int], _Brood] = {}

    def proposal(self, history: History, unseen: Unseen, rng: Streams, i: int) -> Proposal | None:
        """The i-th proposal of a call; None when the space is exhausted."""
        wave, row = divmod(rng.first + i, self.generations.population)
        brood = self._brood(history, wave)
        note = {"sampler": "nsga2", "generation": self.generations.complete, **brood.origin(row)}
        if unseen.is_free(brood.keys[row]):
            return Proposal(unseen.take(brood.X[row : row + 1]), note)
        mutant = self._mutant(unseen, brood.codes[row], rng(i, "mutant").random)
        if mutant is not None:
            return Proposal(mutant, {**note, "why": note["why"] + ", mutated: it was tried before"})
        drawn = unseen.draw(rng(i, "draw"))
        why = {"sampler": "nsga2", "generation": self.generations.complete, "why": "drawn: nothing new near a child"}
        return None if drawn is None else Proposal(drawn, why)

    def _brood(self, history: History, wave: int) -> "_Brood":
        generation = self.generations.complete
        if (generation, wave) not in self._broods:
            self._broods = {key: brood for key, brood in self._broods.items() if key[0] == generation}
            self._broods[generation, wave] = self._bred(history, wave)
        return self._broods[generation, wave]

    def _bred(self, history: History, wave: int) -> "_Brood":
        """All children of the present generation for the trials of one wave."""
        generator = stream(self.seed, wave, f"nsga2 {self.generations.complete}")
        survivors, P = self.generations.survivors, self.generations.population
        if not len(survivors):
            return _Brood.of(self.space, self._first(wave, generator), None, generator)
        X, _ = history.columns(self.space.codec)
        U = self.space.codec.to_unit(X[survivors])
        # Best first, so the better of two is the lower place.
        parents = (generator.random((2, P, 2)) * len(survivors)).astype(np.intp).min(axis=0)
        codes = np.empty((P, U.shape[1]))
        left = np.arange(P)
        for _ in range(_ROUNDS):
            codes[left] = self._children(U[parents[left, 0]], U[parents[left, 1]], generator.random)
            left = left[~_fits(self.space, codes[left])]
            if not len(left):
                break
        return _Brood.of(self.space, codes, survivors[parents], generator)

    def _first(self, wave: int, generator: np.random.Generator) -> Floats:
        """(P, D) codes of a Latin hypercube; the very first trial takes the space's defaults where it has any."""
        P, codec = self.generations.population, self.space.codec
        cube = LatinHypercubes(len(codec.names), P, lambda _, shape: generator.random(shape))
        codes = codec.nearest(cube.points(np.arange(P)))
        if wave == 0:
            given, active = codec.encode([self.space.defaults()])
            codes[0, active[0]] = given[0, active[0]]
        return codes

    def _children(self, mothers: Floats, fathers: Floats, uniforms: Uniforms) -> Floats:
        active = np.maximum((~np.isnan(mothers)).sum(axis=1, keepdims=True), 1)
        children = mutate(self._genes, cross(self._genes, mothers, fathers, uniforms), 1.0 / active, uniforms)
        return self.space.codec.nearest(children)

    def _mutant(self, unseen: Unseen, codes: Floats, uniforms: Uniforms) -> dict[str, Any] | None:
        """A free configuration near the codes (D,) of all parameters."""
        codec = self.space.codec
        U = np.tile(codec.to_unit(codes[None]), (_VARIANTS, 1))
        for rate in _RATES:
            rates = np.full((_VARIANTS, 1), rate / max(U.shape[1], 1))
            variants = codec.nearest(mutate(self._genes, U, rates, uniforms))
            X = codec.mask(variants, codec.activity(variants))
            free = np.flatnonzero(_fits(self.space, variants) & unseen.accepts(X))
            if len(free):
                return unseen.take(X[free[:1]])
        return None


@dataclass(frozen=True, eq=False)
class _Brood:
    """P children."""

    codes: Floats
    """(P, D) of all parameters, the inactive ones included."""
    X: Floats
    """(P, D) masked codes."""
    keys: list[bytes]
    parents: Ints | None
    """(P, 2) numbers of the parents; None in the first generation."""
    strays: Bools
    """(P,) which were drawn, because no child met the space's rules."""

    @classmethod
    def of(cls, space: Space, codes: Floats, parents: Ints | None, generator: np.random.Generator) -> "_Brood":
        """The children of these codes; those that break the space's rules give way to draws that meet them."""
        codec = space.codec
        strays = ~_fits(space, codes)
        X = codec.mask(codes, codec.activity(codes))
        if strays.any():
            X[strays], _ = draw(space, lambda m: generator.random((m, X.shape[1])), int(strays.sum()))
            codes = np.where(np.isnan(X), codes, X)
        return cls(codes, X, codec.keys(X), parents, strays)

    def origin(self, row: int) -> dict[str, Any]:
        """Why there is this child, for its note."""
        if self.strays[row]:
            return {"why": "drawn: the child broke the rules of the space"}
        if self.parents is None:
            return {"why": "first generation: a Latin hypercube"}
        return {"why": "child of two survivors", "parents": self.parents[row].tolist()}


def _fits(space: Space, codes: Floats) -> Bools:
    """(m,) which codes of all parameters meet the space's rules."""
    if not space.rules:
        return np.ones(len(codes), dtype=np.bool_)
    A = space.codec.activity(codes)
    return np.asarray(space.feasible(space.codec.mask(codes, A), A))
