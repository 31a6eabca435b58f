"""Where words go: data to standard output, talk to standard error, and how much of it.

Colours and a live region only where a person looks: a terminal that is not dumb, outside continuous integration.
"""

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_WIDE = 10_000
"""Columns where no terminal sets a limit: what reads a pipe wants whole lines."""


@dataclass(frozen=True)
class Talk:
    """How much is said beside the data."""

    quiet: bool = False
    verbose: bool = False

    def say(self, text: str) -> None:
        """One piece of talk, unless quiet."""
        if not self.quiet:
            self.complain(text)

    @staticmethod
    def complain(text: str) -> None:
        """What must be said even when quiet."""
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is the command line

    @staticmethod
    def tell(text: str) -> None:
        """Data."""
        print(text, flush=True)  # noqa: T201 - this is the command line

    @property
    def is_live(self) -> bool:
        """Whether standard error can show a region that redraws itself."""
        watched = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        return watched and not os.environ.get("CI") and not self.quiet


def console(*, data: bool) -> "Console":
    """A console on standard output (`data`) or standard error."""
    from rich.console import Console

    stream = sys.stdout if data else sys.stderr
    terminal = stream.isatty()
    return Console(
        stderr=not data,
        width=None if terminal else _WIDE,
        force_terminal=terminal,
        highlight=False,
        markup=False,
        emoji=False,
    )
