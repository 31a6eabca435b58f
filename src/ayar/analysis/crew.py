"""How many trials could run at a time, and in how many processes they were asked for.

Each call of `optimize` joins once and says how many attempts it runs at a time; calls one after another do not add up.
"""

from ayar.analysis.words import count_text
from ayar.trial.fold import Fold
from ayar.trial.history import Row


def at_a_time(fold: Fold) -> tuple[int, int]:
    """(trials at a time, workers at once) when most workers were there; (0, 0) before the first trial is asked.

    A worker is there from the first trial it asked for to the last it was told. One that told trials by hand counts
    for one trial at a time.
    """
    spans = _spans(fold)
    slots = {worker: int(fold.workers.get(worker, {}).get("slots", 1)) for worker in spans}
    crews = [
        [worker for worker, (first, last) in spans.items() if first <= moment <= last] for moment, _ in spans.values()
    ]
    return max(((sum(slots[worker] for worker in crew), len(crew)) for crew in crews), default=(0, 0))


def _spans(fold: Fold) -> dict[str, tuple[int, int]]:
    """Worker -> microseconds of its first and its last trial."""
    found: dict[str, tuple[int, int]] = {}
    for row in map(fold.history.row, range(len(fold.history))):
        if row.worker and row.asked_at is not None:
            first, last = found.get(row.worker, (row.asked_at, row.asked_at))
            found[row.worker] = (min(first, row.asked_at), max(last, _end(row, row.asked_at)))
    return found


def _end(row: Row, asked_at: int) -> int:
    # A lost trial is told as failed by whoever finds it, maybe long after its worker was gone.
    return asked_at if row.told_at is None or row.failure is not None else row.told_at


def at_a_time_text(fold: Fold) -> str:
    """The same in words.

    >>> from ayar.testing.folds import fold_of
    >>> at_a_time_text(fold_of({"x": (0.0, 1.0)}, [({"x": 0.5}, 1.0)]))
    '1 trial at a time (1 worker process)'
    """
    trials, workers = at_a_time(fold)
    if not workers:
        return "no trial asked yet"
    processes = "1 worker process" if workers == 1 else f"{workers:,} worker processes"
    return f"{count_text(trials, 'trial')} at a time ({processes})"
