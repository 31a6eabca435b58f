"""`ayar verify`: whether everything a study says follows from its log."""

from pathlib import Path

from ayar.base.jsontext import dumps
from ayar.cli.exits import Exit
from ayar.cli.script import load_script
from ayar.cli.talk import Talk
from ayar.space.parse import space_of
from ayar.space.space import Space
from ayar.study.front import find_study
from ayar.study.verifying import Verification
from ayar.study.verifying import verify as verified

_EVERY = 100
"""Proposals between two lines of progress."""


def verify(storage: str, name: str | None, file: Path | None, *, as_json: bool, talk: Talk) -> Exit:
    """Verify one study.

    Arguments:
        storage: the store's address.
        name: the study; None: the only one.
        file: a Python file whose `space` holds functions or objects that the log only names; None: the log's own.
        as_json: JSON in place of words.
        talk: where it goes.
    """
    space = None if file is None else _space_of(file)
    store, entry = find_study(storage, name)

    def watch(done: int, total: int) -> None:
        if done % _EVERY == 0 and done < total:
            talk.say(f"{done} of {total} proposals made again")

    with store:
        found = verified(store, entry, space, watch)
    talk.tell(_json(found) if as_json else found.text)
    return Exit.DONE if found.ok else Exit.FAILURES


def _space_of(file: Path) -> Space | None:
    space = load_script(file).settings.get("space")
    return None if space is None else space_of(space)


def _json(found: Verification) -> str:
    first = found.difference
    return dumps(
        {
            "study": found.study,
            "ok": found.ok,
            "events": found.events,
            "proposals": found.proposals,
            "incomparable": list(found.incomparable),
            "circumstances": list(found.circumstances),
            "difference": None
            if first is None
            else {
                "event": first.event,
                "trial": first.trial,
                "field": first.field,
                "stored": first.stored,
                "recomputed": first.recomputed,
            },
        }
    )
