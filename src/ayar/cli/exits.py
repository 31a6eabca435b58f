"""How the command ends: exit codes, and which error leads to which."""

from enum import IntEnum

from ayar.base.errors import AyarError, ObjectiveFailed, StoreError, StudyFinished


class Exit(IntEnum):
    """Exit codes of the command."""

    DONE = 0
    FAILURES = 1
    """Too many trials failed, or what was compared differs."""
    USAGE = 2
    """What was asked cannot be done; nothing was changed."""
    STORE = 3
    NO_MORE = 4
    """`ayar ask`: the study hands out no further trial."""
    INTERRUPTED = 130
    """Ended by Ctrl-C or SIGTERM; what was finished is saved."""


_CODES: tuple[tuple[type[AyarError], Exit], ...] = (
    (ObjectiveFailed, Exit.FAILURES),
    (StoreError, Exit.STORE),
    (StudyFinished, Exit.NO_MORE),
    (AyarError, Exit.USAGE),
)


def exit_of(error: AyarError) -> Exit:
    """The exit code of an error.

    >>> exit_of(StoreError("the disk is full"))
    <Exit.STORE: 3>
    """
    return next(code for kind, code in _CODES if isinstance(error, kind))
