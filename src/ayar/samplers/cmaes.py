"""CMA-ES: a Gaussian that moves, grows and turns towards better trials, generation by generation.

For hundreds to tens of thousands of cheap trials, best where floats and integers dominate: rotated, badly scaled and
noisy landscapes. Categories and stepped parameters are searched too (`catcma`). With fewer than some twenty trials a
parameter, a model of the losses does better. Cost: some 0.1 ms a proposal at 40 parameters, however many were told.
Which trials taught what is read from the history (`cma_search`); nothing is remembered that it does not hold.
Sources: Hansen 2016, arXiv:1604.00772; Hamano et al. 2025, arXiv:2504.07884; in the files named.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.base.rng import Streams
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.cma_draws import Drawn
from ayar.samplers.cma_search import Options, Search
from ayar.samplers.restarts import RESTARTS
from ayar.samplers.unseen import Unseen
from ayar.trial.history import History
from ayar.trial.setup import Setup

_LEAST_POPULATION = 4


class _Kept:
    """What was read of each living history; a copy starts empty."""

    def __init__(self) -> None:
        self.of: WeakKeyDictionary[History, Search] = WeakKeyDictionary()

    def __reduce__(self) -> tuple[type["_Kept"], tuple[()]]:
        return _Kept, ()


@dataclass(frozen=True)
class CMAES(Sampler):
    """CMA-ES over mixed spaces, with restarts; the name in the table is "cmaes".

    Arguments:
        population: trials of a generation, at least 4; 4 + ⌊3 ln D⌋ for D parameters if left out.
        sigma: first deviation of every number, as a share of its range on its own scale; above 0, at most 1.
        restarts: what follows when a run has nothing more to find: "ipop" a run of double population from a random
            place, "bipop" large and small runs in turn, "none" more draws from where it ended.

    Raises:
        ArgumentError: an option out of its range.

    >>> from ayar.testing.folds import fold_of
    >>> fold = fold_of({"x": (-1.0, 1.0), "y": (-1.0, 1.0)}, [])
    >>> [proposal.note["generation"] for proposal in CMAES().propose(fold.setup, fold.history, Streams(0, 0), 2)]
    [0, 0]
    """

    population: int | None = None
    sigma: float = 0.2
    restarts: str = "ipop"
    capabilities: ClassVar = Capabilities(result_constraints=True, learns=True)
    _kept: _Kept = field(default_factory=_Kept, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the options."""
        whole = isinstance(self.population, int) and not isinstance(self.population, bool)
        if self.population is not None and not (whole and self.population >= _LEAST_POPULATION):
            raise ArgumentError(f"population: expected a whole number >= 4 or None, got {shorten(self.population)}")
        if not (isinstance(self.sigma, int | float) and 0.0 < self.sigma <= 1.0):
            raise ArgumentError(f"sigma: expected a share of the range above 0, at most 1, got {shorten(self.sigma)}")
        if self.restarts not in RESTARTS:
            raise ArgumentError(
                f"restarts: expected one of {', '.join(RESTARTS)}, got {shorten(self.restarts)}"
                f"{did_you_mean(str(self.restarts), RESTARTS)}"
            )

    def propose(self, setup: Setup, history: History, rng: Streams, count: int) -> list[Proposal]:
        """`count` draws from the distribution that the told generations lead to; as `Sampler.propose`."""
        search = self._read(setup, history, rng.seed)
        unseen = Unseen(setup, history)
        proposals: list[Proposal] = []
        for i in range(count):
            proposal = _drawn(search, unseen, rng.first + i) or _by_chance(search, unseen, rng, i)
            if proposal is None:
                break
            proposals.append(proposal)
        return proposals

    def _read(self, setup: Setup, history: History, seed: int) -> Search:
        """The generations of this history, read up to its head."""
        found = self._kept.of.get(history)
        if found is None or found.space is not setup.space or found.seed != seed:
            found = Search(setup, seed, Options(self.population, self.sigma, self.restarts))
            self._kept.of[history] = found
        found.read(history)
        return found


def _drawn(search: Search, unseen: Unseen, number: int) -> Proposal | None:
    """The trial's own draw, or the first of its further ones that is free and keeps the rules."""
    if not search.layout.width:
        return None
    drawn, row = search.draws.of(number)
    if _is_good(drawn, row, unseen):
        return Proposal(unseen.take(drawn.X[row : row + 1]), _note(search))
    again = search.draws.again(number)
    row = next((row for row in range(len(again.X)) if _is_good(again, row, unseen)), -1)
    return Proposal(unseen.take(again.X[row : row + 1]), {**_note(search), "redraw": row}) if row >= 0 else None


def _is_good(drawn: Drawn, row: int, unseen: Unseen) -> bool:
    return bool(drawn.fits[row]) and unseen.is_free(drawn.keys[row])


def _note(search: Search) -> dict[str, Any]:
    why = "drawn from the search distribution"
    if search.run:
        why += f" of run {search.run}; in the run before, {search.stopped}"
    elif search.stopped:
        why += f", which learns no more: {search.stopped}"
    return {"sampler": "cmaes", "why": why, "run": search.run, "generation": search.generation}


def _by_chance(search: Search, unseen: Unseen, rng: Streams, i: int) -> Proposal | None:
    params = unseen.draw(rng(i, "draw"))
    fallback = "no draw from the search distribution was new and kept the rules" if search.layout.width else None
    return None if params is None else Proposal(params, {"sampler": "cmaes", "why": "by chance", "fallback": fallback})
