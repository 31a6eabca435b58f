"""`ayar export`: studies as JSON lines, byte for byte the same each time, or a study's trials as CSV."""

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from ayar.analysis.table import trial_rows
from ayar.analysis.words import count_text
from ayar.base.errors import ArgumentError, StoreNotWritable, StudyNotFound, did_you_mean
from ayar.base.jsontext import dumps
from ayar.cli.exits import Exit
from ayar.cli.talk import Talk
from ayar.cli.target import chosen_study
from ayar.storage import open_store
from ayar.storage.base import linked
from ayar.storage.logfile import Logged, written
from ayar.storage.salvage import salvage_file, salvage_store
from ayar.study.copying import all_lines
from ayar.study.front import find_study, list_studies
from ayar.trial.fold import Fold


def export_log(storage: str, names: Sequence[str], file: Path | None, *, talk: Talk) -> Exit:
    """Write the whole log of one or several studies.

    Arguments:
        storage: the store's address.
        names: the studies; none: the only one.
        file: where to; None: standard output.
        talk: where words go.

    Raises:
        StudyNotFound: no such study. StoreUnreadable: an event is not what was written; nothing was written.
    """
    logs = [_whole(storage, name) for name in names] or [_whole(storage, None)]
    _write(file, (text for logged in logs for text in written(logged)))
    events = count_text(sum(len(logged.lines) for logged in logs), "event")
    talk.say(f"wrote {events} of {', '.join(repr(logged.name) for logged in logs)}")
    return Exit.DONE


def _whole(storage: str, name: str | None) -> Logged:
    store, entry = find_study(storage, name)
    with store:
        return Logged(entry.name, linked(all_lines(store, entry), 0))


def export_csv(storage: str, names: Sequence[str], file: Path | None, *, talk: Talk) -> Exit:
    """Write a study's trials as a table: number, state, values, parameters, times, one line a trial.

    Raises:
        ArgumentError: several studies, whose columns differ.
    """
    if len(names) > 1:
        raise ArgumentError(f"--csv writes one study, got {len(names)}: their columns differ; call it for each")
    with closing(chosen_study(storage, names[0] if names else None)) as study:
        fold = study.fold
    _write(file, _csv_lines(fold))
    talk.say(f"wrote {count_text(len(fold.history), 'trial')} of {fold.setup.name!r}")
    return Exit.DONE


def _csv_lines(fold: Fold) -> Iterator[str]:
    rows = trial_rows(fold)
    if rows:
        yield _csv_line(rows[0])
    for row in rows:
        yield _csv_line([_cell(value) for value in row.values()])


def _csv_line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _cell(value: object) -> str:
    """Nothing as nothing, numbers in full, text as it is, all else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(value)
    return dumps(value) if isinstance(value, bool | int | list | dict | tuple) else str(value)


def export_salvage(storage: str, names: Sequence[str], file: Path | None, *, talk: Talk) -> Exit:
    """Write every whole event of a damaged store, and say what is not there; exit code 1 when something is lost."""
    found = _salvaged(storage)
    if names:
        known = [logged.name for logged in found]
        for name in names:
            if name not in known:
                raise StudyNotFound(f"{storage}: no study called {name!r} can be read{did_you_mean(name, known)}")
        found = [logged for logged in found if logged.name in names]
    _write(file, (text for logged in found for text in written(logged)))
    for logged in found:
        talk.complain(f"study {logged.name!r}: {count_text(len(logged.lines), 'event')} whole")
        for words in logged.lost or ["nothing is lost"]:
            talk.complain(f"  {words}")
    return Exit.FAILURES if any(logged.lost for logged in found) else Exit.DONE


def _salvaged(storage: str) -> list[Logged]:
    scheme, slashes, rest = storage.partition("://")
    if slashes and scheme != "sqlite":
        with open_store(storage) as store:
            return salvage_store(store)
    path = Path(rest.removeprefix("/") if slashes else storage)
    if not path.is_file():
        raise StudyNotFound(f"expected a store at {path}, found no such file")
    return salvage_file(path)


def all_names(storage: str) -> list[str]:
    """Every study of a store.

    Raises:
        StudyNotFound: there is none.
    """
    names = list_studies(storage)
    if not names:
        raise StudyNotFound(f"expected a study in {storage}, found none")
    return names


def _write(file: Path | None, texts: Iterable[str]) -> None:
    """Write to standard output, or to a file that appears only when it is whole."""
    if file is None:
        sys.stdout.writelines(texts)
        sys.stdout.flush()
        return
    if file.is_dir():
        raise StoreNotWritable(f"expected a file to write, got the folder {file}; name a file in it")
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(texts)
        part.replace(file)
    except OSError as error:
        raise StoreNotWritable(
            f"cannot write {file} ({error.strerror}); name a file in a folder you can write"
        ) from None
