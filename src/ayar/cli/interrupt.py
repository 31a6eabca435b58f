"""Ctrl-C and SIGTERM, which mean the same: end in order, keep everything."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType


@contextmanager
def interrupts(say: Callable[[str], None]) -> Iterator[None]:
    """Raise KeyboardInterrupt on SIGINT and SIGTERM; say at the first that a second one leaves at once."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    said = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal said
        if not said:
            said = True
            with suppress(RuntimeError):  # the signal came in the middle of another print
                say("stopping; all finished trials are kept (Ctrl-C again leaves at once)")
        raise KeyboardInterrupt

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
