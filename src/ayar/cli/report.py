"""`ayar report`: the study's report as a file."""

import re
from pathlib import Path

from ayar.base.errors import ArgumentError
from ayar.base.jsontext import dumps
from ayar.cli.exits import Exit
from ayar.cli.talk import Talk
from ayar.cli.target import chosen_study


def report(storage: str, name: str | None, file: Path | None, *, as_json: bool, talk: Talk) -> Exit:
    """Write the report and print its path.

    Arguments:
        storage: the store's address.
        name: the study; None: the only one.
        file: ends in .html, .md, .json or .txt; None: the study's name with .html, in the current folder.
        as_json: print the path as JSON.
        talk: where it goes.

    Raises:
        ArgumentError: another ending, or the file cannot be written.
    """
    study = chosen_study(storage, name)
    target = Path(f"{file_name(study.name)}.html") if file is None else file
    try:
        written = study.report(target)
    except OSError as error:
        raise ArgumentError(f"cannot write {target}: {error.strerror}; name another file") from error
    finally:
        study.close()
    talk.tell(dumps({"study": study.name, "report": str(written)}) if as_json else str(written))
    return Exit.DONE


def file_name(study: str) -> str:
    """A study's name as a file's.

    >>> file_name("svm / digits: 2")
    'svm-digits-2'
    """
    return re.sub(r"[^\w.+-]+", "-", study).strip("-.") or "study"
