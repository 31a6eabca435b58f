"""The honest score: what the sealed test set says of a study's winner, beside what cross-validation promised."""

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from ayar.base.clock import utc_text
from ayar.evaluate.ledger import OPENED, Ledger, openings

LEVEL = 0.95
"""The chance with which the intervals of a report should hold the truth."""


class TestScore(msgspec.Struct, frozen=True):
    """One opening of a sealed test set and its score; `str` says it in words."""

    __test__: ClassVar[bool] = False
    """Not a test case, whatever pytest makes of the name."""

    metric: str
    direction: str
    score: float
    """The winner's, fitted on all development rows, judged on the sealed rows; NaN where it is not defined on them."""
    low: float | None
    """Of the 95 % interval of `score`; None where it cannot be known."""
    high: float | None
    cv_score: float | None
    """The value that made it the winner, a cross-validation mean on development rows; None where none is known."""
    cv_low: float | None
    """Of the 95 % corrected t interval; too hopeful around a winner (`evaluate.intervals`)."""
    cv_high: float | None
    gap: float | None
    """`score` less `cv_score`, in the metric's unit."""
    number: int
    """The judged trial's; -1 for a model that came from no trial."""
    n_test: int
    """How many rows were judged."""
    fingerprint: str
    """Of data and split."""
    count: int
    """1 if this was the first opening, 2 for the second ..."""
    at: int
    """When it was opened, microseconds since 1970 UTC."""
    reason: str | None = None
    """Why it was opened; asked for from the second opening on."""
    opening: str = ""
    """Id of the intent that was logged first."""
    params: dict[str, Any] = {}
    """The configuration that was judged; values that JSON cannot hold as text."""
    also: dict[str, float] = {}
    """Scores by further metrics, on the same rows."""
    openings: int = 0
    """How often the set has been opened by now, if more often than `count`."""

    def __str__(self) -> str:
        lines = [f"test {self.metric} {_with_interval(self.score, self.low, self.high)} on {self.n_test} sealed rows"]
        if math.isnan(self.score):
            lines.append(f"{self.metric} is not defined on the sealed rows, for example as they are all of one class")
        lines += [f"test {name} {value:.4g}" for name, value in self.also.items()]
        if self.cv_score is not None:
            lines.append(
                f"cross-validation {_with_interval(self.cv_score, self.cv_low, self.cv_high)}, trial {self.number}"
            )
        if self.gap is not None:
            lines.append(f"gap {self.gap:+.4g}: the test score is {self._verdict(self.gap)}")
        if self.count > 1:
            lines.append(f"the test set was opened {self.count} times; this time, {utc_text(self.at)}: {self.reason}")
        if self.openings > self.count:
            lines.append(f"by now the test set was opened {self.openings} times; the last opening left no score")
        return "\n".join(lines)

    def _verdict(self, gap: float) -> str:
        if self.cv_low is not None and self.cv_high is not None and self.cv_low <= self.score <= self.cv_high:
            return "within the interval of cross-validation"
        if gap == 0:
            return "just what cross-validation promised"
        better = (gap > 0) == (self.direction == "maximize")
        return f"{'better' if better else 'worse'} than cross-validation promised"

    def to_json(self) -> dict[str, Any]:
        """The score as plain JSON values."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data


def _with_interval(score: float, low: float | None, high: float | None) -> str:
    interval = "interval unknown" if low is None or high is None else f"95 % interval {low:.4g} to {high:.4g}"
    return f"{score:.4g} ({interval})"


def recorded_scores(ledger: Ledger) -> list[TestScore]:
    """The scores of all openings that were completed, oldest first; the last one knows of openings without a score."""
    scores = [_read(data) for data in ledger.records(OPENED)]
    times = len(openings(ledger))
    if scores and times > scores[-1].count:
        scores[-1] = msgspec.structs.replace(scores[-1], openings=times)
    return scores


def _read(data: Mapping[str, Any]) -> TestScore:
    return msgspec.convert(data, TestScore)
