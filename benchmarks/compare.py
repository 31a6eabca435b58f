"""Tuners side by side on the same problems and seeds: means, ranks, and how sure they are.

k  tuners    P  problems    S  seeds (n of them on a problem, NaN beyond)    T  trials    B  bootstrap rounds

Intervals: 95 %, by resampling problems and within each its seeds, the same draw for every tuner, so that differences
are paired. Ranks: 1 is best, ties share their mean, by problem and seed. Sources: Efron and Tibshirani 1993, ch. 8 and
13; Demšar 2006, JMLR 7, 1-30 (Wilcoxon's signed ranks over problems, Nemenyi's critical difference); Holm 1979.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from benchmarks.results import Array, Key, Played, Scale

ROUNDS = 2_000
TIE = 1e-3
"""Mean regrets that differ by less than this on a problem are a tie."""


@dataclass(frozen=True)
class Field:
    """Regrets of several tuners on the problems and seeds that all of them have."""

    peers: list[str]
    problems: list[Key]
    regret: Array
    """(k, P, S, T)"""
    spent: Array
    """(k, P, S, T) seconds of the tuner's own so far."""

    @cached_property
    def counts(self) -> npt.NDArray[np.intp]:
        """(P,) seeds of each problem."""
        counts: npt.NDArray[np.intp] = np.isfinite(self.regret[0, :, :, 0]).sum(axis=1)
        return counts

    @property
    def trials(self) -> int:
        """T."""
        return int(self.regret.shape[3])

    def at(self, trial: int) -> Array:
        """(k, P, S) regret after so many trials."""
        return self.regret[:, :, :, trial - 1]

    def ranks(self, trial: int) -> Array:
        """(k, P, S) ranks after so many trials."""
        from scipy.stats import rankdata

        ranks: Array = rankdata(self.at(trial), axis=0, nan_policy="omit")
        return ranks

    def only(self, problems: Collection[Key]) -> "Field | None":
        """The same tuners on some of the problems; None where none of them is here."""
        kept = [p for p, key in enumerate(self.problems) if key in problems]
        names = [self.problems[p] for p in kept]
        return Field(self.peers, names, self.regret[:, kept], self.spent[:, kept]) if kept else None


def field(
    runs: Sequence[Played], scales: Mapping[Key, Scale], peers: Sequence[str], choice: str = "recommended"
) -> Field | None:
    """The field of `peers` among `runs`, on problems where they share a seed; None where there is no such problem."""
    found: dict[Key, dict[str, dict[int, Played]]] = defaultdict(lambda: defaultdict(dict))
    for run in runs:
        if run.peer in peers and run.key in scales:
            found[run.key][run.peer][run.seed] = run
    shared = {
        key: sorted(set.intersection(*(set(by_peer[peer]) for peer in peers)))
        for key, by_peer in sorted(found.items())
        if len(by_peer) == len(peers)
    }
    shared = {key: seeds for key, seeds in shared.items() if seeds}
    if not shared:
        return None
    trials = max(
        len(run.truth) for by_peer in found.values() for by_seed in by_peer.values() for run in by_seed.values()
    )
    regret = np.full((len(peers), len(shared), max(map(len, shared.values())), max(trials, 1)), np.nan)
    spent = regret.copy()
    for p, (key, seeds) in enumerate(shared.items()):
        for k, peer in enumerate(peers):
            for s, seed in enumerate(seeds):
                run = found[key][peer][seed]
                regret[k, p, s] = run.regret(scales[key], regret.shape[3], choice)
                spent[k, p, s] = run.spent(regret.shape[3])
    return Field(list(peers), list(shared), regret, spent)


def mean(values: Array) -> Array:
    """(..., P, S) -> (...): over the seeds of each problem, then over problems."""
    means: Array = np.nanmean(values, axis=-1).mean(axis=-1)
    return means


def resampled(values: Array, counts: npt.NDArray[np.intp], seed: int = 0) -> Array:
    """(k, P, S) -> (B, k): the mean in each bootstrap round. Leading axes may be more than one."""
    rng = np.random.default_rng(seed)
    *leading, P, S = values.shape
    means = np.empty((ROUNDS, *leading))
    for b in range(ROUNDS):
        drawn = rng.integers(P, size=(P, 1))
        seeds = (rng.random((P, S)) * counts[drawn]).astype(np.intp)
        weights = (np.arange(S) < counts[drawn]) / counts[drawn]
        means[b] = (values[..., drawn, seeds] * weights).sum(axis=(-2, -1)) / P
    return means


def interval(rounds: Array) -> tuple[Array, Array]:
    """Ends of the 95 % interval over the first axis."""
    low, high = np.percentile(rounds, [2.5, 97.5], axis=0)
    return low, high


@dataclass(frozen=True)
class Duel:
    """One tuner against another, problem by problem."""

    wins: int
    ties: int
    losses: int
    p: float
    """Of Wilcoxon's signed-rank test, two-sided; 1 where nothing differs."""


def duel(ours: Array, theirs: Array) -> Duel:
    """`ours` against `theirs`, both (P,) mean regrets."""
    from scipy.stats import wilcoxon

    difference = np.where(np.abs(ours - theirs) < TIE, 0.0, ours - theirs)
    wins, losses = int((difference < 0).sum()), int((difference > 0).sum())
    p = float(wilcoxon(difference[difference != 0]).pvalue) if wins + losses else 1.0
    return Duel(wins, len(ours) - wins - losses, losses, p)


def holm(values: Sequence[float]) -> list[float]:
    """P values corrected for how many they are, in their order."""
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate([(len(values) - i) * values[place] for i, place in enumerate(order)])
    corrected = np.empty(len(values))
    corrected[order] = np.minimum(steps, 1.0)
    return corrected.tolist()


def critical_difference(k: int, P: int) -> float:
    """Mean ranks of `k` tuners over `P` problems that lie closer than this cannot be told apart (Nemenyi, 5 %)."""
    from scipy.stats import studentized_range

    return float(studentized_range.ppf(0.95, k, np.inf)) / math.sqrt(2) * math.sqrt(k * (k + 1) / (6 * P))


def trials_to(regret: Array, level: float) -> Array:
    """(..., T) -> (...): the trial from which on the regret stays at or below `level`; infinite if it never does."""
    above = regret > level
    last = np.where(above.any(axis=-1), regret.shape[-1] - np.argmax(above[..., ::-1], axis=-1), 0)
    return np.where(last == regret.shape[-1], np.inf, last + 1.0)
