"""Ctrl-C and SIGTERM, which mean the same: end in order, keep everything."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupts(leave: Callable[[], None] | None = None) -> Iterator[None]:
    """Raise KeyboardInterrupt on SIGINT and SIGTERM; where `leave` is given the first of them calls it instead."""
    asked = False
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if leave is None or asked:
            raise KeyboardInterrupt
        asked = True
        leave()

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
