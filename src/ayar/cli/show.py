"""`ayar show`: the studies of a store, one study as it stands, or one trial's story."""

from contextlib import closing, suppress

from ayar.analysis.crew import at_a_time_text
from ayar.analysis.failures import causes
from ayar.analysis.progress import time_split
from ayar.analysis.score import SPLIT, recorded, score
from ayar.analysis.words import count_text, duration_text, listed
from ayar.base.clock import SYSTEM
from ayar.base.errors import NoTrial
from ayar.base.process import Life, life_of
from ayar.cli.asjson import entry_json, study_json, trial_json
from ayar.cli.changes import change_lines
from ayar.cli.ending import best_trials
from ayar.cli.exits import Exit
from ayar.cli.story import story
from ayar.cli.talk import Talk, console
from ayar.cli.target import chosen_study
from ayar.cli.words import (
    budget_text,
    counts_text,
    ended_text,
    goals_text,
    rows_text,
    search_text,
    values_text,
    varying_text,
)
from ayar.storage import open_store
from ayar.study.front import list_studies
from ayar.trial.fold import Fold
from ayar.trial.state import State
from ayar.trial.trial import Trial

_MOST = 10
"""Lines of one list."""


def show(storage: str, name: str | None, number: int | None, *, as_json: bool, talk: Talk) -> Exit:
    """Show a store's studies, one study, or one trial.

    Arguments:
        storage: the store's address.
        name: the study; None: the only one, or a table of all.
        number: a trial, to see its story.
        as_json: JSON in place of words.
        talk: where it goes.
    """
    if name is None and number is None and len(list_studies(storage)) > 1:
        _show_store(storage, as_json=as_json, talk=talk)
        return Exit.DONE
    with closing(chosen_study(storage, name)) as study:
        fold, address = study.fold, study.store.address
    if number is not None:
        trial = fold.history.trial(number)
        talk.tell(trial_json(fold, trial) if as_json else story(fold, trial))
    else:
        talk.tell(study_json(fold, address) if as_json else study_text(fold, address))
    return Exit.DONE


def _show_store(storage: str, *, as_json: bool, talk: Talk) -> None:
    with open_store(storage) as store:
        entries = store.studies()
    if as_json:
        talk.tell("\n".join(map(entry_json, entries)))
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("study", no_wrap=True, overflow="ellipsis")
    for heading in ("trials asked", "of"):
        table.add_column(heading, no_wrap=True, justify="right")
    table.add_column("state", no_wrap=True)
    for entry in entries:
        most = "" if entry.max_trials is None else f"{entry.max_trials:,}"
        table.add_row(entry.name, f"{entry.asked:,}", most, "ended" if entry.stopped else "open")
    console(data=True).print(table)


def study_text(fold: Fold, storage: str) -> str:
    """A study as it stands, in words."""
    setup, history = fold.setup, fold.history
    rows = [
        ("study", f"{setup.name!r} in {storage}"),
        ("goal", goals_text(setup.goals)),
        ("state", "open" if fold.stopped is None else ended_text(fold.stopped)),
        ("trials", counts_text(history.counts())),
        ("budget", f"{budget_text(setup)}, {count_text(history.asked, 'trial')} handed out"),
        *_best_rows(fold),
        *_expected_rows(fold),
        *_score_rows(fold),
        ("sampler", f"{search_text(setup)}, seed {setup.seed}"),
        ("time", _time_text(fold)),
        *_worker_rows(fold),
        *_failure_rows(fold),
        *_change_rows(fold),
    ]
    return rows_text(rows)


