"""`ayar tune FILE --probe`: the space of a new study is narrowed by what its task's training says.

What was found is kept with the study, so that it goes on in the same space without being read again.
"""

from contextlib import closing
from dataclasses import replace

from ayar.base.errors import ArgumentError
from ayar.cli.plan import Plan
from ayar.cli.probe import read_names
from ayar.cli.talk import Talk
from ayar.space.narrowed import Narrowed, narrowed_again
from ayar.study.front import list_studies, load_study
from ayar.study.narrowing import narrowing_of


def narrowed_plan(plan: Plan, talk: Talk, *, probe: bool) -> Plan:
    """The plan with its space narrowed: as the stored study was, or by the recipe where a new one is to be probed.

    Arguments:
        plan: what the file says.
        talk: where every change is told.
        probe: whether to read the training of a study that is new.

    Raises:
        ArgumentError: no task or no space in the file.
        SpaceError: the file's space has lost a parameter that was narrowed.
    """
    if plan.name in list_studies(plan.storage):
        return _as_stored(plan, talk, probe=probe)
    if not probe:
        return plan
    if plan.space is None:
        raise ArgumentError(f"--probe narrows a space, and {plan.file} has none; declare space = {{...}} in it")
    recipe = read_names(plan.file, plan.names, {}, talk)
    narrowed = recipe.to_space(plan.space)
    talk.say(recipe.verdict)
    if not narrowed.findings:
        talk.say("note: no parameter of the space is known by what was found, so it stays as it is")
        return plan
    talk.say(narrowed.explain())
    return _with(plan, narrowed)


def _as_stored(plan: Plan, talk: Talk, *, probe: bool) -> Plan:
    with closing(load_study(plan.storage, plan.name)) as study:
        kept = narrowing_of(study)
    if kept is None or plan.space is None:
        if probe:
            talk.say(f"note: study {plan.name!r} began without --probe; its space stays as it is")
        return plan
    names = ", ".join(kept["findings"])
    talk.say(f"note: the space of study {plan.name!r} was narrowed when it began ({names}), and stays so")
    return _with(plan, narrowed_again(plan.space, kept))


def _with(plan: Plan, narrowed: Narrowed) -> Plan:
    return replace(plan, space=narrowed.space, narrowed=narrowed)
