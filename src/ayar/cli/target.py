"""The study that a reading verb means: by `--storage` and `--study`, or the only one there is."""

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
        raise StudyNotFound(
            f"expected a study in {storage}, found none; start one with: ayar tune FILE, or name "
            "the store with --storage"
        )
    if name is None and len(names) > 1:
        raise ArgumentError(f"{storage} holds {len(names)} studies ({', '.join(names)}); name one with --study")
    return load_study(storage, name)
