"""`ayar tune FILE`: start a study, or go on with it."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ayar.analysis.words import count_text
from ayar.base.clock import SYSTEM
from ayar.cli.accepting import meet_space
from ayar.cli.ending import SPENT, honest_score, summary
from ayar.cli.exits import Exit
from ayar.cli.interrupt import interrupts
from ayar.cli.narrowing import narrowed_plan
from ayar.cli.plan import Plan, plan_of_file
from ayar.cli.points import check_points, enqueue, read_points
from ayar.cli.preview import dry_run, proposals, runs_text
from ayar.cli.rerun import run_again
from ayar.cli.talk import Talk
from ayar.cli.watching import done_text, optimize
from ayar.cli.words import again, budget_text, command, ended_text, finished, goals_text, search_text
from ayar.study.front import create_study, list_studies, resume_study
from ayar.study.loop import CHANGED
from ayar.study.study import Study
from ayar.trial.state import State


@dataclass(frozen=True)
class Wishes:
    """What `ayar tune` may do beside running."""

    dry_run: bool = False
    print_trials: int | None = None
    enqueue: Path | None = None
    finish: bool = False
    """Whether a first Ctrl-C or SIGTERM lets running trials finish, instead of putting them back."""

    rerun: int | None = None
    """A trial to run again."""
    probe: bool = False
    """Whether the file's `task` is read first, and the space of a new study narrowed by it."""
    accept_space: bool = False
    """Whether the stored study is changed to the file's space where they differ."""

    @property
    def only_look(self) -> bool:
        """Whether nothing is to be run."""
        return self.dry_run or self.print_trials is not None


def tune(file: Path, options: Mapping[str, Any], wishes: Wishes, talk: Talk) -> Exit:
    """Run the study of a file until its budget is spent.

    Arguments:
        file: a Python file or a study file, see `plan_of_file`.
        options: settings that go before the file's; None where none is given.
        wishes: to look first, to try certain points, or to run a trial again.
        talk: how much is said.
    """
    plan = plan_of_file(file, options)
    for note in plan.notes:
        talk.say(f"note: {note}")
    points = _points(plan, wishes.enqueue)
    if wishes.dry_run:
        talk.tell(dry_run(plan))
    if wishes.print_trials is not None:
        talk.tell("\n".join(proposals(plan, wishes.print_trials)))
    if wishes.only_look:
        return Exit.DONE
    with interrupts():
        if wishes.rerun is not None:
            return run_again(plan, wishes.rerun, talk)
        plan = narrowed_plan(plan, talk, probe=wishes.probe)
        return _run(plan, points, talk, finish=wishes.finish, accept=wishes.accept_space)


def _points(plan: Plan, file: Path | None) -> list[dict[str, Any]]:
    """The points to try first, checked while there is no study yet."""
    if file is None:
        return []
    points = read_points(file)
    with closing(create_study(storage=None, **plan.arguments)) as rehearsal:
        check_points(rehearsal, points, file)
    return points


def _run(plan: Plan, points: list[dict[str, Any]], talk: Talk, *, finish: bool, accept: bool) -> Exit:
    known = plan.name in list_studies(plan.storage)
    meet_space(plan, talk, accept=accept)
    study = resume_study(storage=plan.storage, **plan.arguments)
    try:
        if points:
            queued = enqueue(study, points)
            talk.say(f"{count_text(queued, 'point')} of {len(points)} put in the queue")
        if (stop := study.fold.stopped) is not None:
            talk.say(f"study {study.name!r} is finished: {done_text(study)}; {ended_text(stop)}")
            return _end(plan, study, talk, seconds=None)
        _introduce(plan, study, talk)
        if plan.settings.get("seed", study.setup.seed) != study.setup.seed:
            talk.say(f"note: the seed stays {study.setup.seed}, with which the study began")
        begin = SYSTEM.elapsed()
        opening = f"resuming study {study.name!r}: {done_text(study)}" if known else ""
        with interrupts(study.leave if finish else None):
            optimize(plan, study, talk, opening)
        return _end(plan, study, talk, seconds=SYSTEM.elapsed() - begin)
    finally:
        study.close()


def _introduce(plan: Plan, study: Study, talk: Talk) -> None:
    setup = study.setup
    talk.say(
        f"study {study.name!r}: {goals_text(setup.goals)}, {budget_text(setup)}, sampler {search_text(setup)}\n"
        f"storage {plan.storage}, {runs_text(plan)}\n"
        f"watch it from elsewhere: {command('show', plan.storage, study.name)}"
    )


def _end(plan: Plan, study: Study, talk: Talk, seconds: float | None) -> Exit:
    if study.ended in {"interrupted", "left"}:
        talk.complain(f"stopped: {done_text(study)}, all kept; go on with: {again()}")
        return Exit.INTERRUPTED
    if study.ended == CHANGED:
        talk.complain(
            f"ended: the study's parameters were changed from elsewhere; {done_text(study)}, all kept. Bring "
            f"{plan.file} up to date with them and go on with: {again()}"
        )
        return Exit.USAGE
    talk.tell(summary(study.fold, seconds))
    stop = study.fold.stopped
    if stop is not None and stop.reason not in SPENT:
        talk.say(f"the study was ended: {ended_text(stop)}")
    elif stop is not None and (honest := honest_score(plan.objective, study)) is not None:
        talk.tell(f"\n{honest}")
    talk.say(f"\npictures and health checks: {command('report', plan.storage, study.name)}{_further(study)}")
    return Exit.FAILURES if _all_failed(study) else Exit.DONE


def _all_failed(study: Study) -> bool:
    counts = study.counts()
    return State.FAILED in counts and State.COMPLETE not in counts


def _further(study: Study) -> str:
    """How to go on with a study whose budget is spent."""
    setup = study.setup
    if study.stopped != "budget":
        return ""
    if setup.max_trials is not None and finished(study.counts()) >= setup.max_trials:
        return f"\nmore trials: {again('--max-trials', str(2 * max(1, setup.max_trials)))}"
    return f"\nmore trials: {again('--max-seconds', format(2 * (setup.max_seconds or 1), 'g'))}"
