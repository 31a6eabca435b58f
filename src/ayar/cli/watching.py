"""A run of trials with its figures on the screen: what `ayar tune` and `ayar worker` share."""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Protocol

from ayar.analysis.words import count_text
from ayar.cli.lines import PlainLines
from ayar.cli.plan import Plan
from ayar.cli.talk import Talk, console
from ayar.cli.words import finished
from ayar.study.progress import Progress
from ayar.study.study import Study


class Screen(AbstractContextManager["Screen"], Protocol):
    """Where a run shows itself: a live region or plain lines."""

    def say(self, text: str) -> None:
        """A line beside the figures."""

    def watch(self, progress: Progress) -> None:
        """Take the figures of the moment."""


def optimize(plan: Plan, study: Study, talk: Talk, opening: str = "", **limits: Any) -> None:
    """Run trials until the study or this process is done.

    Arguments:
        plan: objective, workers and their limits.
        study: whose trials.
        talk: how much is said.
        opening: said with the first figures.
        limits: of this call, for `Study.optimize`.
    """
    if talk.quiet:
        study.optimize(plan.objective, **plan.run, **limits)
        return
    with _screen(study, talk) as screen:

        def watch(progress: Progress) -> None:
            nonlocal opening
            if opening:
                # Lost trials are taken back with the first one asked, so that is when it can be said in one line.
                screen.say(", ".join([opening, *progress.messages]))
                opening, progress = "", replace(progress, messages=())
            screen.watch(progress)

        study.optimize(plan.objective, watch=watch, **plan.run, **limits)


def _screen(study: Study, talk: Talk) -> Screen:
    if not talk.is_live:
        return PlainLines(study, talk)
    from ayar.cli.live import LiveRegion

    return LiveRegion(study, console(data=False))


def done_text(study: Study) -> str:
    """How far the study is, in trials."""
    done, most = finished(study.counts()), study.setup.max_trials
    return f"{count_text(done, 'trial')} done" if most is None else f"{done:,} of {count_text(most, 'trial')} done"