def _best_rows(fold: Fold) -> list[tuple[str, str]]:
    try:
        trials = best_trials(fold)
    except NoTrial:
        complete = fold.history.having(State.COMPLETE)
        if complete.any() and not (complete & fold.history.inside).any():
            return [("best", "none yet in the space as it is now")]
        return [("best", "none yet that keeps the constraints" if complete.any() else "none yet")]
    rows = []
    for i, trial in enumerate(trials[:_MOST]):
        rows.append(("" if i else "best", f"{values_text(fold, trial)} in trial {trial.number}"))
        rows.append(("", varying_text(fold.setup.space, trial.params)))
    return [*rows, *_rest(len(trials), "trial")]


def _expected_rows(fold: Fold) -> list[tuple[str, str]]:
    """What all trials together say is best, beside the best seen; nothing while there are too few to say so."""
    from ayar.analysis.recommend import recommend  # loads SciPy

    try:
        found = recommend(fold)
    except NoTrial as error:
        return [("expected", f"none yet: {error}")] if fold.history.feasible.any() else []
    if not found.modelled:
        return []
    rows = [("expected", found.sentence)]
    if found.noisy:
        rows += [("", varying_text(fold.setup.space, trial.params)) for trial in found.trials[:_MOST]]
    return rows


def _score_rows(fold: Fold) -> list[tuple[str, str]]:
    """The honest score, where the study keeps a sealed test set, and what running the best few again said."""
    if not fold.records:
        return []
    from ayar.evaluate.confirm import CONFIRMED, read_confirmed  # loads the whole room

    rows = []
    if recorded(fold, SPLIT):
        with suppress(NoTrial):
            rows.append(("score", score(fold).sentence))
    if told := recorded(fold, CONFIRMED):
        rows.append(("again", str(read_confirmed(told[-1]))))
    return rows


def _time_text(fold: Fold) -> str:
    time = time_split(fold)
    return (
        f"proposing {duration_text(time.proposing)}, evaluating {duration_text(time.evaluating)}, "
        f"from first to last {duration_text(time.wall)}"
    )


def _worker_rows(fold: Fold) -> list[tuple[str, str]]:
    """Who works now, and on what; else how many trials ran at a time."""
    lines = [_running(fold, trial) for trial in fold.history.trials(State.RUNNING)]
    if not lines:
        lines = [f"none now; so far {at_a_time_text(fold)}"]
    rows = [("" if i else "workers", line) for i, line in enumerate(lines[:_MOST])]
    return [*rows, *_rest(len(lines), "trial")]


def _running(fold: Fold, trial: Trial) -> str:
    worker = trial.worker or "an unknown worker"
    if life_of(fold.workers.get(worker, {}).get("identity", "")) is Life.GONE:
        return f"trial {trial.number} is lost, its worker {worker} is gone; the next run takes it back"
    now = SYSTEM.wall()
    return f"{worker} runs trial {trial.number}, asked {duration_text((now - (trial.asked_at or now)) / 1e6)} ago"


def _failure_rows(fold: Fold) -> list[tuple[str, str]]:
    found = causes(fold)
    rows = []
    for i, cause in enumerate(found[:_MOST]):
        where = f" ({cause.where})" if cause.where else ""
        numbers = f"{'trial' if cause.count == 1 else 'trials'} {listed([str(number) for number in cause.numbers])}"
        rows.append(("" if i else "failed", f"{cause.count} by {cause.kind}: {cause.headline}{where}; {numbers}"))
    return [*rows, *_rest(len(found), "cause")]


def _change_rows(fold: Fold) -> list[tuple[str, str]]:
    """The last changes, and how many trials they left outside the space."""
    lines = change_lines(fold)
    aside = int((~fold.history.inside).sum())
    lines += [f"{count_text(aside, 'trial')} outside the space as it is now"] if aside else []
    shown = lines[-_MOST:]
    if len(lines) > len(shown):
        shown = [count_text(len(lines) - len(shown), "earlier one"), *shown]
    return [("" if i else "changes", line) for i, line in enumerate(shown)]


def _rest(count: int, thing: str) -> list[tuple[str, str]]:
    return [("", f"and {count_text(count - _MOST, f'more {thing}')}")] if count > _MOST else []
