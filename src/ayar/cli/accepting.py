"""A file whose space is not the stored study's: `--accept-space` makes the change, else the message names the ways."""

from contextlib import closing

from ayar.base.errors import StudyChanged
from ayar.cli.plan import Plan
from ayar.cli.talk import Talk
from ayar.cli.words import again
from ayar.space.difference import difference
from ayar.space.moves_words import call_text
from ayar.study.front import list_studies, load_study


def meet_space(plan: Plan, talk: Talk, *, accept: bool) -> None:
    """See that the stored study, if there is one, searches the space of the file.

    Arguments:
        plan: what the file says.
        talk: where a change is told.
        accept: whether the study is to be changed to the file's space.

    Raises:
        StudyChanged: it searches another one; the message shows the difference and how to go on.
        SpaceError: it is to be changed, and only the user can say how earlier trials are to be read.
    """
    if plan.space is None or plan.name not in list_studies(plan.storage):
        return
    with closing(load_study(plan.storage, plan.name)) as study:
        fold = study.fold
        if fold.setup.dynamic or not difference(fold.declared, plan.space):
            return
        if accept:
            done = study.change_space(plan.space, why=f"the space of {plan.file.name}, accepted")
            talk.say("\n  ".join([f"study {study.name!r} changed:", *str(done).splitlines()]))
            return
        known, fold.own_space = fold.declared, plan.space
        try:
            fold.check_own_space(study.store.address)
        except StudyChanged as error:
            way = f"\nor accept the file's space: {again()} --accept-space"
            derivable = call_text(known, plan.space) == "change_space(space)"
            raise StudyChanged(f"{error}{way if derivable else ''}") from None
