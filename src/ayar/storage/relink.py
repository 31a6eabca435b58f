"""A log under another name, or with other numbers: its events numbered and chained anew."""

from collections.abc import Iterable, Sequence

import msgspec

from ayar.storage.base import Line
from ayar.trial import events as ev


def relinked(lines: Iterable[Line]) -> list[Line]:
    """The lines numbered 1, 2, 3 ..., each with the chain value that its place gives it."""
    made: list[Line] = []
    chain = ""
    for number, line in enumerate(lines, 1):
        chain = ev.next_chain(chain, number, line.kind, line.text)
        made.append(msgspec.structs.replace(line, id=number, chain=chain))
    return made


def renamed(lines: Sequence[Line], name: str) -> Sequence[Line]:
    """The log of the same study under another name, which its first event holds; all else stays as it is."""
    created = lines[0].event().body if lines else None
    if not isinstance(created, ev.StudyCreated) or created.name == name:
        return lines
    text = ev.encode_body(msgspec.structs.replace(created, name=name))
    return relinked([msgspec.structs.replace(lines[0], text=text), *lines[1:]])
