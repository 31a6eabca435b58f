"""`ayar best`: the best parameters, to copy."""

from contextlib import closing

from ayar.analysis.score import openings, score
from ayar.cli.asjson import best_json
from ayar.cli.choices import Format
from ayar.cli.ending import best_text, best_trials
from ayar.cli.exits import Exit
from ayar.cli.talk import Talk
from ayar.cli.target import chosen_study
from ayar.plots.part_again import argv_text, python_text
from ayar.trial.fold import Fold


def best(storage: str, name: str | None, form: Format | None, talk: Talk) -> Exit:
    """Print the best trial, or the front of a study with several goals.

    Arguments:
        storage: the store's address.
        name: the study; None: the only one.
        form: one way of writing, for programs: a Python assignment, arguments, or a JSON object per trial; None: value
            and both of the first, for people.
        talk: where it goes.

    Raises:
        NoTrial: nothing complete and feasible yet.
    """
    with closing(chosen_study(storage, name)) as study:
        fold = study.fold
    trials = best_trials(fold)
    if form is Format.JSON:
        lines = best_json(fold)
    elif form is None:
        lines = [best_text(fold), *_honest(fold)]
    else:
        write = python_text if form is Format.PYTHON else argv_text
        lines = [write(fold, trial) for trial in trials]
    talk.tell("\n".join(lines))
    return Exit.DONE


def _honest(fold: Fold) -> list[str]:
    """The score on the sealed test set, where that was opened, with how often."""
    if len(fold.setup.goals) > 1 or not openings(fold):
        return []
    return ["", score(fold).sentence]
