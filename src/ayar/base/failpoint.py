"""Named points at which a test may end, stop or interrupt the process; where none is armed, `reach` does nothing.

The points, in the order in which a trial passes them: `after-claim`, `after-propose`, then for each write of a store
`before-commit`, `after-commit`, and `before-acknowledge`. One is armed by the variable AYAR_FAILPOINT when Ayar is
imported, as NAME:COUNT:SIGNAL: "after-commit:3:KILL" kills the process when it comes there for the third time.
"""

import os
import signal

from ayar.base.errors import ArgumentError, shorten

POINTS = ("after-claim", "after-propose", "before-commit", "after-commit", "before-acknowledge")


class _Armed:
    """One armed point: how often it is still passed, and the signal sent then."""

    def __init__(self, name: str, count: int, number: signal.Signals) -> None:
        self._name = name
        self._left = count
        self._signal = number

    def reach(self, name: str) -> None:
        if name != self._name:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), self._signal)


_armed: _Armed | None = None


def arm(text: str) -> None:
    """Arm one point of this process, instead of any armed before; "" arms none.

    Raises:
        ArgumentError: not NAME:COUNT:SIGNAL, or no such point or signal.

    >>> arm("after-lunch:1:KILL")
    Traceback (most recent call last):
    ayar.base.errors.ArgumentError: AYAR_FAILPOINT: expected NAME:COUNT:SIGNAL with a name among after-claim, \
after-propose, before-commit, after-commit, before-acknowledge, such as after-commit:3:KILL, got 'after-lunch:1:KILL'
    """
    global _armed  # noqa: PLW0603 - a switch of the process, as a signal handler is
    name, _, rest = text.partition(":")
    count, _, word = rest.partition(":")
    if not text:
        _armed = None
    elif name in POINTS and count.isdigit() and f"SIG{word}" in signal.Signals.__members__:
        _armed = _Armed(name, int(count), signal.Signals[f"SIG{word}"])
    else:
        raise ArgumentError(
            f"AYAR_FAILPOINT: expected NAME:COUNT:SIGNAL with a name among {', '.join(POINTS)}, such as "
            f"after-commit:3:KILL, got {shorten(text)}"
        )


def reach(name: str) -> None:
    """Come to a point: its signal is sent if it is the armed one and its turn has come."""
    if _armed is not None:
        _armed.reach(name)


arm(os.environ.get("AYAR_FAILPOINT", ""))
