"""Tables and pictures of what `benchmarks.run` wrote: `python -m benchmarks.table DIR`, Markdown.

    python -m benchmarks.table DIR --subject ayar-auto      # whose differences to the others are shown
    python -m benchmarks.table DIR --peers ayar-auto,random # only these

Regret is that of what the tuner recommends, normalised and clipped as `benchmarks/results.py` says. Tuners that ran on
a sample of the problems are compared there, with everyone else on the same sample. Synthetic and real problems are told
apart.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.compare import Field, critical_difference, duel, field, holm, interval, mean, resampled, trials_to
from benchmarks.peers import PEERS
from benchmarks.picture import critical_difference_picture
from benchmarks.results import Array, Key, Played, Scale, read, read_scales
from benchmarks.timing import table

CHECKPOINTS = (10, 20, 50, 100)
LEVELS = (0.2, 0.1, 0.05)
OVERHEAD_AT = (10, 20, 50, 100, 200, 500, 1000)
AROUND = 5
"""Trials on either side of n that a figure of overhead is the median of."""

Lines = list[str]


@dataclass(frozen=True)
class Results:
    """All that was read, of one number of pending trials."""

    runs: Sequence[Played]
    scales: Mapping[Key, Scale]
    subject: str
    peers: Sequence[str]

    def family(self, name: str) -> set[Key]:
        """Problems of a family."""
        return {key for key, scale in self.scales.items() if scale.family == name}


def points(trials: int) -> list[int]:
    """The checkpoints within a run, and its end."""
    return sorted({*(n for n in CHECKPOINTS if n <= trials), trials})


def fields(results: Results, choice: str = "recommended") -> list[tuple[str, Field]]:
    """Quick tuners on every problem, then all on the sample, each under its title."""
    quick = [peer for peer in results.peers if not (peer in PEERS and PEERS[peer].slow)]
    asked = [("all problems", quick)] if quick else []
    if len(quick) < len(results.peers):
        asked.append(("sample for slow tuners", list(results.peers)))
    found = [(title, field(results.runs, results.scales, peers, choice)) for title, peers in asked if peers]
    return [(title, one) for title, one in found if one is not None]


# -- quality -----------------------------------------------------------------------------------------------------------


def by_rank(one: Field) -> list[int]:
    """Places of tuners, best mean rank at the end first."""
    order: list[int] = np.argsort(mean(one.ranks(one.trials)), kind="stable").tolist()
    return order


def regret_table(one: Field) -> str:
    """Mean regret with its interval at the checkpoints."""
    at = points(one.trials)
    values = np.stack([one.at(n) for n in at])
    means, (low, high) = mean(values), interval(resampled(values, one.counts))
    rows = [
        [one.peers[k], *(f"{means[i, k]:.3f} ({low[i, k]:.3f} – {high[i, k]:.3f})" for i in range(len(at)))]
        for k in by_rank(one)
    ]
    return table(["tuner", *(f"regret at {n}" for n in at)], rows)


def rank_table(one: Field, subject: str) -> str:
    """Mean ranks, how far each lies behind the subject, and the duels at the end of the runs."""
    at = points(one.trials)
    s = one.peers.index(subject)
    values = np.stack([one.ranks(n) for n in at])
    means, rounds = mean(values), resampled(values, one.counts)
    low, high = interval(rounds - rounds[:, :, s : s + 1])
    finals = np.nanmean(one.at(one.trials), axis=-1)
    duels = [duel(finals[s], finals[k]) for k in range(len(one.peers))]
    others = [k for k in range(len(one.peers)) if k != s]
    corrected = dict(zip(others, holm([duels[k].p for k in others]), strict=True))

    def cell(i: int, k: int) -> str:
        behind = "" if k == s else f", {means[i, k] - means[i, s]:+.2f} ({low[i, k]:+.2f} – {high[i, k]:+.2f})"
        return f"{means[i, k]:.2f}{behind}"

    rows = [
        [
            one.peers[k],
            *(cell(i, k) for i in range(len(at))),
            "" if k == s else f"{duels[k].wins}/{duels[k].ties}/{duels[k].losses}",
            "" if k == s else f"{corrected[k]:.3f}",
        ]
        for k in by_rank(one)
    ]
    return table(["tuner", *(f"rank at {n}" for n in at), "won/tied/lost", "p"], rows)


def suite_table(one: Field, subject: str) -> str:
    """Mean regret and mean rank in each suite and over suites, and the subject's regret by that of the best other."""
    at = [n for n in points(one.trials) if n >= 20] or [one.trials]
    sizes = Counter(suite for suite, _ in one.problems)
    parts = [one.only([key for key in one.problems if key[0] == suite]) for suite in sorted(sizes)]
    heads = ["tuner", *(f"{suite} ({sizes[suite]})" for suite in sorted(sizes)), "mean over suites"]

    def means(of: Callable[[Field, int], Array]) -> Array:
        """(suites and their mean, checkpoints, k)."""
        by_suite = np.array([[mean(of(part, n)) for n in at] for part in parts if part])
        return np.concatenate([by_suite, by_suite.mean(axis=0, keepdims=True)])

    def row(name: str, values: Array, digits: int) -> list[str]:
        return [name, *(" / ".join(f"{value:.{digits}f}" for value in cell) for cell in values)]

    regret, rank = means(Field.at), means(Field.ranks)
    regrets = [row(one.peers[k], regret[:, :, k], 3) for k in by_rank(one)]
    ranks = [row(one.peers[k], rank[:, :, k], 2) for k in by_rank(one)]
    s = one.peers.index(subject)
    if len(one.peers) > 1:
        best = np.delete(regret, s, axis=2).min(axis=2)
        regrets.append(row(f"{subject} / best other", regret[:, :, s] / np.maximum(best, 1e-4), 2))
    when = f"at {' / '.join(map(str, at))} trials by suite (problems)"
    return f"Regret {when}:\n\n{table(heads, regrets)}\n\nMean rank {when}:\n\n{table(heads, ranks)}"


