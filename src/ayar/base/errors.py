"""Every error Ayar raises, as one tree.

    AyarError
    ├── UsageError            what the caller wrote; nothing was changed
    │   ├── SpaceError        a parameter, a condition, a constraint
    │   ├── ArgumentError     any other argument (also a ValueError)
    │   └── UnknownName       a name that is not in a table; says what is near
    ├── StudyError            what the study cannot do now; nothing was changed
    │   ├── NoTrial           there is no best trial yet; says why
    │   ├── StudyFinished     asked for a trial when the study has ended; carries the reason
    │   ├── StudyExists       the name is taken
    │   ├── StudyNotFound     no study has this name
    │   ├── StudyChanged      space or goals differ from the stored ones; shows the difference
    │   ├── TellRefused       the trial is final with another result, or its lease was superseded
    │   ├── ObjectiveFailed   the first trials all failed alike; carries the common traceback
    │   └── SealedTestSet     the sealed test set was opened before
    ├── StoreError            what the store met
    │   ├── NotAStore         the file is something else
    │   ├── StoreTooNew       written by a newer Ayar
    │   ├── StoreUnreadable   damaged, or not to be opened
    │   ├── StoreNotWritable  read-only file or folder
    │   │   └── DiskFailed    disk full or failing; nothing was written
    │   │       └── ResultKept  ... but the result is kept beside the store, for the next time it is opened
    │   ├── StoreUnreachable  the server does not answer; try again
    │   └── StoreBusy         locked for longer than the time limit; try again
    ├── DataError             files of data, or shared memory, cannot be used as they are; says which and why
    ├── SandboxBroken         what a probe changed could not be put back; says which part
    ├── MissingExtra          an optional package is needed; says the install line
    └── TrialPruned           raised by an objective that should_prune() told to stop

A message answers four questions: what was expected, what came, where, what to do. Everything under UsageError and
StudyError is harmless (nothing changed, call again); after StoreUnreadable throw the study object away.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class AyarError(Exception):
    """The root: `except ayar.AyarError` catches whatever Ayar raises on purpose."""


class UsageError(AyarError):
    """What the caller wrote cannot be used; nothing was changed."""


class SpaceError(UsageError):
    """A parameter, condition, constraint or value does not fit the space."""


class ArgumentError(UsageError, ValueError):
    """An argument is outside what the function takes."""


class UnknownName(UsageError, LookupError):
    """A name that no table holds."""


class StudyError(AyarError):
    """The study cannot do this now; nothing was changed."""


class NoTrial(StudyError, LookupError):
    """There is no trial of the kind asked for."""


class StudyFinished(StudyError):
    """No further trial is handed out; `reason` says why."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class StudyExists(StudyError):
    """The store already holds a study of this name."""


class StudyNotFound(StudyError, LookupError):
    """The store holds no study of this name."""


class StudyChanged(StudyError):
    """Space or goals differ from those the study was created with."""


class TellRefused(StudyError):
    """The result was not accepted: the trial is final, or its lease was superseded."""


class ObjectiveFailed(StudyError):
    """The objective failed in the same way in each of the first trials."""


class SealedTestSet(StudyError):
    """The sealed test set was opened before; opening it again needs a reason."""


class StoreError(AyarError):
    """The store could not do what was asked."""


class NotAStore(StoreError):
    """The file is not an Ayar store."""


class StoreTooNew(StoreError):
    """The store was written by a newer Ayar."""


class StoreUnreadable(StoreError):
    """The store is damaged or cannot be opened."""


class StoreNotWritable(StoreError):
    """The store's file or folder cannot be written."""


class DiskFailed(StoreNotWritable):
    """The disk is full or failing; nothing was written."""


class ResultKept(DiskFailed):
    """The disk is full or failing; the result is kept beside the store and delivered when that is next opened."""


class StoreUnreachable(StoreError):
    """The database server does not answer, or cut the connection; trying again is safe."""


class StoreBusy(StoreError):
    """The store stayed locked for longer than the time limit; trying again is safe."""


class DataError(AyarError):
    """Files of data, or shared memory, cannot be used as they are."""


class SandboxBroken(AyarError):
    """Something a probe changed could not be put back; the training is not what it was."""


class MissingExtra(AyarError, ImportError):
    """An optional package is missing; the message holds the install line."""


class TrialPruned(AyarError):
    """Raise this in an objective to end a trial as pruned; its last report becomes its value."""


def shorten(value: object, limit: int = 80) -> str:
    """`repr(value)` cut to `limit` characters, for messages.

    >>> shorten("x" * 200, limit=12)
    "'xxxxxxxx..."
    """
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """What to append to "no such name": the nearest known name, else all known names.

    >>> did_you_mean("randm", ["grid", "random"])
    "; did you mean 'random'?"
    >>> did_you_mean("zzz", ["grid", "random"])
    '; known: grid, random'
    """
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(names) or 'none'}"
