"""A log as a file: the same bytes each time, and nothing accepted that is not a whole log."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

import ayar
from ayar.base.errors import StoreTooNew, StoreUnreadable
from ayar.storage.base import Line
from ayar.storage.logfile import Logged, studies_in, written
from ayar.storage.memory import MemoryStore
from ayar.storage.relink import relinked, renamed


def logged(name: str = "study") -> Logged:
    study = ayar.create_study({"x": (0.0, 1.0)}, name=name, sampler="random", seed=0, max_trials=3)
    study.set_attr("odd", {"text": "a\u2028b\nü", "nan": float("nan"), "big": 2**70})
    study.optimize(lambda trial: trial["x"])
    return Logged(name, study.store.lines(1, 0))


def bytes_of(*logs: Logged) -> bytes:
    return "".join(text for log in logs for text in written(log)).encode()


def read(text: bytes) -> list[Logged]:
    return list(studies_in(text.splitlines(keepends=True)))


@pytest.mark.parity("OP12")
def test_written_read_restored_and_written_again_are_the_same_bytes() -> None:
    first = bytes_of(logged("a"), logged("b"))
    found = read(first)
    assert [log.name for log in found] == ["a", "b"]
    store = MemoryStore()
    again = [Logged(log.name, store.lines(store.restore(log.name, log.lines).id, 0)) for log in found]
    assert bytes_of(*again) == first


def test_a_body_that_is_no_line_of_json_comes_back_too() -> None:
    log = logged()
    odd = [msgspec.structs.replace(log.lines[-1], kind="FromTheFuture", text=text) for text in ("{", "1\n2", " {}", "")]
    lines = relinked([*log.lines, *odd])
    [back] = read(bytes_of(Logged("study", lines)))
    assert back.lines == lines


def cut(text: bytes) -> bytes:
    return b"".join(text.splitlines(keepends=True)[:-1])


FAULTS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut off": (cut, "the file was cut off"),
    "in the middle of a line": (lambda text: text[:-30], "expected an event, got"),
    "a changed value": (
        lambda text: text.replace(b'"sampler":"random"', b'"sampler":"gp"', 1),
        "is not what was written",
    ),
    "a line too few": (
        lambda text: b"".join(text.splitlines(keepends=True)[:4] + text.splitlines(keepends=True)[5:]),
        "gap",
    ),
    "no header": (lambda text: b"".join(text.splitlines(keepends=True)[1:]), "expected the header of a log"),
    "no log": (lambda _text: b"hello\n", "expected the header of a log"),
    "no body": (
        lambda text: text.split(b"\n")[0] + b'\n{"id":1,"kind":"A","at":0,"active":0,"chain":""}\n',
        "with a body",
    ),
    "another type": (lambda text: text.replace(b'"id":2', b'"id":"2"', 1), "expected an event, got"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_what_is_no_whole_log_is_refused(fault: str) -> None:
    change, words = FAULTS[fault]
    text = bytes_of(logged())
    assert change(text) != text
    with pytest.raises(StoreUnreadable, match=words):
        read(change(text))


def test_a_file_of_a_newer_version_is_refused() -> None:
    with pytest.raises(StoreTooNew, match="Upgrade Ayar"):
        read(bytes_of(logged()).replace(b'"version":1', b'"version":2', 1))


def test_an_empty_file_holds_no_study() -> None:
    assert read(b"\n") == []


def test_a_renamed_log_holds_the_name_in_its_first_event() -> None:
    log = logged()
    lines = renamed(log.lines, "other")
    store = MemoryStore()
    store.restore("other", lines)
    study = ayar.load_study(store, "other")
    assert (study.name, study.verify().ok) == ("other", True)
    assert list(map(envelope, lines[1:])) == list(map(envelope, log.lines[1:]))


def envelope(line: Line) -> Any:
    return msgspec.structs.replace(line, chain="")
