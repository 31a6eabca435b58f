"""The news of a run, a line each: improvements, the first failure of each cause, and what the loop has to say."""

from ayar.cli.words import values_text, varying_text
from ayar.study.progress import Progress
from ayar.study.study import Study
from ayar.trial.fold import Fold
from ayar.trial.state import State


class Feed:
    """Looks at what is new since the last look, never at the whole history."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._seen = len(study.history.order)
        self._finished = 0
        self._causes: set[str] = set()

    def news(self, progress: Progress) -> list[str]:
        """Lines about what happened since the last call."""
        lines = list(progress.messages)
        if progress.finished == self._finished:
            return lines
        self._finished = progress.finished
        fold = self._study.fold
        lines += self._failures(fold)
        if progress.improved and progress.best_number is not None:
            lines.append(improvement(fold, progress.best_number))
        return lines

    def _failures(self, fold: Fold) -> list[str]:
        history = fold.history
        new, self._seen = history.order[self._seen :], len(history.order)
        lines = []
        for number in new:
            row = history.row(number)
            if row.state is State.FAILED and row.failure is not None and row.failure.digest not in self._causes:
                self._causes.add(row.failure.digest)
                where = f" ({row.failure.where})" if row.failure.where else ""
                lines.append(f"trial {number} failed: {row.failure.headline}{where}")
        return lines


def improvement(fold: Fold, number: int) -> str:
    """One line for a new best trial."""
    trial = fold.history.trial(number)
    goal = fold.setup.goals[0].name
    return f"trial {number}  {goal} {values_text(fold, trial)}  {varying_text(fold.setup.space, trial.params)}".rstrip()
