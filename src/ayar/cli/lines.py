"""The run where nobody watches a terminal: plain lines without control codes, for logs and pipes."""

from types import TracebackType
from typing import Self

from ayar.base.clock import SYSTEM, Clock
from ayar.cli.feed import Feed
from ayar.cli.figures import clock_text, done_text, left_text
from ayar.cli.talk import Talk
from ayar.cli.words import values_text
from ayar.study.progress import Progress
from ayar.study.study import Study
from ayar.trial.state import State

PAUSE_SECONDS = 2.0
"""At least this long between two lines on finished trials; what happens only once is said at once."""


class PlainLines:
    """Says how far the run is, at most every few seconds."""

    def __init__(self, study: Study, talk: Talk, clock: Clock = SYSTEM) -> None:
        self._study = study
        self._talk = talk
        self._clock = clock
        self._feed = Feed(study)
        self._next = 0.0
        self._said = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def say(self, text: str) -> None:
        """A line beside the figures."""
        self._talk.say(text)

    def watch(self, progress: Progress) -> None:
        """Look at the run's figures; `Study.optimize` calls this several times a second."""
        now = self._clock.elapsed()
        due = progress.finished > self._said and now >= self._next
        for line in self._feed.news(progress):
            self._talk.say(line)
        if due:
            self._said, self._next = progress.finished, now + PAUSE_SECONDS
            self._talk.say(self._line(progress))

    def _line(self, progress: Progress) -> str:
        fold = self._study.fold
        parts = [f"{clock_text(progress.elapsed)}  {done_text(progress)}"]
        if progress.last is not None:
            trial = fold.history.trial(progress.last)
            parts.append(f"trial {trial.number} {trial.state} {values_text(fold, trial)}".rstrip())
        if progress.best is not None:
            parts.append(f"best {progress.best:.6g} (trial {progress.best_number})")
        if failures := progress.counts.get(State.FAILED, 0):
            parts.append(f"{failures} failed")
        if left := left_text(progress, fold):
            parts.append(left)
        return ", ".join(parts)