def time_table(one: Field) -> str:
    """Trials, and seconds of the tuner's own, until the regret stays at or below a level."""
    present = np.isfinite(one.regret[:, :, :, 0])
    rows = []
    for k in by_rank(one):
        row = [one.peers[k]]
        for level in LEVELS:
            trials = trials_to(one.regret[k], level)[present[k]]
            there = np.isfinite(trials)
            seconds = np.full(len(trials), np.inf)
            seconds[there] = one.spent[k][present[k]][there, trials[there].astype(int) - 1]
            words = f"{there.mean():.0%}"
            if there.mean() > 0.5:  # else the median run never gets there
                words += f", {np.median(trials):.0f} trials, {np.median(seconds):.2g} s"
            row.append(words)
        rows.append(row)
    head = (
        "Share of runs that reach a level and stay; the median run's trials, and its tuner's own seconds, until then:"
    )
    return f"{head}\n\n" + table(["tuner", *(f"regret at most {level:g}" for level in LEVELS)], rows)


def quality(results: Results, pictures: Path) -> Lines:
    """The sections on real and on synthetic problems."""
    lines: Lines = []
    for name in ("real", "synthetic"):
        for title, whole in fields(results):
            one = whole.only(results.family(name))
            if one is None:
                continue
            runs = f"{len(one.problems)} problems, {one.counts.min()} to {one.counts.max()} seeds"
            lines += [f"## {name.capitalize()}: {title}", f"{len(one.peers)} tuners, {runs}.", regret_table(one)]
            if results.subject in one.peers:
                lines += [rank_table(one, results.subject), suite_table(one, results.subject)]
            lines.append(time_table(one))
            if len(one.peers) > 1 and len(one.problems) > 1:
                lines.append(picture(one, pictures, f"{name}, {title}"))
    return lines


def picture(one: Field, folder: Path, title: str) -> str:
    """Write the critical-difference picture at the end of the runs; returns the line that shows it."""
    ranks = mean(rank_by_problem(one)[:, :, None])
    difference = critical_difference(len(one.peers), len(one.problems))
    path = folder / f"ranks-{title.replace(',', '').replace(' ', '-')}.svg"
    words = f"Mean ranks after {one.trials} trials: {title}"
    svg = critical_difference_picture(dict(zip(one.peers, ranks.tolist(), strict=True)), difference, words)
    path.write_text(svg)
    return f"![{words}]({path.name})"


def rank_by_problem(one: Field) -> Array:
    """(k, P) ranks of the mean over seeds: the blocks that the critical difference is made for."""
    from scipy.stats import rankdata

    ranks: Array = rankdata(np.nanmean(one.at(one.trials), axis=-1), axis=0)
    return ranks


# -- noise, pending trials, overhead, failures -------------------------------------------------------------------------


