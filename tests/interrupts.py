"""Ctrl-C in programs that a shell put into the background: it starts them with SIGINT ignored, and children inherit."""

import signal


def let_through() -> None:
    """Take SIGINT as Python usually does, from here on and in children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
