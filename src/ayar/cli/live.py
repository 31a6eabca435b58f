"""The live region: one block at the end of the terminal, redrawn at most four times a second; news scroll above it.

    digits-svm   ━━━━━━━━━━━━────────────  20 of 40 trials  0:21, about 20 s left
    best         0.987 in trial 31   ▁▃▃▅▆▆▆█
                 C=12.3  gamma=0.0213  kernel=rbf
    trials       19 complete, 1 failed, 2 running, 1 a second
    time         proposing 2.1 s, evaluating 38 s, waiting 0 s

Lines are cut at the terminal's edge and never wrap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

from ayar.analysis.progress import best_so_far
from ayar.analysis.words import count_text
from ayar.base.clock import SYSTEM, Clock
from ayar.base.errors import NoTrial
from ayar.cli.feed import Feed
from ayar.cli.figures import clock_text, done_of, done_text, left_text, sparkline, time_text, trials_text
from ayar.cli.words import varying_text
from ayar.study.progress import Progress
from ayar.study.study import Study
from ayar.trial.best import front_numbers
from ayar.trial.fold import Fold

PAUSE_SECONDS = 0.25
_CURVE_WIDTH = 40
_BAR_WIDTH = 24
_LONGEST_NAME = 24
_NARROW = 60
"""Columns below which the progress bar gives its room to words."""


@dataclass(frozen=True)
class Frame:
    """One picture of the run; rich draws it."""

    progress: Progress
    curve: Sequence[float] = ()
    """Best value after each finished trial."""
    params: str = ""
    """The best trial's parameters in one line."""
    left: str = ""
    """How long it will take, in words."""
    front: int | None = None
    """Trials on the front, in a study with several goals."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """One line of words after each heading."""
        width = 2 + min(max(len(self.progress.name), len("trials")), _LONGEST_NAME)
        yield Text()
        yield _line(self.progress.name, "bold", width, self._head(options.max_width))
        for heading, words in self._rows():
            yield _line(heading, "dim", width, words)

    def _head(self, width: int) -> Text:
        progress = self.progress
        text = Text()
        done, total = done_of(progress)
        if total and width >= _NARROW:
            text.append_text(_bar(done / total))
        text.append(f"{done_text(progress)}  {clock_text(progress.elapsed)}")
        return text.append(f", {self.left}" if self.left else "")

    def _rows(self) -> list[tuple[str, Text]]:
        progress = self.progress
        rows = [("best", self._best())]
        if self.params:
            rows.append(("", Text(self.params)))
        return [*rows, ("trials", Text(trials_text(progress))), ("time", Text(time_text(progress)))]

    def _best(self) -> Text:
        progress = self.progress
        if self.front is not None:
            return Text(f"{count_text(self.front, 'trial')} on the front")
        if progress.best is None:
            return Text("none yet", style="dim")
        return Text.assemble(
            (f"{progress.best:.6g}", "bold green"),
            f" in trial {progress.best_number}   ",
            (sparkline(self.curve, _CURVE_WIDTH), "cyan"),
        )


def _line(heading: str, style: str, width: int, words: Text) -> Text:
    head = Text(heading)
    head.truncate(width - 2, overflow="ellipsis", pad=True)
    return Text.assemble((head.plain, style), "  ", words, overflow="ellipsis", no_wrap=True)


def _bar(share: float) -> Text:
    done = round(_BAR_WIDTH * min(1.0, share))
    return Text.assemble(("━" * done, "green"), ("─" * (_BAR_WIDTH - done), "dim"), "  ")


class LiveRegion:
    """Shows the run on a terminal."""

    def __init__(self, study: Study, console: Console, clock: Clock = SYSTEM) -> None:
        self._study = study
        self._clock = clock
        self._feed = Feed(study)
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._curve: list[float] = [float(value) for value in best_so_far(study.fold).best]
        self._counted = 0
        self._next = 0.0

    def __enter__(self) -> Self:
        self._live.start()
        self._live.update(Text("starting", style="dim"), refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def say(self, text: str) -> None:
        """A line above the region."""
        self._live.console.print(Text(text), no_wrap=True, overflow="ellipsis")

    def watch(self, progress: Progress) -> None:
        """Look at the run's figures; `Study.optimize` calls this several times a second."""
        if progress.best is not None and progress.finished > self._counted:
            self._curve.extend([progress.best] * (progress.finished - self._counted))
        self._counted = progress.finished
        for line in self._feed.news(progress):
            self.say(line)
        now = self._clock.elapsed()
        if now >= self._next:
            self._next = now + PAUSE_SECONDS
            self._live.update(self._frame(progress), refresh=True)

    def _frame(self, progress: Progress) -> Frame:
        fold = self._study.fold
        left = left_text(progress, fold)
        if len(fold.setup.goals) > 1:
            return Frame(progress, left=left, front=_front_size(fold))
        if progress.best_number is None:
            return Frame(progress, left=left)
        params = fold.history.params(progress.best_number)
        return Frame(progress, self._curve, varying_text(fold.setup.space, params), left)


def _front_size(fold: Fold) -> int:
    try:
        return len(front_numbers(fold.history))
    except NoTrial:
        return 0
