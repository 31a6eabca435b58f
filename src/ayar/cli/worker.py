"""`ayar worker FILE`: join a study that runs, from this machine or another, and leave when its budget is spent."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ayar.base.errors import StudyNotFound, did_you_mean
from ayar.cli.accepting import meet_space
from ayar.cli.exits import Exit
from ayar.cli.interrupt import interrupts
from ayar.cli.plan import Plan, plan_of_file
from ayar.cli.preview import runs_text
from ayar.cli.talk import Talk
from ayar.cli.watching import done_text, optimize
from ayar.cli.words import again, command, ended_text
from ayar.study.front import create_study, list_studies
from ayar.study.loop import CHANGED
from ayar.study.study import Study

_LEFT = {
    "idle": "nothing to run for so long",
    "left": "its running trials finished",
    CHANGED: "the study's parameters changed; join again with a file that has the new space",
}
"""Why a worker leaves a study that goes on -> words."""


def worker(file: Path, options: Mapping[str, Any], talk: Talk, *, max_idle: float | None, finish: bool) -> Exit:
    """Run trials of a study that exists; its settings stay as they are.

    Arguments:
        file: defines the objective, as for `ayar tune`; its space and goals must be the study's.
        options: settings that go before the file's; None where none is given.
        talk: how much is said.
        max_idle: seconds without a trial to run after which the worker leaves; None: it waits.
        finish: on a first Ctrl-C or SIGTERM let running trials finish, instead of putting them back.
    """
    plan = plan_of_file(file, options)
    _check_there(plan)
    meet_space(plan, talk, accept=False)
    study = create_study(storage=plan.storage, load_if_exists=True, **plan.arguments)
    try:
        if (stop := study.fold.stopped) is not None:
            talk.say(f"study {study.name!r} is finished: {done_text(study)}; {ended_text(stop)}")
            return Exit.DONE
        talk.say(f"joined study {study.name!r} in {plan.storage}: {done_text(study)}, {runs_text(plan)}")
        with interrupts(study.leave if finish else None):
            optimize(plan, study, talk, max_idle=max_idle)
        return _left(plan, study, talk)
    finally:
        study.close()


def _check_there(plan: Plan) -> None:
    names = list_studies(plan.storage)
    if plan.name not in names:
        raise StudyNotFound(
            f"no study is called {plan.name!r} in {plan.storage}{did_you_mean(plan.name, names) if names else ''}; "
            f"start it with: {command('tune', plan.storage, plan.name, str(plan.file))}"
        )


def _left(plan: Plan, study: Study, talk: Talk) -> Exit:
    if study.ended == "interrupted":
        talk.complain(f"left: {done_text(study)}, all kept; join again with: {again()}")
        return Exit.INTERRUPTED
    stop = study.fold.stopped
    why = _LEFT.get(study.ended) or (ended_text(stop) if stop is not None else study.ended)
    talk.say(
        f"left study {study.name!r}: {why}; {done_text(study)}\nsee it: {command('show', plan.storage, study.name)}"
    )
    return Exit.DONE
