"""The study that a reading verb means: by `--storage` and `--study`, or the only one there is."""

import shlex
from pathlib import Path

from ayar.base.errors import ArgumentError, StudyNotFound
from ayar.study.front import list_studies, load_study
from ayar.study.study import Study


def chosen_study(storage: str, name: str | None) -> Study:
    """Open a study for reading.

    Raises:
        StudyNotFound: the store does not exist, holds no study, or none of this name.
        ArgumentError: it holds several, and none was named.
    """
    names = list_studies(storage)
    if not names:
        raise StudyNotFound(f"expected a study in {storage}, found none; {_elsewhere()}")
    if name is None and len(names) > 1:
        raise ArgumentError(f"{storage} holds {len(names)} studies ({', '.join(names)}); name one with --study")
    return load_study(storage, name)


def _elsewhere() -> str:
    """What to do where the store holds nothing: the stores of the current folder, or how to start."""
    stores = [f"--storage {shlex.quote(f'sqlite:///{path}')}" for path in sorted(Path().glob("*.db")) if _is_ours(path)]
    if not stores:
        return "start one with: ayar tune FILE, or name the store with --storage"
    return "\n  ".join(["in this folder there are stores; name one with:", *stores])


def _is_ours(path: Path) -> bool:
    """Whether a SQLite file carries our mark, read without opening the database, which would leave a lock beside it.

    Source: SQLite, Database File Format, section 1.3: the application ID is at byte 68, the highest first.
    """
    from ayar.storage.sqlite_file import APPLICATION_ID

    try:
        with path.open("rb") as file:
            return file.read(72)[68:] == APPLICATION_ID.to_bytes(4, "big")
    except OSError:
        return False
