"""What failed and why: failed trials grouped by kind and cause."""

from collections.abc import Iterable
from dataclasses import dataclass

from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.state import State
from ayar.trial.trial import Trial


@dataclass(frozen=True)
class Cause:
    """Failed trials of one kind and digest, with the first of them as the example."""

    kind: str
    headline: str
    where: str
    traceback: str
    numbers: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many trials failed so."""
        return len(self.numbers)


_UNSAID = Failure("exception", message="no cause was told")


def causes(fold: Fold) -> list[Cause]:
    """The causes of failure, the most frequent first; empty when nothing failed."""
    groups: dict[tuple[str, str], list[Trial]] = {}
    for trial in fold.history.trials(State.FAILED):
        failure = trial.failure or _UNSAID
        groups.setdefault((failure.kind, failure.digest or failure.headline), []).append(trial)
    return sorted(map(_cause, groups.values()), key=lambda cause: (-cause.count, cause.numbers))


def _cause(trials: Iterable[Trial]) -> Cause:
    found = list(trials)
    example = found[0].failure or _UNSAID
    return Cause(
        kind=example.kind,
        headline=example.headline,
        where=example.where,
        traceback=example.traceback or example.stderr,
        numbers=tuple(trial.number for trial in found),
    )
