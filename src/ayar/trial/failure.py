"""Why a trial failed: text and numbers only, so that looking at it runs no code."""

from typing import Literal

import msgspec

FailureKind = Literal["exception", "timeout", "memory", "signal", "exit", "lost", "bad_value", "cancelled"]


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One failure of one attempt."""

    kind: FailureKind
    type: str = ""
    """Class of the exception, name of the signal, or "" ."""
    message: str = ""
    where: str = ""
    """File and line of the innermost frame in the user's code."""
    traceback: str = ""
    """Last 8 KB."""
    stderr: str = ""
    """Last 4 KB of what the attempt printed to standard error."""
    signal: int | None = None
    exit_code: int | None = None
    digest: str = ""
    """Equal for failures of one cause: 16 hex digits over kind, type and place, without the numbers in the message."""

    @property
    def headline(self) -> str:
        """One line for tables: the type (or kind) and the message's first line."""
        first = self.message.strip().partition("\n")[0]
        name = self.type or self.kind
        return f"{name}: {first}" if first else name
