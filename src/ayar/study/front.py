"""The front door: create, load, list, minimize, maximize."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ayar.base.errors import ArgumentError, SpaceError, StudyChanged, StudyExists, StudyNotFound, did_you_mean, shorten
from ayar.base.rng import new_seed
from ayar.samplers.base import Sampler
from ayar.schedulers.base import Scheduler
from ayar.space.narrowed import Narrowed
from ayar.space.parse import space_of
from ayar.space.space import Space
from ayar.space.wire import space_to_json
from ayar.storage import open_store
from ayar.storage.base import Store, StudyEntry
from ayar.study.environment import versions
from ayar.study.narrowing import begin_narrowed
from ayar.study.objective import check_objective
from ayar.study.plugin import plugin_of, scheduler_plugin
from ayar.study.progress import Progress
from ayar.study.running import Crew
from ayar.study.study import Study
from ayar.trial import events as ev
from ayar.trial.goal import Constraint, Goal, read_constraints, read_goals
from ayar.trial.setup import setup_of

DEFAULT_NAME = "study"
RETRIES = {"lost": 3}

Address = str | Path | Store | None


def create_study(
    space: Space | Mapping[str, Any] | Narrowed | None = None,
    *,
    direction: str | None = None,
    goals: Mapping[str, str] | Iterable[Goal] | None = None,
    constraints: Iterable[str | Constraint] | Mapping[str, Any] | None = None,
    sampler: str | Sampler = "auto",
    scheduler: str | Scheduler | None = None,
    storage: Address = None,
    name: str | None = None,
    seed: int | None = None,
    max_trials: int | None = None,
    max_seconds: float | None = None,
    max_failures: float = 0.5,
    retries: Mapping[str, int] | None = None,
    repeats: str = "avoid",
    lease_s: float = 60.0,
    load_if_exists: bool = False,
) -> Study:
    """Create a study.

    Arguments:
        space: what may be tried: a `Space`, or a mapping of names to domains, (low, high), lists, ranges; None: the
            objective defines it by run, with `trial.suggest_*`. One that was narrowed (`Recipe.to_space`) brings its
            point, which a new study tries first, and its reasons, which the study keeps.
        direction: "minimize" (the default) or "maximize"; for one goal.
        goals: name -> direction, for several goals or a named one.
        constraints: bounds on metrics the objective returns: "latency <= 10".
        sampler: a name of the table, or a sampler.
        scheduler: what stops trials early, by what they report: a name of the table such as "fold_race", or a
            scheduler; None: nothing does.
        storage: None for this process's memory, "sqlite:///FILE", or a path.
        name: the study's name in its store; "study" if none is given.
        seed: of all random streams; drawn and recorded if none is given.
        max_trials: trials handed out over all workers and restarts, exactly.
        max_seconds: after so many seconds of work on the study no trial starts.
        max_failures: above this the study stops: a count, or below 1 a rate from 10 trials on.
        retries: kind of failure -> how often a trial is tried again; default {"lost": 3}.
        repeats: "avoid" proposing a point twice, or "allow" it.
        lease_s: seconds after which a silent worker's trial goes to another.
        load_if_exists: load the study of this name, which must have the same space and goals, instead of refusing.

    Raises:
        StudyExists: the name is taken, and `load_if_exists` is False.
        StudyChanged: it is to be loaded, but its space or goals differ; the message shows how.
        SpaceError, ArgumentError: what was given cannot be used; nothing was created.

    >>> study = create_study({"x": (0.0, 1.0)}, direction="maximize", sampler="random", seed=1)
    >>> trial = study.ask()
    >>> study.tell(trial, trial["x"]).state
    <State.COMPLETE: 'complete'>
    """
    narrowed = space if isinstance(space, Narrowed) else None
    read = None if space is None else space_of(space if narrowed is None else narrowed.space)
    if read is not None and not read.params:
        raise SpaceError(
            "expected at least one parameter, got none; leave space out if the objective defines it by run"
        )
    if retries is not None and not isinstance(retries, Mapping):
        raise ArgumentError(f"retries: expected kind of failure -> count, such as {RETRIES}, got {shorten(retries)}")
    read_as = read_goals(direction, goals)
    created = ev.StudyCreated(
        name=_checked_name(name),
        goals=read_as,
        space=space_to_json(Space({}) if read is None else read),
        seed=new_seed() if seed is None else _checked_seed(seed),
        sampler=plugin_of(sampler),
        constraints=read_constraints(constraints),
        dynamic=space is None,
        max_trials=max_trials,
        max_seconds=max_seconds,
        max_failures=max_failures,
        retries=dict(RETRIES if retries is None else retries),
        repeats=repeats,
        lease_s=lease_s,
        versions=versions(),
        scheduler=scheduler_plugin(scheduler, len(read_as)),
    )
    setup_of(created, Space({}))  # checks the settings before anything is written
    store = open_store(storage)
    entry = store.find(created.name) if load_if_exists else None
    if entry is None:
        try:
            return begin_narrowed(Study(store, store.create(created), read), narrowed)
        except StudyExists as error:
            entry = store.find(created.name)
            if not load_if_exists or entry is None:
                raise StudyExists(f"{error}; give load_if_exists=True to go on with it, or another name=") from None
    return _loaded(store, entry, read, created)


def _checked_name(name: str | None) -> str:
    if name is None:
        return DEFAULT_NAME
    if not isinstance(name, str) or not name.strip() or len(name) > 200 or not name.isprintable():
        raise ArgumentError(f"name: expected a text of 1 to 200 printable characters, got {shorten(name)}")
    return name


def _checked_seed(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int) or not -(2**63) <= seed < 2**63:
        raise ArgumentError(f"seed: expected a whole number of 64 bits or None, got {shorten(seed)}")
    return seed


def _loaded(store: Store, entry: StudyEntry, space: Space | None, wanted: ev.StudyCreated) -> Study:
    study = Study(store, entry, space)
    stored = study.fold.created
    if stored is not None:
        _check_goals(stored, wanted)
    return study


def _check_goals(stored: ev.StudyCreated, wanted: ev.StudyCreated) -> None:
    if stored.dynamic != wanted.dynamic:
        has, give = ("no declared space", "leave space= out") if stored.dynamic else ("a declared space", "give space=")
        raise StudyChanged(f"study {stored.name!r} has {has}; {give}, or use another name=")
    for word in ("goals", "constraints"):
        before, now = getattr(stored, word), getattr(wanted, word)
        if before != now:
            raise StudyChanged(
                f"study {stored.name!r}: {word} differ from those it was created with (stored -> now):\n"
                f"  {_shown(before)} -> {_shown(now)}\nuse another name=, or give the stored {word}"
            )


def _shown(value: Any) -> str:
    return shorten(msgspec.to_builtins(value), 300)


def load_study(storage: Address, name: str | None = None, *, space: Space | Mapping[str, Any] | None = None) -> Study:
    """Open a study that exists.

    Arguments:
        storage: where it lives, as for `create_study`.
        name: may be left out when the store holds one study.
        space: the space it was created with, needed only where that holds functions or other objects.

    Raises:
        StudyNotFound: no study of this name, or several and no name; the message lists them.
    """
    store, entry = find_study(storage, name)
    return Study(store, entry, None if space is None else space_of(space))


def find_study(storage: Address, name: str | None = None) -> tuple[Store, StudyEntry]:
    """The store and the study's entry in it; the log is not read.

    Raises:
        StudyNotFound: no study of this name, or several and no name; the message lists them.
    """
    if isinstance(storage, str | Path) and (path := _missing_file(str(storage))) is not None:
        raise StudyNotFound(f"expected a store at {path}, found no such file")
    store = open_store(storage)
    names = [entry.name for entry in store.studies()]
    if name is None and len(names) == 1:
        name = names[0]
    entry = None if name is None else store.find(name)
    if entry is None:
        what = f"no study is called {name!r}{did_you_mean(name, names)}" if name else f"which study? {', '.join(names)}"
        raise StudyNotFound(f"{store.address}: {what if names else 'the store holds no study'}")
    return store, entry


def list_studies(storage: Address) -> list[str]:
    """Names of the studies of a store, in order of creation."""
    if isinstance(storage, str | Path) and _missing_file(str(storage)) is not None:
        return []
    return [entry.name for entry in open_store(storage).studies()]


def _missing_file(address: str) -> str | None:
    """The file of a SQLite address that does not exist, which reading must not create."""
    scheme, slashes, rest = address.partition("://")
    path = rest.removeprefix("/") if slashes else address
    is_file = (not slashes and address != "memory") or scheme == "sqlite"
    return path if is_file and not Path(path).exists() else None


def minimize(
    objective: Callable[..., Any] | str,
    space: Space | Mapping[str, Any] | Narrowed | None = None,
    *,
    max_trials: int | None = None,
    max_seconds: float | None = None,
    workers: int = 1,
    executor: str | None = None,
    trial_timeout: float | None = None,
    trial_memory: int | None = None,
    trial_threads: int | None = None,
    watch: Callable[[Progress], None] | None = None,
    **settings: Any,
) -> Study:
    """Find parameters for which the objective is least; the same call with the same storage and name goes on.

    Arguments:
        objective: called with a live trial, a mapping of its parameters; returns a number.
        space: as for `create_study`.
        max_trials, max_seconds: the whole study's budget; at least one is needed.
        workers, executor, trial_timeout, trial_memory, trial_threads, watch: as for `Study.optimize`.
        settings: sampler, scheduler, storage, name, seed and whatever else `create_study` takes.

    Raises:
        ArgumentError: no budget. StudyChanged: space or goals differ from the stored ones.
        ObjectiveFailed: the first trials all failed alike.

    >>> study = minimize(lambda trial: (trial["x"] - 0.3) ** 2, {"x": (0.0, 1.0)}, max_trials=20, seed=0)
    >>> abs(study.best["x"] - 0.3) < 0.1
    True
    """
    check_objective(objective)
    _check_settings(settings)
    if max_trials is None and max_seconds is None:
        raise ArgumentError("expected a budget, got none; give max_trials=100 or max_seconds=3600")
    Crew(workers, executor, trial_timeout, trial_memory, trial_threads)  # refuses before a study is made
    study = resume_study(space, max_trials=max_trials, max_seconds=max_seconds, **settings)
    return study.optimize(
        objective,
        workers=workers,
        executor=executor,
        trial_timeout=trial_timeout,
        trial_memory=trial_memory,
        trial_threads=trial_threads,
        watch=watch,
    )


def maximize(
    objective: Callable[..., Any] | str, space: Space | Mapping[str, Any] | Narrowed | None = None, **settings: Any
) -> Study:
    """Find parameters for which the objective is greatest; arguments as for `minimize`.

    >>> maximize(lambda trial: -((trial["x"] - 0.3) ** 2), {"x": (0.0, 1.0)}, max_trials=5, seed=0).stopped
    'budget'
    """
    for word in ("direction", "goals"):
        if word in settings:
            raise ArgumentError(
                f"maximize: {word}= is set by the name; use ayar.minimize with {word}=, or leave it out"
            )
    return minimize(objective, space, direction="maximize", **settings)


_OTHER_WORDS = {"n_trials": "max_trials", "timeout": "max_seconds", "n_jobs": "workers", "study_name": "name"}
"""What users of other tuners write -> our word."""


def _check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse a setting that does not exist, before anything is made."""
    own = inspect.signature(minimize).parameters
    known = [name for name in (*inspect.signature(create_study).parameters, *own) if name != "settings"]
    for name in settings:
        if name not in known:
            meant = f"; did you mean {_OTHER_WORDS[name]!r}?" if name in _OTHER_WORDS else did_you_mean(name, known)
            raise ArgumentError(f"no setting is called {name!r}{meant}")


