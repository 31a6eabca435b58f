"""The line between a child and its parent: one JSON text per message, both ways.

Each child has a line of its own, made with it and dropped with it: what a dying child has half written can confuse no
other. From the child: `ready`, then for each `attempt` from the parent `begun`, any number of `ask`
(answered by `reply` or `refused`), and `done`.
"""

from multiprocessing.connection import Connection
from typing import Any

from ayar.base.errors import AyarError
from ayar.base.jsontext import dumps, loads

_MOST_BYTES = 2**30


class LineBroken(Exception):
    """The other end is gone, or what came is no message."""


class Line:
    """One end of a line."""

    def __init__(self, connection: "Connection[Any, Any]") -> None:
        self.connection = connection

    def send(self, word: str, body: object = None) -> None:
        """Send one message.

        Raises:
            ArgumentError: `body` is not JSON; nothing was sent.
            LineBroken: nobody listens.
        """
        text = dumps([word, body], "message").encode()
        try:
            self.connection.send_bytes(text)
        except (OSError, ValueError) as error:
            raise LineBroken(str(error)) from None

    def receive(self) -> tuple[str, Any]:
        """Wait for the next message: (word, body).

        Raises:
            LineBroken: the other end is gone, or wrote something else.
        """
        try:
            word, body = loads(self.connection.recv_bytes(_MOST_BYTES))
        except (OSError, EOFError, ValueError, TypeError, AyarError) as error:
            raise LineBroken(str(error)) from None
        return word, body

    def close(self) -> None:
        """Hang up."""
        self.connection.close()
