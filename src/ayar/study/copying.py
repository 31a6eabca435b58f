"""A study in another store: its log, event for event."""

from ayar.storage import open_store
from ayar.storage.base import Line, Store, StudyEntry
from ayar.study.front import Address, find_study
from ayar.study.log import PAGE
from ayar.study.study import Study


def copy_study(from_storage: Address, to_storage: Address, name: str | None = None) -> Study:
    """Copy a study to another store: every event as it is, with its number, times and chain value.

    Trials that run in the first store are with nobody in the second: there the next worker takes them back.

    Arguments:
        from_storage, to_storage: as for `create_study`; the second is made if it is not there.
        name: may be left out when the first store holds one study.

    Raises:
        StudyNotFound: no such study. StudyExists: the second store has one of this name.
        StoreUnreadable: the log is damaged; nothing was written.

    >>> from ayar.storage import open_store
    >>> from ayar.study.front import minimize
    >>> study, other = minimize(lambda trial: trial["x"], {"x": (0.0, 1.0)}, max_trials=3, seed=0), open_store(None)
    >>> copy_study(study.store, other).best.value == study.best.value
    True
    """
    store, entry = find_study(from_storage, name)
    target = open_store(to_storage)
    return Study(target, target.restore(entry.name, all_lines(store, entry)))


def all_lines(store: Store, entry: StudyEntry) -> list[Line]:
    """The whole log of a study, as it is stored now."""
    lines: list[Line] = []
    while page := store.lines(entry.id, len(lines), PAGE):
        lines += page
    return lines
