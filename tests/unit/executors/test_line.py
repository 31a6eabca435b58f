"""The line between child and parent."""

import math
from collections.abc import Iterator
from multiprocessing import Pipe

import pytest

from ayar.base.errors import ArgumentError
from ayar.executors.line import Line, LineBroken

Ends = tuple[Line, Line]


@pytest.fixture
def ends() -> Iterator[Ends]:
    near, far = (Line(connection) for connection in Pipe())
    yield near, far
    near.connection.close()
    far.connection.close()


def test_a_message_arrives_as_it_was_sent(ends: Ends) -> None:
    near, far = ends
    near.send("ask", {"value": math.inf, "text": "\ud800"})
    assert far.receive() == ("ask", {"value": math.inf, "text": "\ud800"})
    near.send("ready")
    assert far.receive() == ("ready", None)


def test_what_is_no_json_is_not_sent(ends: Ends) -> None:
    near, far = ends
    with pytest.raises(ArgumentError, match=r"message\[1\]: expected something JSON can hold"):
        near.send("ask", object())
    assert not far.connection.poll()


def test_a_line_whose_other_end_is_gone_is_broken(ends: Ends) -> None:
    near, far = ends
    far.connection.close()
    with pytest.raises(LineBroken):
        near.receive()
    with pytest.raises(LineBroken):
        near.send("ask")


@pytest.mark.parametrize("rubbish", [b"", b"no json", b"[1]", b"3", b"[1, 2, 3]"])
def test_rubbish_breaks_the_line(ends: Ends, rubbish: bytes) -> None:
    near, far = ends
    far.connection.send_bytes(rubbish)
    with pytest.raises(LineBroken):
        near.receive()


def test_half_a_message_breaks_the_line(ends: Ends) -> None:
    import os

    near, far = ends
    os.write(far.connection.fileno(), b"\x00\x00\x01\x00half")
    far.connection.close()
    with pytest.raises(LineBroken):
        near.receive()