def resume_study(space: Space | Mapping[str, Any] | Narrowed | None = None, **settings: Any) -> Study:
    """Create a study, or go on with the one of this name: changed budget, sampler or scheduler is written to the log.

    Arguments and errors as for `create_study`. A study that had stopped is opened again, unless its budget is spent or
    its space exhausted.
    """
    settings["load_if_exists"] = True
    study = create_study(space, **settings)
    _apply_changes(study, settings)
    return study


_CHANGEABLE = ("max_trials", "max_seconds", "max_failures", "retries", "sampler", "scheduler")


def _apply_changes(study: Study, settings: Mapping[str, Any]) -> None:
    setup = study.setup
    wanted = {name: settings[name] for name in _CHANGEABLE if settings.get(name) is not None}
    now = {
        "max_trials": setup.max_trials,
        "max_seconds": setup.max_seconds,
        "max_failures": setup.max_failures,
        "retries": dict(setup.retries),
        "sampler": setup.sampler,
        "scheduler": setup.scheduler,
    }
    given = dict(wanted)
    if "sampler" in wanted:
        given["sampler"] = plugin_of(wanted["sampler"])
    if "scheduler" in wanted:
        given["scheduler"] = scheduler_plugin(wanted["scheduler"], len(setup.goals))
    changes = {name: wanted[name] for name in wanted if given[name] != now[name]}
    if changes:
        study.change(**changes)
    study.reopen()
