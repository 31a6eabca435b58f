"""One trial's story: what was tried and why, how it ran, what came out."""

from collections.abc import Mapping
from typing import Any

from ayar.analysis.axes import labelled
from ayar.analysis.words import duration_text, number_text
from ayar.base.clock import utc_text
from ayar.base.errors import shorten
from ayar.cli.words import rows_text, values_text
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.trial import Report, Trial

_MOST_REPORTS = 12
_OUTPUT_LINES = 20
_LONGEST_ATTRIBUTE = 240
"""Letters: the path of a folder stays whole."""
_REASON_FIRST = ("sampler", "chosen", "why", "arm", "fallback")
"""Parts of a note in the order people ask; the rest follows."""


def story(fold: Fold, trial: Trial) -> str:
    """A trial in words."""
    rows = [
        ("trial", f"{trial.number} of study {fold.setup.name!r}: {trial.state}"),
        *([("value", _value(fold, trial))] if trial.values else []),
        *((name, number_text(value, 6)) for name, value in trial.metrics.items()),
        *_listed("params", _params(fold, trial)),
        *([("outside", trial.outside)] if trial.outside else []),
        *_listed("asked as", _as_asked(trial)),
        *_listed("proposed", [_origin(trial), *_note(trial.note)]),
        *_listed("ran", _course(trial)),
        *_listed("reports", _reports(trial.reports)),
        *_listed("decided", _decision(trial)),
        *_listed("attrs", [f"{name} = {shorten(value, _LONGEST_ATTRIBUTE)}" for name, value in trial.attrs.items()]),
    ]
    parts = [rows_text(rows), "" if trial.failure is None else failure_text(trial.failure), _output(trial.output)]
    return "\n\n".join(part for part in parts if part)


def _listed(heading: str, lines: list[str]) -> list[tuple[str, str]]:
    return [("" if i else heading, line) for i, line in enumerate(lines)]


def _value(fold: Fold, trial: Trial) -> str:
    sd = f" (standard error {number_text(trial.sd[0])})" if len(trial.sd) == 1 else ""
    return values_text(fold, trial) + sd


def _params(fold: Fold, trial: Trial) -> list[str]:
    """Numbers in full, so that they can be copied."""
    words = labelled(fold.setup.space, trial.params)
    width = max(map(len, words), default=0)
    return [
        f"{name:<{width}}  {repr(value) if isinstance(value, float) else words[name]}"
        for name, value in trial.params.items()
    ]


def _as_asked(trial: Trial) -> list[str]:
    """The parameters that the objective got, where the space changed since."""
    return [f"{name}  {shorten(value)}" for name, value in (trial.as_asked or {}).items()]


def _origin(trial: Trial) -> str:
    if trial.seen is None:
        return "not yet" if trial.source.get("enqueued") else "elsewhere; it was added to the study"
    when = "" if trial.asked_at is None else f"at {utc_text(trial.asked_at)} "
    return f"{when}in {duration_text(trial.overhead)}, knowing the first {trial.seen:,} events"


def _note(note: Mapping[str, Any]) -> list[str]:
    """The sampler's reasons, those in words first."""
    names = [*(name for name in _REASON_FIRST if name in note), *(name for name in note if name not in _REASON_FIRST)]
    return [f"{name}: {_note_value(note[name])}" for name in names if note[name] is not None]


def _note_value(value: Any) -> str:
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, list) and all(isinstance(item, float) for item in value):
        return "  ".join(number_text(item, 3) for item in value)
    return value if isinstance(value, str) else shorten(value)


def _course(trial: Trial) -> list[str]:
    if not trial.attempts:
        return []
    parts = [] if trial.seconds is None else [duration_text(trial.seconds)]
    parts += [f"attempt {trial.attempts}"] if trial.attempts > 1 else []
    parts += [f"by worker {trial.worker}"] if trial.worker else []
    parts += [] if trial.peak_bytes is None else [f"at most {trial.peak_bytes / 2**20:,.0f} MB of memory"]
    return [", ".join(parts)]


def _reports(reports: tuple[Report, ...]) -> list[str]:
    shown = reports[-_MOST_REPORTS:]
    left_out = len(reports) - len(shown)
    lines = [f"{left_out:,} earlier ones"] if left_out else []
    return lines + [
        f"step {report.step}: {number_text(report.value, 6)}"
        + ("" if report.fold is None else f" (fold {report.fold})")
        for report in shown
    ]


def _decision(trial: Trial) -> list[str]:
    """What a scheduler decided; the reason in words is enough where there is one."""
    if not trial.decision:
        return []
    words = trial.decision.get("why") or shorten(dict(trial.decision))
    return [f"{trial.decision.get('action')}: {words}"]


def failure_text(failure: Failure) -> str:
    """A failure in words, with its traceback."""
    where = f" ({failure.where})" if failure.where else ""
    headline = failure.headline.removeprefix(f"{failure.kind}: ")
    rest = failure.traceback or failure.message.partition("\n")[2]
    return f"failed by {failure.kind}: {headline}{where}\n\n{rest}".rstrip()


def _output(output: str) -> str:
    lines = output.rstrip().splitlines()
    if not lines:
        return ""
    shown = lines[-_OUTPUT_LINES:]
    head = "output:" if len(shown) == len(lines) else f"output, the last {_OUTPUT_LINES} of {len(lines):,} lines:"
    return "\n".join([head, *shown])