def noise(results: Results) -> Lines:
    """What is recommended and the best that was seen, under noise, early and late."""
    lines: Lines = []
    noisy = {key for key, scale in results.scales.items() if scale.noisy}
    seen = dict(fields(results, "seen"))
    for title, whole in fields(results):
        one, other = whole.only(noisy), seen[title].only(noisy)
        if one is None or other is None:
            continue
        at = [n for n in (20, 100) if n <= one.trials] or [one.trials]
        rows = [
            [one.peers[k], *(f"{mean(f.at(n))[k]:.3f}" for f in (one, other) for n in at)]
            for k in np.argsort(mean(one.at(one.trials)), kind="stable")
        ]
        heads = [f"{what} at {n}" for what in ("recommended", "seen") for n in at]
        lines += [f"## Noise: {title}", f"{len(one.problems)} noisy problems.", table(["tuner", *heads], rows)]
        lines.append(regret_table(one))
    return lines


def pending(results: Mapping[int, Results]) -> Lines:
    """Regret at the end with trials pending, against the same tuner without."""
    lines: Lines = []
    for count in sorted(set(results) - {1}):
        rows = []
        for peer in results[count].peers:
            pair = [field(results[n].runs, results[n].scales, [peer]) for n in (1, count) if n in results]
            if len(pair) < 2 or pair[0] is None or pair[1] is None:
                continue
            both = set(pair[0].problems) & set(pair[1].problems)
            alone, parallel = (mean(one.only(both).at(one.trials))[0] for one in pair)  # type: ignore[union-attr]
            rows.append([peer, str(len(both)), f"{alone:.3f}", f"{parallel:.3f}", f"{parallel / max(alone, 1e-9):.2f}"])
        heads = ["tuner", "problems", "one at a time", f"{count} pending", "ratio"]
        lines += [f"## {count} trials pending", "Regret at the end of the runs.", table(heads, rows)]
    return lines


def overhead(runs: Iterable[Played], peers: Sequence[str]) -> Lines:
    """Median milliseconds of ask and tell around n trials, over all problems."""
    windows: dict[str, dict[int, list[float]]] = {peer: {n: [] for n in OVERHEAD_AT} for peer in peers}
    for run in runs:
        for n in OVERHEAD_AT:
            if len(run.seconds) >= n:
                windows[run.peer][n] += run.seconds[n - AROUND : n + AROUND].tolist()
    at = [n for n in OVERHEAD_AT if any(windows[peer][n] for peer in peers)]
    rows = [[peer, *(f"{1000 * np.median(w):.3g}" if (w := windows[peer][n]) else "" for n in at)] for peer in peers]
    words = "Median milliseconds of ask and tell around trial n, over all problems, as they ran beside each other."
    return ["## Overhead", words, table(["tuner", *map(str, at)], rows)]


def failures(runs: Iterable[Played]) -> Lines:
    """Runs that tuners did not finish."""
    found = [run for run in runs if run.failed is not None]
    if not found:
        return []
    rows = [
        [run.peer, f"{run.suite}/{run.problem}", str(run.seed), str(len(run.truth)), str(run.failed)] for run in found
    ]
    words = "These keep their last recommendation to the end; one without any counts 1."
    return ["## Runs that failed", words, table(["tuner", "problem", "seed", "trials", "why"], rows)]


def note_of_sample(folder: Path) -> Lines:
    """What the slow tuners ran on."""
    path = folder / "sample.json"
    drawn: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"count": 0}
    if not drawn["count"]:
        return []
    names = "; ".join(f"{suite}: {', '.join(found)}" for suite, found in drawn["problems"].items())
    slow = ", ".join(name for name, peer in PEERS.items() if peer.slow)
    drawing = f"{drawn['count']} problems of each suite, drawn by seed {drawn['seed']} before any run"
    return [f"Tuners above 0.3 s a proposal ({slow}) ran on {drawing}: {names}."]


def main() -> None:
    """Read, and print everything."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--subject", default="ayar-auto")
    parser.add_argument("--peers", default="", help="with commas; default: all that ran")
    given = parser.parse_args()
    scales, runs = read_scales(given.folder), read(given.folder)
    wanted = given.peers.split(",") if given.peers else sorted({run.peer for run in runs})
    runs = [run for run in runs if run.peer in wanted]
    by_pending = {}
    for count in sorted({run.pending for run in runs}):
        some = [run for run in runs if run.pending == count]
        names = sorted({run.peer for run in some})
        by_pending[count] = Results(some, scales, given.subject, names)
    first = by_pending[min(by_pending)]
    lines = [
        *note_of_sample(given.folder),
        *quality(first, given.folder),
        *noise(first),
        *pending(by_pending),
        *overhead(first.runs, first.peers),
        *failures(runs),
    ]
    print("\n\n".join(lines))


if __name__ == "__main__":
    main()
