"""A study's log as a text file: JSON lines, the same bytes whenever the same log is written.

The first line of a study is a header {"ayar": "log", "version": 1, "study", "head", "chain"}; each further line is one
event with its envelope, its body as JSON (or, where that is no JSON of one line, as `text`). A file may hold several
studies, one after the other. A salvaged log says under "lost" what is not there. Nothing read here is ever run.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from ayar.base.errors import StoreTooNew, StoreUnreadable, shorten
from ayar.storage.base import Line, linked

VERSION = 1
"""Of the file's format; a higher one is refused."""


@dataclass(frozen=True)
class Logged:
    """One study of a file."""

    name: str
    lines: Sequence[Line]
    lost: tuple[str, ...] = ()
    """What a salvaged log has not, in words; empty for a whole one."""


class _Header(msgspec.Struct, omit_defaults=True):
    ayar: str
    version: int
    study: str
    head: int
    chain: str
    lost: tuple[str, ...] = ()


class _Record(msgspec.Struct, omit_defaults=True):
    id: int
    kind: str
    at: int
    active: int
    chain: str
    number: int | None = None
    worker: str | None = None
    key: str | None = None
    body: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    text: str | None = None


_ENCODE = msgspec.json.Encoder().encode
_HEADER = msgspec.json.Decoder(_Header).decode
_RECORD = msgspec.json.Decoder(_Record).decode


def written(logged: Logged) -> Iterator[str]:
    """The lines of one study's file, each with its newline."""
    lines = logged.lines
    last = lines[-1] if lines else None
    head = _Header("log", VERSION, logged.name, last.id if last else 0, last.chain if last else "", logged.lost)
    yield _ENCODE(head).decode() + "\n"
    for line in lines:
        yield _ENCODE(_record(line)).decode() + "\n"


def _record(line: Line) -> _Record:
    body, text = (msgspec.Raw(line.text.encode()), None) if _is_one_line(line.text) else (msgspec.UNSET, line.text)
    return _Record(line.id, line.kind, line.at, line.active, line.chain, line.number, line.worker, line.key, body, text)


def _is_one_line(text: str) -> bool:
    """Whether text may stand in a line as JSON, and comes back letter by letter."""
    try:
        return text == text.strip() and text.isprintable() and msgspec.json.decode(text, type=msgspec.Raw) is not None
    except (msgspec.MsgspecError, RecursionError):
        return False


def studies_in(texts: Iterable[bytes]) -> Iterator[Logged]:
    """The studies of a file, given as its lines.

    Raises:
        StoreUnreadable: no such file, cut off, or changed since it was written; the message names the line.
        StoreTooNew: a newer Ayar wrote it.
    """
    header: _Header | None = None
    lines: list[Line] = []
    for place, text in enumerate(texts, 1):
        if not text.strip():
            continue
        if text.startswith(b'{"ayar"'):
            if header is not None:
                yield _checked(header, lines)
            header, lines = _read_header(text, place), []
        elif header is None:
            raise StoreUnreadable(f"line {place}: expected the header of a log, got {shorten(text)}; name another file")
        else:
            lines.append(_read_line(text, place))
    if header is not None:
        yield _checked(header, lines)


def _read_header(text: bytes, place: int) -> _Header:
    try:
        header = _HEADER(text)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise StoreUnreadable(f"line {place}: expected the header of a log, got {shorten(text)}: {error}") from None
    if header.version > VERSION:
        raise StoreTooNew(
            f"line {place}: the file has version {header.version}; this Ayar reads up to {VERSION}. Upgrade Ayar"
        )
    return header


def _read_line(text: bytes, place: int) -> Line:
    try:
        record = _RECORD(text)
        body = record.text if isinstance(record.body, msgspec.UnsetType) else bytes(record.body).decode()
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise StoreUnreadable(f"line {place}: expected an event, got {shorten(text)}: {error}") from None
    if body is None:
        raise StoreUnreadable(f"line {place}: expected an event with a body, got {shorten(text)}")
    return Line(
        record.id, record.kind, record.number, record.worker, record.at, record.active, record.key, body, record.chain
    )


def _checked(header: _Header, lines: list[Line]) -> Logged:
    if not header.lost:
        linked(lines, 0)
        last = (lines[-1].id, lines[-1].chain) if lines else (0, "")
        if last != (header.head, header.chain):
            raise StoreUnreadable(
                f"study {header.study!r}: expected {header.head} events, got {len(lines)}; the file was cut off"
            )
    return Logged(header.study, lines, header.lost)
