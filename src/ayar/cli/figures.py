"""The figures of a run as a person reads them: how much is done, how long it takes, where the time goes."""

from collections.abc import Sequence

import numpy as np

from ayar.analysis.words import count_text, duration_text
from ayar.cli.words import counts_text, finished
from ayar.study.progress import Progress
from ayar.trial.fold import Fold
from ayar.trial.state import State

_BARS = "▁▂▃▄▅▆▇█"


def done_text(progress: Progress) -> str:
    """Trials of the study that have an outcome, and of how many."""
    done, total = done_of(progress)
    return count_text(done, "trial") if total is None else f"{done:,} of {count_text(total, 'trial')}"


def done_of(progress: Progress) -> tuple[int, int | None]:
    """(trials with an outcome, trials there will be); None without a limit."""
    done = finished(progress.counts)
    left = None if progress.target is None else progress.target - progress.finished
    return done, None if left is None else done + left


def clock_text(seconds: float) -> str:
    """A running time.

    >>> clock_text(42.4), clock_text(3723)
    ('0:42', '1:02:03')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def left_text(progress: Progress, fold: Fold) -> str:
    """How long it will take: at the rate so far, but no longer than the budget of time; empty while nobody knows."""
    limit = fold.setup.max_seconds
    guesses = [progress.eta, None if limit is None else limit - fold.active / 1e6]
    known = [guess for guess in guesses if guess is not None]
    return f"about {duration_text(max(1.0, round(min(known))))} left" if known and min(known) > 0 else ""


def trials_text(progress: Progress) -> str:
    """Trials by state, with the rate."""
    counts = {**progress.counts, State.RUNNING: progress.running, State.RESERVED: 0}
    return f"{counts_text(counts)}{rate_text(progress.rate)}"


def rate_text(rate: float) -> str:
    """Trials per time, in the unit that fits; empty before the first.

    >>> rate_text(2.5), rate_text(0.05), rate_text(0.001)
    (', 2.5 a second', ', 3 a minute', ', 3.6 an hour')
    """
    for unit, seconds in (("second", 1), ("minute", 60), ("hour", 3600)):
        if rate * seconds >= 1 or (unit == "hour" and rate > 0):
            return f", {rate * seconds:.3g} {'an' if unit == 'hour' else 'a'} {unit}"
    return ""


def time_text(progress: Progress) -> str:
    """Where the time goes."""
    parts = {"proposing": progress.proposing, "evaluating": progress.evaluating, "waiting": progress.waiting}
    return ", ".join(f"{word} {duration_text(seconds)}" for word, seconds in parts.items())


def sparkline(values: Sequence[float], width: int) -> str:
    """A curve of at most `width` letters; leading values that are not finite are left out.

    >>> sparkline([9.0, 5.0, 2.0, 2.0, 1.0], 40)
    '█▅▂▂▁'
    """
    curve = np.array(values, dtype=np.float64)
    curve = curve[np.isfinite(curve)]
    if not len(curve) or width < 1:
        return ""
    if len(curve) > width:
        curve = curve[np.linspace(0, len(curve) - 1, width).round().astype(int)]
    low, high = curve.min(), curve.max()
    share = (curve - low) / (high - low) if high > low else np.zeros(len(curve))
    return "".join(_BARS[round(level * (len(_BARS) - 1))] for level in share)
