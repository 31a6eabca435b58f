"""The ledger of a sealed test set: what was frozen, who opened it, when, why, how often.

A study is a ledger: its log keeps what `record` writes, over restarts and for all its processes. Two entries make an
opening. The intent is written before any sealed row is handed out, so a crash while scoring counts as an opening; the
score follows. An intent counts when it is the first or gives a reason; others were refused and saw nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from ayar.base.clock import SYSTEM, utc_text
from ayar.base.errors import ArgumentError, SealedTestSet, StudyChanged, shorten
from ayar.base.rng import new_seed

SPLIT = "evaluate.split"
OPENING = "evaluate.seal_opening"
OPENED = "evaluate.seal_opened"


class Ledger(Protocol):
    """Something that keeps facts by topic, in order; a study is one."""

    def record(self, topic: str, data: Mapping[str, Any]) -> object:
        """Keep `data` under `topic`; durable on return."""

    def records(self, topic: str) -> Sequence[Mapping[str, Any]]:
        """What was kept under `topic` by any process, oldest first."""


class Opening(msgspec.Struct, frozen=True):
    """The intent to open a sealed test set."""

    id: str
    """Tells it from an opening that another process writes at the same moment."""
    fingerprint: str
    """Of data and split."""
    number: int
    """That of the trial to be judged; -1 where there is no study."""
    at: int
    """Microseconds since 1970 UTC."""
    reason: str | None = None
    count: int = 1
    """1 for the first opening, 2 for the second ..."""


def freeze(ledger: Ledger, facts: Mapping[str, Any]) -> None:
    """Write what is frozen for the whole study (data, folds, metric), or see that it is still the same.

    Raises:
        StudyChanged: the ledger holds other facts; the message lists the differences.
    """
    if not ledger.records(SPLIT):
        ledger.record(SPLIT, facts)
    # Read back: of two processes that begin at once, the first to write decides.
    first = ledger.records(SPLIT)[0]
    changes = [f"  {key}: {first.get(key)!r} -> {facts.get(key)!r}" for key in facts if first.get(key) != facts[key]]
    if changes:
        raise StudyChanged(
            "expected the data, folds and metric that this study began with, got others:\n"
            + "\n".join(changes)
            + "\n  scores on other data or folds cannot be compared; restore them, or start a study of another name"
        )


def check_sealed(ledger: Ledger, reason: str | None) -> None:
    """See that an opening would be allowed; writes nothing.

    Raises:
        SealedTestSet: it was opened before and no reason is given.
        ArgumentError: a reason that says nothing.
    """
    if reason is not None and not _says_something(reason):
        raise ArgumentError(f"reason: expected words that say why, got {shorten(reason)}")
    _refuse_second(openings(ledger), reason)


def _says_something(reason: object) -> bool:
    return isinstance(reason, str) and bool(reason.strip())


def open_once(ledger: Ledger, fingerprint: str, number: int, reason: str | None) -> Opening:
    """Write the intent to open, and say the how-manieth opening it is.

    Raises:
        SealedTestSet: it was opened before and no reason is given.
        ArgumentError: a reason that says nothing.
    """
    check_sealed(ledger, reason)
    intent = Opening(f"{new_seed():016x}", fingerprint, number, SYSTEM.wall(), reason)
    ledger.record(OPENING, msgspec.to_builtins(intent))
    found = openings(ledger)
    for opening in found:
        if opening.id == intent.id:
            return opening
    # Another process wrote its intent between our look and ours.
    _refuse_second(found, reason)
    raise SealedTestSet("expected the opening just written, got a ledger without it; its records are not kept in order")


def openings(ledger: Ledger) -> list[Opening]:
    """The intents that were allowed, oldest first, numbered from 1."""
    found: list[Opening] = []
    for data in ledger.records(OPENING):
        opening = msgspec.convert(data, Opening)
        if not found or opening.reason:
            found.append(msgspec.structs.replace(opening, count=len(found) + 1))
    return found


def _refuse_second(before: Sequence[Opening], reason: str | None) -> None:
    if not before or reason is not None:
        return
    times = "once" if len(before) == 1 else f"{len(before)} times"
    last = before[-1]
    by_study = last.number >= 0
    raise SealedTestSet(
        f"expected a sealed test set, but it was opened {times} before, last at {utc_text(last.at)}"
        f"{f' for trial {last.number}' if by_study else ''}; each further look makes the score more flattering. "
        f"{'Read the score with test_score(study); to' if by_study else 'The ledger keeps the score; to'} "
        'open again pass reason="why", which is logged and shown with the count in every report'
    )
