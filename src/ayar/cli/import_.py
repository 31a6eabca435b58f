"""`ayar import`: studies from a file that `ayar export` wrote, in any store."""

from pathlib import Path

from ayar.analysis.words import count_text
from ayar.base.clock import SYSTEM
from ayar.base.errors import ArgumentError, StudyExists, StudyNotFound, did_you_mean
from ayar.cli.exits import Exit
from ayar.cli.talk import Talk
from ayar.storage import open_store
from ayar.storage.base import Store
from ayar.storage.logfile import Logged, studies_in
from ayar.storage.rebuild import rebuilt
from ayar.storage.relink import renamed


def import_log(file: Path, storage: str, wanted: str | None, name: str | None, *, talk: Talk) -> Exit:
    """Make the studies of a file in a store, event for event; a salvaged log is rebuilt from what fits together.

    Arguments:
        file: what `ayar export` wrote.
        storage: the store's address; made if it is not there.
        wanted: one study of the file; None: all.
        name: what to call it here; None: as in the file.
        talk: where words go.

    Raises:
        StudyExists: a name is taken. StoreUnreadable: the file was cut off or changed. Nothing was written then.
    """
    found = _chosen(file, wanted)
    if name is not None and len(found) != 1:
        raise ArgumentError(f"--name names one study, and {file} holds {len(found)}; pick one with --study")
    with open_store(storage) as store:
        targets = [(logged, name or logged.name) for logged in found]
        for logged, target in targets:
            _check_free(store, target, logged)
        for logged, target in targets:
            _restore(store, logged, target, talk)
    return Exit.DONE


def _chosen(file: Path, wanted: str | None) -> list[Logged]:
    try:
        with file.open("rb") as stream:
            found = list(studies_in(stream))
    except OSError as error:
        raise ArgumentError(f"cannot read {file} ({error.strerror}); name a file that `ayar export` wrote") from None
    names = [logged.name for logged in found]
    if not found or (wanted is not None and wanted not in names):
        what = f"called {wanted!r}{did_you_mean(wanted, names)}" if found and wanted else "at all"
        raise StudyNotFound(f"{file} holds no study {what}")
    return [logged for logged in found if wanted is None or logged.name == wanted]


def _check_free(store: Store, name: str, logged: Logged) -> None:
    if store.find(name) is not None:
        raise StudyExists(
            f"study {name!r} exists already in {store.address}; nothing was written. Give the "
            f"{count_text(len(logged.lines), 'event')} another name with --name, or another --storage"
        )


def _restore(store: Store, logged: Logged, name: str, talk: Talk) -> None:
    lines = rebuilt(logged, SYSTEM.wall()) if logged.lost else logged.lines
    store.restore(name, renamed(lines, name))
    talk.say(f"wrote {count_text(len(lines), 'event')} as {name!r} to {store.address}")
    if logged.lost:
        talk.complain(f"study {name!r} is rebuilt from a salvaged log; its last event says what was lost")
